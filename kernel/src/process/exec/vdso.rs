//! The small library that the kernel maps into every program, and the page of the clock behind it: vdso(7). With them a program tells the
//! time without a system call. `kernel/vdso` is the library's source.

use crate::memory::{AddressSpace, Pager, Place, Region};
use crate::task::TaskContext;
use alloc::boxed::Box;
use alloc::sync::Arc;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use machine::clock;
use machine::frame::Frame;
use machine::user_space::Access;

static LIBRARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/vdso.so"));

const _: () = assert!(LIBRARY.len() <= PAGE_SIZE, "vdso.c finds the clock behind its own page");

static PAGES: spin::Once<Arc<Vdso>> = spin::Once::new();

/// The library, and behind it the clock.
struct Vdso([Frame; 2]);

/// Maps it where there is room; the address is for the auxiliary vector.
pub(super) fn map(ctx: &TaskContext, space: &AddressSpace) -> Result<u64> {
    let pager = PAGES.try_call_once(Vdso::new)?.clone();
    let region = Region::private(Access::READ | Access::EXECUTE, pager, 0);
    let start = space.map(ctx, Place::Near(0), 2 * PAGE_SIZE as u64, region)?;
    Ok(start.get())
}

impl Vdso {
    fn new() -> Result<Arc<Vdso>> {
        let library = Frame::zeroed()?;
        library.copy_in(0, LIBRARY);
        Ok(Arc::new(Vdso([library, clock::page()?])))
    }
}

impl Pager for Vdso {
    fn page(&self, _ctx: &TaskContext, offset: u64) -> Result<Frame> {
        self.cached(offset).ok_or(Errno::EFAULT)
    }

    fn cached(&self, offset: u64) -> Option<Frame> {
        self.0.get(usize::try_from(offset).ok()? / PAGE_SIZE).cloned()
    }

    fn name(&self) -> Option<Box<[u8]>> {
        Some(Box::from(*b"[vdso]"))
    }
}
