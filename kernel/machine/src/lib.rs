//! The machine: all that is unsafe or knows x86, behind a safe API.
#![no_std]
extern crate alloc;
