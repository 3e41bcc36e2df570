//! The kernel proper. The modules below are its layers, the highest first: a layer uses only those below it, and
//! `make check` refuses the rest (tools/layers).
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod block;
pub mod driver;
pub mod fs;
pub mod init;
pub mod log;
pub mod memory;
pub mod process;
pub mod syscall;
pub mod task;
pub mod tty;
