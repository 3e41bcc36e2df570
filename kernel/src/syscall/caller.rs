//! Who calls: what a handler is given besides its arguments.

use super::arg::{Buffer, Fd, UserPath, Vector};
use crate::fs::descriptors::{Descriptors, MAX_DESCRIPTORS};
use crate::fs::lookup::Lookup;
use crate::fs::mount::Path;
use crate::fs::open_file::{self, OpenFile};
use crate::fs::writer::Writer;
use crate::memory::{AddressSpace, Sink, Source, Text, UserRange};
use crate::process::clock;
use crate::process::signal::{self, Detail, Info};
use crate::process::{Process, Running, Thread};
use crate::task::{Instant, TaskContext};
use alloc::sync::Arc;
use alloc::vec::Vec;
use linux_raw_sys::general as linux;
use logic::address::UserAddr;
use logic::errno::{Errno, Result};
use logic::path::PATH_MAX;
use logic::signal::Signal;

/// How many places readv(2) takes at most.
const MOST_RANGES: u64 = linux::UIO_MAXIOV as u64;

/// How many of them are read together.
const RANGES_AT_ONCE: usize = 8;

/// The size of one entry of such a list.
const RANGE: usize = size_of::<linux::iovec>();

/// The calling thread, in the middle of a call.
pub(super) struct Caller<'a> {
    /// It may sleep.
    pub(super) ctx: &'a TaskContext,
    /// Its registers and its memory.
    pub(super) running: &'a mut Running,
}

impl Caller<'_> {
    pub(super) fn thread(&self) -> &Arc<Thread> {
        &self.running.thread
    }

    #[inline]
    pub(super) fn process(&self) -> &Arc<Process> {
        &self.running.thread.process
    }

    #[inline]
    pub(super) fn space(&self) -> &AddressSpace {
        &self.running.space
    }

    /// Where it looks for files.
    pub(super) fn lookup(&self) -> Result<Arc<Lookup>> {
        Ok(self.running.lookup())
    }

    /// Its descriptors.
    #[inline]
    pub(super) fn files(&self) -> &Arc<Descriptors> {
        &self.running.belongings.files
    }

    /// The open file of a descriptor, or `EBADF`.
    #[inline]
    pub(super) fn file(&self, fd: Fd) -> Result<Arc<OpenFile>> {
        self.files().get(fd.number()?)
    }

    /// Gives a file the lowest free descriptor from `lowest` on.
    pub(super) fn add_file(&self, file: Arc<OpenFile>, lowest: u32, close_on_exec: bool) -> Result<Fd> {
        open_file::check_count()?;
        let fd = self.files().add(file, lowest, self.descriptor_limit(), close_on_exec)?;
        Ok(Fd(fd as i32))
    }

    /// How many descriptors it may have.
    pub(super) fn descriptor_limit(&self) -> u32 {
        let limit = self.process().soft_limit(linux::RLIMIT_NOFILE);
        limit.min(MAX_DESCRIPTORS as u64) as u32
    }

    /// Who writes to a file: what binds and marks it, where the file is a regular one.
    pub(super) fn writer(&self, file: &OpenFile) -> Result<Writer> {
        if file.is_regular() { self.file_writer() } else { Ok(Writer::FREE) }
    }

    /// Who writes to regular files.
    pub(super) fn file_writer(&self) -> Result<Writer> {
        let size_limit = self.process().soft_limit(linux::RLIMIT_FSIZE);
        Ok(Writer { size_limit, privileged: self.lookup()?.credentials.is_root() })
    }

    /// Passes on what a write returned. Who writes where nobody reads any more gets SIGPIPE too, pipe(7), and who writes beyond its
    /// limit SIGXFSZ, setrlimit(2).
    pub(super) fn written<R>(&self, written: Result<R>) -> Result<R> {
        match written {
            Err(Errno::EPIPE) => self.raise(Signal::PIPE),
            Err(Errno::EFBIG) if self.file_writer()?.size_limit <= i64::MAX as u64 => self.raise(Signal::XFSZ),
            _ => {}
        }
        written
    }

    fn raise(&self, signal: Signal) {
        let process = self.process();
        let sender = Detail::Sender { process: process.pid().0, user: process.credentials().user.real };
        let info = Info { signal, code: linux::SI_USER as i32, detail: sender };
        signal::send_to_thread(self.thread(), info);
    }

    /// When a wait ends that is to last for so long. One that begins again after a stop ends when it was to end at first.
    pub(super) fn deadline(&mut self, nanoseconds: u64) -> Instant {
        *self.running.deadline.get_or_insert_with(|| clock::now_and(nanoseconds))
    }

    /// Bytes that a program points at.
    pub(super) fn read<const N: usize>(&self, from: u64) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.space().read(self.ctx, from, &mut bytes)?;
        Ok(bytes)
    }

    /// Where a path starts: the directory of a descriptor, or (`None`) the working directory. An absolute path minds neither.
    pub(super) fn base(&self, directory: Fd, path: &[u8]) -> Result<Option<Path>> {
        if directory.0 == linux::AT_FDCWD || path.first() == Some(&b'/') {
            return Ok(None);
        }
        Ok(Some(self.file(directory)?.path().clone()))
    }

    /// The text of a path: `EFAULT`, `ENAMETOOLONG`.
    pub(super) fn path(&self, path: UserPath) -> Result<Text> {
        self.space().read_text(self.ctx, path.0, PATH_MAX, Errno::ENAMETOOLONG)
    }

    /// A place to write to.
    #[inline]
    pub(super) fn sink(&self, buffer: Buffer) -> Result<Sink<'_>> {
        Ok(Sink::user(self.space(), buffer.check()?, buffer.length as usize))
    }

    /// A place to read from.
    #[inline]
    pub(super) fn source(&self, buffer: Buffer) -> Result<Source<'_>> {
        Ok(Source::user(self.space(), buffer.check()?, buffer.length as usize))
    }

    /// The places of a list: `EINVAL` if it or one of them is too long, `EFAULT`.
    pub(super) fn ranges(&self, vector: Vector) -> Result<Vec<UserRange>> {
        if vector.count > MOST_RANGES {
            return Err(Errno::EINVAL);
        }
        let mut ranges = Vec::new();
        ranges.try_reserve_exact(vector.count as usize).map_err(|_| Errno::ENOMEM)?;
        let mut total = 0u64;
        // Several at once: the copy is dearer than what is copied.
        let mut piece = [[[0; 8]; 2]; RANGES_AT_ONCE];
        while ranges.len() < vector.count as usize {
            let from = vector.start.wrapping_add((ranges.len() * RANGE) as u64);
            let piece = &mut piece[..RANGES_AT_ONCE.min(vector.count as usize - ranges.len())];
            self.space().read(self.ctx, from, piece.as_flattened_mut().as_flattened_mut())?;
            for [start, length] in piece.iter().map(|words| words.map(u64::from_le_bytes)) {
                // Linux refuses what is negative as a signed number, for one and for all together.
                total = total.checked_add(length).filter(|&total| total <= i64::MAX as u64).ok_or(Errno::EINVAL)?;
                ranges.push(UserRange::new(start, length as usize)?);
            }
        }
        Ok(ranges)
    }

    /// Words of 8 bytes that a program points at.
    pub(super) fn words<const N: usize>(&self, from: u64) -> Result<[u64; N]> {
        let mut bytes = [[0; 8]; N];
        self.space().read(self.ctx, from, bytes.as_flattened_mut())?;
        Ok(bytes.map(u64::from_le_bytes))
    }

    /// Words of 4 bytes that a program points at.
    pub(super) fn halves<const N: usize>(&self, from: u64) -> Result<[u32; N]> {
        let mut bytes = [[0; 4]; N];
        self.space().read(self.ctx, from, bytes.as_flattened_mut())?;
        Ok(bytes.map(u32::from_le_bytes))
    }

    /// Writes words of 8 bytes where a program wants them.
    pub(super) fn write_words<const N: usize>(&self, to: u64, words: [u64; N]) -> Result<()> {
        let bytes = words.map(u64::to_le_bytes);
        self.space().write(self.ctx, to, bytes.as_flattened())
    }

    /// Writes bytes where a program wants them, if it does.
    pub(super) fn write(&self, to: u64, bytes: &[u8]) -> Result<()> {
        self.space().write(self.ctx, to, bytes)
    }
}

impl Fd {
    /// The number, or `EBADF` for a negative one.
    pub(super) fn number(self) -> Result<u32> {
        u32::try_from(self.0).map_err(|_| Errno::EBADF)
    }
}

impl Buffer {
    /// Where it starts; `EFAULT` unless all of it is in the program's half.
    fn check(self) -> Result<UserAddr> {
        UserRange::new(self.start, self.length as usize)?;
        UserAddr::new(self.start)
    }
}
