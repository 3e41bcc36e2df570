//! Conversion of a counter's values to nanoseconds: `time = base_time + (counter - base_counter) * rate / 2^32`.

/// The conversion. It may be replaced while time goes on (`rebased`), without a jump.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scale {
    /// A value of the counter.
    pub base_counter: u64,
    /// The time at that value, in nanoseconds.
    pub base_time: u64,
    /// Nanoseconds per count, as a fixed-point number with 32 bits behind the point; 0 while the frequency is unknown.
    pub rate: u64,
}

impl Scale {
    /// The rate of a counter of a frequency, which is not 0.
    pub fn rate_of(hertz: u64) -> u64 {
        ((1_000_000_000u128 << 32) / u128::from(hertz.max(1))) as u64
    }

    /// The time at a value of the counter, which may lie before the base; never less than 0.
    pub fn time(&self, counter: u64) -> u64 {
        let scaled = |counts: u64| ((u128::from(counts) * u128::from(self.rate)) >> 32) as u64;
        match counter.checked_sub(self.base_counter) {
            Some(later) => self.base_time + scaled(later),
            None => self.base_time.saturating_sub(scaled(self.base_counter - counter)),
        }
    }

    /// The same up to this value of the counter, and another frequency from there on. The first frequency holds from the
    /// base on.
    pub fn rebased(&self, counter: u64, hertz: u64) -> Scale {
        let rate = Scale::rate_of(hertz);
        if self.rate == 0 {
            return Scale { rate, ..*self };
        }
        Scale { base_counter: counter, base_time: self.time(counter), rate }
    }
}

#[cfg(test)]
mod tests {
    use super::Scale;

    const UNKNOWN: Scale = Scale { base_counter: 1_000, base_time: 0, rate: 0 };

    #[test]
    fn the_first_frequency_holds_from_the_start() {
        assert_eq!(UNKNOWN.time(5_000), 0);
        let scale = UNKNOWN.rebased(501_000, 1_000_000);
        assert_eq!((scale.time(1_000), scale.time(501_000)), (0, 500_000_000));
    }

    #[test]
    fn a_new_frequency_makes_no_jump() {
        let before = UNKNOWN.rebased(2_000, 1_000_000);
        let after = before.rebased(41_000, 1_010_000);
        assert_eq!(after.time(41_000), before.time(41_000));
        assert!(after.time(141_000) < before.time(141_000));
    }

    #[test]
    fn moments_before_the_base_keep_their_order() {
        let scale = UNKNOWN.rebased(2_000, 1_000_000).rebased(41_000, 1_000_000);
        let moments = [1_000, 1_400, 5_000, 6_000, 25_000, 41_000, 42_000];
        assert_eq!(moments.map(|counter| scale.time(counter)), moments.map(|counter| (counter - 1_000) * 1_000));
        assert_eq!(scale.time(0), 0);
    }

    #[test]
    fn long_times_do_not_overflow() {
        let scale = UNKNOWN.rebased(2_000, 5_000_000_000);
        let hundred_years = 100 * 366 * 86_400;
        let time = scale.time(1_000 + hundred_years * 5_000_000_000);
        assert!(time.abs_diff(hundred_years * 1_000_000_000) < 1_000_000_000, "{time}");
    }
}
