//! Signals read from a file: signalfd(2).
//!
//! Who reads gets its own signals, whoever made the file. poll(2) is answered for the process that made it or read from it last; that
//! process wakes the file when a signal comes.

use super::info::{Detail, Info};
use super::send::take;
use crate::fs::file::File;
use crate::fs::{OpenFile, Readiness, anonymous};
use crate::memory::Sink;
use crate::process::{Process, caller};
use crate::task::{TaskContext, WaitQueue, Wake};
use alloc::sync::{Arc, Weak};
use core::sync::atomic::{AtomicU64, Ordering};
use logic::errno::{Errno, Result};
use logic::signal::SignalSet;
use machine::lock::SpinLock;

/// The size of `struct signalfd_siginfo`.
const RECORD: usize = 128;

/// Signals as a file.
pub struct SignalFile {
    wanted: AtomicU64,
    whose: SpinLock<Weak<Process>>,
    changed: WaitQueue,
    own: Weak<SignalFile>,
}

/// A new one for a process's signals.
pub fn open(process: &Arc<Process>, wanted: SignalSet, nonblock: bool) -> Arc<OpenFile> {
    let file = Arc::new_cyclic(|own| SignalFile {
        wanted: AtomicU64::new(0),
        whose: SpinLock::new("signalfd's process", Weak::new()),
        changed: WaitQueue::new(),
        own: own.clone(),
    });
    file.want(wanted);
    file.follow(process);
    anonymous::open(file, "anon_inode:[signalfd]", nonblock)
}

impl SignalFile {
    /// Chooses which signals are read.
    pub fn want(&self, wanted: SignalSet) {
        self.wanted.store(wanted.without(SignalSet::UNSTOPPABLE).0, Ordering::Relaxed);
        self.changed.wake_all();
    }

    fn wanted(&self) -> SignalSet {
        SignalSet(self.wanted.load(Ordering::Relaxed))
    }

    /// Has a process wake it.
    fn follow(&self, process: &Arc<Process>) {
        if core::ptr::eq(self.whose.lock().as_ptr(), Arc::as_ptr(process)) {
            return;
        }
        *self.whose.lock() = Arc::downgrade(process);
        process.signal_files.enter(self.own.clone());
    }
}

impl File for SignalFile {
    fn read(&self, ctx: &TaskContext, _position: u64, into: &mut Sink<'_>) -> Result<usize> {
        if into.remaining() < RECORD {
            return Err(Errno::EINVAL);
        }
        let thread = caller(ctx).ok_or(Errno::EAGAIN)?;
        self.follow(&thread.process);
        let mut done = 0;
        while into.remaining() >= RECORD
            && let Some(info) = take(&thread, self.wanted())
        {
            let went = into.write(ctx, &record(&info))?;
            if went < RECORD {
                return Err(Errno::EFAULT);
            }
            done += went;
        }
        if done == 0 { Err(Errno::EAGAIN) } else { Ok(done) }
    }

    fn is_stream(&self) -> bool {
        true
    }

    fn readiness(&self) -> Readiness {
        let whose = self.whose.lock().upgrade();
        let here = whose.is_some_and(|process| {
            let mut all = process.pending.lock().set();
            process.for_each_thread(|thread| all = all | thread.signals.lock().pending.set());
            !(all & self.wanted()).is_empty()
        });
        if here { Readiness::IN | Readiness::RDNORM } else { Readiness::empty() }
    }

    fn queue(&self) -> Option<&WaitQueue> {
        Some(&self.changed)
    }
}

impl Wake for SignalFile {
    fn wake(&self) {
        self.changed.wake_all();
    }
}

/// `struct signalfd_siginfo`.
fn record(info: &Info) -> [u8; RECORD] {
    let mut bytes = [0; RECORD];
    let mut put = |offset: usize, value: &[u8]| bytes[offset..offset + value.len()].copy_from_slice(value);
    put(0, &u32::from(info.signal.number()).to_le_bytes());
    put(8, &info.code.to_le_bytes());
    let mut sender = |process: u32, user: u32| {
        put(12, &process.to_le_bytes());
        put(16, &user.to_le_bytes());
    };
    match info.detail {
        Detail::None => {}
        Detail::Sender { process, user } => sender(process, user),
        Detail::Value { process, user, value } => {
            sender(process, user);
            put(44, &(value as u32).to_le_bytes());
            put(48, &value.to_le_bytes());
        }
        Detail::Timer { id, overrun, value } => {
            put(24, &id.to_le_bytes());
            put(32, &overrun.to_le_bytes());
            put(44, &(value as u32).to_le_bytes());
            put(48, &value.to_le_bytes());
        }
        Detail::Child { process, user, status, times: [own, kernel] } => {
            sender(process, user);
            put(40, &status.to_le_bytes());
            put(56, &own.to_le_bytes());
            put(64, &kernel.to_le_bytes());
        }
        Detail::Ready { band, descriptor } => {
            put(20, &descriptor.to_le_bytes());
            put(28, &band.to_le_bytes());
        }
        Detail::Fault { address } => put(72, &address.to_le_bytes()),
    }
    bytes
}
