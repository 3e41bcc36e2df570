//! The kernel's log for programs: one who reads it on, for /dev/kmsg and syslog(2).
//!
//! The log wakes nobody, since it is written in places where nobody may be woken; who waits for a line looks again ten times a second.

use crate::log::{self, LONGEST_LINE, Place};
use crate::task::TaskContext;
use arrayvec::ArrayVec;
use core::time::Duration;
use logic::errno::{Errno, Result};
use machine::clock;
use machine::lock::SpinLock;

/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// One line of the log.
pub type LogLine = ArrayVec<u8, LONGEST_LINE>;

/// What READ of syslog(2) has not given anybody yet; it is one for all.
static UNREAD: SpinLock<Place> = SpinLock::new("log's reader", Place { byte: 0, line: 0 });
/// From where on READ_ALL shows the log: behind what was cleared.
static CLEARED: SpinLock<Place> = SpinLock::new("log's clearing", Place { byte: 0, line: 0 });

/// The next line from a place on; waits for one if there is none, unless `now`: `EAGAIN`, `EINTR`.
pub fn next_line(ctx: &TaskContext, place: &mut Place, line: &mut LogLine, now: bool) -> Result<()> {
    while !log::next_line(place, line) {
        if now {
            return Err(Errno::EAGAIN);
        }
        if !ctx.sleep_until(clock::now() + PAUSE, true) {
            return Err(Errno::EINTR);
        }
    }
    Ok(())
}

/// Shows the lines that nobody has read yet, as long as `show` takes them; waits for the first.
pub fn read(ctx: &TaskContext, mut show: impl FnMut(&[u8]) -> Result<bool>) -> Result<()> {
    let mut line = LogLine::new();
    let mut place = *UNREAD.lock();
    let mut now = false;
    loop {
        match next_line(ctx, &mut place, &mut line, now) {
            Err(Errno::EAGAIN) => return Ok(()),
            waited => waited?,
        }
        if !show(&line)? {
            return Ok(());
        }
        *UNREAD.lock() = place;
        now = true;
    }
}

/// How many bytes nobody has read yet.
pub fn unread() -> usize {
    log::end() - UNREAD.lock().byte.max(log::end().saturating_sub(log::size()))
}

/// Shows the last lines that fit in so many bytes and were not cleared; each with its end counts.
pub fn read_last(bytes: usize, mut show: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let mut line = LogLine::new();
    let start = *CLEARED.lock();
    let mut all = 0;
    let mut place = start;
    while log::next_line(&mut place, &mut line) {
        all += line.len() + 1;
    }
    let mut place = start;
    while log::next_line(&mut place, &mut line) {
        if all <= bytes {
            show(&line)?;
        }
        all = all.saturating_sub(line.len() + 1);
    }
    Ok(())
}

/// Hides from [`read_last`] what is there now.
pub fn clear() {
    let end = end();
    *CLEARED.lock() = end;
}

/// Behind what was hidden last.
pub fn cleared() -> Place {
    *CLEARED.lock()
}

/// Behind the last line.
pub fn end() -> Place {
    let mut place = cleared();
    let mut line = LogLine::new();
    while log::next_line(&mut place, &mut line) {}
    place
}
