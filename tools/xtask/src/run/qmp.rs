//! QEMU's control protocol (QMP): commands and their answers, one after another; events go to whoever wants them. Used by runs
//! (control.rs) and by replays.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

/// A control connection.
pub struct Qmp {
    wire: UnixStream,
    answers: Receiver<Value>,
    /// Commands that have not been answered.
    pending: usize,
    patience: Duration,
}

impl Qmp {
    /// Begins to speak, without waiting for QEMU, which may take so long for each answer. Events are handed on by a thread.
    pub fn connect(wire: UnixStream, patience: Duration, event: impl FnMut(&Value) + Send + 'static) -> Result<Qmp> {
        let (told, answers) = mpsc::channel();
        let from = BufReader::new(wire.try_clone().context("cannot copy a socket")?);
        thread::spawn(move || sort(from, &told, event));
        let mut qmp = Qmp { wire, answers, pending: 0, patience };
        qmp.send("qmp_capabilities", json!({}))?;
        Ok(qmp)
    }

    /// A command, and its answer, which comes after those to all before it.
    pub fn execute(&mut self, command: &str, arguments: Value) -> Result<Value> {
        self.send(command, arguments)?;
        let mut last = Value::Null;
        while self.pending > 0 {
            last = self.answers.recv_timeout(self.patience).context("QEMU does not answer")?;
            self.pending -= 1;
        }
        match last.get("error") {
            Some(error) => bail!("QEMU says to {command}: {}", error["desc"]),
            None => Ok(last["return"].take()),
        }
    }

    /// A command whose answer nobody waits for.
    pub fn send(&mut self, command: &str, arguments: Value) -> Result<()> {
        let line = json!({ "execute": command, "arguments": arguments });
        writeln!(self.wire, "{line}").context("cannot talk to QEMU")?;
        self.pending += 1;
        Ok(())
    }

    /// A command of QEMU's monitor for people, and what it prints.
    pub fn monitor(&mut self, command: &str) -> Result<String> {
        let told = self.execute("human-monitor-command", json!({ "command-line": command }))?;
        Ok(told.as_str().unwrap_or_default().to_string())
    }

    /// How many instructions a machine that is recorded or replayed has executed.
    pub fn instructions(&mut self) -> Result<u64> {
        let told = self.execute("query-replay", json!({}))?;
        told["icount"].as_u64().context("QEMU does not tell the number of instructions")
    }
}

/// Sorts what QEMU says into answers and events.
fn sort(from: BufReader<UnixStream>, answers: &Sender<Value>, mut event: impl FnMut(&Value)) {
    for line in from.lines().map_while(Result::ok) {
        let Ok(said) = serde_json::from_str::<Value>(&line) else { continue };
        if said.get("event").is_some() {
            event(&said);
        } else if said.get("return").is_some() || said.get("error").is_some() {
            let _ = answers.send(said);
        }
    }
}
