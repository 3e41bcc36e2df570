//! QEMU's control protocol (QMP), one command after another.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;

/// A control connection.
pub struct Qmp {
    from: BufReader<UnixStream>,
    to: UnixStream,
    events: VecDeque<Value>,
}

impl Qmp {
    /// Begins to speak.
    pub fn connect(wire: UnixStream) -> Result<Qmp> {
        let from = BufReader::new(wire.try_clone().context("cannot copy a socket")?);
        let mut qmp = Qmp { from, to: wire, events: VecDeque::new() };
        qmp.next()?; // the greeting
        qmp.execute("qmp_capabilities", json!({}))?;
        Ok(qmp)
    }

    /// A command and its answer. Events that come in between are kept.
    pub fn execute(&mut self, command: &str, arguments: Value) -> Result<Value> {
        writeln!(self.to, "{}", json!({ "execute": command, "arguments": arguments }))
            .context("cannot talk to QEMU")?;
        loop {
            let mut said = self.next()?;
            if said.get("event").is_some() {
                self.events.push_back(said);
            } else if let Some(error) = said.get("error") {
                bail!("QEMU says to {command}: {}", error["desc"]);
            } else {
                return Ok(said["return"].take());
            }
        }
    }

    /// Waits for an event with this name; drops all before it.
    pub fn wait_for(&mut self, event: &str) -> Result<()> {
        loop {
            let said = match self.events.pop_front() {
                Some(said) => said,
                None => self.next()?,
            };
            if said["event"] == event {
                return Ok(());
            }
        }
    }

    fn next(&mut self) -> Result<Value> {
        let mut line = String::new();
        if self.from.read_line(&mut line).context("cannot hear QEMU")? == 0 {
            bail!("QEMU has ended");
        }
        serde_json::from_str(&line).with_context(|| format!("QEMU says {line:?}"))
    }
}
