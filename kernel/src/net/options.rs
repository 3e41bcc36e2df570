//! What getsockopt(2) and setsockopt(2) know of every socket: level `SOL_SOCKET` of socket(7). Atomics, each independent.

use crate::task::Instant;
use core::sync::atomic::{AtomicBool, AtomicU16, AtomicU32, AtomicU64, Ordering};
use linux_raw_sys::net;
use logic::errno::{Errno, Result};

/// The size of both buffers until it is set, and the most that everybody may set: net.core.wmem_max.
pub const BUFFER: u32 = 212_992;

/// The least sizes.
const LEAST_SEND: u32 = 4608;
const LEAST_RECEIVE: u32 = 2304;

/// Options that are on or off, and of which the families here only keep what was said.
const SWITCHES: [u32; 9] = [
    net::SO_DEBUG,
    net::SO_REUSEADDR,
    net::SO_DONTROUTE,
    net::SO_BROADCAST,
    net::SO_KEEPALIVE,
    net::SO_OOBINLINE,
    net::SO_NO_CHECK,
    net::SO_REUSEPORT,
    net::SO_TIMESTAMP,
];

/// A socket's options.
pub struct Options {
    switches: AtomicU16,
    /// The sender's ids are wanted with what is received.
    pub pass_sender: AtomicBool,
    /// How much of what it sent may be unreceived, in bytes and what they cost.
    pub send_buffer: AtomicU32,
    /// What a program wants of the other direction; the senders' buffers are what binds.
    pub receive_buffer: AtomicU32,
    /// The least number of bytes that a receiver is content with.
    pub least: AtomicU32,
    priority: AtomicU32,
    /// `struct linger`.
    linger: AtomicU64,
    /// In nanoseconds; 0: for ever.
    receive_time: AtomicU64,
    send_time: AtomicU64,
    /// What went wrong and was not told yet; 0: nothing.
    error: AtomicU16,
}

/// What an option's value may be set to: an `int`, `struct linger` or `struct timeval`.
pub enum Value {
    /// A number.
    Int(u32),
    /// Two of them.
    Two([u32; 2]),
    /// Two words.
    Time([u64; 2]),
}

impl Default for Options {
    fn default() -> Options {
        Options::new()
    }
}

impl Options {
    /// Those of a new socket.
    pub const fn new() -> Options {
        Options {
            switches: AtomicU16::new(0),
            pass_sender: AtomicBool::new(false),
            send_buffer: AtomicU32::new(BUFFER),
            receive_buffer: AtomicU32::new(BUFFER),
            least: AtomicU32::new(1),
            priority: AtomicU32::new(0),
            linger: AtomicU64::new(0),
            receive_time: AtomicU64::new(0),
            send_time: AtomicU64::new(0),
            error: AtomicU16::new(0),
        }
    }

    /// What an option is; `None` if it is none of these.
    pub fn get(&self, option: u32) -> Option<Value> {
        let number = |value: &AtomicU32| Value::Int(value.load(Ordering::Relaxed));
        Some(match option {
            net::SO_SNDBUF => number(&self.send_buffer),
            net::SO_RCVBUF => number(&self.receive_buffer),
            net::SO_RCVLOWAT => number(&self.least),
            net::SO_SNDLOWAT => Value::Int(1),
            net::SO_PRIORITY => number(&self.priority),
            net::SO_PASSCRED => Value::Int(self.pass_sender.load(Ordering::Relaxed).into()),
            net::SO_LINGER => {
                let linger = self.linger.load(Ordering::Relaxed);
                Value::Two([linger as u32, (linger >> 32) as u32])
            }
            net::SO_RCVTIMEO => time_value(&self.receive_time),
            net::SO_SNDTIMEO => time_value(&self.send_time),
            _ => Value::Int(u32::from(self.switches.load(Ordering::Relaxed) & switch(option)? != 0)),
        })
    }

    /// What kind of value an option takes; `ENOPROTOOPT` if it cannot be set.
    pub fn shape(option: u32) -> Result<Value> {
        match option {
            net::SO_LINGER => Ok(Value::Two([0; 2])),
            net::SO_RCVTIMEO | net::SO_SNDTIMEO => Ok(Value::Time([0; 2])),
            net::SO_SNDBUF | net::SO_RCVBUF | net::SO_SNDBUFFORCE | net::SO_RCVBUFFORCE => Ok(Value::Int(0)),
            net::SO_RCVLOWAT | net::SO_PRIORITY | net::SO_PASSCRED => Ok(Value::Int(0)),
            _ if switch(option).is_some() => Ok(Value::Int(0)),
            _ => Err(Errno::ENOPROTOOPT),
        }
    }

    /// Sets an option. `privileged`: may go beyond the limits.
    pub fn set(&self, option: u32, value: Value, privileged: bool) -> Result<()> {
        match value {
            Value::Int(value) => self.set_number(option, value, privileged)?,
            Value::Two([on, seconds]) => {
                self.linger.store(u64::from(on != 0) | u64::from(seconds) << 32, Ordering::Relaxed);
            }
            Value::Time(time) => {
                let time = nanoseconds(time)?;
                let place = if option == net::SO_RCVTIMEO { &self.receive_time } else { &self.send_time };
                place.store(time, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    fn set_number(&self, option: u32, value: u32, privileged: bool) -> Result<()> {
        // Linux takes a size as half of what it is to be, and one that is no size as the largest.
        let size = |most: u32, least: u32| (value.min(most) as i32 as u32).saturating_mul(2).clamp(least, 1 << 30);
        let store = |place: &AtomicU32, value: u32| place.store(value, Ordering::Relaxed);
        match option {
            net::SO_SNDBUF => store(&self.send_buffer, size(BUFFER, LEAST_SEND)),
            net::SO_RCVBUF => store(&self.receive_buffer, size(BUFFER, LEAST_RECEIVE)),
            net::SO_SNDBUFFORCE | net::SO_RCVBUFFORCE if !privileged => return Err(Errno::EPERM),
            net::SO_SNDBUFFORCE => store(&self.send_buffer, size(i32::MAX as u32, LEAST_SEND)),
            net::SO_RCVBUFFORCE => store(&self.receive_buffer, size(i32::MAX as u32, LEAST_RECEIVE)),
            net::SO_RCVLOWAT => store(&self.least, if (value as i32) < 0 { i32::MAX as u32 } else { value.max(1) }),
            net::SO_PRIORITY if value > 6 && !privileged => return Err(Errno::EPERM),
            net::SO_PRIORITY => store(&self.priority, value),
            net::SO_PASSCRED => self.pass_sender.store(value != 0, Ordering::Relaxed),
            net::SO_DEBUG if value != 0 && !privileged => return Err(Errno::EACCES),
            _ => {
                let bit = switch(option).ok_or(Errno::ENOPROTOOPT)?;
                if value != 0 {
                    self.switches.fetch_or(bit, Ordering::Relaxed);
                } else {
                    self.switches.fetch_and(!bit, Ordering::Relaxed);
                }
            }
        }
        Ok(())
    }

    /// Until when a receiver waits that begins now.
    pub fn receive_deadline(&self) -> Option<Instant> {
        deadline(&self.receive_time)
    }

    /// Until when a sender waits that begins now.
    pub fn send_deadline(&self) -> Option<Instant> {
        deadline(&self.send_time)
    }

    /// Notes what went wrong, for whoever asks next.
    pub fn fail(&self, error: Errno) {
        self.error.store(error.number(), Ordering::Release);
    }

    /// Whether something went wrong.
    pub fn failed(&self) -> bool {
        self.error.load(Ordering::Acquire) != 0
    }

    /// What went wrong, once.
    pub fn take_error(&self) -> Result<()> {
        if !self.failed() {
            return Ok(());
        }
        match self.error.swap(0, Ordering::AcqRel) {
            0 => Ok(()),
            number if number == Errno::ECONNRESET.number() => Err(Errno::ECONNRESET),
            _ => Err(Errno::ECONNREFUSED),
        }
    }
}

fn switch(option: u32) -> Option<u16> {
    SWITCHES.iter().position(|&known| known == option).map(|place| 1 << place)
}

fn deadline(time: &AtomicU64) -> Option<Instant> {
    let time = time.load(Ordering::Relaxed);
    (time != 0).then(|| Instant(machine::clock::now().0.saturating_add(time)))
}

fn time_value(time: &AtomicU64) -> Value {
    let time = time.load(Ordering::Relaxed);
    Value::Time([time / 1_000_000_000, time % 1_000_000_000 / 1000])
}

/// A negative time is none at all: the least that there is.
fn nanoseconds([seconds, micros]: [u64; 2]) -> Result<u64> {
    match (seconds as i64, micros as i64) {
        (_, micros) if !(0..1_000_000).contains(&micros) => Err(Errno::EDOM),
        (seconds, _) if seconds < 0 => Ok(1),
        (seconds, micros) => Ok((seconds as u64).saturating_mul(1_000_000_000).saturating_add(micros as u64 * 1000)),
    }
}
