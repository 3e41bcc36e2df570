//! The options of a tmpfs as mount(8) hands them over: tmpfs(5).

use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use machine::frame;

/// What a tmpfs is to be.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many pages its files may have together; `None`: half of the memory.
    pub pages: Option<u64>,
    /// How many inodes there may be; `None`: one for every two pages of memory.
    pub inodes: Option<u64>,
    /// The root directory's permissions.
    pub mode: u16,
    /// Its owner.
    pub user: u32,
    /// Its group.
    pub group: u32,
}

impl Options {
    /// Reads them; `EINVAL` for what is unknown or no number.
    pub fn parse(text: &[u8]) -> Result<Options> {
        let mut options = Options { pages: None, inodes: None, mode: 0o1777, user: 0, group: 0 };
        let text = core::str::from_utf8(text).map_err(|_| Errno::EINVAL)?;
        for option in text.split(',').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').ok_or(Errno::EINVAL)?;
            match name {
                "size" => options.pages = Some(pages(value)?),
                "nr_blocks" => options.pages = Some(number(value)?),
                "nr_inodes" => options.inodes = Some(number(value)?),
                "mode" => options.mode = mode(value)?,
                "uid" => options.user = u32::try_from(number(value)?).map_err(|_| Errno::EINVAL)?,
                "gid" => options.group = u32::try_from(number(value)?).map_err(|_| Errno::EINVAL)?,
                _ => return Err(Errno::EINVAL),
            }
        }
        // No limit is what a limit of 0 means.
        let limit = |given: u64| if given == 0 { u64::MAX } else { given };
        (options.pages, options.inodes) = (options.pages.map(limit), options.inodes.map(limit));
        Ok(options)
    }
}

/// A size in bytes, or a part of all memory (`50%`), in pages.
fn pages(text: &str) -> Result<u64> {
    if let Some(percent) = text.strip_suffix('%') {
        let percent: u64 = percent.parse().map_err(|_| Errno::EINVAL)?;
        return (frame::total_frames() as u64).checked_mul(percent).map(|part| part / 100).ok_or(Errno::EINVAL);
    }
    Ok(number(text)?.div_ceil(PAGE_SIZE as u64))
}

/// A number, perhaps in units of 2^10, 2^20, 2^30 or 2^40.
fn number(text: &str) -> Result<u64> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 10),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 20),
        Some(b'g' | b'G') => (&text[..text.len() - 1], 30),
        Some(b't' | b'T') => (&text[..text.len() - 1], 40),
        _ => (text, 0),
    };
    let number: u64 = digits.parse().map_err(|_| Errno::EINVAL)?;
    number.checked_mul(1 << shift).ok_or(Errno::EINVAL)
}

fn mode(text: &str) -> Result<u16> {
    u32::from_str_radix(text, 8).map(|mode| mode as u16 & 0o7777).map_err(|_| Errno::EINVAL)
}
