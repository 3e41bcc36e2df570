//! The battery-backed clock chip: what date it is. MC146818 data sheet.
//!
//! `clock` asks it once, and `profile` has it tick; the lock protects the pair of ports.

use crate::clock;
use crate::lock::SpinLock;
use crate::port::PortRange;
use core::time::Duration;
use logic::{
    cmos_date::CmosDate,
    errno::{Errno, Result},
};

// SAFETY: the chip's index and data ports, named only here; it touches no memory.
static CMOS: SpinLock<PortRange> = SpinLock::new("cmos", unsafe { PortRange::of_pc(0x70, 2) });

/// Registers A to C.
const RATE: u8 = 0x0a;
const CONTROL: u8 = 0x0b;
const CAUSE: u8 = 0x0c;
const RATE_MASK: u8 = 0x0f;
/// How often it can tick in a second, at most and at least.
const RATES: core::ops::RangeInclusive<u32> = 2..=8192;
const TICK_INTERRUPT: u8 = 1 << 6;

const UPDATE_IN_PROGRESS: u8 = 0x80;
/// Longer than the chip takes for a change, which is 2 ms; one that is not there is always at it.
const PATIENCE: Duration = Duration::from_millis(10);

/// Claims the ports.
pub(crate) fn start() {
    CMOS.lock().register("rtc0");
}

/// Seconds since 1970, if the chip knows them.
pub fn unix_seconds() -> Option<u64> {
    let end = clock::now() + PATIENCE;
    CmosDate::settled(read, || clock::now() > end)?.unix_seconds()
}

/// Has the chip interrupt so often a second, for `profile`; `EINVAL` unless that is a power of two that it can.
pub(crate) fn start_ticks(often: u32) -> Result<()> {
    if !often.is_power_of_two() || !RATES.contains(&often) {
        return Err(Errno::EINVAL);
    }
    let ticks = 16 - often.trailing_zeros() as u8;
    let mut cmos = CMOS.lock();
    let (rate, control) = (register(&mut cmos, RATE), register(&mut cmos, CONTROL));
    cmos.write8(0, RATE);
    cmos.write8(1, rate & !RATE_MASK | ticks);
    cmos.write8(0, CONTROL);
    cmos.write8(1, control | TICK_INTERRUPT);
    register(&mut cmos, CAUSE);
    Ok(())
}

/// Lets the next tick interrupt.
pub(crate) fn acknowledge() {
    register(&mut CMOS.lock(), CAUSE);
}

fn read() -> Option<CmosDate> {
    let mut cmos = CMOS.lock();
    if register(&mut cmos, RATE) & UPDATE_IN_PROGRESS != 0 {
        return None;
    }
    Some(CmosDate {
        second: register(&mut cmos, 0x00),
        minute: register(&mut cmos, 0x02),
        hour: register(&mut cmos, 0x04),
        day: register(&mut cmos, 0x07),
        month: register(&mut cmos, 0x08),
        year: register(&mut cmos, 0x09),
        century: register(&mut cmos, 0x32),
        format: register(&mut cmos, CONTROL),
    })
}

fn register(cmos: &mut PortRange, index: u8) -> u8 {
    cmos.write8(0, index);
    cmos.read8(1)
}
