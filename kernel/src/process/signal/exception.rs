//! Which signal a program gets for an exception of the CPU: as Linux's arch/x86 does (SDM volume 3, 6.15).

use super::info::{Detail, Info};
use crate::memory::Fault;
use linux_raw_sys::general as linux;
use logic::signal::Signal;
use machine::user::Exception;

/// The signal for an exception that is not a page fault, at the instruction `rip`.
pub fn signal_of(exception: Exception, rip: u64) -> Info {
    let at = |signal, code: u32| Info { signal, code: code as i32, detail: Detail::Fault { address: rip } };
    match exception.vector {
        0 => at(Signal::FPE, linux::FPE_INTDIV),
        1 => at(Signal::TRAP, linux::TRAP_TRACE),
        3 => Info::kernel(Signal::TRAP),
        6 => at(Signal::ILL, linux::ILL_ILLOPN),
        16 | 19 => at(Signal::FPE, linux::FPE_FLTUNK),
        17 => Info { signal: Signal::BUS, code: linux::BUS_ADRALN as i32, detail: Detail::Fault { address: 0 } },
        // Overflow, bounds, no coprocessor, segments, stack, general protection: nothing tells which address.
        _ => Info { signal: Signal::SEGV, code: linux::SI_KERNEL as i32, detail: Detail::Fault { address: 0 } },
    }
}

/// The signal for a page that cannot be had.
pub fn signal_of_fault(fault: Fault, address: u64) -> Info {
    let (signal, code) = match fault {
        Fault::Unmapped => (Signal::SEGV, linux::SEGV_MAPERR),
        Fault::Forbidden => (Signal::SEGV, linux::SEGV_ACCERR),
        Fault::Unreadable => (Signal::BUS, linux::BUS_ADRERR),
        Fault::NoMemory => return Info::kernel(Signal::KILL),
    };
    Info { signal, code: code as i32, detail: Detail::Fault { address } }
}
