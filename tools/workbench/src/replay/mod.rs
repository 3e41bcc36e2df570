//! Runs that can be had again, to the instruction: `bin/run --record`, `bin/replay` and `bin/when`.
//!
//! ```text
//! session.rs      bin/replay                     when.rs       bin/when
//! player.rs       a QEMU that plays a recording, forwards and backwards
//! debugger.rs     what gdb speaks with           remote.rs     what we speak with QEMU's debugger (packets.rs: how)
//! asked.rs        what is watched                look/         values by their paths, with the compiler's types
//! expression.rs   the same by addresses          typed.rs      the same by gdb
//! watched.rs      memory over time               pages.rs      where it is, by the page tables
//! search.rs       the last of what happens       unwind.rs     who called
//! ```
//!
//! QEMU counts instructions (`-icount`), writes down all that comes from outside with the count at which it came, and keeps the
//! machine's state at the start. The same log then leads the machine through the same instructions (QEMU's docs/replay.txt).

mod asked;
mod debugger;
mod expression;
mod look;
mod packets;
mod pages;
mod player;
mod remote;
mod search;
mod session;
mod typed;
mod unwind;
mod watched;
mod when;

pub use session::{Session, replay};
pub use when::{When, when};
