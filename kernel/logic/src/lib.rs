//! The kernel's plain data structures and parsers.
//!
//! Nothing here locks, allocates behind the caller's back where a program decides how much, touches hardware or keeps state
//! in a global; so all of it is tested on the host (`cargo test -p logic`).
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod acpi_tables;
pub mod address;
pub mod aml_sleep;
pub mod backtrace;
pub mod boot_info;
pub mod buddy;
mod bytes;
pub mod calibration;
pub mod clock_scale;
pub mod cmos_date;
pub mod command_line;
pub mod deadlines;
pub mod elf;
pub mod elf_function;
pub mod errno;
pub mod keyboard;
pub mod line;
pub mod load;
pub mod log_filter;
pub mod memory_map;
pub mod multiboot2;
pub mod name_table;
pub mod newc;
pub mod path;
pub mod pvh;
pub mod rate_limit;
pub mod record_locks;
pub mod regions;
pub mod report;
pub mod resources;
pub mod ring;
pub mod run_queue;
pub mod screen;
pub mod signal;
pub mod sparse;
pub mod stack_image;
pub mod stream;
pub mod strings;
pub mod symbols;
pub mod time;
pub mod wait_status;

#[cfg(test)]
mod random;
