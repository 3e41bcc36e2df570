//! Reading newc archives: for `xtask list`, and to prove the writer.

use super::{Entry, HEADER, MAGIC, TRAILER, round_up};
use anyhow::{Context, Result, ensure};

/// An entry found in an archive, and where its data begins.
pub struct Found {
    /// What its header says.
    pub entry: Entry,
    /// Where its data begins in the archive.
    pub data: usize,
}

/// All entries of an archive, or of several that stand one behind the other (with zeros between), as Linux takes them.
pub fn entries(archive: &[u8]) -> Result<Vec<Found>> {
    let (mut found, mut position, mut ended) = (Vec::new(), 0, false);
    loop {
        if ended {
            position += archive[position..].iter().take_while(|&&byte| byte == 0).count();
            if position == archive.len() {
                return Ok(found);
            }
        }
        let (entry, data) = entry(archive, position).with_context(|| format!("at byte {position}"))?;
        let end = data as u64 + u64::from(entry.size);
        position = usize::try_from(round_up(end, 4).min(archive.len() as u64))?;
        ensure!(end <= archive.len() as u64, "the archive ends within {}", String::from_utf8_lossy(&entry.name));
        ended = entry.name == TRAILER;
        if !ended {
            found.push(Found { entry, data });
        }
    }
}

/// The entry at a position, and where its data begins.
fn entry(archive: &[u8], position: usize) -> Result<(Entry, usize)> {
    let header = archive.get(position..position + HEADER).context("the archive ends without a trailer")?;
    ensure!(header.starts_with(MAGIC), "this is not a newc archive");
    let field = |n: usize| -> Result<u32> {
        let digits = std::str::from_utf8(&header[6 + 8 * n..14 + 8 * n])?;
        u32::from_str_radix(digits, 16).with_context(|| format!("{digits:?} is not a number"))
    };
    let start = position + HEADER;
    let name_end = start + field(11)? as usize;
    let name = archive.get(start..name_end).context("the archive ends within a name")?;
    let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
    let entry = Entry {
        name: name.to_vec(),
        inode: field(0)?,
        mode: field(1)?,
        uid: field(2)?,
        gid: field(3)?,
        links: field(4)?,
        time: field(5)?,
        size: field(6)?,
        device: (field(9)?, field(10)?),
    };
    Ok((entry, usize::try_from(round_up(name_end as u64, 4))?))
}
