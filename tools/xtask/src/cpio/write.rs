//! Writing newc archives.

use super::{Entry, FILE, HEADER, MAGIC, PAGE, TRAILER, round_up};
use anyhow::{Context, Result, ensure};
use std::io::{Read, Write};

/// The longest name, with its NUL bytes, that Linux takes (PATH_MAX).
const LONGEST_NAME: u64 = 4096;

/// An archive that is being written.
pub struct Writer<W: Write> {
    to: W,
    position: u64,
    next_inode: u32,
}

impl<W: Write> Writer<W> {
    /// An archive that begins here. Large files are aligned with respect to this point.
    pub fn new(to: W) -> Writer<W> {
        Writer { to, position: 0, next_inode: 1 }
    }

    /// A number for [`Entry::inode`] that no entry has yet.
    pub fn fresh_inode(&mut self) -> u32 {
        self.next_inode += 1;
        self.next_inode - 1
    }

    /// Adds an entry with its data, of which there must be exactly as much as the entry says.
    pub fn add(&mut self, entry: &Entry, data: &mut dyn Read) -> Result<()> {
        let name = String::from_utf8_lossy(&entry.name).into_owned();
        let mut length = self.name_length(entry);
        if length > LONGEST_NAME {
            self.add_filler()?;
            length = self.name_length(entry);
        }
        ensure!(length <= LONGEST_NAME, "the name {name} is too long for an archive");
        self.put_header(entry, length)?;
        let copied = std::io::copy(&mut data.take(u64::from(entry.size)), &mut self.to)
            .with_context(|| format!("cannot copy {name} into the archive"))?;
        ensure!(copied == u64::from(entry.size), "{name} became shorter while it was packed");
        self.position += copied;
        self.pad(4)
    }

    /// Ends the archive and gives back what it was written to.
    pub fn finish(mut self) -> Result<W> {
        let trailer = Entry { name: TRAILER.into(), links: 1, ..Entry::default() };
        self.put_header(&trailer, TRAILER.len() as u64 + 1)?;
        self.pad(PAGE)?;
        self.to.flush().context("cannot write the archive")?;
        Ok(self.to)
    }

    /// The length of the entry's name with the NUL bytes that bring its data to where it belongs.
    fn name_length(&self, entry: &Entry) -> u64 {
        let start = self.position + HEADER as u64;
        let least = start + entry.name.len() as u64 + 1;
        let aligned = entry.is(FILE) && u64::from(entry.size) >= PAGE;
        if aligned { round_up(least, PAGE) - start } else { least - start }
    }

    /// Tells of the root folder once more, which changes nothing but where the next entry begins.
    fn add_filler(&mut self) -> Result<()> {
        let root = Entry { inode: self.fresh_inode(), ..Entry::folder(".") };
        self.put_header(&root, 2)
    }

    fn put_header(&mut self, entry: &Entry, name_length: u64) -> Result<()> {
        let fields = [
            entry.inode,
            entry.mode,
            entry.uid,
            entry.gid,
            entry.links,
            entry.time,
            entry.size,
            0,
            0,
            entry.device.0,
            entry.device.1,
            u32::try_from(name_length)?,
            0,
        ];
        let mut bytes = MAGIC.to_vec();
        for field in fields {
            write!(bytes, "{field:08x}")?;
        }
        bytes.extend_from_slice(&entry.name);
        bytes.resize(HEADER + usize::try_from(name_length)?, 0);
        self.put(&bytes)?;
        self.pad(4)
    }

    fn pad(&mut self, unit: u64) -> Result<()> {
        let missing = round_up(self.position, unit) - self.position;
        self.put(&vec![0; usize::try_from(missing)?])
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.to.write_all(bytes).context("cannot write the archive")?;
        self.position += bytes.len() as u64;
        Ok(())
    }
}
