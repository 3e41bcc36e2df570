//! The last of something that happens now and then in a recording, be it that a value changes or that a debugger's breakpoint is met.
//!
//! A machine goes forwards only. So it looks at stretches that lie ever farther back and are ever longer, and goes through each from its
//! start to its end. Where too much happens in one, the rest of it is looked at by halves, the later first.

use anyhow::Result;

/// A recording in which something happens.
pub trait Timeline {
    /// What happens.
    type Event;
    /// The first event by an instruction from `from` on and before `to`, and the number of instructions before that one.
    fn next(&mut self, from: u64, to: u64) -> Result<Option<(u64, Self::Event)>>;
}

/// The first stretch, in instructions (a few milliseconds of QEMU's time); each is four times as long as the one after it.
const FIRST_STRETCH: u64 = 1_000_000;
/// How many events are gone through one after another.
const MANY: usize = 500;

/// The last event by an instruction before `end`, and the number of instructions before that one.
pub fn last<T: Timeline>(timeline: &mut T, end: u64) -> Result<Option<(u64, T::Event)>> {
    let (mut later, mut length) = (end, FIRST_STRETCH);
    while later > 0 {
        let earlier = later.saturating_sub(length);
        let found = last_between(timeline, earlier, later)?;
        if found.is_some() {
            return Ok(found);
        }
        (later, length) = (earlier, length * 4);
    }
    Ok(None)
}

/// The last event of a stretch.
fn last_between<T: Timeline>(timeline: &mut T, mut from: u64, to: u64) -> Result<Option<(u64, T::Event)>> {
    let mut found = None;
    for _ in 0..MANY {
        let Some((time, event)) = timeline.next(from, to)? else { return Ok(found) };
        from = time + 1;
        found = Some((time, event));
    }
    let middle = from + (to - from) / 2;
    for (from, to) in [(middle, to), (from, middle)] {
        let later = if from < to { last_between(timeline, from, to)? } else { None };
        if later.is_some() {
            return Ok(later);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times at which something happens, and how often it was asked for.
    struct Story(Vec<u64>, usize);

    impl Timeline for Story {
        type Event = ();

        fn next(&mut self, from: u64, to: u64) -> Result<Option<(u64, ())>> {
            self.1 += 1;
            let at = self.0.partition_point(|&time| time < from);
            Ok(self.0.get(at).filter(|&&time| time < to).map(|&time| (time, ())))
        }
    }

    fn find(times: &[u64], end: u64) -> Option<u64> {
        last(&mut Story(times.to_vec(), 0), end).unwrap().map(|found| found.0)
    }

    #[test]
    fn the_last_event_is_found() {
        assert_eq!(find(&[5, 70_000], 1_000_000), Some(70_000));
        assert_eq!(find(&[5, 999_999], 1_000_000), Some(999_999));
        assert_eq!(find(&[0], 1_000_000), Some(0));
        assert_eq!(find(&[], 1_000_000), None);
        assert_eq!(find(&[10, 20], 20), Some(10));
        assert_eq!(find(&[10], 0), None);
    }

    #[test]
    fn much_that_happens_long_ago_is_not_gone_through() {
        let mut story = Story((0..1_000_000).collect(), 0);
        assert_eq!(last(&mut story, 100_000_000).unwrap(), Some((999_999, ())));
        assert!(story.1 < 30_000, "{}", story.1);
    }

    #[test]
    fn against_a_model() {
        let mut seed = 1_u64;
        let mut random = |bound: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % bound
        };
        for _ in 0..500 {
            let end = random(50_000);
            let count = if random(4) == 0 { 3000 } else { random(30) };
            let mut times: Vec<u64> = (0..count).map(|_| random(50_000)).collect();
            times.sort_unstable();
            times.dedup();
            assert_eq!(find(&times, end), times.iter().copied().rfind(|&time| time < end), "{times:?} before {end}");
        }
    }
}
