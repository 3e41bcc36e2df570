//! QEMU's control protocol (QMP): that the machine is off, the screen, the registers, a break on the serial line.

use super::options::Options;
use super::session::{Event, Why};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

/// How long QEMU may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A control connection, and where the picture goes.
pub struct Control {
    wire: UnixStream,
    answers: Receiver<Value>,
    /// Commands that have not been answered.
    pending: usize,
    picture: Option<PathBuf>,
    scratch: PathBuf,
}

impl Control {
    /// Begins to speak with QEMU. `scratch` is a file of the run's own.
    pub fn connect(wire: UnixStream, options: &Options, scratch: PathBuf, events: &Sender<Event>) -> Result<Control> {
        let (told, answers) = mpsc::channel();
        let picture = options.screen.clone();
        let (from, events) = (BufReader::new(wire.try_clone()?), events.clone());
        thread::spawn(move || read(from, &told, &events));
        let mut control = Control { wire, answers, pending: 0, picture, scratch };
        control.send(&json!({"execute": "qmp_capabilities"}))?;
        Ok(control)
    }

    /// Saves the screen; a failure is told, and changes nothing else.
    pub fn save_screen(&mut self) {
        if let Some(picture) = self.picture.take()
            && let Err(error) = self.try_save_screen(&picture)
        {
            eprintln!("bin/run: cannot save the screen: {error:#}");
        }
        self.picture = None;
    }

    /// Lets QEMU end, in good order.
    pub fn quit(&mut self) {
        // One that is gone has ended.
        let _ = self.send(&json!({"execute": "quit"}));
    }

    /// Holds the console's line down for a moment, as a terminal's break key does.
    pub fn send_break(&mut self, line: &str) {
        // A machine that is gone needs no break.
        let _ = self.send(&json!({"execute": "chardev-send-break", "arguments": {"id": line}}));
    }

    /// The processor's registers, as QEMU shows them.
    pub fn registers(&mut self) -> Result<String> {
        let command = json!({"execute": "human-monitor-command", "arguments": {"command-line": "info registers"}});
        let answer = self.ask(&command)?;
        Ok(answer["return"].as_str().unwrap_or_default().to_string())
    }

    /// How many instructions the machine has executed, as a recording counts them.
    pub fn instructions(&mut self) -> Result<u64> {
        let told = self.ask(&json!({"execute": "query-replay"}))?;
        told["return"]["icount"].as_u64().context("QEMU does not tell the number of instructions")
    }

    fn try_save_screen(&mut self, picture: &Path) -> Result<()> {
        self.ask(&json!({"execute": "screendump", "arguments": {"filename": self.scratch}}))?;
        let pixels = fs::read(&self.scratch).context("QEMU wrote no picture")?;
        let (width, height, pixels) = parse_ppm(&pixels).context("QEMU's picture is not a PPM file")?;
        write_png(picture, width, height, pixels).with_context(|| format!("cannot write {}", picture.display()))
    }

    /// Gives a command, and waits for its answer, which comes after those to all before it.
    fn ask(&mut self, command: &Value) -> Result<Value> {
        self.send(command)?;
        let mut last = Value::Null;
        while self.pending > 0 {
            last = self.answers.recv_timeout(PATIENCE).context("QEMU does not answer")?;
            self.pending -= 1;
            if let Some(error) = last.get("error") {
                bail!("QEMU says {}", error["desc"]);
            }
        }
        Ok(last)
    }

    fn send(&mut self, command: &Value) -> Result<()> {
        writeln!(self.wire, "{command}").context("cannot talk to QEMU")?;
        self.pending += 1;
        Ok(())
    }
}

/// Sorts what QEMU says into answers and events.
fn read(from: BufReader<UnixStream>, answers: &Sender<Value>, events: &Sender<Event>) {
    for line in from.lines().map_while(Result::ok) {
        let Ok(said) = serde_json::from_str::<Value>(&line) else { continue };
        if said["event"] == "SHUTDOWN" {
            let reset = said["data"]["reason"] == "guest-reset";
            let _ = events.send(Event::Off(if reset { Why::Reset } else { Why::Shutdown }));
        } else if said.get("return").is_some() || said.get("error").is_some() {
            let _ = answers.send(said);
        }
    }
}

/// Width, height and pixels (three bytes each) of a binary PPM file.
fn parse_ppm(file: &[u8]) -> Option<(u32, u32, &[u8])> {
    let mut rest = file.strip_prefix(b"P6")?;
    let mut numbers = [0; 3];
    for number in &mut numbers {
        let start = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let length = rest[start..].iter().position(|byte| !byte.is_ascii_digit())?;
        *number = std::str::from_utf8(&rest[start..start + length]).ok()?.parse().ok()?;
        rest = &rest[start + length..];
    }
    let [width, height, depth] = numbers;
    let size = (width as usize).checked_mul(height as usize)?.checked_mul(3)?;
    (depth == 255).then_some((width, height, rest.get(1..1 + size)?))
}

fn write_png(path: &Path, width: u32, height: u32, pixels: &[u8]) -> Result<()> {
    let mut encoder = png::Encoder::new(fs::File::create(path)?, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(pixels)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::parse_ppm;

    #[test]
    fn pictures_are_read() {
        assert_eq!(parse_ppm(b"P6\n2 1\n255\nabcdef"), Some((2, 1, &b"abcdef"[..])));
        assert_eq!(parse_ppm(b"P6\n2 1\n255\nabcde"), None);
        assert_eq!(parse_ppm(b"P5\n2 1\n255\nabcdef"), None);
    }
}
