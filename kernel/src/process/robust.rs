//! Locks that a thread holds when it ends: get_robust_list(2). Whoever waits for one is told that its holder has died.

use super::futex::{ANY, Word};
use super::thread::Thread;
use crate::memory::AddressSpace;
use crate::task::TaskContext;
use core::sync::atomic::Ordering;
use linux_raw_sys::general as linux;
use logic::address::UserAddr;
use logic::errno::{Errno, Result};

/// How many entries of a list are looked at: it may be a ring by mistake.
const MOST: usize = linux::ROBUST_LIST_LIMIT as usize;

/// The lowest bit of a pointer says that the lock inherits priorities, which makes no difference here.
const POINTER: u64 = !1;

/// Lets go of all locks in a thread's list. What is wrong with the list is the program's own affair.
pub(super) fn let_go(ctx: &TaskContext, space: &AddressSpace, thread: &Thread) {
    let head = thread.robust_list.swap(0, Ordering::Relaxed);
    if head != 0 {
        let _ = walk(ctx, space, head, thread.id().0);
    }
}

fn walk(ctx: &TaskContext, space: &AddressSpace, head: u64, owner: u32) -> Result<()> {
    let word = |at: u64| -> Result<u64> {
        let mut bytes = [0; 8];
        space.read(ctx, at, &mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    };
    let (offset, pending) = (word(head.wrapping_add(8))?, word(head.wrapping_add(16))? & POINTER);
    let mut entry = word(head)? & POINTER;
    for _ in 0..MOST {
        if entry == head {
            break;
        }
        // The lock may be freed as soon as it is let go.
        let next = word(entry);
        if entry != pending {
            mark(ctx, space, entry.wrapping_add(offset), owner)?;
        }
        entry = next? & POINTER;
    }
    if pending != 0 { mark(ctx, space, pending.wrapping_add(offset), owner) } else { Ok(()) }
}

/// Marks a lock as its dead owner's, if it is, and wakes one who waits for it.
fn mark(ctx: &TaskContext, space: &AddressSpace, address: u64, owner: u32) -> Result<()> {
    let word = Word { space, address: UserAddr::new(address)?, private: false };
    let is_owned = |value: u32| value & linux::FUTEX_TID_MASK == owner;
    let marked = word.update(ctx, |value| match is_owned(value) {
        true => Ok(value & linux::FUTEX_WAITERS | linux::FUTEX_OWNER_DIED),
        false => Err(Errno::EPERM),
    });
    match marked {
        Ok(old) if old & linux::FUTEX_WAITERS != 0 => word.wake(ctx, 1, ANY).map(drop),
        Ok(_) | Err(Errno::EPERM) => Ok(()),
        Err(error) => Err(error),
    }
}
