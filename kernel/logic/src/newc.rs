//! The header of a newc cpio archive's entry, for one who wants to know why a reader stopped: cpio(5), and Linux's
//! Documentation/driver-api/early-userspace/buffer-format.rst.

use core::fmt;

/// The name of an archive's last entry.
pub const TRAILER: &[u8] = b"TRAILER!!!";

/// The magic number, and that of the variant with a checksum.
const MAGIC: [&[u8]; 2] = [b"070701", b"070702"];

const LENGTH: usize = 110;
const FILE_SIZE: usize = 6;
const NAME_SIZE: usize = 11;
const FIELDS: usize = 13;

/// What other things begin with that are given for an archive by mistake.
const OTHERS: [(&[u8], &str); 11] = [
    (b"070707", "an archive in the old portable format (make it with `cpio -H newc`)"),
    (&[0xc7, 0x71], "an archive in the old binary format (make it with `cpio -H newc`)"),
    (&[0x71, 0xc7], "an archive in the old binary format (make it with `cpio -H newc`)"),
    (&[0x1f, 0x8b], "compressed by gzip (uncompress it first)"),
    (&[0x28, 0xb5, 0x2f, 0xfd], "compressed by zstd (uncompress it first)"),
    (&[0xfd, b'7', b'z', b'X', b'Z'], "compressed by xz (uncompress it first)"),
    (b"BZh", "compressed by bzip2 (uncompress it first)"),
    (&[0x04, 0x22, 0x4d, 0x18], "compressed by lz4 (uncompress it first)"),
    (&[0x02, 0x21, 0x4c, 0x18], "compressed by lz4 (uncompress it first)"),
    (b"\x7fELF", "a program (ELF)"),
    (b"hsqs", "a squashfs image"),
];

/// Where the parts of an entry are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header<'a> {
    /// The name, without the NULs behind it.
    pub name: &'a [u8],
    /// The fields in their order: inode, mode, user, group, links, time, size, device (2), device node (2), name's size, checksum.
    pub fields: [u32; FIELDS],
    /// Where the data begins, counted from the header.
    pub data: usize,
    /// Where it ends.
    pub end: usize,
    /// Where the next header is.
    pub next: usize,
}

/// Why there is no entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble<'a> {
    /// It is something else, if we know what.
    Foreign(Option<&'static str>),
    /// A header's numbers are no numbers, or the name is none.
    Broken,
    /// It ends in the middle of a header.
    ShortHeader,
    /// It ends in the middle of the data of that file.
    ShortData {
        /// The file's name.
        name: &'a [u8],
        /// How many bytes it has.
        wanted: usize,
        /// How many are there.
        there: usize,
    },
}

impl<'a> Header<'a> {
    /// Reads the header at the start of `bytes`, and checks that the whole entry is there.
    pub fn read(bytes: &'a [u8]) -> Result<Header<'a>, Trouble<'a>> {
        let magic = bytes.get(..MAGIC[0].len()).ok_or_else(|| short(bytes))?;
        if !MAGIC.contains(&magic) {
            return Err(foreign(bytes));
        }
        let header = bytes.get(..LENGTH).ok_or(Trouble::ShortHeader)?;
        let mut fields = [0; FIELDS];
        for (field, text) in fields.iter_mut().zip(header[magic.len()..].chunks_exact(8)) {
            *field = hexadecimal(text).ok_or(Trouble::Broken)?;
        }
        let (size, name_size) = (fields[FILE_SIZE] as usize, fields[NAME_SIZE] as usize);
        let name = bytes.get(LENGTH..LENGTH + name_size).ok_or(Trouble::ShortHeader)?;
        let name = name.strip_suffix(&[0]).ok_or(Trouble::Broken)?;
        let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
        let data = (LENGTH + name_size).next_multiple_of(4);
        let end = data + size;
        if end > bytes.len() {
            return Err(Trouble::ShortData { name, wanted: size, there: bytes.len().saturating_sub(data) });
        }
        Ok(Header { name, fields, data, end, next: end.next_multiple_of(4).min(bytes.len()) })
    }

    /// Whether it is the archive's last.
    pub fn is_trailer(&self) -> bool {
        self.name == TRAILER
    }
}

fn short(bytes: &[u8]) -> Trouble<'_> {
    if MAGIC.iter().any(|magic| magic.starts_with(bytes)) { Trouble::ShortHeader } else { foreign(bytes) }
}

fn foreign(bytes: &[u8]) -> Trouble<'_> {
    Trouble::Foreign(OTHERS.iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, what)| *what))
}

fn hexadecimal(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0, |number, &digit| Some(number << 4 | (digit as char).to_digit(16)?))
}

impl fmt::Display for Trouble<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Foreign(Some(what)) => write!(f, "this is {what}, not a newc cpio archive"),
            Trouble::Foreign(None) => write!(f, "this is not a newc cpio archive"),
            Trouble::Broken => write!(f, "the archive is broken: a header is damaged"),
            Trouble::ShortHeader => write!(f, "the archive is truncated: it ends in the middle of a header"),
            Trouble::ShortData { name, wanted, there } => {
                let name = name.escape_ascii();
                write!(f, "the archive is truncated: `{name}` has {wanted} bytes, and only {there} are there")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use std::format;

    fn entry(name: &[u8], data: &[u8]) -> Vec<u8> {
        let mut fields = [0; FIELDS];
        (fields[FILE_SIZE], fields[NAME_SIZE]) = (data.len(), name.len() + 1);
        let mut bytes = Vec::from(MAGIC[0]);
        for field in fields {
            bytes.extend(format!("{field:08x}").bytes());
        }
        bytes.extend(name);
        bytes.push(0);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes.extend(data);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    #[test]
    fn an_entry_is_taken_apart() {
        let bytes = entry(b"etc/motd\0\0\0", b"hello");
        let header = Header::read(&bytes).unwrap();
        assert_eq!((header.name, &bytes[header.data..header.end]), (&b"etc/motd"[..], &b"hello"[..]));
        assert_eq!(header.next, bytes.len());
        assert!(!header.is_trailer());
        assert!(Header::read(&entry(TRAILER, b"")).unwrap().is_trailer());
    }

    #[test]
    fn every_truncation_is_noticed() {
        let bytes = entry(b"name", b"12345678");
        for length in 0..bytes.len() {
            match Header::read(&bytes[..length]) {
                Err(Trouble::ShortHeader) => assert!(length < 118, "{length}"),
                Err(Trouble::ShortData { name: b"name", wanted: 8, .. }) => assert!(length >= 115, "{length}"),
                other => panic!("{length}: {other:?}"),
            }
        }
    }

    #[test]
    fn damage_and_strangers_are_told_apart() {
        let mut bytes = entry(b"name", b"data");
        bytes[20] = b'x';
        assert_eq!(Header::read(&bytes), Err(Trouble::Broken));
        assert!(matches!(Header::read(b"070707000"), Err(Trouble::Foreign(Some(_)))));
        assert_eq!(Header::read(b"OHAI THERE"), Err(Trouble::Foreign(None)));
        assert!(format!("{}", foreign(&[0x1f, 0x8b, 8])).contains("gzip"));
        let unterminated = &mut entry(b"name", b"");
        unterminated[LENGTH + 4] = b'!';
        assert_eq!(Header::read(unterminated), Err(Trouble::Broken));
    }
}
