//! A person at the console: a terminal in which `bin/run` runs.

use crate::command::{LIMIT, describe, status};
use crate::world::{World, text};
use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::num::NonZero;
use std::process::Stdio;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// How often we look whether something has happened.
const GLANCE: Duration = Duration::from_millis(20);

/// How large the terminal is, in rows and columns.
const SIZE: (u16, u16) = (24, 80);

/// A terminal, and what runs in it.
#[derive(Debug)]
pub struct Terminal {
    /// What is typed; a thread types it, for a terminal takes no more than the program in it reads.
    keyboard: Sender<Vec<u8>>,
    screen: Arc<Mutex<Screen>>,
    child: Child,
    /// The processes that the child had started when it was interrupted.
    machines: Vec<u32>,
    said: String,
}

/// What has come to the screen, and what it looks like now.
struct Screen {
    bytes: Vec<u8>,
    picture: vt100::Parser,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(&self.picture.screen().contents())
    }
}

impl Terminal {
    /// Runs a command in a terminal of its own.
    pub fn open(mut command: Command) -> Terminal {
        let said = describe(&command);
        let size = Winsize { ws_row: SIZE.0, ws_col: SIZE.1, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(&size, None).expect("a terminal");
        let end = || Stdio::from(pty.slave.try_clone().expect("the terminal's end"));
        command.stdin(end()).stdout(end()).stderr(end()).kill_on_drop(true);
        let child = command.spawn().unwrap_or_else(|error| panic!("{said}: {error}"));
        let terminal = File::from(pty.master);
        let [rows, columns] = [SIZE.0, SIZE.1].map(|size| NonZero::new(size).expect("a size"));
        let screen = Screen { bytes: Vec::new(), picture: vt100::Parser::new(rows, columns, 0) };
        let screen = Arc::new(Mutex::new(screen));
        let (keyboard, keys) = mpsc::channel();
        let (from, to) = (terminal.try_clone().expect("the terminal's screen"), screen.clone());
        let answers = keyboard.clone();
        thread::spawn(move || watch(from, &to, &answers));
        thread::spawn(move || type_all(terminal, &keys));
        Terminal { keyboard, screen, child, machines: Vec::new(), said }
    }

    /// All that has come to the screen.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().expect("the screen").bytes).replace('\r', "")
    }

    /// What the screen looks like now.
    pub fn picture(&self) -> String {
        let picture = self.screen.lock().expect("the screen").picture.screen().contents();
        picture.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }

    /// Waits until something has come to the screen.
    async fn wait_for(&mut self, what: &str) {
        self.wait_until(&format!("the screen does not show {what:?}"), |terminal| terminal.text().contains(what)).await;
    }

    /// Waits until something is so; else the story fails with these words.
    pub async fn wait_until(&mut self, else_say: &str, is_so: impl Fn(&Terminal) -> bool) {
        let start = Instant::now();
        while !is_so(self) {
            let ended = matches!(self.child.try_wait(), Ok(Some(_)));
            let late = ended || start.elapsed() > LIMIT;
            sleep(GLANCE).await;
            let picture = if late { self.picture() } else { String::new() };
            assert!(!late || is_so(self), "{else_say}\nThe screen:\n{picture}{}", self.last_lines());
        }
    }

    /// Types, behind what has been typed before, without waiting.
    pub fn type_in(&self, keys: &[u8]) {
        // Where the program has ended the story fails by what the screen shows.
        let _ = self.keyboard.send(keys.to_vec());
    }

    /// Sends a signal to what runs.
    fn signal(&mut self, signal: Signal) {
        let pid = self.child.id().expect("bin/run still running");
        self.machines = children(pid);
        kill(Pid::from_raw(pid.cast_signed()), signal).expect("a signal to bin/run");
    }

    fn last_lines(&self) -> String {
        let text = self.text();
        let from = text.char_indices().rev().nth(2000).map_or(0, |(at, _)| at);
        format!("\n$ {}\n{}", self.said, &text[from..])
    }
}

/// Keeps what comes to the screen, and answers who asks where the cursor is.
fn watch(mut from: File, screen: &Mutex<Screen>, answers: &Sender<Vec<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let mut screen = screen.lock().expect("the screen");
        for byte in &buffer[..length] {
            screen.bytes.push(*byte);
            screen.picture.process(&[*byte]);
            if screen.bytes.ends_with(b"\x1b[6n") {
                let (row, column) = screen.picture.screen().cursor_position();
                let _ = answers.send(format!("\x1b[{};{}R", row + 1, column + 1).into_bytes());
            }
        }
    }
}

/// Types all that is to be typed, in order, until nobody types or listens any more.
fn type_all(mut to: File, keys: &Receiver<Vec<u8>>) {
    while let Ok(keys) = keys.recv()
        && to.write_all(&keys).is_ok()
    {}
}

#[given(regex = r"^a person at the console$")]
async fn sits_down(world: &mut World) {
    world.terminal = Some(Terminal::open(world.machine.command(None)));
}

#[given(regex = r"^(\S+) runs in a terminal$")]
async fn runs_in_terminal(world: &mut World, program: String) {
    let mut command = world.machine.command(None);
    command.args(["--", &program]);
    world.terminal = Some(Terminal::open(command));
}

/// Where the person sits.
pub fn terminal(world: &mut World) -> &mut Terminal {
    world.terminal.as_mut().expect("somebody at a terminal")
}

#[given(regex = r#"^the screen shows "(.*)"$"#)]
#[then(regex = r#"^the screen shows "(.*)"$"#)]
async fn screen_shows(world: &mut World, text: String) {
    terminal(world).wait_for(&text).await;
}

#[then("the screen shows:")]
async fn screen_shows_text(world: &mut World, step: &Step) {
    terminal(world).wait_for(text(step)).await;
}

#[when(regex = r#"^"(.*)" is typed$"#)]
fn typed(world: &mut World, line: String) {
    terminal(world).type_in(format!("{line}\r").as_bytes());
}

#[when(regex = r#"^"(.*)" is typed, where < takes one back$"#)]
fn typed_with_backspace(world: &mut World, line: String) {
    terminal(world).type_in(format!("{}\r", line.replace('<', "\x7f")).as_bytes());
}

#[when(regex = r"^(\d+) KiB in lines of (\d+) are pasted$")]
fn pasted(world: &mut World, kibibytes: usize, width: usize) {
    let line = |n: usize| format!("{n:0>width$}\r", width = width - 1);
    let lines: String = (0..kibibytes * 1024 / width).map(line).collect();
    terminal(world).type_in(lines.as_bytes());
}

#[when(regex = r"^Ctrl-([A-Z]) is typed$")]
fn control_typed(world: &mut World, letter: String) {
    terminal(world).type_in(&[control(&letter)]);
}

/// The byte that a letter stands for together with the control key.
pub fn control(letter: &str) -> u8 {
    letter.bytes().next().expect("a letter") & 0x1f
}

#[when("Ctrl-A x is pressed")]
fn leaves(world: &mut World) {
    terminal(world).type_in(b"\x01x");
}

#[when("Ctrl-C is pressed")]
fn interrupts(world: &mut World) {
    terminal(world).signal(Signal::SIGINT);
}

#[when("bin/run is killed")]
fn kills(world: &mut World) {
    terminal(world).signal(Signal::SIGKILL);
}

#[then(regex = r"^bin/run ends with (\d+)$")]
async fn ends(world: &mut World, expected: i32) {
    let terminal = terminal(world);
    let ended = timeout(LIMIT, terminal.child.wait()).await;
    let Ok(ended) = ended else { panic!("bin/run has not ended after {LIMIT:?}{}", terminal.last_lines()) };
    assert_eq!(status(ended.expect("an exit status")), expected, "{}", terminal.last_lines());
    for &machine in &terminal.machines {
        assert!(is_gone(machine).await, "process {machine}, the machine, is still there");
    }
}

/// The processes that a process has started.
fn children(pid: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    list.unwrap_or_default().split_whitespace().filter_map(|child| child.parse().ok()).collect()
}

/// Whether a process goes, sooner or later.
async fn is_gone(pid: u32) -> bool {
    let start = Instant::now();
    while start.elapsed() < LIMIT {
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        if state.is_empty() || state.contains(") Z") {
            return true;
        }
        sleep(GLANCE).await;
    }
    false
}
