//! The load: how many tasks want to run, averaged over one, five and fifteen minutes; proc(5), getloadavg(3).
//!
//! Every five seconds each average moves towards the number of that moment by a fixed share. The arithmetic is Linux's, with 11 bits
//! behind the point, so that the same history gives the same numbers. Nobody needs to look every five seconds: the number of those who
//! want to run changes only when somebody says so, and `advance` is called before each change.

/// Nanoseconds from one look to the next.
pub const INTERVAL: u64 = 5_000_000_000;

/// One, with the bits behind the point.
const ONE: u64 = 1 << 11;

/// What is left of an average after one interval: e to the power of -5 s divided by one, five and fifteen minutes.
const KEPT: [u64; 3] = [1884, 2014, 2037];

/// After so many looks at the same number no average moves any more.
const SETTLED: u64 = 8192;

/// The three averages.
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    averages: [u64; 3],
    /// When the last look was due.
    looked: u64,
}

impl Load {
    /// Nobody has wanted to run yet, at time 0.
    pub const fn new() -> Load {
        Load { averages: [0; 3], looked: 0 }
    }

    /// Makes up for the looks that were due up to `now` (nanoseconds): `wanting` tasks have wanted to run since the last call.
    #[inline]
    pub fn advance(&mut self, now: u64, wanting: usize) {
        let due = now.saturating_sub(self.looked) / INTERVAL;
        if due > 0 {
            self.looked += due * INTERVAL;
            self.look(due.min(SETTLED), wanting as u64 * ONE);
        }
    }

    #[cold]
    fn look(&mut self, times: u64, wanting: u64) {
        for (average, kept) in self.averages.iter_mut().zip(KEPT) {
            for _ in 0..times {
                // Rounded up on the way up, so that the number itself can be reached.
                let round = if wanting >= *average { ONE - 1 } else { 0 };
                *average = (*average * kept + wanting * (ONE - kept) + round) / ONE;
            }
        }
    }

    /// The averages in hundredths, rounded as /proc/loadavg does.
    pub fn hundredths(&self) -> [u64; 3] {
        self.averages.map(|average| (average + ONE / 200) * 100 / ONE)
    }

    /// The averages with `bits` bits behind the point, as sysinfo(2) gives them with 16.
    pub fn fixed(&self, bits: u32) -> [u64; 3] {
        self.averages.map(|average| (average << bits) / ONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_no_load() {
        let mut load = Load::new();
        load.advance(1000 * INTERVAL, 0);
        assert_eq!(load.hundredths(), [0, 0, 0]);
    }

    #[test]
    fn a_load_is_reached_in_the_end() {
        let mut load = Load::new();
        load.advance(5000 * INTERVAL, 3);
        assert_eq!(load.hundredths(), [300, 300, 300]);
        assert_eq!(load.fixed(16), [3 << 16; 3]);
    }

    #[test]
    fn a_minute_of_one_task_is_most_of_the_way() {
        let mut load = Load::new();
        load.advance(12 * INTERVAL, 1);
        let [one, five, fifteen] = load.hundredths();
        assert!((62..=65).contains(&one), "{one}");
        assert!((17..=20).contains(&five), "{five}");
        assert!((5..=8).contains(&fifteen), "{fifteen}");
    }

    #[test]
    fn many_short_steps_are_as_one_long() {
        let (mut steps, mut leap) = (Load::new(), Load::new());
        for step in 1..=700 {
            steps.advance(step * INTERVAL / 7, 2);
        }
        leap.advance(100 * INTERVAL, 2);
        assert_eq!(steps.hundredths(), leap.hundredths());
    }

    #[test]
    fn it_goes_down_again() {
        let mut load = Load::new();
        load.advance(100 * INTERVAL, 4);
        let before = load.hundredths();
        load.advance(112 * INTERVAL, 0);
        let after = load.hundredths();
        assert!(before.iter().zip(after).all(|(before, after)| after < *before));
        load.advance(100_000 * INTERVAL, 0);
        assert_eq!(load.hundredths()[0], 0);
    }
}
