//! What the three kinds of sysvipc(7) have in common at the border: who asks, and `struct ipc64_perm`.

use super::caller::Caller;
use crate::ipc::owner::{Asker, Owner};
use linux_raw_sys::general as linux;
use logic::errno::Result;

/// Commands of msgctl(2), semctl(2) and shmctl(2); linux-raw-sys has none of sysvipc(7).
pub(super) const REMOVE: u32 = 0;
pub(super) const SET: u32 = 1;
pub(super) const STATUS: u32 = 2;
pub(super) const INFO: u32 = 3;

/// The size of `struct ipc64_perm`.
pub(super) const OWNER_SIZE: usize = 48;

/// A structure as 8-byte words behind its owner.
pub(super) struct Record<const N: usize>(pub(super) [u8; N]);

impl<const N: usize> Record<N> {
    /// One that begins with an owner; all else is zero.
    pub(super) fn new(owner: &Owner) -> Record<N> {
        let mut record = Record([0; N]);
        record.put(0, &owner.key.to_le_bytes());
        let ids = [owner.user, owner.group, owner.maker_user, owner.maker_group, owner.mode.into()];
        ids.iter().enumerate().for_each(|(index, id)| record.put(4 + 4 * index, &id.to_le_bytes()));
        record.put(24, &owner.sequence.to_le_bytes());
        record
    }

    /// Puts bytes at an offset.
    pub(super) fn put(&mut self, offset: usize, bytes: &[u8]) {
        self.0[offset..offset + bytes.len()].copy_from_slice(bytes);
    }

    /// Puts words from an offset on.
    pub(super) fn put_words(&mut self, offset: usize, words: &[u64]) {
        words.iter().enumerate().for_each(|(index, word)| self.put(offset + 8 * index, &word.to_le_bytes()));
    }
}

/// What a program sets of an owner: user, group and mode.
pub(super) fn read_owner(caller: &Caller, from: u64) -> Result<(u32, u32, u16)> {
    let [_key, user, group, _maker_user, _maker_group, mode] = caller.halves(from)?;
    Ok((user, group, mode as u16))
}

/// Does something for the calling process.
pub(super) fn as_asker<R>(caller: &Caller, work: impl FnOnce(&Asker) -> Result<R>) -> Result<R> {
    let lookup = caller.lookup()?;
    let credentials = caller.process().credentials();
    work(&Asker {
        ids: &lookup.credentials,
        passes: credentials.may(linux::CAP_IPC_OWNER),
        governs: credentials.may(linux::CAP_SYS_ADMIN),
        exceeds: credentials.may(linux::CAP_SYS_RESOURCE),
        process: caller.process().pid().0,
    })
}
