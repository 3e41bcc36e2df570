//! Which signal a program gets for an exception of the CPU: as Linux's arch/x86 does (SDM volume 3, 6.15).

use super::info::{Detail, Info};
use crate::memory::Fault;
use linux_raw_sys::general as linux;
use logic::signal::Signal;
use machine::user::Exception;

/// The signal for an exception that is not a page fault, at the instruction `rip`, with the vector state of that moment.
pub fn signal_of(exception: Exception, rip: u64, vector: &[u8]) -> Info {
    let at = |signal, code: u32| Info { signal, code: code as i32, detail: Detail::Fault { address: rip } };
    match exception.vector {
        0 => at(Signal::FPE, linux::FPE_INTDIV),
        1 => at(Signal::TRAP, linux::TRAP_TRACE),
        3 => Info::kernel(Signal::TRAP),
        6 => at(Signal::ILL, linux::ILL_ILLOPN),
        16 => at(Signal::FPE, float_code(x87_errors(vector))),
        19 => at(Signal::FPE, float_code(sse_errors(vector))),
        // A segment that is not present, or an address that the stack cannot have: nothing tells which.
        11 | 12 => Info { signal: Signal::BUS, code: linux::SI_KERNEL as i32, detail: Detail::Fault { address: 0 } },
        17 => Info { signal: Signal::BUS, code: linux::BUS_ADRALN as i32, detail: Detail::Fault { address: 0 } },
        // Overflow, bounds, no coprocessor, task segment, general protection: nothing tells which address.
        _ => Info { signal: Signal::SEGV, code: linux::SI_KERNEL as i32, detail: Detail::Fault { address: 0 } },
    }
}

/// The signal for a page that cannot be had.
pub fn signal_of_fault(fault: Fault, address: u64) -> Info {
    let (signal, code) = match fault {
        Fault::Unmapped => (Signal::SEGV, linux::SEGV_MAPERR),
        Fault::Forbidden => (Signal::SEGV, linux::SEGV_ACCERR),
        Fault::Unreadable => (Signal::BUS, linux::BUS_ADRERR),
        // No program sees the code of a SIGKILL; `fatal` knows by the detail that it came from here.
        Fault::NoMemory => (Signal::KILL, linux::SI_KERNEL),
    };
    Info { signal, code: code as i32, detail: Detail::Fault { address } }
}

/// The exceptions of the x87 that are pending and not masked: status word and control word (SDM volume 1, 8.1).
fn x87_errors(vector: &[u8]) -> u32 {
    match vector {
        &[control, _, status, ..] => u32::from(status & !control),
        _ => 0,
    }
}

/// Those of SSE: MXCSR (SDM volume 1, 10.2.3).
fn sse_errors(vector: &[u8]) -> u32 {
    let control = vector.get(24..28).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes);
    control & !(control >> 7)
}

fn float_code(errors: u32) -> u32 {
    match errors {
        _ if errors & 1 != 0 => linux::FPE_FLTINV,
        _ if errors & 4 != 0 => linux::FPE_FLTDIV,
        _ if errors & 8 != 0 => linux::FPE_FLTOVF,
        _ if errors & 0x12 != 0 => linux::FPE_FLTUND,
        _ if errors & 0x20 != 0 => linux::FPE_FLTRES,
        _ => 0,
    }
}
