//! Memory of another process: process_vm_readv(2), process_vm_writev(2).

use super::arg::Vector;
use super::caller::Caller;
use super::pidfd::check_look;
use crate::memory::{AddressSpace, Sink, Source};
use crate::process::{self, Pid, Process};
use crate::task::TaskContext;
use alloc::sync::Arc;
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
    let process = other(pid, flags)?;
    let (own, theirs) = (caller.ranges(own)?, caller.ranges(theirs)?);
    let space = open_memory(caller, &process)?;
    let (mut from, mut into) = (Source::vector(&space, theirs), Sink::vector(caller.space(), own));
    pass(caller.ctx, &mut from, &mut into)
}

/// process_vm_writev(2)
pub(super) fn process_vm_writev(
    caller: &mut Caller,
    pid: Pid,
    own: Vector,
    theirs: Vector,
    flags: u64,
) -> Result<usize> {
    let process = other(pid, flags)?;
    let (own, theirs) = (caller.ranges(own)?, caller.ranges(theirs)?);
    let space = open_memory(caller, &process)?;
    let (mut from, mut into) = (Source::vector(caller.space(), own), Sink::vector(&space, theirs));
    pass(caller.ctx, &mut from, &mut into)
}

fn other(pid: Pid, flags: u64) -> Result<Arc<Process>> {
    if flags != 0 {
        return Err(Errno::EINVAL);
    }
    process::find_thread(None, pid).map(|thread| thread.process.clone())
}

fn open_memory(caller: &Caller, process: &Arc<Process>) -> Result<Arc<AddressSpace>> {
    check_look(caller, process)?;
    process.space()
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
