//! Waiting for files: poll(2), ppoll(2); and pipe(2), which so often goes with them.

use super::arg::{Known, Pointer};
use super::caller::Caller;
use crate::fs::open_file::OpenFlags;
use crate::fs::pipe;
use crate::fs::poll::{self, Readiness, Watched};
use crate::process::{Personality, clock, signal};
use crate::task::Instant;
use alloc::vec::Vec;
use bitflags::bitflags;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::signal::SignalSet;
use logic::time::TimeSpec;

/// The size of an entry, and where its result is.
const ENTRY: usize = size_of::<linux::pollfd>();
const RESULT: usize = core::mem::offset_of!(linux::pollfd, revents);

bitflags! {
    /// How a pipe is made: `O_`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(super) struct PipeFlags: u32 {
        const CLOSE_ON_EXEC = linux::O_CLOEXEC;
        const NONBLOCK = linux::O_NONBLOCK;
        const DIRECT = linux::O_DIRECT;
    }
}

/// poll(2)
pub(super) fn poll(caller: &mut Caller, entries: Pointer, count: u64, milliseconds: i32) -> Result<u64> {
    let deadline = u64::try_from(milliseconds).ok().map(|time| caller.deadline(time.saturating_mul(1_000_000)));
    watch(caller, entries, count, deadline, None)
}

/// ppoll(2)
pub(super) fn ppoll(
    caller: &mut Caller,
    entries: Pointer,
    count: u64,
    time: Pointer,
    blocked: Pointer,
    size: u64,
) -> Result<u64> {
    let deadline = match time.non_null() {
        Some(from) => Some(clock::now_and(super::time::decode(caller, Pointer(from))?.to_nanoseconds()?)),
        None => None,
    };
    let blocked = super::signal::read_set(caller, blocked, size)?;
    let found = watch(caller, entries, count, deadline, blocked);
    if let (Some(to), Some(deadline)) = (place_to_tell(caller, time), deadline) {
        // What is left is told as a service; a bad address does not spoil the result.
        let left = TimeSpec::from_nanoseconds(clock::until(deadline));
        let _ = caller.write(to, &super::time::encode(left));
    }
    found
}

/// Where the time that is left is told, if the program wants that.
pub(super) fn place_to_tell(caller: &Caller, time: Pointer) -> Option<u64> {
    time.non_null().filter(|_| !caller.process().wants(Personality::STICKY_TIMEOUTS))
}

/// pipe(2)
pub(super) fn pipe(caller: &mut Caller, into: Pointer) -> Result<()> {
    pipe2(caller, into, Known(PipeFlags::empty()))
}

/// pipe2(2)
pub(super) fn pipe2(caller: &mut Caller, into: Pointer, flags: Known<PipeFlags>) -> Result<()> {
    let close_on_exec = flags.0.contains(PipeFlags::CLOSE_ON_EXEC);
    let (reader, writer) = pipe::pipe(&caller.lookup()?.credentials, OpenFlags::from_bits_truncate(flags.0.bits()));
    let reader = caller.add_file(reader, 0, close_on_exec)?;
    let ends = caller.add_file(writer, 0, close_on_exec).and_then(|writer| {
        let bytes = [reader.0.to_le_bytes(), writer.0.to_le_bytes()];
        caller.write(into.0, bytes.as_flattened()).inspect_err(|_| forget(caller, writer.0))
    });
    ends.inspect_err(|_| forget(caller, reader.0))
}

/// Frees a descriptor that the program never learnt of.
fn forget(caller: &Caller, fd: i32) {
    let _ = caller.files().remove(fd as u32);
}

/// Waits for some files, with other signals blocked if that is asked, and writes what was found.
fn watch(
    caller: &Caller,
    entries: Pointer,
    count: u64,
    deadline: Option<Instant>,
    blocked: Option<SignalSet>,
) -> Result<u64> {
    if count > u64::from(caller.descriptor_limit()) {
        return Err(Errno::EINVAL);
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(count as usize * ENTRY).map_err(|_| Errno::ENOMEM)?;
    bytes.resize(count as usize * ENTRY, 0);
    if count > 0 {
        caller.space().read(caller.ctx, entries.0, &mut bytes)?;
    }
    if blocked.is_none() {
        // One look, for which nothing is kept: mostly something is ready, or nobody means to wait.
        let found = look(caller, &mut bytes);
        if found > 0 || deadline.is_some_and(|deadline| deadline <= machine::clock::now()) {
            if count > 0 {
                caller.write(entries.0, &bytes)?;
            }
            return Ok(found);
        }
    }
    let mut watched = Vec::new();
    watched.try_reserve_exact(count as usize).map_err(|_| Errno::ENOMEM)?;
    watched.extend(bytes.chunks(ENTRY).map(|entry| watched_file(caller, entry)));
    let bad = bytes.chunks(ENTRY).zip(&watched).filter(|(entry, watched)| is_bad(entry, watched)).count();
    // A bad descriptor is an answer already.
    let deadline = if bad > 0 { Some(Instant(0)) } else { deadline };
    let found = signal::with_blocked(caller.thread(), blocked, || poll::wait(caller.ctx, &mut watched, deadline))?;
    for (entry, watched) in bytes.chunks_mut(ENTRY).zip(&watched) {
        let result = if is_bad(entry, watched) { linux::POLLNVAL } else { watched.found.bits() };
        entry[RESULT..RESULT + 2].copy_from_slice(&(result as u16).to_le_bytes());
    }
    if count > 0 {
        caller.write(entries.0, &bytes)?;
    }
    Ok((found + bad) as u64)
}

/// Writes into each entry what there is of its file; how many have something.
fn look(caller: &Caller, bytes: &mut [u8]) -> u64 {
    let files = caller.files();
    let mut found = 0;
    for entry in bytes.chunks_exact_mut(ENTRY) {
        let wanted = Readiness::from_bits_truncate(u16::from_le_bytes([entry[4], entry[5]]).into());
        let result = match descriptor(entry).map(|fd| files.get(fd)) {
            None => 0,
            Some(Err(_)) => linux::POLLNVAL,
            Some(Ok(file)) => (file.readiness() & (wanted | Readiness::ERR | Readiness::HUP)).bits(),
        };
        entry[RESULT..RESULT + 2].copy_from_slice(&(result as u16).to_le_bytes());
        found += u64::from(result != 0);
    }
    found
}

fn watched_file(caller: &Caller, entry: &[u8]) -> Watched {
    let wanted = u16::from_le_bytes([entry[4], entry[5]]);
    let file = descriptor(entry).and_then(|fd| caller.files().get(fd).ok());
    Watched { file, wanted: Readiness::from_bits_truncate(wanted.into()), found: Readiness::empty() }
}

/// The descriptor of an entry; a negative one is to be passed over.
fn descriptor(entry: &[u8]) -> Option<u32> {
    u32::try_from(i32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]])).ok()
}

fn is_bad(entry: &[u8], watched: &Watched) -> bool {
    watched.file.is_none() && descriptor(entry).is_some()
}
