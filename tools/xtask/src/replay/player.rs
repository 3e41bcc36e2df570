//! A QEMU that plays a recording. Time is the number of instructions since the start.
//!
//! Forwards it goes by `replay-seek`. Backwards it goes by another QEMU from the start: `replay-seek` would load the state of the start
//! into the running one, and QEMU 7.2 hangs in that now and then.

use super::qmp::Qmp;
use super::recording::Recording;
use super::remote::{Place, Remote};
use crate::run;
use crate::run::machine::{Machine, Wire};
use crate::run::qemu::Line;
use crate::run::stream::Output;
use anyhow::{Context, Result};
use serde_json::json;
use std::fs;
use std::time::Duration;
use tempfile::TempDir;

/// How long QEMU may take for an answer: a recording's whole length, if it must.
const PATIENCE: Duration = Duration::from_secs(300);

/// A machine that stands somewhere in a recording.
pub struct Player<'a> {
    recording: &'a Recording,
    _machine: Machine,
    qmp: Qmp,
    remote: Remote,
    /// What the machine prints; it goes with the player.
    folder: TempDir,
}

impl<'a> Player<'a> {
    /// A machine at the recording's start.
    pub fn start(recording: &'a Recording) -> Result<Player<'a>> {
        let folder = run::private_folder()?;
        let (control, debugger) = (Wire::new()?, Wire::new()?);
        let mut line = Line::from_words(recording.line(&folder.path().join("state.qcow2"))?);
        line.serial_file(&folder.path().join("console"))?;
        line.serial_file(&folder.path().join("status"))?;
        line.control(&control.theirs);
        line.debugger_wire(&debugger.theirs);
        let machine = Machine::start(&line)?;
        let (control, debugger) = (control.keep(), debugger.keep());
        for wire in [&control, &debugger] {
            wire.set_read_timeout(Some(PATIENCE))?;
        }
        let qmp = Qmp::connect(control).context("QEMU does not start with this recording")?;
        Ok(Player { recording, _machine: machine, qmp, remote: Remote::connect(debugger)?, folder })
    }

    /// What the machine has printed so far, as `bin/run` would show it.
    pub fn console(&self) -> Result<String> {
        let printed = fs::read(self.folder.path().join("console")).context("cannot read the console")?;
        Ok(String::from_utf8_lossy(&Output::new(false).filter(&printed)).into_owned())
    }

    /// How many instructions there have been.
    pub fn time(&mut self) -> Result<u64> {
        let told = self.qmp.execute("query-replay", json!({}))?;
        told["icount"].as_u64().context("QEMU does not tell the number of instructions")
    }

    /// Goes to a time, be it before or after.
    pub fn seek(&mut self, time: u64) -> Result<()> {
        let now = self.time()?;
        if now > time {
            *self = Player::start(self.recording)?;
        }
        if now != time && time > 0 {
            self.qmp.execute("replay-seek", json!({ "icount": time }))?;
            self.qmp.wait_for("STOP")?;
            self.remote.catch_up()?;
        }
        Ok(())
    }

    /// Runs until a watched write has been done, at most to a time; tells whether it was a write.
    pub fn run_to_write(&mut self, end: u64) -> Result<bool> {
        if self.time()? >= end {
            return Ok(false);
        }
        self.qmp.execute("replay-break", json!({ "icount": end }))?;
        let written = self.remote.run()?;
        self.qmp.execute("replay-delete-break", json!({}))?;
        Ok(written)
    }

    /// The next instruction, as QEMU's monitor writes it.
    pub fn instruction(&mut self, address: u64) -> Result<String> {
        let told = self.monitor(&format!("x/1i {address:#x}"))?;
        Ok(told
            .split_once(": ")
            .map_or(told.as_str(), |(_, text)| text)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "))
    }

    /// The debugger's side: memory and registers.
    pub fn remote(&mut self) -> &mut Remote {
        &mut self.remote
    }

    /// Where the machine is, and the addresses that its functions will return to, by the frames that all of the kernel has.
    pub fn backtrace(&mut self) -> Result<Vec<u64>> {
        const DEEPEST: usize = 40;
        let Place { rip, mut rbp } = self.remote.place()?;
        let mut addresses = vec![rip];
        while addresses.len() < DEEPEST
            && let Some(frame) = self.remote.read(rbp, 16)?
        {
            let word = |at: usize| frame[at..at + 8].try_into().map_or(0, u64::from_le_bytes);
            if word(8) == 0 || word(0) <= rbp {
                break;
            }
            addresses.push(word(8));
            rbp = word(0);
        }
        Ok(addresses)
    }

    fn monitor(&mut self, command: &str) -> Result<String> {
        let told = self.qmp.execute("human-monitor-command", json!({ "command-line": command }))?;
        Ok(told.as_str().unwrap_or_default().to_string())
    }
}
