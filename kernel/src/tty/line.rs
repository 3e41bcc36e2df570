//! The line between a terminal and the device at its other end: the two traits that they see of each other.
//!
//! `driver/uart.rs` implements `Line`; the terminal implements `Receiver`.

use crate::task::WaitQueue;
use alloc::sync::Arc;

/// What a terminal is attached to: a serial port.
pub trait Line: Send + Sync {
    /// Takes bytes to send, as many as there is room for; how many these are. Never sleeps.
    fn send(&self, bytes: &[u8]) -> usize;

    /// Where there may be room to send again: woken when some has come.
    fn queue(&self) -> &WaitQueue;

    /// Whether everything taken has left, to the last bit.
    fn drained(&self) -> bool;

    /// Says who gets what arrives. The first one stays.
    fn set_receiver(&self, receiver: Arc<dyn Receiver>);

    /// The receiver, which had not taken everything, has room again.
    fn resume(&self);
}

/// Who gets what arrives on a line.
pub trait Receiver: Send + Sync {
    /// Takes bytes that have arrived, as many as there is room for; how many these are. If not all, the other side is
    /// asked to wait, and nothing more comes until `Line::resume`. Called from an interrupt handler, with no lock held.
    fn receive(&self, bytes: &[u8]) -> usize;
}
