//! A QEMU that plays a recording. Time is the number of instructions since the start.
//!
//! Forwards it goes by `replay-seek`, and leaves snapshots behind. Backwards it goes by another QEMU from the last snapshot before: to
//! load one into a QEMU that runs is what `replay-seek` would do, and QEMU 7.2 hangs in that more often than not.

use super::packets::{Packets, Said};
use super::pages::{Memory, Space};
use super::remote::Remote;
use anyhow::{Context, Result, anyhow, bail};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use xtask::run;
use xtask::run::machine::{Machine, Wire};
use xtask::run::qemu::Line;
use xtask::run::qmp::Qmp;
use xtask::run::recording::Recording;
use xtask::run::stream::Output;

/// How long QEMU may take for an answer, and a machine for its next instruction. QEMU 7.2 hangs now and then, and another one is started.
const PATIENCE: Duration = Duration::from_secs(10);
/// The same with watchpoints, where a machine may run without getting anywhere ([`Stuck`]).
const STUCK: Duration = Duration::from_secs(2);
/// How often that is tried.
const TRIES: usize = 3;
/// How often a machine that plays is asked how far it is. It would sleep long where it has been idle, did nobody ask.
const GLANCE: Duration = Duration::from_millis(1);
/// There are about so many snapshots in a long recording,
const SNAPSHOTS: u64 = 32;
/// but none closer than this: QEMU is faster than loading one.
const STRIDE: u64 = 50_000_000;
/// Who goes back to a time this far behind a snapshot gets another one so short before.
const FAR: u64 = 5_000_000;
const NEAR: u64 = 10_000;

/// A machine that stands somewhere in a recording.
pub struct Player<'a> {
    recording: &'a Recording,
    /// Copies of the recording's disks, and what the machine prints.
    folder: TempDir,
    /// The times of snapshots, and what the console had said by then.
    snapshots: BTreeMap<u64, Vec<u8>>,
    /// Where the machine goes off, once that is known: somewhat before the length that was noted.
    end: u64,
    stride: u64,
    qemu: Qemu,
    /// How many machines there have been. With each, what a debugger had asked for is gone.
    pub generation: usize,
}

/// What QEMU 7.2 does when an interrupt or a fault is delivered, and that writes memory that is watched, on the stack: it tries it again and
/// again, for the recording allows no instruction before it.
#[derive(Debug)]
pub struct Stuck(pub u64);

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the recording does not go on after instruction {}", self.0)
    }
}

impl std::error::Error for Stuck {}

/// One that runs.
struct Qemu {
    machine: Machine,
    qmp: Qmp,
    remote: Remote,
    stopped: Receiver<()>,
    console: PathBuf,
    /// What the console had said when it began.
    said_before: Vec<u8>,
}

impl<'a> Player<'a> {
    /// A machine at the recording's start.
    pub fn start(recording: &'a Recording) -> Result<Player<'a>> {
        let folder = run::private_folder()?;
        recording.copy_disks(folder.path())?;
        let length = recording.length()?;
        let qemu = Qemu::start(recording, &folder, 0, Vec::new(), 0)?;
        let snapshots = BTreeMap::from([(0, Vec::new())]);
        let stride = STRIDE.max(length / SNAPSHOTS);
        Ok(Player { recording, folder, snapshots, end: length.saturating_sub(1), stride, qemu, generation: 0 })
    }

    /// The last time that there is. The first call goes there.
    pub fn end(&mut self) -> Result<u64> {
        self.seek(self.end)?;
        Ok(self.end)
    }

    /// The last time that there is, as far as we know.
    pub fn end_so_far(&self) -> u64 {
        self.end
    }

    /// Whether a machine that stopped with these words has come to the recording's end, or went off.
    pub fn is_over(&mut self, answer: &[u8]) -> Result<bool> {
        let now = self.time()?;
        // What QEMU tells a debugger of a machine that is off (gdb's SIGQUIT).
        if answer.starts_with(b"T03") {
            self.end = self.end.min(now);
        }
        Ok(now >= self.end)
    }

    /// What the machine has printed so far, as `bin/run` would show it.
    pub fn console(&self) -> Result<String> {
        Ok(String::from_utf8_lossy(&Output::new(false).filter(&self.qemu.printed()?)).into_owned())
    }

    /// How many instructions there have been.
    pub fn time(&mut self) -> Result<u64> {
        self.qemu.qmp.instructions()
    }

    /// Goes to a time, be it before or after; at most to the end. Should QEMU hang, another one gets a try.
    pub fn seek(&mut self, time: u64) -> Result<()> {
        let mut result = self.try_seek(time);
        for _ in 1..TRIES {
            if result.is_ok() {
                break;
            }
            self.restart(self.snapshot_before(time))?;
            result = self.go_on(time);
        }
        result
    }

    fn snapshot_before(&self, time: u64) -> u64 {
        self.snapshots.range(..=time).next_back().map_or(0, |(&at, _)| at)
    }

    fn try_seek(&mut self, time: u64) -> Result<()> {
        let (now, snapshot) = (self.time()?, self.snapshot_before(time));
        if time < now || snapshot >= now + STRIDE {
            self.restart(snapshot)?;
        }
        if time < now && time - snapshot > FAR {
            // Who goes back once goes back again, and not far.
            self.go_on(time - NEAR)?;
            self.keep_snapshot()?;
        }
        self.go_on(time)
    }

    /// Goes to a time by another machine: this one is stuck.
    pub fn escape(&mut self, time: u64) -> Result<()> {
        self.restart(self.snapshot_before(time))?;
        self.seek(time)
    }

    /// Keeps the machine as it is now, for the times that come. Where QEMU cannot (a disk is at work) it is slower, nothing else.
    pub fn keep_snapshot(&mut self) -> Result<()> {
        let now = self.time()?;
        if !self.snapshots.contains_key(&now) && self.qemu.qmp.monitor(&format!("savevm {}", name(now)))?.is_empty() {
            self.snapshots.insert(now, self.qemu.printed()?);
        }
        Ok(())
    }

    /// Another machine from a snapshot.
    fn restart(&mut self, snapshot: u64) -> Result<()> {
        self.generation += 1;
        // The disks are locked until the one before is gone.
        self.qemu.machine.kill();
        self.qemu.machine.wait()?;
        let said = self.snapshots.get(&snapshot).cloned().unwrap_or_default();
        self.qemu = Qemu::start(self.recording, &self.folder, snapshot, said, self.generation)?;
        Ok(())
    }

    fn go_on(&mut self, time: u64) -> Result<()> {
        loop {
            let now = self.time()?;
            if now >= time.min(self.end) {
                return Ok(());
            }
            let milestone = (now / self.stride + 1) * self.stride;
            self.qemu.seek(milestone.min(time))?;
            let reached = self.time()?;
            if reached < milestone.min(time) {
                self.end = reached;
            } else if reached == milestone {
                self.keep_snapshot()?;
            }
        }
    }

    /// Lets the machine run until a debugger's stop, at most to a time: nothing then, else how it stopped.
    pub fn run_to_stop(&mut self, end: u64, packet: &str) -> Result<Option<String>> {
        let end = end.min(self.end);
        if self.time()? >= end {
            return Ok(None);
        }
        let told = self.run(end, packet.as_bytes(), |_| Ok(()))?;
        let there = self.is_over(&told)? || self.time()? >= end;
        let told = String::from_utf8_lossy(&told).into_owned();
        Ok((!there || told.contains("watch:")).then_some(told))
    }

    /// Lets the machine run by a debugger's packet, at most to a time, and gives the answer, how it stopped. Now and then `meanwhile` is
    /// called.
    pub fn run(
        &mut self,
        end: u64,
        packet: &[u8],
        mut meanwhile: impl FnMut(&mut Packets) -> Result<()>,
    ) -> Result<Vec<u8>> {
        self.qemu.qmp.execute("replay-break", json!({ "icount": end }))?;
        self.qemu.remote.packets().send(packet)?;
        let mut stall = Stall::new(STUCK);
        let told = loop {
            match self.qemu.remote.packets().receive(GLANCE)? {
                Some(Said::Packet(told)) => break told,
                Some(_) => bail!("QEMU has ended"),
                None => stall.look(self.qemu.qmp.instructions()?)?,
            }
            meanwhile(self.qemu.remote.packets())?;
        };
        self.qemu.qmp.execute("replay-delete-break", json!({}))?;
        Ok(told)
    }

    /// The next instruction, as QEMU's monitor writes it.
    pub fn instruction(&mut self, address: u64) -> Result<String> {
        Ok(without_bytes(&self.qemu.qmp.monitor(&format!("x/1i {address:#x}"))?))
    }

    /// The debugger's side: memory and registers.
    pub fn remote(&mut self) -> &mut Remote {
        &mut self.qemu.remote
    }

    /// The page tables that the processor uses.
    pub fn space(&mut self) -> Result<Space> {
        let registers = self.qemu.qmp.monitor("info registers")?;
        let value = registers.split_once("CR3=").and_then(|(_, rest)| rest.split_whitespace().next());
        let root = value.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        root.map(Space::from_register).context("QEMU does not tell CR3")
    }
}

impl Memory for Player<'_> {
    fn read(&mut self, physical: u64, length: usize) -> Result<Option<Vec<u8>>> {
        let remote = self.remote();
        remote.use_physical(true)?;
        let value = remote.read(physical, length);
        remote.use_physical(false)?;
        value
    }
}

/// A snapshot's name.
fn name(time: u64) -> String {
    if time == 0 { Recording::START.to_string() } else { format!("at-{time}") }
}

impl Qemu {
    /// The `number`-th QEMU, at a snapshot.
    fn start(rec: &Recording, folder: &TempDir, snapshot: u64, said_before: Vec<u8>, number: usize) -> Result<Qemu> {
        let (control, debugger) = (Wire::new()?, Wire::new()?);
        let console = folder.path().join(format!("console-{number}"));
        let mut line = Line::from_words(rec.line(folder.path(), &name(snapshot))?);
        line.serial_file(&console)?;
        line.serial_file(&folder.path().join("status"))?;
        line.control("control", &control.theirs);
        line.debugger_wire(&debugger.theirs);
        let mut machine = Machine::start(&line)?;
        let messages = machine.messages(false);
        let (control, debugger) = (control.keep(), debugger.keep());
        let (stop, stopped) = mpsc::channel();
        let hand_on = move |said: &serde_json::Value| {
            if said["event"] == "STOP" {
                let _ = stop.send(());
            }
        };
        let qmp = Qmp::connect(control, PATIENCE, hand_on)?;
        let remote = Remote::connect(debugger).map_err(|error| {
            machine.kill();
            let said = messages.and_then(|thread| thread.join().ok()).unwrap_or_default();
            anyhow!("QEMU cannot play this recording: {}", if said.is_empty() { format!("{error:#}") } else { said })
        })?;
        Ok(Qemu { machine, qmp, remote, stopped, console, said_before })
    }

    /// Goes forward.
    fn seek(&mut self, time: u64) -> Result<()> {
        // Stops that nobody waited for.
        while self.stopped.try_recv().is_ok() {}
        self.qmp.execute("replay-seek", json!({ "icount": time }))?;
        let mut stall = Stall::new(PATIENCE);
        while self.stopped.recv_timeout(GLANCE).is_err() {
            stall.look(self.qmp.instructions()?)?;
        }
        self.remote.catch_up()
    }

    fn printed(&self) -> Result<Vec<u8>> {
        let since = fs::read(&self.console).context("cannot read the console")?;
        Ok([self.said_before.as_slice(), &since].concat())
    }
}

/// An instruction as QEMU writes it (`0x10:  48 89 0f  movq …`), which needs more lines if it has many bytes, without address and bytes.
fn without_bytes(told: &str) -> String {
    let line = told.lines().next().unwrap_or_default();
    let text = line.split_once(": ").map_or(line, |(_, text)| text);
    let is_byte = |word: &&str| word.len() == 2 && word.chars().all(|digit| digit.is_ascii_hexdigit());
    text.split_whitespace().skip_while(is_byte).collect::<Vec<_>>().join(" ")
}

/// Whether a machine goes on.
struct Stall {
    time: u64,
    since: Instant,
    patience: Duration,
}

impl Stall {
    fn new(patience: Duration) -> Stall {
        Stall { time: 0, since: Instant::now(), patience }
    }

    /// Fails if it is still where it was long ago.
    fn look(&mut self, time: u64) -> Result<()> {
        if time != self.time {
            *self = Stall { time, ..Stall::new(self.patience) };
        }
        if self.since.elapsed() > self.patience { Err(Stuck(time).into()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::without_bytes;

    #[test]
    fn instructions_are_told_in_short() {
        let told = "0xffffffff80115600:  f0 48 0f c1 3d 56 ba 21  lock xaddq %rdi, 0x21ba56(%rip)\r\n0xffffffff80115608:  00\r\n";
        assert_eq!(without_bytes(told), "lock xaddq %rdi, 0x21ba56(%rip)");
    }
}
