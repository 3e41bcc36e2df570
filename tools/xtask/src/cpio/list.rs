//! `xtask list`: what is in an archive, in the manner of `ls -l`.

use super::{Entry, FILE, FOLDER, KIND, LINK, read};
use anyhow::{Context, Result};
use std::fs;
use std::io::Write;
use std::path::Path;

/// Prints a line an entry.
pub fn list(archive: &Path) -> Result<()> {
    let describe = || format!("cannot read {}", archive.display());
    let bytes = fs::read(archive).with_context(describe)?;
    let found = read::entries(&bytes).with_context(describe)?;
    let mut out = std::io::stdout().lock();
    for file in found {
        let entry = &file.entry;
        let size = match entry.mode & KIND {
            CHARACTERS | BLOCKS => format!("{}, {}", entry.device.0, entry.device.1),
            _ => entry.size.to_string(),
        };
        write!(out, "{} {:3} {:4} {:4} {size:>10} ", mode(entry.mode), entry.links, entry.uid, entry.gid)?;
        out.write_all(&entry.name)?;
        if entry.is(LINK) {
            out.write_all(b" -> ")?;
            out.write_all(&bytes[file.data..file.data + entry.size as usize])?;
        }
        writeln!(out, "{}", remark(entry, file.data))?;
    }
    Ok(())
}

const CHARACTERS: u32 = 0o020000;
const BLOCKS: u32 = 0o060000;
const PIPE: u32 = 0o010000;

/// Where the data stands, if the kernel can use it in place.
fn remark(entry: &Entry, data: usize) -> String {
    if entry.is(FILE) && u64::from(entry.size) >= super::PAGE && data.is_multiple_of(4096) {
        format!("  (page {})", data / 4096)
    } else {
        String::new()
    }
}

/// A mode as ls(1) tells it.
fn mode(mode: u32) -> String {
    let kind = match mode & KIND {
        FILE => '-',
        FOLDER => 'd',
        LINK => 'l',
        CHARACTERS => 'c',
        BLOCKS => 'b',
        PIPE => 'p',
        _ => '?',
    };
    let mut text = String::from(kind);
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (mode & special != 0, bits & 1 != 0) {
            (false, false) => '-',
            (false, true) => 'x',
            (true, true) => letter,
            (true, false) => letter.to_ascii_uppercase(),
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::mode;

    #[test]
    fn modes_read_as_by_ls() {
        assert_eq!(mode(0o100644), "-rw-r--r--");
        assert_eq!(mode(0o041777), "drwxrwxrwt");
        assert_eq!(mode(0o104755), "-rwsr-xr-x");
        assert_eq!(mode(0o102640), "-rw-r-S---");
        assert_eq!(mode(0o120777), "lrwxrwxrwx");
    }
}
