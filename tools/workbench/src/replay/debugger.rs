//! What gdb speaks with when it looks at a recording: a machine that also goes backwards (gdb's manual, "Running programs backward").
//!
//! Nearly all is handed on to QEMU as it comes. Our own are `bs` and `bc` (back a step; back to the last breakpoint), the end of the
//! recording, and the monitor commands `goto`, `time` and `console`.

use super::packets::{Packets, Said};
use super::player::Player;
use super::remote::bytes;
use super::search::{Timeline, last};
use anyhow::{Result, bail};
use std::collections::BTreeSet;
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// How often we look whether gdb wants a machine that runs to stop.
const GLANCE: Duration = Duration::from_millis(1);
/// A person may think for long.
const EVER: Duration = Duration::from_secs(1 << 30);
/// What gdb is told where the recording ends, and where it begins.
const AT_END: &str = "T05thread:01;replaylog:end;";
const AT_BEGIN: &str = "T05thread:01;replaylog:begin;";
const STOPPED: &str = "T05thread:01;";

/// A machine in a recording, and gdb.
pub struct Debugger<'p, 'r> {
    player: &'p mut Player<'r>,
    gdb: Packets,
    /// The breakpoints and watchpoints that are set, as gdb wrote them.
    points: Points,
}

type Points = BTreeSet<String>;

impl<'p, 'r> Debugger<'p, 'r> {
    /// For a gdb at the other end of this wire.
    pub fn new(player: &'p mut Player<'r>, gdb: UnixStream) -> Self {
        Debugger { player, gdb: Packets::new(gdb), points: Points::new() }
    }

    /// Does what gdb wants until it goes.
    pub fn serve(&mut self) -> Result<()> {
        loop {
            let packet = match self.gdb.receive(EVER)? {
                Some(Said::Packet(packet)) => packet,
                Some(Said::End) => return Ok(()),
                Some(Said::Interrupt) | None => continue,
            };
            let text = String::from_utf8_lossy(&packet).into_owned();
            match text.as_str() {
                "k" | "vKill;1" => return Ok(()),
                // QEMU would let the machine run, and say no more.
                "D" | "D;1" => return self.gdb.send(b"OK"),
                "bs" => self.step_back()?,
                "bc" => self.run_back()?,
                _ if runs(&text) => self.run(&packet)?,
                _ => self.hand_on(&packet, &text)?,
            }
        }
    }

    /// A packet for QEMU; ours is to remember what is lost when the player takes another machine.
    fn hand_on(&mut self, packet: &[u8], text: &str) -> Result<()> {
        if let Some(command) = text.strip_prefix("qRcmd,") {
            return self.command(packet, &String::from_utf8_lossy(&bytes(command)?));
        }
        let answer = self.player.remote().ask_bytes(packet)?;
        if answer == b"OK" {
            if let Some(point) = text.strip_prefix('Z') {
                self.points.insert(point.to_string());
            } else if let Some(point) = text.strip_prefix('z') {
                self.points.remove(point);
            }
        }
        self.gdb.send(&answer)
    }

    /// A command behind `monitor`.
    fn command(&mut self, packet: &[u8], command: &str) -> Result<()> {
        let words: Vec<&str> = command.split_whitespace().collect();
        let said = match words[..] {
            ["goto" | "replay_seek", time] => self.go_to(time)?,
            ["time"] => format!("{} of {}\n", self.player.time()?, self.player.end_so_far()),
            ["console"] => self.player.console()?.replace('\r', ""),
            _ => return self.monitor(packet),
        };
        self.say(&said)
    }

    fn go_to(&mut self, time: &str) -> Result<String> {
        let Ok(time) = time.replace('_', "").parse() else {
            return Ok(format!("{time} is not a number of instructions\n"));
        };
        self.player.seek(time)?;
        self.restore_points()?;
        Ok(format!("{} of {} instructions\n", self.player.time()?, self.player.end_so_far()))
    }

    /// Prints something at gdb's.
    fn say(&mut self, text: &str) -> Result<()> {
        for part in text.as_bytes().chunks(400) {
            let digits: String = part.iter().map(|byte| format!("{byte:02x}")).collect();
            self.gdb.send(format!("O{digits}").as_bytes())?;
        }
        self.gdb.send(b"OK")
    }

    /// A command of QEMU's monitor: what it prints comes before the answer.
    fn monitor(&mut self, packet: &[u8]) -> Result<()> {
        let mut answer = self.player.remote().ask_bytes(packet)?;
        while answer.starts_with(b"O") && answer != b"OK" {
            self.gdb.send(&answer)?;
            answer = self.player.remote().receive()?;
        }
        self.gdb.send(&answer)
    }

    /// Lets the machine run, or do a step, until it stops or the recording ends.
    fn run(&mut self, packet: &[u8]) -> Result<()> {
        let end = self.player.end_so_far();
        if self.player.time()? >= end {
            return self.gdb.send(AT_END.as_bytes());
        }
        let gdb = &mut self.gdb;
        let answer = self.player.run(end, packet, |machine| match gdb.receive(GLANCE)? {
            Some(Said::Interrupt) => machine.interrupt(),
            Some(Said::End) => bail!("gdb has ended"),
            _ => Ok(()),
        })?;
        let over = self.player.is_over(&answer)?;
        self.gdb.send(if over { AT_END.as_bytes() } else { &answer })
    }

    /// To the instruction before.
    fn step_back(&mut self) -> Result<()> {
        let now = self.player.time()?;
        self.player.seek(now.saturating_sub(1))?;
        self.restore_points()?;
        self.gdb.send(if now == 0 { AT_BEGIN } else { STOPPED }.as_bytes())
    }

    /// To the last breakpoint, or before the last write to what is watched.
    fn run_back(&mut self) -> Result<()> {
        let now = self.player.time()?;
        let stop = last(&mut Stops { player: self.player, points: &self.points }, now)?;
        let (time, answer) = stop.unwrap_or((0, AT_BEGIN.to_string()));
        self.player.seek(time)?;
        self.restore_points()?;
        self.gdb.send(answer.as_bytes())
    }

    /// Tells a machine that may be new which points are set.
    fn restore_points(&mut self) -> Result<()> {
        set(self.player, &self.points, true)
    }
}

/// Whether a packet lets the machine run.
fn runs(packet: &str) -> bool {
    let first = packet.chars().next().unwrap_or_default();
    packet.starts_with("vCont;")
        || ("csCS".contains(first) && packet.chars().skip(1).all(|c| c.is_ascii_hexdigit() || c == ';'))
}

/// Sets or clears all points.
fn set(player: &mut Player<'_>, points: &Points, on: bool) -> Result<()> {
    for point in points {
        player.remote().ask(&format!("{}{point}", if on { 'Z' } else { 'z' }))?;
    }
    Ok(())
}

/// Where a machine with breakpoints stops.
struct Stops<'p, 'r> {
    player: &'p mut Player<'r>,
    points: &'p Points,
}

impl Timeline for Stops<'_, '_> {
    type Event = String;

    fn next(&mut self, from: u64, to: u64) -> Result<Option<(u64, String)>> {
        set(self.player, self.points, false)?;
        self.player.seek(from)?;
        set(self.player, self.points, true)?;
        let stop = self.player.run_to_stop(to, "c")?;
        let now = self.player.time()?;
        // A write has been done where the machine stops; gdb is to find it before that.
        Ok(stop.map(|answer| if answer.contains("watch:") { (now - 1, answer) } else { (now, answer) }))
    }
}

#[cfg(test)]
mod tests {
    use super::runs;

    #[test]
    fn packets_that_run_the_machine_are_known() {
        for packet in ["c", "s", "C05", "S05", "vCont;c", "vCont;s:1;c", "cffff"] {
            assert!(runs(packet), "{packet}");
        }
        for packet in ["", "vCont?", "qC", "g", "m0,8", "sthread"] {
            assert!(!runs(packet), "{packet}");
        }
    }
}
