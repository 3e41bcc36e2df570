//! Which calls begin again after a signal: signal(7), "Interruption of system calls and library functions by signal handlers".

use crate::process::signal::Restarts;
use linux_raw_sys::general as linux;

/// When a call of Linux's, cut short by a signal, begins again by itself.
pub(super) fn restarts(number: u64, arguments: &[u64; 6]) -> Restarts {
    let has_time = |index: usize| arguments[index] != 0;
    match u32::try_from(number).unwrap_or(u32::MAX) {
        linux::__NR_rt_sigtimedwait | linux::__NR_rt_sigreturn => Restarts::Never,
        linux::__NR_epoll_wait | linux::__NR_epoll_pwait | linux::__NR_epoll_pwait2 => Restarts::Never,
        linux::__NR_pause | linux::__NR_rt_sigsuspend | linux::__NR_nanosleep | linux::__NR_clock_nanosleep => {
            Restarts::Unhandled
        }
        linux::__NR_semop | linux::__NR_semtimedop | linux::__NR_msgsnd | linux::__NR_msgrcv => Restarts::Never,
        linux::__NR_poll | linux::__NR_ppoll | linux::__NR_select | linux::__NR_pselect6 => Restarts::Unhandled,
        linux::__NR_futex if has_time(3) => Restarts::Unhandled,
        _ => Restarts::Usual,
    }
}
