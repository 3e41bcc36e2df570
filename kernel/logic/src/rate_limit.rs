//! Rate limit of log lines that programs bring about: some at once, then none until the interval is over. As Linux's
//! `ratelimit`.

/// The state of a limit. Times are nanoseconds of any clock that does not go back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RateLimit {
    burst: u32,
    interval: u64,
    /// The start of the interval; 0 before the first.
    start: u64,
    passed: u32,
    suppressed: u32,
}

impl RateLimit {
    /// A limit of `burst` lines in each interval.
    pub const fn new(burst: u32, interval: u64) -> RateLimit {
        RateLimit { burst, interval, start: 0, passed: 0, suppressed: 0 }
    }

    /// Whether a line may be written now: `Some` with the number of lines that were suppressed since the last interval
    /// that suppressed any; `None` suppresses it.
    pub fn pass(&mut self, now: u64) -> Option<u32> {
        let is_over = now.saturating_sub(self.start) >= self.interval;
        if is_over || self.passed == 0 {
            (self.start, self.passed) = (now, 0);
        }
        if self.passed == self.burst {
            self.suppressed = self.suppressed.saturating_add(1);
            return None;
        }
        self.passed += 1;
        Some(core::mem::take(&mut self.suppressed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use alloc::vec::Vec;

    #[test]
    fn a_burst_passes_and_the_rest_is_counted() {
        let mut limit = RateLimit::new(3, 100);
        let passed: Vec<_> = [7, 8, 9, 10, 106, 107, 108].map(|now| limit.pass(now)).into();
        assert_eq!(passed, [Some(0), Some(0), Some(0), None, None, Some(2), Some(0)]);
        assert_eq!(limit.pass(1000), Some(0));
        // A clock that goes back suppresses lines at most.
        assert_eq!([0, 0, 0].map(|now| limit.pass(now)), [Some(0), Some(0), None]);
    }

    #[test]
    fn no_interval_has_more_than_two_bursts_and_every_line_is_counted() {
        let (mut random, mut limit) = (Random(3), RateLimit::new(10, 5000));
        let (mut now, mut counted, mut times) = (1, 0, Vec::new());
        for _ in 0..20_000 {
            now += random.below(200);
            if let Some(suppressed) = limit.pass(now) {
                counted += 1 + suppressed;
                times.push(now);
            }
        }
        assert_eq!(counted + limit.suppressed, 20_000);
        assert!(times.windows(21).all(|some| some[20] - some[0] >= 5000));
    }
}
