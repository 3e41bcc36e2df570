//! Memory of a recorded machine that is watched: what it holds at any time, and when that changes.

use super::expression::{Place, Watch};
use super::pages::{DIRECT_MAP, IMAGE, Memory, PAGE, Space};
use super::player::{Player, Stuck};
use super::search::{Timeline, last};
use anyhow::Result;

/// What memory holds; nothing while it is not mapped.
pub type Value = Option<Vec<u8>>;

/// A change of a value by an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The value before.
    pub before: Value,
    /// The value after.
    pub after: Value,
    /// In which way.
    pub way: Way,
}

/// In which way memory gets another value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It was written, at one of its addresses that are watched.
    Written,
    /// Another page is there, or none: an entry of the page tables was written.
    Mapped,
    /// Neither: a device wrote, or a program that shares the memory.
    Unseen,
}

/// Some memory in a recording.
pub struct Watched<'p, 'r> {
    player: &'p mut Player<'r>,
    watch: Watch,
    /// Where it is written to, as far as we know, and for which of the player's machines that was found out.
    aliases: Vec<(u64, usize)>,
    /// The entries of the page tables that lead to it, in the kernel's map of all memory: after a write to one it is elsewhere.
    entries: Vec<u64>,
    generation: Option<usize>,
}

impl<'p, 'r> Watched<'p, 'r> {
    /// This memory.
    pub fn new(player: &'p mut Player<'r>, watch: Watch) -> Self {
        Watched { player, watch, aliases: Vec::new(), entries: Vec::new(), generation: None }
    }

    /// The last change by an instruction before `end`, and how many there were before that one.
    pub fn last_change(&mut self, mut end: u64) -> Result<Option<(u64, Change)>> {
        while let Some((time, change)) = last(self, end)? {
            // What was seen before a write need not be what was there: it may have been written where we did not look.
            let (before, after) = (self.value_at(time)?, self.value_at(time + 1)?);
            if before != after {
                return Ok(Some((time, Change { before, after, ..change })));
            }
            end = time;
        }
        Ok(None)
    }

    /// What it holds now.
    pub fn value(&mut self) -> Result<Value> {
        let length = self.watch.length;
        match self.watch.place {
            Place::Kernel(address) => self.player.remote().read(address, length),
            Place::Program(address, Some(space)) => space.read(self.player, address, length),
            Place::Program(address, None) => self.player.space()?.read(self.player, address, length),
            Place::Physical(address) => self.player.read(address, length),
        }
    }

    fn is_kernel(&self) -> bool {
        matches!(self.watch.place, Place::Kernel(_))
    }

    fn value_at(&mut self, time: u64) -> Result<Value> {
        self.player.seek(time)?;
        self.value()
    }

    /// Runs until something happens there, at most to a time; tells what did.
    fn run_to_stop(&mut self, to: u64) -> Result<Option<Way>> {
        if self.generation != Some(self.player.generation) {
            self.aliases = self.find_aliases()?;
            self.entries = self.find_entries()?;
            self.generation = Some(self.player.generation);
        }
        self.watch(true)?;
        let stopped = match self.player.run_to_stop(to, "c") {
            Ok(stopped) => stopped,
            Err(error) => {
                let Stuck(time) = error.downcast()?;
                self.player.escape(time + 1)?;
                return Ok(Some(Way::Written));
            }
        };
        self.watch(false)?;
        let Some(stopped) = stopped else { return Ok(None) };
        let is_entry = watched_address(&stopped)
            .is_some_and(|at| self.entries.iter().any(|entry| (*entry..entry + 8).contains(&at)));
        if is_entry {
            self.generation = None;
        }
        Ok(Some(if is_entry { Way::Mapped } else { Way::Written }))
    }

    fn watch(&mut self, on: bool) -> Result<()> {
        let entries = self.entries.iter().map(|&entry| (entry, 8));
        for (address, length) in self.aliases.iter().copied().chain(entries) {
            self.player.remote().watch(address, length, on)?;
        }
        Ok(())
    }

    /// The entries that lead to a program's memory. The kernel's own mappings stay, but for stacks and windows.
    fn find_entries(&mut self) -> Result<Vec<u64>> {
        let Place::Program(address, space) = self.watch.place else { return Ok(Vec::new()) };
        let space = space.map_or_else(|| self.player.space(), Ok)?;
        let mut entries = space.entries(self.player, address)?;
        entries.extend(space.entries(self.player, address + self.watch.length as u64 - 1)?);
        entries.sort_unstable();
        entries.dedup();
        Ok(entries.into_iter().map(|entry| DIRECT_MAP + entry).collect())
    }

    /// The virtual addresses at which the memory can be written now, page by page: QEMU watches only those. They are its own, those in
    /// the kernel's map of all memory and in its image, and those of the program that runs.
    fn find_aliases(&mut self) -> Result<Vec<(u64, usize)>> {
        let (start, end) = (self.watch.address(), self.watch.address() + self.watch.length as u64);
        let mut aliases = Vec::new();
        let mut part = start;
        while part < end {
            let length = (end - part).min(PAGE - part % PAGE) as usize;
            aliases.extend(self.aliases_of_page(part)?.into_iter().map(|address| (address, length)));
            part += length as u64;
        }
        Ok(aliases)
    }

    fn aliases_of_page(&mut self, address: u64) -> Result<Vec<u64>> {
        let now = self.player.space()?;
        let (space, own) = match self.watch.place {
            Place::Kernel(_) => (now, Some(address)),
            Place::Program(_, space) => (space.unwrap_or(now), Some(address)),
            Place::Physical(_) => (now, None),
        };
        let physical = match self.watch.place {
            Place::Physical(_) => Some(address),
            _ => space.translate(self.player, address)?,
        };
        let mut aliases: Vec<u64> = own.into_iter().collect();
        if let Some(physical) = physical {
            aliases.extend(self.aliases_of_frame(space, physical)?);
        }
        aliases.sort_unstable();
        aliases.dedup();
        Ok(aliases)
    }

    fn aliases_of_frame(&mut self, space: Space, physical: u64) -> Result<Vec<u64>> {
        /// What the image may reach to.
        const LONGEST_IMAGE: u64 = 1 << 30;
        let mut aliases = vec![DIRECT_MAP + physical];
        if physical < LONGEST_IMAGE {
            aliases.push(IMAGE + physical);
        }
        let programs = space.addresses_of(self.player, physical)?;
        aliases.extend(programs.into_iter().map(|page| page + physical % PAGE));
        Ok(aliases)
    }

    /// The first time after `same`, at most `other`, at which the value is not what it was.
    fn bisect(&mut self, mut same: u64, mut other: u64, value: &Value) -> Result<u64> {
        while other - same > 1 {
            let middle = same + (other - same) / 2;
            if self.value_at(middle)? == *value { same = middle } else { other = middle }
        }
        Ok(other)
    }
}

impl Timeline for Watched<'_, '_> {
    type Event = Change;

    fn next(&mut self, from: u64, to: u64) -> Result<Option<(u64, Change)>> {
        let (before, mut same) = (self.value_at(from)?, from);
        loop {
            let stop = self.run_to_stop(to)?;
            let (now, after) = (self.player.time()?, self.value()?);
            match stop {
                Some(way) if after != before => return Ok(Some((now - 1, Change { before, after, way }))),
                // The kernel maps its memory while it boots: that is no change.
                None if after != before && (before.is_some() || !self.is_kernel()) => {
                    let time = self.bisect(same, now, &before)?;
                    let after = self.value_at(time)?;
                    return Ok(Some((time - 1, Change { before, after, way: Way::Unseen })));
                }
                None => return Ok(None),
                Some(_) if now >= to => return Ok(None),
                Some(_) => same = now,
            }
        }
    }
}

/// The address that a debugger's stop tells: `T05thread:01;watch:ffffffff80200000;`.
fn watched_address(stopped: &str) -> Option<u64> {
    let (_, rest) = stopped.split_once("watch:")?;
    u64::from_str_radix(rest.split(';').next()?, 16).ok()
}

/// When an address of programs was used, and in which space.
pub struct Uses<'p, 'r> {
    /// The machine.
    pub player: &'p mut Player<'r>,
    /// The address.
    pub address: u64,
}

impl Timeline for Uses<'_, '_> {
    type Event = Space;

    fn next(&mut self, from: u64, to: u64) -> Result<Option<(u64, Space)>> {
        self.player.seek(from)?;
        self.player.remote().watch_use(self.address, true)?;
        let stopped = self.player.run_to_stop(to, "c")?;
        self.player.remote().watch_use(self.address, false)?;
        Ok(if stopped.is_some() { Some((self.player.time()? - 1, self.player.space()?)) } else { None })
    }
}

#[cfg(test)]
mod tests {
    use super::watched_address;

    #[test]
    fn stops_tell_where() {
        assert_eq!(watched_address("T05thread:01;watch:ffffffff80200000;"), Some(0xffff_ffff_8020_0000));
        assert_eq!(watched_address("T05thread:01;awatch:10;"), Some(16));
        assert_eq!(watched_address("T05thread:01;"), None);
    }
}
