//! Memory of a recorded machine that is watched: what it holds at any time, and when that changes.

use super::expression::{Place, Watch};
use super::pages::{DIRECT_MAP, IMAGE, Memory, PAGE, Space};
use super::player::Player;
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
    /// Whether it was written there. Else the page tables changed, or a device wrote.
    pub written: bool,
}

/// Some memory in a recording.
pub struct Watched<'p, 'r> {
    player: &'p mut Player<'r>,
    watch: Watch,
    /// Where it is written to, as far as we know, and for which of the player's machines that was found out.
    aliases: Vec<(u64, usize)>,
    generation: Option<usize>,
}

impl<'p, 'r> Watched<'p, 'r> {
    /// This memory.
    pub fn new(player: &'p mut Player<'r>, watch: Watch) -> Self {
        Watched { player, watch, aliases: Vec::new(), generation: None }
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
    fn value(&mut self) -> Result<Value> {
        let length = self.watch.length;
        match self.watch.place {
            Place::Kernel(address) => self.player.remote().read(address, length),
            Place::Program(address, Some(space)) => space.read(self.player, address, length),
            Place::Program(address, None) => self.player.space()?.read(self.player, address, length),
            Place::Physical(address) => self.player.read(address, length),
        }
    }

    fn value_at(&mut self, time: u64) -> Result<Value> {
        self.player.seek(time)?;
        self.value()
    }

    /// Runs until something is written there, at most to a time; tells whether something was.
    fn run_to_write(&mut self, to: u64) -> Result<bool> {
        if self.generation != Some(self.player.generation) {
            self.aliases = self.find_aliases()?;
            self.generation = Some(self.player.generation);
        }
        for &(address, length) in &self.aliases {
            self.player.remote().watch(address, length, true)?;
        }
        let stopped = self.player.run_to_stop(to, "c")?;
        for &(address, length) in &self.aliases {
            self.player.remote().watch(address, length, false)?;
        }
        Ok(stopped.is_some())
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
            let written = self.run_to_write(to)?;
            let (now, after) = (self.player.time()?, self.value()?);
            if after != before && written {
                return Ok(Some((now - 1, Change { before, after, written })));
            }
            if after != before {
                let time = self.bisect(same, now, &before)?;
                let after = self.value_at(time)?;
                return Ok(Some((time - 1, Change { before, after, written })));
            }
            if !written || now >= to {
                return Ok(None);
            }
            same = now;
        }
    }
}
