//! The records that the kernel sends; kernel/machine/src/profile.rs says how they look.

use anyhow::{Result, ensure};

/// One record.
#[derive(Debug, PartialEq, Eq)]
pub enum Record {
    /// A task at work. Addresses are from the innermost outwards.
    Sample { space: u64, time: u64, kernel: Vec<u64>, program: Vec<u64> },
    /// Nothing to do.
    Idle(u64),
    /// Which program a space is for; what it held is past.
    Name(u64, String),
    /// What lies in a space.
    Map(u64, Mapping),
    /// A space is a copy of another.
    Copy(u64, u64),
}

/// A part of a file in a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    pub start: u64,
    pub end: u64,
    /// Where the part begins in the file.
    pub offset: u64,
    pub path: String,
}

/// All records; the last may be cut where the machine ended.
pub fn records(bytes: &[u8]) -> Result<Vec<Record>> {
    let mut rest = bytes;
    let mut records = Vec::new();
    while let Some(&kind) = rest.split_off_first() {
        let place = bytes.len() - rest.len() - 1;
        ensure!(b"SINMC".contains(&kind), "no record begins with {kind:#04x}, at byte {place} of the samples");
        let Some(record) = record(kind, &mut rest) else { break };
        records.push(record);
    }
    Ok(records)
}

/// What follows a record's letter; nothing if it is cut.
fn record(kind: u8, rest: &mut &[u8]) -> Option<Record> {
    Some(match kind {
        b'S' => Record::Sample {
            space: number(rest)?,
            time: number(rest)?,
            kernel: addresses(rest)?,
            program: addresses(rest)?,
        },
        b'I' => Record::Idle(number(rest)?),
        b'N' => Record::Name(number(rest)?, text(rest)?),
        b'M' => Record::Map(
            number(rest)?,
            Mapping { start: number(rest)?, end: number(rest)?, offset: number(rest)?, path: text(rest)? },
        ),
        b'C' => Record::Copy(number(rest)?, number(rest)?),
        _ => return None,
    })
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    rest.split_off(..8)?.try_into().ok().map(u64::from_le_bytes)
}

fn addresses(rest: &mut &[u8]) -> Option<Vec<u64>> {
    let count = *rest.split_off_first()?;
    (0..count).map(|_| number(rest)).collect()
}

fn text(rest: &mut &[u8]) -> Option<String> {
    let length = *rest.split_off_first()?;
    Some(String::from_utf8_lossy(rest.split_off(..usize::from(length))?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(kind: u8, words: &[u64]) -> Vec<u8> {
        [kind].into_iter().chain(words.iter().flat_map(|word| word.to_le_bytes())).collect()
    }

    #[test]
    fn records_are_read_up_to_one_that_is_cut() {
        let mut sent = bytes(b'N', &[0x1000]);
        sent.extend(b"\x04/bin");
        sent.extend(bytes(b'C', &[0x2000, 0x1000]));
        sent.extend(bytes(b'S', &[0x2000, 5]));
        sent.extend([0, 1]);
        sent.extend(7u64.to_le_bytes());
        sent.extend(bytes(b'M', &[0x2000, 1, 2, 3]));
        sent.extend(b"\x01/");
        sent.extend(bytes(b'S', &[0x2000]));
        let read = records(&sent).unwrap();
        let mapping = Mapping { start: 1, end: 2, offset: 3, path: "/".into() };
        assert_eq!(
            read,
            [
                Record::Name(0x1000, "/bin".to_string()),
                Record::Copy(0x2000, 0x1000),
                Record::Sample { space: 0x2000, time: 5, kernel: vec![], program: vec![7] },
                Record::Map(0x2000, mapping),
            ]
        );
    }
    #[test]
    fn what_is_no_record_is_told() {
        let mut sent = bytes(b'I', &[5]);
        sent.extend(b"?");
        let error = records(&sent).unwrap_err().to_string();
        assert_eq!(error, "no record begins with 0x3f, at byte 9 of the samples");
    }
}
