//! A terminal's report of where its cursor is: `ESC [ row ; column R` (ECMA-48, CPR), picked out of what is typed.

/// What has come of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Report {
    part: Part,
    numbers: [u16; 2],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Part {
    #[default]
    Nothing,
    Escape,
    Row,
    Column,
    All,
}

impl Report {
    /// Takes the next byte; whether it belongs to a report. One that breaks off has swallowed its beginning.
    pub fn take(&mut self, byte: u8) -> bool {
        let next = match (self.part, byte) {
            (_, 0x1b) => {
                self.numbers = [0; 2];
                Part::Escape
            }
            (Part::Escape, b'[') => Part::Row,
            (Part::Row, b'0'..=b'9') => self.digit(0, byte),
            (Part::Row, b';') => Part::Column,
            (Part::Column, b'0'..=b'9') => self.digit(1, byte),
            (Part::Column, b'R') => Part::All,
            _ => Part::Nothing,
        };
        self.part = next;
        next != Part::Nothing
    }

    /// Row and column, once the report is complete.
    pub fn place(&self) -> Option<(u16, u16)> {
        let [row, column] = self.numbers;
        (self.part == Part::All && row > 0 && column > 0).then_some((row, column))
    }

    fn digit(&mut self, index: usize, byte: u8) -> Part {
        self.numbers[index] = self.numbers[index].saturating_mul(10).saturating_add(u16::from(byte - b'0'));
        self.part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (usize, Option<(u16, u16)>) {
        let mut report = Report::default();
        let mut found = None;
        let taken = bytes.iter().filter(|&&byte| {
            let taken = report.take(byte);
            found = found.or(report.place());
            taken
        });
        (taken.count(), found)
    }

    #[test]
    fn a_report_is_picked_out() {
        assert_eq!(read(b"\x1b[24;80R"), (8, Some((24, 80))));
        assert_eq!(read(b"ls\n\x1b[50;132Rpwd"), (9, Some((50, 132))));
        assert_eq!(read(b"\x1b\x1b[2;3R"), (7, Some((2, 3))));
    }

    #[test]
    fn what_is_none_is_left() {
        assert_eq!(read(b"abc"), (0, None));
        assert_eq!(read(b"\x1b[A"), (2, None));
        assert_eq!(read(b"\x1b[0;0R").1, None);
        assert_eq!(read(b"\x1b[99999999;1R").1, Some((u16::MAX, 1)));
    }
}
