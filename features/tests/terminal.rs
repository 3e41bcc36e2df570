//! A person at the console: a terminal in which `bin/run` runs.

use crate::command::{LIMIT, describe, status};
use crate::world::{World, text};
use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use nix::pty::openpty;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::process::Stdio;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// How often we look whether something has happened.
const GLANCE: Duration = Duration::from_millis(20);

/// A terminal, and what runs in it.
#[derive(Debug)]
pub struct Terminal {
    /// What is typed; a thread types it, for a terminal takes no more than the program in it reads.
    keyboard: Sender<Vec<u8>>,
    screen: Arc<Mutex<Vec<u8>>>,
    child: Child,
    /// The processes that the child had started when it was interrupted.
    machines: Vec<u32>,
    said: String,
}

impl Terminal {
    /// Runs a command in a terminal of its own.
    fn open(mut command: Command) -> Terminal {
        let said = describe(&command);
        let pty = openpty(None, None).expect("a terminal");
        let end = || Stdio::from(pty.slave.try_clone().expect("the terminal's end"));
        command.stdin(end()).stdout(end()).stderr(end()).kill_on_drop(true);
        let child = command.spawn().unwrap_or_else(|error| panic!("{said}: {error}"));
        let terminal = File::from(pty.master);
        let screen = Arc::new(Mutex::new(Vec::new()));
        let (from, to) = (terminal.try_clone().expect("the terminal's screen"), screen.clone());
        thread::spawn(move || watch(from, &to));
        let (keyboard, keys) = mpsc::channel();
        thread::spawn(move || type_all(terminal, &keys));
        Terminal { keyboard, screen, child, machines: Vec::new(), said }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().expect("the screen")).replace('\r', "")
    }

    /// Waits until the screen shows something.
    async fn wait_for(&mut self, what: &str) {
        let start = Instant::now();
        while !self.text().contains(what) {
            let ended = matches!(self.child.try_wait(), Ok(Some(_)));
            let late = ended || start.elapsed() > LIMIT;
            sleep(GLANCE).await;
            assert!(!late || self.text().contains(what), "the screen does not show {what:?}{}", self.last_lines());
        }
    }

    /// Types, behind what has been typed before, without waiting.
    fn type_in(&self, keys: &[u8]) {
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

/// Keeps what comes to the screen.
fn watch(mut from: File, screen: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        screen.lock().expect("the screen").extend_from_slice(&buffer[..length]);
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

fn terminal(world: &mut World) -> &mut Terminal {
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

#[when("Ctrl-D is typed")]
fn ends_input(world: &mut World) {
    terminal(world).type_in(b"\x04");
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

/// Whether a process goes within a second or so.
async fn is_gone(pid: u32) -> bool {
    for _ in 0..100 {
        let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        if state.is_empty() || state.contains(") Z") {
            return true;
        }
        sleep(GLANCE).await;
    }
    false
}
