//! The machine: all that is unsafe, all that knows x86, all assembly, behind a safe API.
//!
//! It never knows a process, a file or a system call's number, and never decides who runs. Whatever hands a physical
//! address to hardware lives here. The kernel proper, the crate `cor`, forbids `unsafe` and stands on this.
#![no_std]

extern crate alloc;

pub mod acpi;
pub mod boot;
mod bytes;
pub mod clock;
pub mod clock_event;
mod clock_page;
pub mod copy;
pub mod cpu;
pub mod debug_port;
pub mod early_console;
pub mod entropy;
pub mod fiber;
pub mod frame;
pub mod frame_buffer;
mod gdt;
pub mod heap;
pub mod inject;
pub mod irq;
pub mod kernel_space;
pub mod keyboard;
pub mod list;
pub mod lock;
pub mod mmio;
pub mod panic;
pub mod pci;
pub mod pic;
pub mod pit;
pub mod port;
pub mod power;
pub mod processor;
pub mod profile;
pub mod probe;
mod registers;
pub mod resource;
pub mod rtc;
pub mod serial;
pub mod text_memory;
pub mod transfer;
mod trap;
pub mod user;
pub mod user_space;
mod vector;
pub mod virtio;
