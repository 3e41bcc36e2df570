//! Terminals: what a program sees of a line with a person, or another program, at its end.
//!
//! [`line`] is the line as drivers give it. [`terminal`] edits lines and obeys termios(3); [`stream`] passes bytes on as they are.
//! Both send through [`output`]. [`console`] puts one of them on the first serial port and into /dev.

pub mod console;
mod control;
pub mod line;
pub mod magic;
mod output;
mod stream;
mod terminal;
