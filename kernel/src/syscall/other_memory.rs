//! Memory of another process: process_vm_readv(2), process_vm_writev(2).

use super::arg::Vector;
use super::caller::Caller;
use super::pidfd::check_look;
use crate::memory::{AddressSpace, Sink, Source, UserRange};
use crate::process::{self, Pid};
use crate::task::TaskContext;
use alloc::sync::Arc;
use alloc::vec::Vec;
use logic::errno::{Errno, Result};

/// How many bytes move at once.
const PIECE: usize = 1024;

/// process_vm_readv(2)
pub(super) fn process_vm_readv(
    caller: &mut Caller,
    pid: Pid,
    own: Vector,
    theirs: Vector,
    flags: u64,
) -> Result<usize> {
    let (space, own, theirs) = look(caller, pid, own, theirs, flags)?;
    pass(caller.ctx, &mut Source::vector(&space, theirs), &mut Sink::vector(caller.space(), own))
}

/// process_vm_writev(2)
pub(super) fn process_vm_writev(
    caller: &mut Caller,
    pid: Pid,
    own: Vector,
    theirs: Vector,
    flags: u64,
) -> Result<usize> {
    let (space, own, theirs) = look(caller, pid, own, theirs, flags)?;
    pass(caller.ctx, &mut Source::vector(caller.space(), own), &mut Sink::vector(&space, theirs))
}

/// The memory of the other process, if the caller may look at it, and the ranges of both sides.
fn look(
    caller: &mut Caller,
    pid: Pid,
    own: Vector,
    theirs: Vector,
    flags: u64,
) -> Result<(Arc<AddressSpace>, Vec<UserRange>, Vec<UserRange>)> {
    if flags != 0 {
        return Err(Errno::EINVAL);
    }
    let process = process::find_thread(None, pid).map(|thread| thread.process.clone())?;
    let (own, theirs) = (caller.ranges(own)?, caller.ranges(theirs)?);
    check_look(caller, &process)?;
    Ok((process.space()?, own, theirs))
}

/// Moves bytes until one side is full or empty; what moved before an error counts.
fn pass(ctx: &TaskContext, from: &mut Source, into: &mut Sink) -> Result<usize> {
    let mut piece = [0; PIECE];
    let mut done = 0;
    loop {
        let wanted = from.remaining().min(into.remaining()).min(PIECE);
        if wanted == 0 {
            return Ok(done);
        }
        let moved = from.read(ctx, &mut piece[..wanted]).and_then(|came| into.write(ctx, &piece[..came]));
        match moved {
            Ok(went) => done += went,
            Err(errno) if done == 0 => return Err(errno),
            Err(_) => return Ok(done),
        }
        if moved != Ok(wanted) {
            return Ok(done);
        }
    }
}
