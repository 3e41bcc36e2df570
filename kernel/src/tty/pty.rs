//! Pseudo-terminals: a terminal with a program at the other end of its line: pty(7).
//!
//! [`Pty`] is that line. The program holds its [`Master`]: what is written there arrives at the terminal (the slave) as if typed, and
//! what comes out of the terminal is read there. When the master is closed, the terminal is hung up and vanishes from /dev/pts; when
//! the last who had the terminal open has closed it, the master reads `EIO` until somebody opens it again.
//!
//! The lock protects both directions; nothing is called under it.

use super::devpts;
use super::line::{Line, Packet, Receiver};
use super::terminal::Terminal;
use crate::fs::dev::Device;
use crate::fs::{File, OpenFlags, Readiness};
use crate::memory::{AddressSpace, Sink, Source};
use crate::process;
use crate::task::{Mutex, TaskContext, WaitQueue};
use alloc::format;
use alloc::sync::{Arc, Weak};
use arrayvec::ArrayVec;
use core::sync::atomic::{AtomicBool, Ordering};
use linux_raw_sys::{general as linux, ioctl};
use logic::errno::{Errno, Result};
use logic::line::Settings;
use logic::ring::Ring;
use logic::signal::Signal;
use machine::lock::SpinLock;
use spin::Once;

/// Bytes on their way to the master.
const CAPACITY: usize = 8 << 10;

/// How many bytes move at once.
const PIECE: usize = 256;

/// The line between a master and a slave.
pub(super) struct Pty {
    number: u32,
    state: SpinLock<State>,
    /// The slave, which has this line.
    receiver: Once<Weak<dyn Receiver>>,
    /// Woken when the slave may send again.
    room: WaitQueue,
    /// Woken when the master may read or write again.
    changed: WaitQueue,
    /// The slave may not be opened yet: unlockpt(3).
    locked: AtomicBool,
    gone: AtomicBool,
}

struct State {
    /// What the slave has sent.
    outgoing: Ring,
    /// What the master has written and the slave has not taken.
    held: ArrayVec<u8, PIECE>,
    /// Somebody is handing `held` over.
    delivering: bool,
    /// The slave has had room again meanwhile.
    resumed: bool,
    /// Somebody has had the slave open, and nobody has now.
    left: bool,
    /// The master wants to be told of changes, and which there were.
    packets: bool,
    news: Packet,
}

/// The master's end.
struct Master {
    pty: Arc<Pty>,
    slave: Arc<Terminal>,
    /// Held by who writes, so that what is written at once stays together.
    writing: Mutex<()>,
}

/// /dev/ptmx: each opening makes a pair.
pub(super) struct Multiplexer;

impl Device for Multiplexer {
    fn open(&self, ctx: &TaskContext, _flags: OpenFlags) -> Result<Arc<dyn File>> {
        let outgoing = Ring::try_new(CAPACITY)?;
        let number = devpts::free_number()?;
        let state = State {
            outgoing,
            held: ArrayVec::new(),
            delivering: false,
            resumed: false,
            left: false,
            packets: false,
            news: Packet::empty(),
        };
        let pty = Arc::new(Pty {
            number,
            state: SpinLock::new("pseudo-terminal", state),
            receiver: Once::new(),
            room: WaitQueue::new(),
            changed: WaitQueue::new(),
            locked: AtomicBool::new(true),
            gone: AtomicBool::new(false),
        });
        let slave = Terminal::new(devpts::device(number), pty.clone()).inspect_err(|_| devpts::remove(number))?;
        pty.set_receiver(slave.clone());
        devpts::enter(ctx, number, &slave, &pty);
        Ok(Arc::new(Master { pty, slave, writing: Mutex::new("pty writer", ()) }))
    }
}

impl Pty {
    /// Whether its slave may not be opened.
    pub(super) fn is_locked(&self) -> bool {
        self.locked.load(Ordering::Relaxed)
    }

    /// Hands the slave what the master has written, as far as it takes it.
    fn deliver(&self) {
        // The lock must not last as long as what `while let` looks at would.
        let begin = || self.state.lock().begin_delivery();
        while let Some(bytes) = begin() {
            let taken =
                self.receiver.get().and_then(Weak::upgrade).map_or(bytes.len(), |receiver| receiver.receive(&bytes));
            if !self.state.lock().end_delivery(taken) {
                break;
            }
        }
        self.changed.wake_all();
    }
}

impl State {
    fn begin_delivery(&mut self) -> Option<ArrayVec<u8, PIECE>> {
        if self.delivering {
            self.resumed = true;
            return None;
        }
        self.delivering = !self.held.is_empty();
        self.resumed = false;
        self.delivering.then(|| self.held.clone())
    }

    /// The slave took so many; whether to go on.
    fn end_delivery(&mut self, taken: usize) -> bool {
        self.delivering = false;
        self.held.drain(..taken.min(self.held.len()));
        self.held.is_empty() || self.resumed
    }

    fn has_news(&self) -> bool {
        self.packets && !self.news.is_empty()
    }
}

impl Line for Pty {
    fn send(&self, bytes: &[u8]) -> usize {
        if self.is_gone() {
            return bytes.len();
        }
        let taken = self.state.lock().outgoing.push(bytes);
        self.changed.wake_all();
        taken
    }

    fn queue(&self) -> &WaitQueue {
        &self.room
    }

    fn drained(&self) -> bool {
        true
    }

    fn set_receiver(&self, receiver: Arc<dyn Receiver>) {
        self.receiver.call_once(|| Arc::downgrade(&receiver));
    }

    fn resume(&self) {
        self.deliver();
    }

    fn first_settings(&self) -> Settings {
        let control = linux::B38400 | linux::CS8 | linux::CREAD;
        Settings { control, ..Settings::default() }
    }

    /// What comes over no wire has eight bits, and is received.
    fn adjust(&self, _old: &Settings, new: &mut Settings) {
        new.control = new.control & !(linux::CSIZE | linux::PARENB) | linux::CS8 | linux::CREAD;
    }

    fn opened(&self) {
        self.state.lock().left = false;
    }

    fn closed(&self) {
        self.state.lock().left = true;
        self.changed.wake_all();
    }

    fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    fn is_pseudo(&self) -> bool {
        true
    }

    fn tell(&self, what: Packet) {
        let mut state = self.state.lock();
        if !state.packets {
            return;
        }
        for (one, other) in [(Packet::STOP, Packet::START), (Packet::NO_STOP, Packet::DO_STOP)] {
            if what.intersects(one | other) {
                state.news.remove(one | other);
            }
        }
        state.news.insert(what);
        drop(state);
        self.changed.wake_all();
    }
}

impl Master {
    /// Takes out bytes of the slave's; `EAGAIN` if there are none yet, `EIO` if there is no slave any more.
    fn take(&self, into: &mut [u8]) -> Result<usize> {
        let mut state = self.pty.state.lock();
        let count = state.outgoing.pop(into);
        let left = state.left;
        drop(state);
        if count > 0 {
            self.pty.room.wake_all();
            return Ok(count);
        }
        Err(if left { Errno::EIO } else { Errno::EAGAIN })
    }

    /// What packet mode puts before the bytes, if there is something to read: news, or that bytes follow.
    fn packet(&self) -> Option<Packet> {
        let mut state = self.pty.state.lock();
        if state.has_news() {
            return Some(core::mem::replace(&mut state.news, Packet::empty()));
        }
        (!state.outgoing.is_empty()).then_some(Packet::empty())
    }

    fn set_packets(&self, on: bool) {
        let mut state = self.pty.state.lock();
        state.packets = on;
        state.news = Packet::empty();
    }

    /// tcflush(3): forgets what the slave has sent, or what it has not taken.
    fn flush(&self, what: u64) -> Result<()> {
        let what = what as u32;
        if ![linux::TCIFLUSH, linux::TCOFLUSH, linux::TCIOFLUSH].contains(&what) {
            return Err(Errno::EINVAL);
        }
        let mut state = self.pty.state.lock();
        if what != linux::TCOFLUSH {
            state.outgoing.clear();
        }
        if what != linux::TCIFLUSH && !state.delivering {
            state.held.clear();
        }
        drop(state);
        self.pty.room.wake_all();
        self.pty.changed.wake_all();
        Ok(())
    }

    /// `TIOCGPTPEER`: the slave, without looking for its name.
    fn open_slave(&self, ctx: &TaskContext, flags: u32) -> Result<u64> {
        let thread = process::caller(ctx).ok_or(Errno::ENXIO)?;
        let process = &thread.process;
        let flags = OpenFlags::from_bits_truncate(flags);
        let path = format!("/dev/pts/{}", self.pty.number);
        let file = thread.lookup()?.open(ctx, None, path.as_bytes(), flags, 0)?;
        let limit = process.soft_limit(linux::RLIMIT_NOFILE).min(u64::from(u32::MAX)) as u32;
        thread.belongings()?.files.add(file, 0, limit, flags.contains(OpenFlags::CLOSE_ON_EXEC)).map(u64::from)
    }
}

impl File for Master {
    fn read(&self, ctx: &TaskContext, _position: u64, into: &mut Sink<'_>) -> Result<usize> {
        let mut count = 0;
        if self.pty.state.lock().packets
            && let Some(packet) = self.packet()
        {
            count = into.write(ctx, &[packet.bits()])?;
            if !packet.is_empty() {
                return Ok(count);
            }
        }
        let mut bytes = [0; PIECE];
        while into.remaining() > 0 {
            let wanted = into.remaining().min(PIECE);
            match self.take(&mut bytes[..wanted]).and_then(|taken| into.write(ctx, &bytes[..taken])) {
                Ok(went) => count += went,
                Err(errno) if count == 0 => return Err(errno),
                Err(_) => break,
            }
        }
        Ok(count)
    }

    fn write(&self, ctx: &TaskContext, _position: u64, from: &mut Source<'_>) -> Result<usize> {
        let _writing = self.writing.lock(ctx);
        let mut bytes = [0; PIECE];
        let mut count = 0;
        while from.remaining() > 0 && self.pty.state.lock().held.is_empty() {
            match from.read(ctx, &mut bytes) {
                Ok(taken) => {
                    self.pty.state.lock().held.extend(bytes[..taken].iter().copied());
                    self.pty.deliver();
                    count += taken;
                }
                Err(errno) if count == 0 => return Err(errno),
                Err(_) => break,
            }
        }
        if count == 0 && from.remaining() > 0 { Err(Errno::EAGAIN) } else { Ok(count) }
    }

    fn is_stream(&self) -> bool {
        true
    }

    fn readiness(&self) -> Readiness {
        let state = self.pty.state.lock();
        let mut ready = Readiness::empty();
        let news = state.has_news();
        ready.set(Readiness::IN | Readiness::RDNORM, news || !state.outgoing.is_empty());
        ready.set(Readiness::PRI, news);
        ready.set(Readiness::HUP, state.left);
        ready.set(Readiness::OUT | Readiness::WRNORM, state.held.is_empty());
        ready
    }

    fn queue(&self) -> Option<&WaitQueue> {
        Some(&self.pty.changed)
    }

    fn ioctl(&self, ctx: &TaskContext, request: u32, argument: u64, space: &AddressSpace) -> Result<u64> {
        let tell = |value: u32| space.write(ctx, argument, &value.to_le_bytes());
        let ask = || {
            let mut bytes = [0; 4];
            space.read(ctx, argument, &mut bytes).map(|()| u32::from_le_bytes(bytes))
        };
        match request {
            ioctl::TIOCGPTN => tell(self.pty.number)?,
            ioctl::TIOCSPTLCK => self.pty.locked.store(ask()? != 0, Ordering::Relaxed),
            ioctl::TIOCGPTLCK => tell(self.pty.is_locked().into())?,
            ioctl::TIOCPKT => self.set_packets(ask()? != 0),
            ioctl::TIOCGPKT => tell(self.pty.state.lock().packets.into())?,
            ioctl::TIOCGPTPEER => return self.open_slave(ctx, argument as u32),
            ioctl::TIOCSIG => {
                let signal = Signal::new(argument).ok();
                let known = [Signal::INT, Signal::QUIT, Signal::TSTP];
                let signal = signal.filter(|signal| known.contains(signal)).ok_or(Errno::EINVAL)?;
                self.slave.signal_foreground(signal);
            }
            ioctl::FIONREAD => tell(self.pty.state.lock().outgoing.len() as u32)?,
            ioctl::TIOCOUTQ => tell(0)?,
            ioctl::TCFLSH => self.flush(argument)?,
            ioctl::TCSBRK | ioctl::TCSBRKP | ioctl::TIOCSBRK | ioctl::TIOCCBRK => {}
            ioctl::TIOCCONS => return Err(Errno::EINVAL),
            // What may be asked by who is not controlled by it, from this side only.
            ioctl::TIOCGPGRP => tell(self.slave.job.lock().foreground.map_or(0, |group| group.0))?,
            ioctl::TIOCGSID => tell(self.slave.job.lock().session.ok_or(Errno::ENOTTY)?.0)?,
            ioctl::TIOCSTI => return Err(Errno::EPERM),
            ioctl::TIOCNOTTY => return Err(Errno::ENOTTY),
            _ => return self.slave.control(ctx, request, argument, space),
        }
        Ok(0)
    }
}

impl Drop for Master {
    fn drop(&mut self) {
        self.pty.gone.store(true, Ordering::Release);
        devpts::remove(self.pty.number);
        self.slave.hang_up();
    }
}
