//! The line between a terminal and the device at its other end: the two traits that they see of each other.
//!
//! `driver/uart.rs` implements `Line`; the terminal implements `Receiver`.

use crate::task::WaitQueue;
use alloc::sync::Arc;
use bitflags::bitflags;
use linux_raw_sys::general as linux;
use logic::line::Settings;

bitflags! {
    /// What a pseudo-terminal's other side may want to be told: `TIOCPKT` of ioctl_tty(2).
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Packet: u8 {
        /// Input was forgotten.
        const FLUSH_READ = linux::TIOCPKT_FLUSHREAD as u8;
        /// Output was forgotten.
        const FLUSH_WRITE = linux::TIOCPKT_FLUSHWRITE as u8;
        /// Output is stopped.
        const STOP = linux::TIOCPKT_STOP as u8;
        /// Output goes on.
        const START = linux::TIOCPKT_START as u8;
        /// Ctrl-S and Ctrl-Q do not stop and start output.
        const NO_STOP = linux::TIOCPKT_NOSTOP as u8;
        /// They do.
        const DO_STOP = linux::TIOCPKT_DOSTOP as u8;
        /// The settings have changed.
        const SETTINGS = linux::TIOCPKT_IOCTL as u8;
    }
}

/// What a terminal is attached to: a serial port.
pub trait Line: Send + Sync {
    /// Takes bytes to send, as many as there is room for; how many these are. Never sleeps.
    fn send(&self, bytes: &[u8]) -> usize;

    /// Where there may be room to send again: woken when some has come.
    fn queue(&self) -> &WaitQueue;

    /// How many bytes were taken and have not left.
    fn waiting(&self) -> usize {
        0
    }

    /// Whether everything taken has left, to the last bit.
    fn drained(&self) -> bool;

    /// Says who gets what arrives. The first one stays.
    fn set_receiver(&self, receiver: Arc<dyn Receiver>);

    /// The receiver, which had not taken everything, has room again.
    fn resume(&self);

    /// How the terminal is set at first.
    fn first_settings(&self) -> Settings {
        Settings::default()
    }

    /// Changes settings that the line cannot have, or has by itself.
    fn adjust(&self, _old: &Settings, _new: &mut Settings) {}

    /// Holds the line down, or lets it go: a break.
    fn set_break(&self, _on: bool) {}

    /// Rows and columns, if it knows.
    fn size(&self) -> Option<(u16, u16)> {
        None
    }

    /// Somebody has opened the terminal.
    fn opened(&self) {}

    /// The last one who had the terminal open has closed it.
    fn closed(&self) {}

    /// Whether there is nobody at the other end any more, for ever.
    fn is_gone(&self) -> bool {
        false
    }

    /// Whether the other end is a program: a pseudo-terminal.
    fn is_pseudo(&self) -> bool {
        false
    }

    /// Whether there are modem lines, which for a terminal are always up.
    fn has_modem(&self) -> bool {
        false
    }

    /// What the other end may want to know.
    fn tell(&self, _what: Packet) {}
}

/// Who gets what arrives on a line.
pub trait Receiver: Send + Sync {
    /// Takes bytes that have arrived, as many as there is room for; how many these are. If not all, the other side is
    /// asked to wait, and nothing more comes until `Line::resume`. Called from an interrupt handler, with no lock held.
    fn receive(&self, bytes: &[u8]) -> usize;

    /// The line was held down for longer than a byte: a break. Called as `receive` is.
    fn receive_break(&self) {}
}
