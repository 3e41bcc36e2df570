//! What goes with a message besides bytes, as programs write and see it: cmsg(3), `SCM_RIGHTS` and `SCM_CREDENTIALS` of unix(7).

use super::arg::{Buffer, Fd};
use super::caller::Caller;
use crate::net::message::{Flags, Incoming, Outgoing, Sender};
use crate::process::{self, Pid};
use alloc::vec::Vec;
use linux_raw_sys::{general as linux, net as abi};
use logic::errno::{Errno, Result};

/// `struct cmsghdr`.
const HEADER: usize = size_of::<abi::cmsghdr>();

/// Each begins at a multiple of this.
const ALIGN: usize = 8;

/// SCM_CREDENTIALS, which linux-raw-sys does not have.
const CREDENTIALS: u32 = 2;

/// The most files that may go with one message, and the most bytes: SCM_MAX_FD, net.core.optmem_max.
const MOST_FILES: usize = 253;
const MOST_BYTES: u64 = 20480;

/// The place for control messages that is being filled.
struct Place {
    at: u64,
    room: usize,
    cut: bool,
}

/// Takes what a program sends along.
pub(super) fn read(caller: &Caller, from: Buffer, message: &mut Outgoing) -> Result<()> {
    if from.length == 0 {
        return Ok(());
    }
    if from.length > MOST_BYTES {
        return Err(Errno::ENOBUFS);
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(from.length as usize).map_err(|_| Errno::ENOBUFS)?;
    bytes.resize(from.length as usize, 0);
    caller.space().read(caller.ctx, from.start, &mut bytes)?;
    let mut rest = &bytes[..];
    while let Some((header, _)) = rest.split_first_chunk::<HEADER>() {
        let [l0, l1, l2, l3, l4, l5, l6, l7, v0, v1, v2, v3, k0, k1, k2, k3] = *header;
        let length = u64::from_le_bytes([l0, l1, l2, l3, l4, l5, l6, l7]) as usize;
        let data = rest.get(HEADER..length).ok_or(Errno::EINVAL)?;
        let level = u32::from_le_bytes([v0, v1, v2, v3]);
        if level == abi::SOL_SOCKET {
            match u32::from_le_bytes([k0, k1, k2, k3]) {
                abi::SCM_RIGHTS => take_files(caller, data, message)?,
                CREDENTIALS => message.sender = Some(check_sender(caller, data)?),
                _ => return Err(Errno::EINVAL),
            }
        }
        rest = rest.get(length.next_multiple_of(ALIGN)..).unwrap_or_default();
    }
    Ok(())
}

/// Gives a program what came along, as far as there is room; tells how much of that was used, and whether something is missing.
pub(super) fn write(caller: &Caller, into: Buffer, message: Incoming) -> Result<(u64, bool)> {
    let mut place = Place { at: into.start, room: usize::try_from(into.length).unwrap_or(usize::MAX), cut: false };
    if let Some(sender) = message.sender {
        let bytes = sender.bytes();
        let length = place.begin(caller, CREDENTIALS, bytes.len())?;
        caller.write(place.at + HEADER as u64, &bytes[..length])?;
        place.end(length);
    }
    if !message.files.is_empty() {
        give_files(caller, &mut place, message)?;
    }
    Ok((place.at - into.start, place.cut))
}

fn take_files(caller: &Caller, data: &[u8], message: &mut Outgoing) -> Result<()> {
    let count = data.len() / 4;
    if message.files.len() + count > MOST_FILES {
        return Err(Errno::EINVAL);
    }
    message.files.try_reserve(count).map_err(|_| Errno::ENOMEM)?;
    for number in data.chunks_exact(4) {
        let fd = Fd(i32::from_le_bytes([number[0], number[1], number[2], number[3]]));
        message.files.push(caller.file(fd)?);
    }
    Ok(())
}

/// Gives descriptors to files, until there is no room or none can be had; the other files are closed.
fn give_files(caller: &Caller, place: &mut Place, message: Incoming) -> Result<()> {
    const NUMBER: usize = size_of::<u32>();
    let close_on_exec = message.flags.contains(Flags::CLOSE_ON_EXEC);
    let (sent, fitting) = (message.files.len(), place.room.saturating_sub(HEADER) / NUMBER);
    let mut given = 0;
    for file in message.files.into_iter().take(fitting) {
        let Ok(fd) = caller.add_file(file, 0, close_on_exec) else { break };
        let at = place.at + (HEADER + given * NUMBER) as u64;
        if let Err(errno) = caller.write(at, &fd.0.to_le_bytes()) {
            let _ = caller.files().remove(fd.0 as u32);
            return Err(errno);
        }
        given += 1;
    }
    place.cut |= given < sent;
    if given > 0 {
        place.begin(caller, abi::SCM_RIGHTS, given * NUMBER)?;
        place.end(given * NUMBER);
    }
    Ok(())
}

/// Who a sender says to be; only the privileged may say to be somebody else.
fn check_sender(caller: &Caller, data: &[u8]) -> Result<Sender> {
    let data: &[u8; 12] = data.try_into().map_err(|_| Errno::EINVAL)?;
    let number = |at: usize| u32::from_le_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]]);
    let sender = Sender { process: number(0), user: number(4), group: number(8) };
    let own = caller.process().credentials();
    let has = |ids: process::Ids, id: u32| [ids.real, ids.effective, ids.saved].contains(&id);
    let true_process = sender.process == caller.process().pid().0;
    let allowed = (true_process || own.may(linux::CAP_SYS_ADMIN))
        && (has(own.user, sender.user) || own.may(linux::CAP_SETUID))
        && (has(own.group, sender.group) || own.may(linux::CAP_SETGID));
    if !allowed {
        return Err(Errno::EPERM);
    }
    if !true_process {
        process::find(Pid(sender.process))?;
    }
    Ok(sender)
}

impl Place {
    /// Writes the head of one with so many bytes; tells how many of them there is room for.
    fn begin(&mut self, caller: &Caller, kind: u32, length: usize) -> Result<usize> {
        let Some(room) = self.room.checked_sub(HEADER) else {
            self.cut = true;
            return Ok(0);
        };
        let fitting = length.min(room);
        self.cut |= fitting < length;
        let mut header = [0; HEADER];
        header[..8].copy_from_slice(&((HEADER + fitting) as u64).to_le_bytes());
        header[8..12].copy_from_slice(&abi::SOL_SOCKET.to_le_bytes());
        header[12..].copy_from_slice(&kind.to_le_bytes());
        caller.write(self.at, &header)?;
        Ok(fitting)
    }

    /// Steps over one of which so many bytes were written.
    fn end(&mut self, length: usize) {
        if self.room < HEADER {
            return;
        }
        let step = (HEADER + length).next_multiple_of(ALIGN).min(self.room);
        self.at += step as u64;
        self.room -= step;
    }
}
