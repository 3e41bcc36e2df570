//! Terminals.
pub mod line;
