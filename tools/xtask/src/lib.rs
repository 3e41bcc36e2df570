//! The library of the host tool: building Cor and running it in QEMU. The programs `xtask` and `workbench` are made of it.

#![allow(unreachable_pub, reason = "the two programs are all that uses it")]

pub mod build;
pub mod command;
pub mod cpio;
pub mod debian_kernel;
pub mod debug;
pub mod files;
pub mod project;
pub mod run;
pub mod stories;
pub mod version;
pub mod workbench;
