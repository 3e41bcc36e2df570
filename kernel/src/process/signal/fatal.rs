//! The log's line about a program that is killed by a fault of its own, or for want of memory.
//!
//! As Linux's "segfault at … ip … sp … error …", in words and with names: the access and the address, whether the page
//! was present, the region (VMA) there, and the instruction by function, file and offset in the file. The function
//! comes from the file's symbol table, which is read here and not trusted (`logic::elf_function`). At most [`BURST`]
//! lines in [`INTERVAL`], so that a program that crashes in a loop does not flood the console.

use super::info::{Detail, Info};
use crate::log::warn;
use crate::memory::{AddressSpace, Content, Pager, Region, Role};
use crate::process::thread::Running;
use crate::task::TaskContext;
use alloc::boxed::Box;
use core::fmt;
use logic::address::PAGE_SIZE;
use logic::elf_function::{Function, ReadAt, function_at};
use logic::errno::{Errno, Result};
use logic::rate_limit::RateLimit;
use logic::signal::Signal;
use machine::clock;
use machine::frame::Frame;
use machine::lock::SpinLock;
use machine::user::Exception;

/// As Linux's ratelimit by default.
const BURST: u32 = 10;
const INTERVAL: u64 = 5_000_000_000;

static LIMIT: SpinLock<RateLimit> = SpinLock::new("lines about killed programs", RateLimit::new(BURST, INTERVAL));

/// The last bytes of a path that are shown.
const PATH_SHOWN: usize = 128;

/// The end of the largest file.
const FILE_MAX: u64 = i64::MAX as u64;

/// Writes the line for a signal that is about to end the process, if the program itself brought it about.
pub(super) fn log(ctx: &TaskContext, running: &Running, info: &Info) {
    let (process, signal) = (&running.thread.process, info.signal);
    match info.detail {
        // Another process's kill(2) has the sender as its detail.
        Detail::Fault { .. } if signal == Signal::KILL => {
            let resident = running.space.machine().resident() * 4;
            warn!("{}[{}] was killed: no memory left; it had {resident} KiB", process.name(), process.pid());
        }
        Detail::Fault { .. } => log_fault(ctx, running, signal, running.exception),
        Detail::None if signal == Signal::TRAP => log_fault(ctx, running, signal, running.exception),
        Detail::None if signal == Signal::SEGV => log_fault(ctx, running, signal, None),
        _ => {}
    }
}

fn log_fault(ctx: &TaskContext, running: &Running, signal: Signal, exception: Option<Exception>) {
    let suppressed = LIMIT.lock().pass(clock::now().0);
    let Some(suppressed) = suppressed else { return };
    if suppressed > 0 {
        warn!("{suppressed} lines about killed programs were suppressed");
    }
    let (process, registers) = (&running.thread.process, running.user.registers());
    let address = exception.filter(|exception| exception.vector == Exception::PAGE_FAULT).map(|fault| fault.address);
    let touched = address.map(|address| Place::find(ctx, &running.space, address));
    let code = Place::find(ctx, &running.space, registers.rip);
    let function = code.function(ctx);
    warn!(
        "{}[{}] was killed by {signal}: {}; ip {:#x} in {}, sp {:#x}{}",
        process.name(),
        process.pid(),
        Cause { exception, touched: touched.as_ref() },
        registers.rip,
        Code { place: &code, function: function.as_ref() },
        registers.rsp,
        ErrorCode(exception)
    );
}

/// An address of the program, and the region that it lies in, or else the next.
struct Place {
    address: u64,
    region: Option<Region>,
    start: u64,
    name: Box<[u8]>,
}

impl Place {
    fn find(ctx: &TaskContext, space: &AddressSpace, address: u64) -> Place {
        let found = space.region_from(ctx, address);
        // With nothing locked, since a path is put together from the names of its directories.
        let name = found.as_ref().map(|(_, region)| region.name()).unwrap_or_default();
        let start = found.as_ref().map_or(0, |(range, _)| range.start());
        Place { address, region: found.map(|(_, region)| region), start, name }
    }

    /// The region that the address lies in.
    fn region(&self) -> Option<&Region> {
        self.region.as_ref().filter(|_| self.start <= self.address)
    }

    /// The file that the region shows, and the address's offset in it.
    fn file(&self) -> Option<(&dyn Pager, u64)> {
        match &self.region()?.content {
            Content::Paged { pager, offset } => Some((&**pager, offset + (self.address - self.start))),
            Content::Anonymous => None,
        }
    }

    fn function(&self, ctx: &TaskContext) -> Option<Function> {
        let (pager, offset) = self.file()?;
        function_at(&mut Pages { ctx, pager, last: None }, offset)
    }
}

/// The region of a place: `region [stack] rw-p`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.region(), &self.region) {
            (Some(region), _) => write!(f, "region {}", RegionText { region, name: &self.name }),
            (None, Some(next)) if next.role == Role::Stack => {
                write!(f, "no region there, {} KiB below [stack]", self.start.abs_diff(self.address).div_ceil(1024))
            }
            _ => f.write_str("no region there"),
        }
    }
}

struct RegionText<'a> {
    region: &'a Region,
    name: &'a [u8],
}

impl fmt::Display for RegionText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cut = self.name.len().saturating_sub(PATH_SHOWN);
        let name = self.name.get(cut..).unwrap_or_default();
        let name = if name.is_empty() { b"[anonymous]" } else { name };
        write!(f, "{}{} ", if cut > 0 { "..." } else { "" }, name.escape_ascii())?;
        self.region.marks().iter().try_for_each(|&mark| write!(f, "{}", char::from(mark)))
    }
}

/// The instruction's place: `main+0x12 (/bin/crash r-xp, file offset 0x1136)`.
struct Code<'a> {
    place: &'a Place,
    function: Option<&'a Function>,
}

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(region) = self.place.region() else { return f.write_str("no region") };
        let region = RegionText { region, name: &self.place.name };
        match (self.function, self.place.file()) {
            (Some(function), Some((_, offset))) => write!(f, "{function} ({region}, file offset {offset:#x})"),
            (None, Some((_, offset))) => write!(f, "{region}, file offset {offset:#x}"),
            _ => write!(f, "{region}"),
        }
    }
}

/// The reason: the access for a page fault, else the exception's name.
struct Cause<'a> {
    exception: Option<Exception>,
    touched: Option<&'a Place>,
}

impl fmt::Display for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(exception) = self.exception else {
            return f.write_str("the frame of a signal handler cannot be written or read");
        };
        let Some(touched) = self.touched else { return f.write_str(exception.name()) };
        let access = match exception {
            _ if exception.was_fetch() => "instruction fetch from",
            _ if exception.was_write() => "write to",
            _ => "read from",
        };
        let page = if exception.was_present() { "page present" } else { "page not present" };
        write!(f, "{access} {:#x}, {page}, {touched}", touched.address)
    }
}

struct ErrorCode(Option<Exception>);

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |exception| write!(f, ", error {:#x}", exception.error))
    }
}

/// A mapped file, read through its pages.
struct Pages<'a> {
    ctx: &'a TaskContext,
    pager: &'a dyn Pager,
    last: Option<(u64, Frame)>,
}

impl ReadAt for Pages<'_> {
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> Result<()> {
        offset.checked_add(into.len() as u64).filter(|&end| end <= FILE_MAX).ok_or(Errno::EFAULT)?;
        let mut done = 0;
        while let Some(rest) = into.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let at = offset + done as u64;
            let inside = (at % PAGE_SIZE as u64) as usize;
            let length = rest.len().min(PAGE_SIZE - inside);
            self.frame(at - inside as u64)?.copy_out(inside, rest.get_mut(..length).unwrap_or_default());
            done += length;
        }
        Ok(())
    }
}

impl Pages<'_> {
    /// The page at an offset; the last one is kept.
    fn frame(&mut self, offset: u64) -> Result<&Frame> {
        let frame = match self.last.take() {
            Some((at, frame)) if at == offset => frame,
            _ => self.pager.page(self.ctx, offset)?,
        };
        Ok(&self.last.insert((offset, frame)).1)
    }
}
