//! Terminals: what a program sees of a line with a person, or another program, at its end.
//!
//! [`line`] is the line as drivers give it. [`terminal`] edits lines and obeys termios(3), [`control`] and [`settings`] its requests; [`job`] says whose
//! it is and who may use it; [`open`] is what programs have of it. [`pty`] is a line with a program at the other end, and [`devpts`]
//! where it has its name. [`stream`] passes bytes on as they are. [`output`] sends. [`console`] puts terminals into /dev.

pub mod console;
mod control;
pub mod devpts;
mod job;
pub mod line;
mod open;
pub mod magic;
mod output;
mod pty;
mod settings;
mod size;
mod stream;
pub mod terminal;
