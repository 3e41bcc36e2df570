//! Counting time: dates, sums of times, and the change from one counter's ticks to another's.

use crate::errno::{Errno, Result};

/// Nanoseconds in a second.
pub const SECOND: u64 = 1_000_000_000;

const SECONDS_A_DAY: i64 = 86_400;

/// Days in 400 years, after which the calendar repeats.
const DAYS_A_CYCLE: i64 = 146_097;

/// From March 1 of year 0, where the cycles are counted from, to January 1 of 1970.
const DAYS_TO_1970: i64 = 719_468;

/// A date and a time of day, in UTC; leap seconds do not exist.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Date {
    /// The year, of the Gregorian calendar even before it was made.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
}

impl Date {
    /// The date so many seconds after the start of 1970.
    pub fn from_seconds(seconds: i64) -> Date {
        let (days, rest) = (seconds.div_euclid(SECONDS_A_DAY), seconds.rem_euclid(SECONDS_A_DAY));
        // Years are counted from March, so that the leap day is the last of a year.
        let days = days + DAYS_TO_1970;
        let (cycle, day) = (days.div_euclid(DAYS_A_CYCLE), days.rem_euclid(DAYS_A_CYCLE));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        // From March on, month lengths repeat every five months, which have 153 days.
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        Date {
            year: 400 * cycle + year + next_year,
            month: month as u8,
            day: day as u8,
            hour: (rest / 3600) as u8,
            minute: (rest / 60 % 60) as u8,
            second: (rest % 60) as u8,
        }
    }

    /// The seconds since the start of 1970; `None` if there is no such date, or not within 100,000,000 years.
    pub fn to_seconds(self) -> Option<i64> {
        let day_is_possible = (1..=12).contains(&self.month) && (1..=self.days_in_month()).contains(&self.day);
        let time_is_possible = self.hour < 24 && self.minute < 60 && self.second < 60;
        if !day_is_possible || !time_is_possible || self.year.unsigned_abs() > 100_000_000 {
            return None;
        }
        let (year, month) = match i64::from(self.month) {
            month @ ..3 => (self.year - 1, month + 9),
            month => (self.year, month - 3),
        };
        let (cycle, year) = (year.div_euclid(400), year.rem_euclid(400));
        let day = 365 * year + year / 4 - year / 100 + (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let days = cycle * DAYS_A_CYCLE + day - DAYS_TO_1970;
        Some(days * SECONDS_A_DAY + i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second))
    }

    fn days_in_month(self) -> u8 {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        match self.month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}

/// A time as Linux's `timespec` has it: the nanoseconds count forward, even if the seconds are negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub struct TimeSpec {
    seconds: i64,
    nanoseconds: u32,
}

impl TimeSpec {
    /// No time at all.
    pub const ZERO: TimeSpec = TimeSpec { seconds: 0, nanoseconds: 0 };

    /// A time as a program gives it; `EINVAL` if the nanoseconds are not within a second.
    pub fn new(seconds: i64, nanoseconds: i64) -> Result<TimeSpec> {
        match u32::try_from(nanoseconds) {
            Ok(nanoseconds) if u64::from(nanoseconds) < SECOND => Ok(TimeSpec { seconds, nanoseconds }),
            _ => Err(Errno::EINVAL),
        }
    }

    /// So many nanoseconds.
    pub const fn from_nanoseconds(nanoseconds: u64) -> TimeSpec {
        TimeSpec { seconds: (nanoseconds / SECOND) as i64, nanoseconds: (nanoseconds % SECOND) as u32 }
    }

    /// The whole seconds.
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// The nanoseconds beyond them, less than a second.
    pub const fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }

    /// All of it in nanoseconds; `EINVAL` if it is negative. What is longer than 292 years counts as that long, as in Linux.
    pub fn to_nanoseconds(self) -> Result<u64> {
        let seconds = u64::try_from(self.seconds).map_err(|_| Errno::EINVAL)?;
        let all = seconds.saturating_mul(SECOND).saturating_add(u64::from(self.nanoseconds));
        Ok(all.min(i64::MAX as u64))
    }

    /// The sum; `EOVERFLOW` if it cannot be told.
    pub fn checked_add(self, other: TimeSpec) -> Result<TimeSpec> {
        let nanoseconds = self.nanoseconds + other.nanoseconds;
        let carry = i64::from(u64::from(nanoseconds) >= SECOND);
        let seconds = self.seconds.checked_add(other.seconds).and_then(|sum| sum.checked_add(carry));
        let nanoseconds = nanoseconds - if carry == 1 { SECOND as u32 } else { 0 };
        Ok(TimeSpec { seconds: seconds.ok_or(Errno::EOVERFLOW)?, nanoseconds })
    }

    /// What is left when `other` is taken away; `EOVERFLOW` if it cannot be told.
    pub fn checked_sub(self, other: TimeSpec) -> Result<TimeSpec> {
        let borrow = i64::from(self.nanoseconds < other.nanoseconds);
        let seconds = self.seconds.checked_sub(other.seconds).and_then(|rest| rest.checked_sub(borrow));
        let nanoseconds = self.nanoseconds + if borrow == 1 { SECOND as u32 } else { 0 } - other.nanoseconds;
        Ok(TimeSpec { seconds: seconds.ok_or(Errno::EOVERFLOW)?, nanoseconds })
    }
}

/// Changes the ticks of one counter into those of another by a multiplication and a shift.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scale {
    multiplier: u64,
    shift: u32,
}

impl Scale {
    /// From ticks of `from` hertz to ticks of `to` hertz; `None` if one is 0. The multiplier has 62 or 63 bits, so the result is
    /// exact to one tick as long as it is below 2^61.
    pub fn new(from: u64, to: u64) -> Option<Scale> {
        let shift = (62 + from.checked_ilog2()?).checked_sub(to.checked_ilog2()?)?;
        let multiplier = u64::try_from((u128::from(to) << shift) / u128::from(from)).ok()?;
        Some(Scale { multiplier, shift })
    }

    /// From ticks of a counter to nanoseconds.
    pub fn to_nanoseconds(frequency: u64) -> Option<Scale> {
        Scale::new(frequency, SECOND)
    }

    /// From nanoseconds to ticks of a counter.
    pub fn from_nanoseconds(frequency: u64) -> Option<Scale> {
        Scale::new(SECOND, frequency)
    }

    /// The ticks of the other counter, rounded down; at most what 64 bits can tell.
    #[inline]
    pub fn apply(self, ticks: u64) -> u64 {
        // One MUL, whose result has 128 bits, and a shift.
        let product = (u128::from(ticks) * u128::from(self.multiplier)) >> self.shift;
        u64::try_from(product).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn known_dates() {
        let date = |year, month, day, hour, minute, second| Date { year, month, day, hour, minute, second };
        for (seconds, expected) in [
            (0, date(1970, 1, 1, 0, 0, 0)),
            (951_782_400, date(2000, 2, 29, 0, 0, 0)),
            (951_868_799, date(2000, 2, 29, 23, 59, 59)),
            (1_234_567_890, date(2009, 2, 13, 23, 31, 30)),
            (2_147_483_648, date(2038, 1, 19, 3, 14, 8)),
            (4_107_542_400, date(2100, 3, 1, 0, 0, 0)),
            (-1, date(1969, 12, 31, 23, 59, 59)),
            (-62_167_219_200, date(0, 1, 1, 0, 0, 0)),
        ] {
            assert_eq!(Date::from_seconds(seconds), expected);
            assert_eq!(expected.to_seconds(), Some(seconds));
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut date = Date { year: 1890, month: 12, day: 31, hour: 12, minute: 0, second: 0 };
        let mut seconds = date.to_seconds().unwrap();
        for _ in 0..150_000 {
            seconds += SECONDS_A_DAY;
            let next = Date::from_seconds(seconds);
            let follows = if date.day < date.days_in_month() {
                Date { day: date.day + 1, ..date }
            } else if date.month < 12 {
                Date { month: date.month + 1, day: 1, ..date }
            } else {
                Date { year: date.year + 1, month: 1, day: 1, ..date }
            };
            assert_eq!(next, follows);
            assert_eq!(next.to_seconds(), Some(seconds));
            date = next;
        }
    }

    #[test]
    fn dates_that_cannot_be() {
        let date = Date { year: 2023, month: 2, day: 28, hour: 0, minute: 0, second: 0 };
        assert!(date.to_seconds().is_some());
        for wrong in [
            Date { day: 29, ..date },
            Date { day: 0, ..date },
            Date { month: 0, ..date },
            Date { month: 13, ..date },
            Date { hour: 24, ..date },
            Date { minute: 60, ..date },
            Date { second: 60, ..date },
            Date { year: i64::MIN, ..date },
            Date { year: 1900, day: 29, ..date },
        ] {
            assert_eq!(wrong.to_seconds(), None);
        }
        assert_eq!(Date::from_seconds(i64::MAX / 1000).to_seconds(), None);
    }

    #[test]
    fn sums_agree_with_whole_nanoseconds() {
        let mut random = Random(10);
        let mut time = || TimeSpec::new(random.next() as i64 >> 20, random.below(SECOND) as i64).unwrap();
        let whole = |time: TimeSpec| i128::from(time.seconds) * i128::from(SECOND) + i128::from(time.nanoseconds);
        for _ in 0..5000 {
            let (one, two) = (time(), time());
            let (sum, rest) = (one.checked_add(two).unwrap(), one.checked_sub(two).unwrap());
            assert_eq!((whole(sum), whole(rest)), (whole(one) + whole(two), whole(one) - whole(two)));
            assert!(u64::from(sum.nanoseconds) < SECOND && u64::from(rest.nanoseconds) < SECOND);
            assert_eq!(one < two, whole(one) < whole(two));
        }
    }

    #[test]
    fn times_at_the_limits() {
        let most = TimeSpec::new(i64::MAX, 999_999_999).unwrap();
        assert_eq!(most.checked_add(TimeSpec::from_nanoseconds(1)), Err(Errno::EOVERFLOW));
        assert_eq!(
            TimeSpec::new(i64::MIN, 0).unwrap().checked_sub(TimeSpec::from_nanoseconds(1)),
            Err(Errno::EOVERFLOW)
        );
        assert_eq!(most.to_nanoseconds(), Ok(i64::MAX as u64));
        assert_eq!(TimeSpec::new(-1, 5).unwrap().to_nanoseconds(), Err(Errno::EINVAL));
        assert_eq!(TimeSpec::new(0, -1), Err(Errno::EINVAL));
        assert_eq!(TimeSpec::new(0, 1_000_000_000), Err(Errno::EINVAL));
        assert_eq!(TimeSpec::from_nanoseconds(2_000_000_003).to_nanoseconds(), Ok(2_000_000_003));
    }

    #[test]
    fn scales_are_exact_over_years() {
        let mut random = Random(12);
        let frequencies = [100, 1000, 1_193_182, 24_000_000, 999_999_999, 1_000_000_000, 2_893_202_000, 5_800_000_000];
        for frequency in frequencies {
            for (from, to) in [(frequency, SECOND), (SECOND, frequency)] {
                let scale = Scale::new(from, to).unwrap();
                assert!(scale.multiplier >> 61 != 0, "{scale:?}");
                for years in [0, 1, 10, 50] {
                    let ticks = from * 31_557_600 * years + random.below(from * 1000);
                    let exact = (u128::from(ticks) * u128::from(to) / u128::from(from)) as u64;
                    assert!(scale.apply(ticks).abs_diff(exact) <= 1, "{ticks} ticks at {from} Hz to {to} Hz");
                }
            }
        }
        assert_eq!(Scale::to_nanoseconds(1).unwrap().apply(3), 3 * SECOND);
        assert_eq!(Scale::to_nanoseconds(1).unwrap().apply(u64::MAX), u64::MAX);
        assert_eq!(Scale::from_nanoseconds(1).unwrap().apply(7 * SECOND + 1), 7);
        assert_eq!((Scale::new(0, 5), Scale::new(5, 0)), (None, None));
    }
}
