//! A serial port: the 16550A, with its FIFOs and interrupts. TL16C550C data sheet, "Principles of operation".
//!
//! `driver/uart.rs` drives one by interrupts under its own lock; before that, and in a panic, `early_console` writes to
//! the same chip by polling.

use crate::port::PortRange;
use bitflags::bitflags;

/// Registers, as offsets. The first two become the divisor while `DIVISOR_ACCESS` is set.
pub(crate) mod register {
    pub(crate) const DATA: u16 = 0;
    pub(crate) const INTERRUPT_ENABLE: u16 = 1;
    pub(crate) const INTERRUPT_CAUSE: u16 = 2;
    pub(crate) const FIFO_CONTROL: u16 = 2;
    pub(crate) const LINE_CONTROL: u16 = 3;
    pub(crate) const MODEM_CONTROL: u16 = 4;
    pub(crate) const LINE_STATUS: u16 = 5;
    pub(crate) const SCRATCH: u16 = 7;
}

pub(crate) const COM1: u16 = 0x3f8;
pub(crate) const COM2: u16 = 0x2f8;
/// Number of ports that the chip takes.
pub(crate) const PORTS: u16 = 8;
pub(crate) const DIVISOR_ACCESS: u8 = 0x80;
pub(crate) const EIGHT_BITS: u8 = 0x03;
/// 115200 bits a second, the fastest that the chip's clock gives.
pub(crate) const DIVISOR: u16 = 1;
/// FIFOs on, and an interrupt when 14 of the 16 received bytes are there (or when they have waited for four bytes'
/// time).
pub(crate) const FIFO_ON: u8 = 0xc1;
/// The line is held down.
const BREAK: u8 = 0x40;
const FIFO_IS_ON: u8 = 0xc0;
const LOOPBACK: u8 = 0x10;
/// How many bytes the transmit FIFO takes when it is empty.
pub const FIFO_SIZE: usize = 16;

bitflags! {
    /// What the line status register says.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct LineStatus: u8 {
        /// A received byte waits.
        const RECEIVED = 0x01;
        /// Bytes were lost, because nobody read them in time.
        const OVERRUN = 0x02;
        /// A byte of a wrong parity.
        const PARITY = 0x04;
        /// A byte without its stop bit.
        const FRAMING = 0x08;
        /// The other side holds the line down.
        const BREAK = 0x10;
        /// The transmit FIFO is empty: it takes `FIFO_SIZE` bytes.
        const ROOM = 0x20;
        /// All has been sent, to the last bit.
        const IDLE = 0x40;
    }

    /// Interrupts that the chip can be asked for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Interrupts: u8 {
        /// Bytes were received.
        const RECEIVE = 0x01;
        /// The transmit FIFO has run empty.
        const TRANSMIT = 0x02;
        /// A receive error.
        const STATUS = 0x04;
    }

    /// Signals to the other side.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct ModemControl: u8 {
        /// We are there.
        const TERMINAL_READY = 0x01;
        /// Please send.
        const REQUEST_TO_SEND = 0x02;
        /// On a PC this output lets the chip's interrupts through.
        const INTERRUPT_GATE = 0x08;
    }
}

/// A 16550A that belongs to the holder.
#[derive(Debug)]
pub struct Uart {
    ports: PortRange,
    line: u8,
    /// The chip has told of a break, which reading its status makes it forget; the byte that stands for it may still wait.
    broken: bool,
}

/// What came over the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// A byte.
    Byte(u8),
    /// The other side has held the line down for longer than a byte takes.
    Break,
}

impl Uart {
    /// The first serial port with its interrupt line, once, if it is there. (The second one stays with the early
    /// console, for the status line.)
    pub fn com1() -> Option<Uart> {
        // SAFETY: a UART touches no memory; the early console, which writes to it too, is used only before the driver starts
        // and in a panic.
        let ports = unsafe { PortRange::claim(COM1, PORTS, "serial") }.ok()?;
        let mut uart = Uart { ports, line: 4, broken: false };
        uart.answers().then(|| {
            uart.set_up();
            uart
        })
    }

    /// Holds the line down, or lets it go.
    pub fn set_break(&mut self, on: bool) {
        self.ports.write8(register::LINE_CONTROL, if on { EIGHT_BITS | BREAK } else { EIGHT_BITS });
    }

    /// Whether a chip is there: its scratch register keeps what is written, and in loopback it hears itself on the
    /// modem lines. No byte is sent for that, so that none that waits is disturbed.
    fn answers(&mut self) -> bool {
        self.ports.write8(register::SCRATCH, 0x5a);
        if self.ports.read8(register::SCRATCH) != 0x5a {
            return false;
        }
        self.ports.write8(register::MODEM_CONTROL, LOOPBACK | 0x0a);
        let heard = self.ports.read8(register::LINE_STATUS + 1) & 0xf0;
        self.ports.write8(register::MODEM_CONTROL, 0);
        heard == 0x90
    }

    /// Sets the line up, with no interrupts and without asking the other side to send.
    fn set_up(&mut self) {
        // A change of the line's settings would garble what the early console has just sent.
        crate::early_console::drain();
        self.ports.write8(register::INTERRUPT_ENABLE, 0);
        self.ports.write8(register::LINE_CONTROL, DIVISOR_ACCESS);
        let [low, high] = DIVISOR.to_le_bytes();
        self.ports.write8(register::DATA, low);
        self.ports.write8(register::INTERRUPT_ENABLE, high);
        self.ports.write8(register::LINE_CONTROL, EIGHT_BITS);
        self.ports.write8(register::FIFO_CONTROL, FIFO_ON);
        self.set_modem(ModemControl::TERMINAL_READY | ModemControl::INTERRUPT_GATE);
    }

    /// The interrupt line that it is wired to.
    pub fn interrupt_line(&self) -> u8 {
        self.line
    }

    /// How many bytes can be written when there is `ROOM`.
    pub fn burst(&self) -> usize {
        if self.ports.read8(register::INTERRUPT_CAUSE) & FIFO_IS_ON == FIFO_IS_ON { FIFO_SIZE } else { 1 }
    }

    /// Chooses the interrupts that it raises.
    pub fn set_interrupts(&mut self, interrupts: Interrupts) {
        self.ports.write8(register::INTERRUPT_ENABLE, interrupts.bits());
    }

    /// Sets the signals to the other side.
    pub fn set_modem(&mut self, signals: ModemControl) {
        self.ports.write8(register::MODEM_CONTROL, signals.bits());
    }

    /// Whether the chip asks for attention; reading it takes back "transmitter empty".
    pub fn interrupt_pending(&mut self) -> bool {
        self.ports.read8(register::INTERRUPT_CAUSE) & 1 == 0
    }

    /// The line's state; reading it takes back the errors.
    pub fn status(&mut self) -> LineStatus {
        let status = LineStatus::from_bits_truncate(self.ports.read8(register::LINE_STATUS));
        self.broken |= status.contains(LineStatus::BREAK);
        status
    }

    /// What has come, if anything waits. A break comes as a zero byte among the others.
    pub fn try_receive(&mut self) -> Option<Received> {
        if !self.status().contains(LineStatus::RECEIVED) {
            return None;
        }
        match self.ports.read8(register::DATA) {
            0 if core::mem::take(&mut self.broken) => Some(Received::Break),
            byte => Some(Received::Byte(byte)),
        }
    }

    /// Sends a byte if the FIFO is empty; says whether it did.
    pub fn try_write(&mut self, byte: u8) -> bool {
        let room = self.status().contains(LineStatus::ROOM);
        if room {
            self.write(byte);
        }
        room
    }

    /// Sends a byte; the caller has seen `ROOM` and counts to `burst()`.
    pub fn write(&mut self, byte: u8) {
        self.ports.write8(register::DATA, byte);
    }
}
