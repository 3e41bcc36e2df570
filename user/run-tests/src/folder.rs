//! What a folder holds.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::ffi::CStr;

use cor_rt::gate::Open;
use cor_rt::{File, Result};

use crate::linux;

/// Where things lie in an entry of getdents64(2): its length, its kind, its name.
const LENGTH: usize = 16;
const KIND: usize = 18;
const NAME: usize = 19;

/// What an entry is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A folder.
    Folder,
    /// A plain file.
    File,
    /// Anything else.
    Other,
}

/// Kinds and names of what a folder holds, without `.` and `..`.
pub(crate) fn list(path: &CStr) -> Result<Vec<(Kind, String)>> {
    let folder = File::open(path, Open::FOLDER)?;
    let mut buffer = vec![0; 8192];
    let mut entries = Vec::new();
    loop {
        let count = linux::list(folder.fd(), &mut buffer)?;
        if count == 0 {
            return Ok(entries);
        }
        let mut rest = buffer.get(..count).unwrap_or_default();
        while let Some((entry, length)) = parse(rest) {
            entries.extend(entry);
            rest = rest.get(length..).unwrap_or_default();
        }
    }
}

/// The first entry, unless it is `.` or `..`, and its length.
fn parse(bytes: &[u8]) -> Option<(Option<(Kind, String)>, usize)> {
    let length = u16::from_le_bytes([*bytes.get(LENGTH)?, *bytes.get(LENGTH + 1)?]).into();
    let kind = match bytes.get(KIND)? {
        4 => Kind::Folder,
        8 => Kind::File,
        _ => Kind::Other,
    };
    let name = CStr::from_bytes_until_nul(bytes.get(NAME..length)?).ok()?;
    let named = name != c"." && name != c"..";
    Some((named.then(|| (kind, name.to_string_lossy().into_owned())), length))
}
