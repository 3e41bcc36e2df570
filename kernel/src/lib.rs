//! The kernel proper. The modules below are its layers, the highest first: a layer uses only those below it, and
//! `make check` refuses the rest (tools/layers).
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod init;
pub mod selftest;
pub mod syscall;
pub mod driver;
pub mod tty;
pub mod net;
pub mod ipc;
pub mod process;
pub mod fs;
pub mod block;
pub mod memory;
pub mod task;
pub mod log;
