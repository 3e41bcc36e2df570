//! An open terminal: what a descriptor of /dev/ttyS0, /dev/console, /dev/tty or /dev/pts/N refers to.
//!
//! It remembers when it was opened: after a hang-up nothing can be done with it any more but to find that out.

use super::terminal::Terminal;
use crate::fs::dev::Device;
use crate::fs::open_file::OpenFlags;
use crate::fs::{File, Readiness};
use crate::memory::{AddressSpace, Sink, Source};
use crate::process;
use crate::task::{Instant, TaskContext, WaitQueue};
use alloc::sync::Arc;
use core::sync::atomic::Ordering;
use linux_raw_sys::ioctl;
use logic::errno::{Errno, Result};
use logic::signal::Signal;

/// A terminal that somebody has open.
pub(super) struct Open {
    terminal: Arc<Terminal>,
    /// How often the terminal had been hung up before.
    hang_ups: u32,
    /// It was opened as the console: no hang-up ends that, and nobody is stopped for using it.
    console: bool,
}

/// The node of a terminal.
pub(super) struct Node {
    /// Which.
    pub(super) terminal: Arc<Terminal>,
    /// It is /dev/console.
    pub(super) console: bool,
}

/// /dev/tty: whatever the terminal of the process is that opens it.
pub(super) struct Controlling;

impl Open {
    /// Opens a terminal; it becomes the caller's controlling terminal if that is due. `EBUSY` if it is kept for those who have it.
    pub(super) fn new(
        ctx: &TaskContext,
        terminal: &Arc<Terminal>,
        flags: OpenFlags,
        console: bool,
    ) -> Result<Arc<Open>> {
        let is_root = process::caller(ctx).is_none_or(|thread| thread.process.credentials().is_root());
        if terminal.exclusive.load(Ordering::Relaxed) && !is_root {
            return Err(Errno::EBUSY);
        }
        if !console
            && !flags.contains(OpenFlags::NO_CONTROL)
            && flags.readable()
            && let Some(thread) = process::caller(ctx)
        {
            terminal.adopt(&thread.process);
        }
        let hang_ups = terminal.hang_ups.load(Ordering::Acquire);
        terminal.opened();
        Ok(Arc::new(Open { terminal: terminal.clone(), hang_ups, console }))
    }

    fn is_hung_up(&self) -> bool {
        !self.console && self.terminal.hang_ups.load(Ordering::Acquire) != self.hang_ups
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.terminal.closed();
    }
}

impl Device for Node {
    fn open(&self, ctx: &TaskContext, flags: OpenFlags) -> Result<Arc<dyn File>> {
        Ok(Open::new(ctx, &self.terminal, flags, self.console)?)
    }
}

impl Device for Controlling {
    fn open(&self, ctx: &TaskContext, flags: OpenFlags) -> Result<Arc<dyn File>> {
        let terminal = Terminal::of_caller(ctx).ok_or(Errno::ENXIO)?;
        Ok(Open::new(ctx, &terminal, flags | OpenFlags::NO_CONTROL, false)?)
    }
}

impl File for Open {
    fn read(&self, ctx: &TaskContext, _position: u64, into: &mut Sink<'_>) -> Result<usize> {
        if self.is_hung_up() {
            return Ok(0);
        }
        if !self.console {
            self.terminal.check_foreground(ctx, Signal::TTIN)?;
        }
        self.terminal.read(ctx, into)
    }

    fn write(&self, ctx: &TaskContext, _position: u64, from: &mut Source<'_>) -> Result<usize> {
        if self.is_hung_up() || self.terminal.other_side_is_gone() {
            return Err(Errno::EIO);
        }
        if !self.console && self.terminal.stops_writers() {
            self.terminal.check_foreground(ctx, Signal::TTOU)?;
        }
        self.terminal.write(ctx, from)
    }

    fn is_stream(&self) -> bool {
        true
    }

    fn readiness(&self) -> Readiness {
        if self.is_hung_up() {
            let all = Readiness::IN | Readiness::OUT | Readiness::ERR | Readiness::HUP;
            return all | Readiness::RDNORM | Readiness::WRNORM;
        }
        self.terminal.readiness()
    }

    fn may_read(&self) -> bool {
        self.is_hung_up() || self.terminal.may_read()
    }

    fn read_deadline(&self) -> Option<Instant> {
        self.terminal.read_deadline()
    }

    fn read_late(&self, ctx: &TaskContext, into: &mut Sink<'_>) -> Result<usize> {
        if self.is_hung_up() { Ok(0) } else { self.terminal.read_there(ctx, into) }
    }

    fn queue(&self) -> Option<&WaitQueue> {
        Some(&self.terminal.output.queue)
    }

    fn ioctl(&self, ctx: &TaskContext, request: u32, argument: u64, space: &AddressSpace) -> Result<u64> {
        if self.is_hung_up() {
            return Err(if request == ioctl::TIOCSPGRP { Errno::ENOTTY } else { Errno::EIO });
        }
        self.terminal.control(ctx, request, argument, space)
    }
}
