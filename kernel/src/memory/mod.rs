//! Address spaces of programs: what lies where, what a fault brings in, and the one way to move bytes to and from a program.
//!
//! Called by `process` (exec, fork, exit), `syscall` (mmap and friends, page faults) and everything that copies bytes. Below it are
//! `machine::user_space` (page tables) and `task` (the sleeping lock of an address space).

mod address_space;
mod pager;
mod sink;
mod source;
mod transfer;

pub use address_space::AddressSpace;
pub use pager::Pager;
pub use sink::Sink;
pub use source::Source;
pub use transfer::UserRange;
