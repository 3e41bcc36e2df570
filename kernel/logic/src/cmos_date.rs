//! The date as a PC's clock chip keeps it, as seconds since 1970. MC146818 data sheet, "Time, calendar and alarm locations".

/// The chip's registers, read together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CmosDate {
    /// 0 to 59 (60 in a leap second).
    pub second: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 23; or 1 to 12, with the top bit for the afternoon.
    pub hour: u8,
    /// 1 to 31.
    pub day: u8,
    /// 1 to 12.
    pub month: u8,
    /// Of the century.
    pub year: u8,
    /// If the chip keeps it.
    pub century: u8,
    /// Status register B: how the others are to be read.
    pub format: u8,
}

const BINARY: u8 = 0x04;
const HOURS_24: u8 = 0x02;
const AFTERNOON: u8 = 0x80;

impl CmosDate {
    /// Seconds since 1970, taking the chip's date as UTC; `None` if it is no date.
    pub fn unix_seconds(&self) -> Option<u64> {
        let (second, minute) = (self.number(self.second)?, self.number(self.minute)?);
        let (day, month) = (self.number(self.day)?, self.number(self.month)?);
        let (hour, year) = (self.hour()?, self.year()?);
        let valid = second <= 60 && minute < 60 && (1..=12).contains(&month) && (1..=31).contains(&day);
        valid.then(|| ((days_before(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
    }

    /// A register's value: binary, or two decimal digits.
    fn number(&self, register: u8) -> Option<u64> {
        if self.format & BINARY != 0 {
            return Some(u64::from(register));
        }
        let (tens, ones) = (register >> 4, register & 15);
        (tens < 10 && ones < 10).then(|| u64::from(tens * 10 + ones))
    }

    fn hour(&self) -> Option<u64> {
        if self.format & HOURS_24 != 0 {
            return self.number(self.hour).filter(|&hour| hour < 24);
        }
        let hour = self.number(self.hour & !AFTERNOON).filter(|hour| (1..=12).contains(hour))?;
        Some(hour % 12 + if self.hour & AFTERNOON != 0 { 12 } else { 0 })
    }

    /// The year in full. A century that makes no sense is not kept by the chip: then the years go from 1970 to 2069.
    fn year(&self) -> Option<u64> {
        let year = self.number(self.year).filter(|&year| year < 100)?;
        let century = self.number(self.century).filter(|century| (19..=29).contains(century));
        Some(century.unwrap_or(if year >= 70 { 19 } else { 20 }) * 100 + year).filter(|&year| year >= 1970)
    }
}

/// Days from the start of 1970 to a date of the Gregorian calendar.
fn days_before(year: u64, month: u64, day: u64) -> u64 {
    const BEFORE_MONTH: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let leap_day = u64::from(leap && month > 2);
    let leap_years = |year: u64| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leap_years(year - 1) - leap_years(1969);
    years + BEFORE_MONTH[month as usize - 1] + leap_day + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: CmosDate = CmosDate {
        second: 0x56,
        minute: 0x34,
        hour: 0x12,
        day: 0x29,
        month: 0x02,
        year: 0x24,
        century: 0x20,
        format: HOURS_24,
    };

    #[test]
    fn decimal_digits() {
        assert_eq!(NOON.unix_seconds(), Some(1_709_210_096)); // date -u -d '2024-02-29 12:34:56' +%s
    }

    #[test]
    fn binary_and_twelve_hours() {
        let binary = CmosDate {
            second: 56,
            minute: 34,
            hour: 0x80 | 12,
            day: 29,
            month: 2,
            year: 24,
            century: 20,
            format: BINARY,
        };
        assert_eq!(binary.unix_seconds(), Some(1_709_210_096));
        assert_eq!(CmosDate { hour: 12, ..binary }.unix_seconds(), Some(1_709_210_096 - 12 * 3600));
        assert_eq!(CmosDate { hour: 0x81, ..binary }.unix_seconds(), Some(1_709_210_096 + 3600));
    }

    #[test]
    fn centuries() {
        assert_eq!(CmosDate { century: 0xff, ..NOON }.unix_seconds(), NOON.unix_seconds());
        let last = CmosDate {
            second: 0x59,
            minute: 0x59,
            hour: 0x23,
            day: 0x31,
            month: 0x12,
            year: 0x99,
            century: 0,
            format: HOURS_24,
        };
        assert_eq!(last.unix_seconds(), Some(946_684_799)); // the end of 1999
        assert_eq!(CmosDate { century: 0x20, ..last }.unix_seconds(), Some(4_102_444_799)); // the end of 2099
        let first =
            CmosDate { second: 0, minute: 0, hour: 0, day: 1, month: 1, year: 0x70, century: 0x19, format: HOURS_24 };
        assert_eq!(first.unix_seconds(), Some(0));
    }

    #[test]
    fn no_date() {
        for broken in [
            CmosDate { second: 0x61, ..NOON },
            CmosDate { second: 0x5a, ..NOON },
            CmosDate { minute: 0x60, ..NOON },
            CmosDate { hour: 0x24, ..NOON },
            CmosDate { hour: 0, format: 0, ..NOON },
            CmosDate { day: 0, ..NOON },
            CmosDate { month: 0x13, ..NOON },
            CmosDate { month: 0, ..NOON },
            CmosDate { year: 0xff, ..NOON },
            CmosDate { year: 0x50, century: 0x19, ..NOON },
        ] {
            assert_eq!(broken.unix_seconds(), None, "{broken:?}");
        }
    }
}
