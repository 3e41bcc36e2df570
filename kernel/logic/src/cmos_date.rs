//! The date as a PC's clock chip keeps it, as seconds since 1970. MC146818 data sheet, "Time, calendar and alarm
//! locations".

use crate::time::Date;

/// The chip's registers, read together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CmosDate {
    /// 0 to 59.
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
    /// Reads the registers, which cannot be read while the chip changes them (`None`), until two readings agree: those cannot both
    /// have been caught in the middle of a change. `None` when `is_late` before.
    pub fn settled(mut read: impl FnMut() -> Option<CmosDate>, mut is_late: impl FnMut() -> bool) -> Option<CmosDate> {
        let mut last = None;
        loop {
            let now = read();
            if now.is_some() && now == last {
                return now;
            }
            if is_late() {
                return None;
            }
            last = now;
        }
    }

    /// Seconds since 1970, taking the chip's date as UTC; `None` if it is no date.
    pub fn unix_seconds(&self) -> Option<u64> {
        let date = Date {
            year: self.year()?,
            month: self.number(self.month)?,
            day: self.number(self.day)?,
            hour: self.hour()?,
            minute: self.number(self.minute)?,
            second: self.number(self.second)?,
        };
        u64::try_from(date.to_seconds()?).ok()
    }

    /// A register's value: binary, or two decimal digits.
    fn number(&self, register: u8) -> Option<u8> {
        if self.format & BINARY != 0 {
            return Some(register);
        }
        let (tens, ones) = (register >> 4, register & 15);
        (tens < 10 && ones < 10).then_some(tens * 10 + ones)
    }

    fn hour(&self) -> Option<u8> {
        if self.format & HOURS_24 != 0 {
            return self.number(self.hour);
        }
        let hour = self.number(self.hour & !AFTERNOON).filter(|hour| (1..=12).contains(hour))?;
        Some(hour % 12 + if self.hour & AFTERNOON != 0 { 12 } else { 0 })
    }

    /// The year in full. A century that makes no sense is not kept by the chip: then the years go from 1970 to 2069.
    fn year(&self) -> Option<i64> {
        let year = self.number(self.year).filter(|&year| year < 100)?;
        let century = self.number(self.century).filter(|century| (19..=29).contains(century));
        let century = century.unwrap_or(if year >= 70 { 19 } else { 20 });
        Some(i64::from(century) * 100 + i64::from(year))
    }
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
    fn a_change_is_waited_for_however_often_one_can_look() {
        let (mut looks, mut time) = (0, 0);
        let read = || {
            looks += 1;
            match looks {
                ..=100_000 => None,
                100_001 => Some(CmosDate { second: 0x59, ..NOON }),
                _ => Some(NOON),
            }
        };
        let is_late = || {
            time += 1;
            time > 200_000
        };
        assert_eq!(CmosDate::settled(read, is_late), Some(NOON));
        assert_eq!(looks, 100_003);
    }

    #[test]
    fn a_chip_that_is_not_there_is_given_up() {
        let mut time = 0;
        let is_late = || {
            time += 1;
            time > 10
        };
        assert_eq!(CmosDate::settled(|| None, is_late), None);
        assert_eq!(time, 11);
    }

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
