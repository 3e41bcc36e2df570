//! The entries of an archive, in their order, and the reason if it cannot be read to its end.
//!
//! cpio_reader reads the entries. It says nothing of why it stops, so `logic::newc` looks at what it stopped at: the trailer (another
//! archive may follow, as in Linux's initramfs), a name that is not UTF-8 (which is taken all the same), or damage.

use super::RootError;
use alloc::format;
use logic::newc::{Header, Trouble};

/// Headers begin at multiples of four, and have so many bytes before the name; see cpio(5).
const ALIGNMENT: usize = 4;
const HEADER: usize = 110;

/// What the archive says of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    /// Its path, as it stands there.
    pub(super) name: &'a [u8],
    /// Where its data begins in the archive.
    pub(super) position: usize,
    /// Its data; a symbolic link's path.
    pub(super) data: &'a [u8],
    /// `st_mode`.
    pub(super) mode: u32,
    pub(super) user: u32,
    pub(super) group: u32,
    /// Seconds since 1970.
    pub(super) modified: u64,
    /// A device node's number: major, minor.
    pub(super) device: (u32, u32),
    /// How many names it has.
    pub(super) links: u32,
    /// What tells it from all others of the same archive.
    pub(super) identity: (u32, u32, u32),
    /// Which of the archives that follow each other it is in.
    pub(super) archive: u32,
}

/// Shows every entry of every archive in `bytes`. At least one archive must be there.
pub(super) fn for_each<'a>(
    bytes: &'a [u8],
    mut show: impl FnMut(&Entry<'a>) -> Result<(), RootError>,
) -> Result<(), RootError> {
    let mut position = next_archive(bytes, 0);
    if position == bytes.len() {
        return Err(RootError(format!("the archive is empty ({} bytes)", bytes.len())));
    }
    let mut archive = 0;
    while position < bytes.len() {
        let start = position;
        for entry in cpio_reader::iter_files(&bytes[position..]) {
            let header = header(bytes, start, position)?;
            if header.is_trailer() {
                break; // one whose name is padded, so that the crate does not know it
            }
            show(&read(&entry, &header, position, archive))?;
            position += header.next;
        }
        let header = header(bytes, start, position)?;
        if header.is_trailer() {
            position = next_archive(bytes, position + header.next);
            archive += 1;
        } else if core::str::from_utf8(header.name).is_err() {
            show(&without_reader(bytes, &header, position, archive))?;
            position += header.next;
        } else {
            let name = header.name.escape_ascii();
            return Err(RootError(format!(
                "the archive is broken: `{name}` at byte {position} has a wrong checksum or an impossible mode"
            )));
        }
    }
    Ok(())
}

/// Where the next archive begins: behind zeros, at a multiple of four; the end if there is none.
fn next_archive(bytes: &[u8], from: usize) -> usize {
    let zeros = bytes[from..].iter().position(|&byte| byte != 0);
    zeros.map_or(bytes.len(), |zeros| (from + zeros) / ALIGNMENT * ALIGNMENT)
}

/// The header at a position in the archive that began at `start`; everything before it was in order.
fn header(bytes: &[u8], start: usize, position: usize) -> Result<Header<'_>, RootError> {
    let rest = &bytes[position..];
    Header::read(rest).map_err(|trouble| {
        // Disks and modules are filled up with zeros, which stand where an archive was cut off.
        let written = rest.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        RootError(match trouble {
            Trouble::Foreign(_) if position == 0 => format!("{trouble}"),
            Trouble::Foreign(_) if position > start && written == 0 => {
                format!("the archive is truncated: its trailer is missing at byte {position}")
            }
            Trouble::Broken if written < HEADER => format!("{} (at byte {position})", Trouble::ShortHeader),
            Trouble::Foreign(_) if position == start => {
                format!("what follows the archive at byte {position} is neither zeros nor another archive")
            }
            Trouble::Foreign(_) => format!("the archive is broken: there is no header at byte {position}"),
            _ => format!("{trouble} (at byte {position})"),
        })
    })
}

fn read<'a>(entry: &cpio_reader::Entry<'a>, header: &Header<'a>, position: usize, archive: u32) -> Entry<'a> {
    Entry {
        name: header.name,
        position: position + header.data,
        data: entry.file(),
        mode: entry.mode().bits(),
        user: entry.uid(),
        group: entry.gid(),
        modified: entry.mtime(),
        device: (entry.rdevmajor().unwrap_or(0), entry.rdevminor().unwrap_or(0)),
        links: entry.nlink(),
        identity: (entry.devmajor().unwrap_or(0), entry.devminor().unwrap_or(0), entry.ino()),
        archive,
    }
}

/// The same from the header alone.
fn without_reader<'a>(bytes: &'a [u8], header: &Header<'a>, position: usize, archive: u32) -> Entry<'a> {
    let [inode, mode, user, group, links, modified, _, major, minor, device_major, device_minor, ..] = header.fields;
    Entry {
        name: header.name,
        position: position + header.data,
        data: &bytes[position + header.data..position + header.end],
        mode,
        user,
        group,
        modified: modified.into(),
        device: (device_major, device_minor),
        links,
        identity: (major, minor, inode),
        archive,
    }
}
