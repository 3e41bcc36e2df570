//! POSIX message queues: mq_open(2), mq_timedsend(2), mq_timedreceive(2), mq_notify(2), mq_getsetattr(2), mq_unlink(2).

use super::arg::{Fd, Pointer, UserPath};
use super::caller::Caller;
use super::ipc::as_asker;
use super::time;
use crate::fs::{OpenFile, OpenFlags, anonymous};
use crate::ipc::posix_queue::{self, Notice, PRIORITIES, PosixQueue, QueueFile, Wanted};
use crate::process::clock::Clock;
use crate::task::Instant;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::signal::Signal;

/// Words of 8 bytes in a `struct mq_attr`.
const ATTRIBUTES: usize = 8;

/// mq_open(2)
pub(super) fn mq_open(caller: &mut Caller, name: UserPath, flags: u32, mode: u16, size: Pointer) -> Result<Fd> {
    let name = caller.path(name)?;
    let flags = OpenFlags::from_bits_truncate(flags);
    if flags.bits() & linux::O_ACCMODE == linux::O_ACCMODE {
        return Err(Errno::EINVAL);
    }
    let mut wanted = None;
    if flags.contains(OpenFlags::CREATE) {
        let size = match size.non_null() {
            Some(from) => {
                let [_flags, most, longest, ..]: [u64; ATTRIBUTES] = caller.words(from)?;
                Some((most, longest))
            }
            None => None,
        };
        let limit = caller.process().soft_limit(linux::RLIMIT_MSGQUEUE);
        wanted = Some(Wanted { size, mode: mode & 0o777 & !caller.lookup()?.umask, limit });
    }
    let ways = (flags.readable(), flags.writable());
    let exclusive = flags.contains(OpenFlags::EXCLUSIVE);
    let queue = as_asker(caller, |asker| posix_queue::open(asker, &name, ways, wanted.as_ref(), exclusive))?;
    let shown = alloc::format!("/{}", String::from_utf8_lossy(&name));
    let kept = flags & (OpenFlags::WRITE | OpenFlags::READ_WRITE | OpenFlags::NONBLOCK);
    let file = anonymous::open_with(Arc::new(QueueFile(queue)), &shown, kept);
    // It is always closed when a program is started, as on Linux.
    caller.add_file(file, 0, true)
}

/// mq_unlink(2)
pub(super) fn mq_unlink(caller: &mut Caller, name: UserPath) -> Result<()> {
    let name = caller.path(name)?;
    as_asker(caller, |asker| posix_queue::unlink(asker, &name))
}

/// mq_timedsend(2)
pub(super) fn mq_timedsend(
    caller: &mut Caller,
    fd: Fd,
    from: Pointer,
    length: u64,
    priority: u32,
    time: Pointer,
) -> Result<()> {
    if priority >= PRIORITIES {
        return Err(Errno::EINVAL);
    }
    let deadline = deadline(caller, time)?;
    let file = caller.file(fd)?;
    let queue = queue_of(&file)?;
    if !file.flags().writable() {
        return Err(Errno::EBADF);
    }
    if length > queue.longest {
        return Err(Errno::EMSGSIZE);
    }
    let mut text = Vec::new();
    text.try_reserve_exact(length as usize).map_err(|_| Errno::ENOMEM)?;
    text.resize(length as usize, 0);
    caller.space().read(caller.ctx, from.0, &mut text)?;
    queue.send(caller.ctx, &file, priority, text, deadline)
}

/// mq_timedreceive(2)
pub(super) fn mq_timedreceive(
    caller: &mut Caller,
    fd: Fd,
    into: Pointer,
    length: u64,
    priority: Pointer,
    time: Pointer,
) -> Result<usize> {
    let deadline = deadline(caller, time)?;
    let file = caller.file(fd)?;
    let queue = queue_of(&file)?;
    if !file.flags().readable() {
        return Err(Errno::EBADF);
    }
    if length < queue.longest {
        return Err(Errno::EMSGSIZE);
    }
    let (found, text) = queue.receive(caller.ctx, &file, deadline)?;
    if let Some(to) = priority.non_null() {
        caller.write(to, &found.to_le_bytes())?;
    }
    caller.write(into.0, &text)?;
    Ok(text.len())
}

/// mq_notify(2)
/// Differs: SIGEV_THREAD, for which Linux wants a netlink socket, is `EINVAL`.
pub(super) fn mq_notify(caller: &mut Caller, fd: Fd, event: Pointer) -> Result<()> {
    let process = caller.process().pid().0;
    let Some(from) = event.non_null() else {
        queue_of(&*caller.file(fd)?)?.forget(process);
        return Ok(());
    };
    let [value, how, ..]: [u64; linux::SIGEV_MAX_SIZE as usize / 8] = caller.words(from)?;
    let signal = match (how >> 32) as u32 {
        linux::SIGEV_NONE => None,
        linux::SIGEV_SIGNAL => Some(Signal::new(u64::from(how as u32))?),
        _ => return Err(Errno::EINVAL),
    };
    queue_of(&*caller.file(fd)?)?.notify(Notice { process, signal, value })
}

/// mq_getsetattr(2)
pub(super) fn mq_getsetattr(caller: &mut Caller, fd: Fd, new: Pointer, old: Pointer) -> Result<()> {
    let nonblock = match new.non_null() {
        Some(from) => {
            let [flags, ..]: [u64; ATTRIBUTES] = caller.words(from)?;
            if flags & !u64::from(linux::O_NONBLOCK) != 0 {
                return Err(Errno::EINVAL);
            }
            Some(flags != 0)
        }
        None => None,
    };
    let file = caller.file(fd)?;
    let queue = queue_of(&file)?;
    let flags = file.flags();
    let (count, known) = (queue.count(), flags & OpenFlags::NONBLOCK);
    if let Some(nonblock) = nonblock {
        let kept = flags - OpenFlags::NONBLOCK;
        file.set_flags(if nonblock { kept | OpenFlags::NONBLOCK } else { kept });
    }
    match old.non_null() {
        Some(to) => caller.write_words(to, [known.bits().into(), queue.most, queue.longest, count, 0, 0, 0, 0]),
        None => Ok(()),
    }
}

fn queue_of(file: &OpenFile) -> Result<&Arc<PosixQueue>> {
    file.check_opened()?;
    file.file_as::<QueueFile>().map(|file| &file.0).ok_or(Errno::EBADF)
}

/// A time of day; no pointer is no end.
fn deadline(caller: &Caller, time: Pointer) -> Result<Option<Instant>> {
    if time.0 == 0 {
        return Ok(None);
    }
    let time = time::decode(caller, time)?.to_nanoseconds()?;
    let clock = Clock::new(linux::CLOCK_REALTIME as i32, caller.thread())?;
    clock.deadline(time, true).map(Some)
}
