//! Addresses of unix(7): a path, or bytes behind a NUL that are nothing but a name.

use crate::net::message::Address;
use alloc::sync::Arc;
use alloc::vec::Vec;
use linux_raw_sys::net;
use logic::errno::{Errno, Result};

/// The longest path, or abstract name with its NUL.
const LONGEST: usize = size_of::<net::sockaddr_un>() - size_of::<u16>();

/// What an address says.
pub(super) enum Meaning<'a> {
    /// Any name that is free.
    Any,
    /// A name in the file system.
    Path(&'a [u8]),
    /// A name of its own kind.
    Abstract(&'a [u8]),
}

impl Meaning<'_> {
    /// Takes what stands behind the family.
    pub(super) fn new(bytes: &[u8]) -> Result<Meaning<'_>> {
        match bytes {
            [] => Ok(Meaning::Any),
            _ if bytes.len() > LONGEST => Err(Errno::EINVAL),
            [0, ..] => Ok(Meaning::Abstract(bytes)),
            _ => Ok(Meaning::Path(bytes.split(|&byte| byte == 0).next().unwrap_or_default())),
        }
    }
}

/// As the other side sees a path: with the NUL behind it.
pub(super) fn of_path(path: &[u8]) -> Address {
    let mut bytes = Vec::with_capacity(path.len() + 1);
    bytes.extend_from_slice(path);
    bytes.push(0);
    Arc::from(bytes)
}
