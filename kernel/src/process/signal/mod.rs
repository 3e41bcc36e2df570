//! Signals: what a process wants done about them, which have come, and what happens before a program goes on. signal(7)
//!
//! `send` notes a signal and wakes who should take it; `attend` is called by a thread itself before it returns to its
//! program, and ends, stops or diverts it. `exception` says which signal an exception of the CPU is, `fatal` logs
//! which program one has killed.

mod action;
mod attend;
mod exception;
mod fatal;
mod file;
mod frame;
mod info;
mod pending;
mod restart;
mod send;

pub use action::{Action, ActionFlags, Actions, Handler};
pub use attend::{Attended, attend};
pub use exception::{signal_of, signal_of_fault};
pub use file::{SignalFile, open};
pub use frame::{frame_size, return_from_handler};
pub use info::{Detail, INFO_SIZE, Info};
pub use pending::Pending;
pub use restart::{Interrupted, Restarts};
pub use send::{
    Sent, discard, force, pass_on, pause, pending, send_to_process, send_to_thread, take, wait, with_blocked,
};
