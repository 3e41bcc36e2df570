//! The machine: all that is unsafe or knows x86, behind a safe API.
#![no_std]
extern crate alloc;
pub mod clock;
pub mod early_console;
pub mod lock;
pub mod pic;
pub mod pit;
pub mod port;
pub mod rtc;
pub mod serial;
pub mod text_memory;
