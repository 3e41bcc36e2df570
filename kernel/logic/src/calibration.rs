//! How fast a fast counter runs, measured against a slow one whose frequency is known: the TSC against the PIT.
//!
//! The slow counter has 16 bits and counts down, round and round. A short first measure gives a rough frequency; from
//! then on it is known how many rounds have passed, so that every longer span gives a finer one.

/// Both counters, read at nearly the same moment.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The fast counter.
    pub fast: u64,
    /// How far apart, in fast ticks, the moments are between which the slow one was read.
    pub doubt: u64,
    /// The slow counter.
    pub slow: u16,
}

/// A frequency that becomes finer.
#[derive(Clone, Copy, Debug)]
pub struct Calibration {
    from: Sample,
    slow_hertz: u64,
    hertz: u64,
    /// How far `hertz` may be off.
    doubt_hertz: u64,
}

const ROUND: u128 = 1 << 16;

impl Calibration {
    /// The first, rough measure: less than one round of the slow counter passed from `from` to `to`. `None` if nothing
    /// passed.
    pub fn first(from: Sample, to: Sample, slow_hertz: u64) -> Option<Calibration> {
        let slow = u128::from(from.slow.wrapping_sub(to.slow));
        let mut calibration = Calibration { from, slow_hertz, hertz: 0, doubt_hertz: 0 };
        calibration.measure(to, slow).then_some(calibration)
    }

    /// Begins with what somebody says: `hertz`, give or take `doubt_hertz`.
    pub fn told(from: Sample, hertz: u64, doubt_hertz: u64, slow_hertz: u64) -> Calibration {
        Calibration { from, slow_hertz, hertz, doubt_hertz }
    }

    /// The fast counter's frequency, as far as it is known.
    pub fn hertz(&self) -> u64 {
        self.hertz
    }

    /// How far the frequency may be off, in millionths.
    pub fn parts_per_million(&self) -> u64 {
        (u128::from(self.doubt_hertz) * 1_000_000 / u128::from(self.hertz.max(1))) as u64
    }

    /// Measures again over the whole span since the beginning, and says whether that was finer. Where the span is so
    /// long that the rounds of the slow counter cannot be told any more, it begins anew from here.
    pub fn refine(&mut self, to: Sample) -> bool {
        let span = u128::from(to.fast.wrapping_sub(self.from.fast));
        let hertz = u128::from(self.hertz.max(1));
        let expected = span * u128::from(self.slow_hertz) / hertz;
        let doubt = expected * u128::from(self.doubt_hertz) / hertz;
        if doubt > ROUND / 4 {
            self.from = to;
            return false;
        }
        let part = u128::from(self.from.slow.wrapping_sub(to.slow));
        let rounds = (expected + ROUND / 2).saturating_sub(part) / ROUND;
        self.measure(to, part + rounds * ROUND)
    }

    /// Takes the frequency from a span of `slow` ticks, unless what is known is finer.
    fn measure(&mut self, to: Sample, slow: u128) -> bool {
        if slow == 0 {
            return false;
        }
        let span = u128::from(to.fast.wrapping_sub(self.from.fast));
        let hertz = span * u128::from(self.slow_hertz) / slow;
        // The readings' own doubt, and the slow counter's step at both ends.
        let blur = u128::from(self.from.doubt + to.doubt) + 2 * span / slow;
        let doubt = (blur * u128::from(self.slow_hertz) / slow).max(1);
        let (Ok(hertz), Ok(doubt)) = (u64::try_from(hertz), u64::try_from(doubt)) else { return false };
        let finer = hertz > 0 && (self.hertz == 0 || doubt < self.doubt_hertz);
        if finer {
            (self.hertz, self.doubt_hertz) = (hertz, doubt);
        }
        finer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: u64 = 1_193_182;

    /// What both counters say at a time, with a reading that takes `doubt` fast ticks.
    fn at(nanoseconds: u64, hertz: u64, doubt: u64) -> Sample {
        let ticks = |frequency: u64| (u128::from(nanoseconds) * u128::from(frequency) / 1_000_000_000) as u64;
        Sample { fast: 12_345 + ticks(hertz) + doubt / 3, doubt, slow: 0u16.wrapping_sub(ticks(SLOW) as u16) }
    }

    fn off(calibration: &Calibration, hertz: u64) -> u64 {
        calibration.hertz().abs_diff(hertz)
    }

    #[test]
    fn becomes_finer_over_longer_spans() {
        for hertz in [20_000_000, 1_000_000_000, 2_500_000_001, 6_000_000_000] {
            let doubt = hertz / 200_000;
            let mut calibration = Calibration::first(at(0, hertz, doubt), at(2_000_000, hertz, doubt), SLOW).unwrap();
            assert!(off(&calibration, hertz) < hertz / 100);
            for (nanoseconds, parts) in [(50_000_000, 4_000), (1_000_000_000, 80_000), (60_000_000_000, 1_000_000)] {
                assert!(calibration.refine(at(nanoseconds, hertz, doubt)));
                assert!(off(&calibration, hertz) <= hertz / parts, "{nanoseconds} ns: {calibration:?}");
            }
            assert!(calibration.parts_per_million() < 2);
        }
    }

    #[test]
    fn begins_anew_when_the_rounds_are_lost() {
        let hertz = 3_000_000_000;
        let mut calibration = Calibration::told(at(0, hertz, 0), hertz + hertz / 50, hertz / 50, SLOW);
        assert!(!calibration.refine(at(10_000_000_000, hertz, 0)));
        assert_eq!(calibration.hertz(), hertz + hertz / 50);
        assert!(calibration.refine(at(10_040_000_000, hertz, 0)));
        assert!(off(&calibration, hertz) < hertz / 10_000);
    }

    #[test]
    fn a_shorter_span_does_not_spoil_it() {
        let hertz = 1_000_000_000;
        let mut calibration = Calibration::told(at(0, hertz, 1000), hertz, 10, SLOW);
        assert!(!calibration.refine(at(1_000_000, hertz, 1000)));
        assert_eq!(calibration.hertz(), hertz);
    }

    #[test]
    fn nothing_passed() {
        assert!(Calibration::first(at(0, 1_000_000_000, 0), at(0, 1_000_000_000, 0), SLOW).is_none());
    }
}
