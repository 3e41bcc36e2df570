//! Reading newc archives, as the kernel's Documentation/driver-api/early-userspace/buffer-format.rst describes them: one
//! after another, with zeros between and after them.

use std::ffi::OsString;
use std::io::{self, BufRead, ErrorKind, Read};
use std::os::unix::ffi::OsStringExt;

use anyhow::{Context, Result, bail, ensure};

const FIELDS: usize = 13;
const HEADER: usize = 6 + FIELDS * 8;
const TRAILER: &[u8] = b"TRAILER!!!";

/// What stands before a file's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Name without a leading slash or dot; the root itself has none.
    pub(crate) name: OsString,
    /// What names of one file have in common: its number and device.
    pub(crate) identity: (u32, u32, u32),
    /// How many names the file has.
    pub(crate) links: u32,
    /// Kind and rights, as stat(2) has them.
    pub(crate) mode: u32,
    /// Owner.
    pub(crate) user: u32,
    /// Group.
    pub(crate) group: u32,
    /// Last change, in seconds.
    pub(crate) time: u32,
    /// Bytes of data.
    pub(crate) size: u32,
    /// Which device it is, if it is one.
    pub(crate) device: (u32, u32),
}

/// An entry, or the end of one of the archives.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// A file of any kind.
    Entry(Entry),
    /// The end of an archive; hard links do not reach beyond it.
    Trailer,
}

/// A stream of archives. After an entry its data must be read by [`Archive::data`] before the next one.
pub(crate) struct Archive<R> {
    input: R,
    position: u64,
}

impl<R: BufRead> Archive<R> {
    /// The archives begin where the reader stands.
    pub(crate) fn new(input: R) -> Self {
        Archive { input, position: 0 }
    }

    /// The next entry, or `None` at the end of the input.
    pub(crate) fn next(&mut self) -> Result<Option<Item>> {
        self.align()?;
        if !self.skip_zeros()? {
            return Ok(None);
        }
        let start = self.position;
        let item = self.item().with_context(|| format!("the archive is broken at byte {start}"))?;
        Ok(Some(item))
    }

    /// The data of the entry that was just read.
    pub(crate) fn data(&mut self, entry: &Entry) -> impl Read {
        self.position += u64::from(entry.size);
        self.input.by_ref().take(entry.size.into())
    }

    fn item(&mut self) -> Result<Item> {
        let mut header = [0; HEADER];
        self.read(&mut header)?;
        let (magic, fields) = header.split_at(6);
        ensure!(matches!(magic, b"070701" | b"070702"), "there is no newc header");
        let mut numbers = [0; FIELDS];
        for (number, digits) in numbers.iter_mut().zip(fields.chunks_exact(8)) {
            *number = u32::from_str_radix(std::str::from_utf8(digits)?, 16)?;
        }
        let [inode, mode, user, group, links, time, size, major, minor, device_major, device_minor, name_size, _] =
            numbers;
        ensure!((1..=64 * 1024).contains(&name_size), "a name of {name_size} bytes");
        let mut name = vec![0; name_size as usize];
        self.read(&mut name)?;
        self.align()?;
        let name = clean(&name);
        if name == TRAILER {
            return Ok(Item::Trailer);
        }
        let (identity, device) = ((major, minor, inode), (device_major, device_minor));
        let name = OsString::from_vec(name.to_vec());
        Ok(Item::Entry(Entry { name, identity, links, mode, user, group, time, size, device }))
    }

    fn read(&mut self, into: &mut [u8]) -> Result<()> {
        match self.input.read_exact(into) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => bail!("it ends in the middle"),
            result => result?,
        }
        self.position += into.len() as u64;
        Ok(())
    }

    /// Headers and data begin at multiples of four.
    fn align(&mut self) -> Result<()> {
        let rest = self.position.next_multiple_of(4) - self.position;
        self.read(&mut [0; 4][..rest as usize])
    }

    /// Skips the zeros between archives; false at the end of the input.
    fn skip_zeros(&mut self) -> io::Result<bool> {
        loop {
            let bytes = self.input.fill_buf()?;
            if bytes.is_empty() {
                return Ok(false);
            }
            let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
            let more = zeros < bytes.len();
            self.input.consume(zeros);
            self.position += zeros as u64;
            if more {
                return Ok(true);
            }
        }
    }
}

/// The name up to its first NUL, without `/` and `./` before it.
fn clean(name: &[u8]) -> &[u8] {
    let mut name = name.split(|&byte| byte == 0).next().unwrap_or_default();
    loop {
        name = match name {
            [b'/', rest @ ..] | [b'.', b'/', rest @ ..] => rest,
            b"." => b"",
            _ => return name,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
mod tests {
    use super::*;

    fn entry(name: &str, data: &str) -> Vec<u8> {
        let mut fields = [0; FIELDS];
        (fields[1], fields[6], fields[11]) = (0o100644, data.len(), name.len());
        let fields = fields.map(|field| format!("{field:08X}")).concat();
        let mut bytes = format!("070701{fields}{name}").into_bytes();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes.extend_from_slice(data.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Vec<(String, String)>> {
        let mut archive = Archive::new(bytes);
        let mut found = Vec::new();
        while let Some(item) = archive.next()? {
            let Item::Entry(entry) = item else {
                found.push(("end".into(), String::new()));
                continue;
            };
            let mut data = String::new();
            archive.data(&entry).read_to_string(&mut data)?;
            found.push((entry.name.into_string().unwrap(), data));
        }
        Ok(found)
    }

    #[test]
    fn archives_follow_each_other() {
        let mut bytes = [entry(".\0", ""), entry("./a\0\0\0\0\0\0", "12345"), entry("TRAILER!!!\0", "")].concat();
        bytes.resize(4096, 0);
        bytes.extend([entry("/b\0", "x"), entry("TRAILER!!!\0", "")].concat());
        bytes.resize(8192, 0);
        let found = read(&bytes).unwrap();
        let names: Vec<_> = found.iter().map(|(name, data)| (name.as_str(), data.as_str())).collect();
        assert_eq!(names, [("", ""), ("a", "12345"), ("end", ""), ("b", "x"), ("end", "")]);
    }

    #[test]
    fn damage_is_told() {
        let bytes = entry("a\0", "data");
        assert!(read(&bytes[..60]).unwrap_err().to_string().contains("byte 0"));
        let mut broken = [bytes, entry("b\0", "")].concat();
        let at = broken.len() - 112;
        broken[at] = b'!';
        assert!(format!("{:#}", read(&broken).unwrap_err()).contains("newc"));
    }
}
