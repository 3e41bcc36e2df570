//! What a run asks of QEMU: that it ends, the screen, the registers, a break on the serial line.

use super::options::Options;
use super::qmp::Qmp;
use super::session::{Event, Why};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Duration;

/// How long QEMU may take to answer, also on a busy host.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A control connection, and where the picture goes.
pub struct Control {
    qmp: Qmp,
    picture: Option<PathBuf>,
    scratch: PathBuf,
}

impl Control {
    /// Begins to speak with QEMU. `scratch` is a file of the run's own.
    pub fn connect(wire: UnixStream, options: &Options, scratch: PathBuf, events: &Sender<Event>) -> Result<Control> {
        let events = events.clone();
        let hand_on = move |said: &Value| {
            if said["event"] == "SHUTDOWN" {
                let reset = said["data"]["reason"] == "guest-reset";
                let _ = events.send(Event::Off(if reset { Why::Reset } else { Why::Shutdown }));
            }
        };
        Ok(Control { qmp: Qmp::connect(wire, PATIENCE, hand_on)?, picture: options.screen.clone(), scratch })
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
        let _ = self.qmp.send("quit", json!({}));
    }

    /// Holds the console's line down for a moment, as a terminal's break key does.
    pub fn send_break(&mut self, line: &str) {
        // A machine that is gone needs no break.
        let _ = self.qmp.send("chardev-send-break", json!({ "id": line }));
    }

    /// The processor's registers, as QEMU shows them.
    pub fn registers(&mut self) -> Result<String> {
        self.qmp.monitor("info registers")
    }

    /// How many instructions the machine has executed, as a recording counts them.
    pub fn instructions(&mut self) -> Result<u64> {
        self.qmp.instructions()
    }

    fn try_save_screen(&mut self, picture: &Path) -> Result<()> {
        self.qmp.execute("screendump", json!({ "filename": self.scratch, "format": "png" }))?;
        fs::copy(&self.scratch, picture).with_context(|| format!("cannot write {}", picture.display()))?;
        Ok(())
    }
}
