//! Address spaces of programs: what lies where, what a fault brings in, and the one way to move bytes to and from a program.
//!
//! Called by `process` (exec, fork, exit), `syscall` (mmap and friends, page faults) and everything that copies bytes. Below it are
//! `machine::user_space` (page tables) and `task` (the sleeping lock of an address space).

mod address_space;
mod advice;
mod fault;
mod fork;
mod heap;
mod lock;
mod mapping;
mod origin;
mod pager;
mod parts;
mod region;
mod remap;
mod resident;
mod reverse;
mod shared;
mod sink;
mod source;
mod stack;
mod text;
mod totals;
mod transfer;

pub use address_space::{AddressSpace, LOWEST, Limits, MOST_REGIONS};
pub use fault::Fault;
pub use lock::Locking;
pub use mapping::Place;
pub use origin::Origin;
pub use pager::Pager;
pub use parts::Parts;
pub use region::{Content, Region, Role, Traits};
pub use remap::{Old, Target};
pub use reverse::{count_mappings, is_mapped_for_writing, unmap_frames, unmap_offsets};
pub use shared::SharedMemory;
pub use sink::Sink;
pub use source::Source;
pub use text::Text;
pub use totals::{most_promised, totals};
pub use transfer::{FramePart, UserRange};
