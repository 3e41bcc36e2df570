//! The kernel's plain data structures and parsers.
//!
//! Nothing here locks, allocates behind the caller's back where a program decides how much, touches hardware or keeps state
//! in a global; so all of it is tested on the host (`cargo test -p logic`).
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod address;
pub mod aml_sleep;
pub mod calibration;
pub mod cmos_date;
pub mod errno;
