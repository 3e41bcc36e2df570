//! When a value changed last: looks back in growing steps until it was another, halves that stretch until it is one instruction, and
//! then goes forward once more from write to write, for a change there and back that lay between two looks.

use super::expression::Memory;
use super::player::Player;
use anyhow::Result;

/// A machine whose memory can be looked at, at any time.
pub trait Timeline {
    /// The value at a time; nothing where the memory is not mapped.
    fn value(&mut self, time: u64) -> Result<Value>;
    /// The first time after `from`, at most `end`, at which something was written there; nothing if none was, or it cannot be told.
    fn next_write(&mut self, from: u64, end: u64) -> Result<Option<u64>>;
}

/// What memory holds; nothing while it is not mapped.
pub type Value = Option<Vec<u8>>;

/// A change of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The time after the instruction that changed it.
    pub time: u64,
    /// The value before.
    pub before: Value,
    /// The value after.
    pub after: Value,
}

/// The first step back, in instructions; each is four times as long as the one before.
const FIRST_STEP: u64 = 1000;

/// The last change up to a time, or nothing if the value was always the same.
pub fn last_change(timeline: &mut dyn Timeline, end: u64) -> Result<Option<Change>> {
    let last = timeline.value(end)?;
    let Some((mut other, mut same)) = look_back(timeline, end, &last)? else { return Ok(None) };
    while same - other > 1 {
        let middle = other + (same - other) / 2;
        if timeline.value(middle)? == last { same = middle } else { other = middle }
    }
    let change = Change { time: same, before: timeline.value(other)?, after: last };
    go_forward(timeline, change, end).map(Some)
}

/// Two times between which the value became what it is at the end.
fn look_back(timeline: &mut dyn Timeline, end: u64, last: &Value) -> Result<Option<(u64, u64)>> {
    let (mut same, mut step) = (end, FIRST_STEP);
    while same > 0 {
        let time = same.saturating_sub(step);
        if timeline.value(time)? != *last {
            return Ok(Some((time, same)));
        }
        (same, step) = (time, step * 4);
    }
    Ok(None)
}

/// Follows the writes from a change to the end; gives the last that changed something.
fn go_forward(timeline: &mut dyn Timeline, mut change: Change, end: u64) -> Result<Change> {
    let (mut time, mut value) = (change.time, change.after.clone());
    while let Some(written) = timeline.next_write(time, end)? {
        let new = timeline.value(written)?;
        if new != value {
            change = Change { time: written, before: value, after: new.clone() };
            value = new;
        }
        time = written;
    }
    Ok(change)
}

/// Some memory in a recording.
pub struct Watched<'a> {
    /// The machine.
    pub player: Player<'a>,
    /// What is looked at.
    pub memory: Memory,
}

impl Timeline for Watched<'_> {
    fn value(&mut self, time: u64) -> Result<Value> {
        self.player.seek(time)?;
        let remote = self.player.remote();
        if !self.memory.physical {
            return remote.read(self.memory.address, self.memory.length);
        }
        remote.use_physical(true)?;
        let value = remote.read(self.memory.address, self.memory.length);
        remote.use_physical(false)?;
        value
    }

    fn next_write(&mut self, from: u64, end: u64) -> Result<Option<u64>> {
        if self.memory.physical {
            return Ok(None); // QEMU watches virtual addresses only
        }
        self.player.seek(from)?;
        let Memory { address, length, .. } = self.memory;
        self.player.remote().watch(address, length, true)?;
        let written = self.player.run_to_write(end)?;
        self.player.remote().watch(address, length, false)?;
        let time = self.player.time()?;
        Ok((written && time > from && time <= end).then_some(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes in order of time.
    struct Story(Vec<(u64, u8)>);

    impl Timeline for Story {
        fn value(&mut self, time: u64) -> Result<Value> {
            let last = self.0.iter().rev().find(|write| write.0 <= time);
            Ok(last.map(|write| vec![write.1]))
        }

        fn next_write(&mut self, from: u64, end: u64) -> Result<Option<u64>> {
            Ok(self.0.iter().map(|write| write.0).find(|&time| time > from && time <= end))
        }
    }

    fn last(writes: &[(u64, u8)], end: u64) -> Option<u64> {
        last_change(&mut Story(writes.to_vec()), end).unwrap().map(|change| change.time)
    }

    #[test]
    fn the_last_change_is_found() {
        assert_eq!(last(&[(5, 1), (70_000, 2)], 1_000_000), Some(70_000));
        assert_eq!(last(&[(5, 1), (999_999, 2)], 1_000_000), Some(999_999));
        assert_eq!(last(&[(1, 1)], 1_000_000), Some(1));
        assert_eq!(last(&[], 1_000_000), None);
        assert_eq!(last(&[(0, 1)], 1_000_000), None);
    }

    #[test]
    fn writing_the_same_is_no_change() {
        assert_eq!(last(&[(5, 1), (10, 2), (500_000, 2), (999_999, 2)], 1_000_000), Some(10));
    }

    #[test]
    fn a_change_there_and_back_counts() {
        assert_eq!(last(&[(5, 1), (10, 2), (300_007, 3), (300_009, 2)], 1_000_000), Some(300_009));
    }

    #[test]
    fn what_comes_after_the_end_does_not() {
        assert_eq!(last(&[(5, 1), (10, 2), (30, 3)], 20), Some(10));
    }

    #[test]
    fn against_a_model() {
        let mut seed = 1_u64;
        let mut random = |bound: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % bound
        };
        for _ in 0..2000 {
            let end = 1 + random(50_000);
            let mut writes: Vec<(u64, u8)> = (0..random(30)).map(|_| (1 + random(50_000), random(3) as u8)).collect();
            writes.sort_by_key(|write| write.0);
            writes.dedup_by_key(|write| write.0);
            let mut expected = None;
            for (n, write) in writes.iter().enumerate().filter(|(_, write)| write.0 <= end) {
                if n == 0 || writes[n - 1].1 != write.1 {
                    expected = Some(write.0);
                }
            }
            assert_eq!(last(&writes, end), expected, "{writes:?} up to {end}");
        }
    }
}
