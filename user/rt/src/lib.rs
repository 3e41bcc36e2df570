//! Cor's own gate for Rust programs without `std`.
//!
//! A program names its main function with [`main!`] and gets the arguments and environment that execve(2) lays out,
//! the calls of `int 0x14` as functions ([`gate`]) and some of Linux's that have no counterpart there ([`linux`]),
//! files ([`File`]), [`print!`] and friends, and a heap. It is linked by `program.ld`, which each program's build.rs
//! hands to the linker.
#![no_std]

extern crate alloc;

mod errno;
mod file;
pub mod gate;
mod heap;
pub mod linux;
mod print;
mod start;

pub use errno::result_of;
pub use file::File;
pub use logic::errno::{Errno, Result};
pub use logic::signal::{Signal, SignalSet};
pub use print::write_text;
pub use start::Arguments;
