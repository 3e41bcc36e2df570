//! Cor's gate for Rust programs.
#![no_std]
