//! Runs that can be had again, to the instruction: `bin/run --record`, `bin/replay` and `bin/when`.
//!
//! ```text
//! recording.rs    the folder of a recorded run
//! player.rs       a QEMU that plays one, forwards and backwards
//! qmp.rs          its control protocol           remote.rs    its debugger's protocol
//! expression.rs   what is watched                search.rs    when that changed last
//! session.rs      bin/replay                     when.rs      bin/when
//! ```
//!
//! QEMU counts instructions (`-icount`), writes down all that comes from outside with the count at which it came, and keeps the
//! machine's state at the start. The same log then leads the machine through the same instructions (QEMU's docs/replay.txt).

mod expression;
mod player;
mod qmp;
pub mod recording;
mod remote;
mod search;
mod session;
mod when;

pub use session::{Session, replay};
pub use when::{When, when};
