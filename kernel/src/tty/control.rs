//! The requests to a terminal: ioctl_tty(2).

use super::line::{Packet, Receiver};
use super::terminal::Terminal;
use crate::memory::AddressSpace;
use crate::process::{self, Pid};
use crate::task::{Instant, TaskContext};
use core::sync::atomic::Ordering;
use linux_raw_sys::{general as linux, ioctl};
use logic::errno::{Errno, Result};
use logic::signal::Signal;

/// The modem lines of a terminal that is there: DTR, RTS, CTS, CD and DSR (asm-generic/termios.h).
const MODEM: u32 = 0x002 | 0x004 | 0x020 | 0x040 | 0x100;

/// How long a break lasts, in nanoseconds, unless a program says it in tenths of a second.
const BREAK: u64 = 250_000_000;
const TENTH: u64 = 100_000_000;

impl Terminal {
    /// Does what a request asks for: ioctl(2).
    pub(super) fn control(&self, ctx: &TaskContext, request: u32, argument: u64, space: &AddressSpace) -> Result<u64> {
        if changes(request) {
            self.check_foreground(ctx, Signal::TTOU)?;
        }
        let int = |value: usize| space.write(ctx, argument, &(value as u32).to_le_bytes());
        match request {
            ioctl::TIOCGWINSZ => space.write(ctx, argument, &self.window())?,
            ioctl::TIOCSWINSZ => self.set_window(ctx, space, argument)?,
            // With a number, tcdrain(3) is meant.
            ioctl::TCSBRK => self.send_break(ctx, if argument == 0 { BREAK } else { 0 })?,
            ioctl::TCSBRKP => {
                self.send_break(ctx, if argument == 0 { BREAK } else { argument.saturating_mul(TENTH) })?
            }
            ioctl::TIOCSBRK | ioctl::TIOCCBRK => {
                self.output.drain(ctx)?;
                self.output.line().set_break(request == ioctl::TIOCSBRK);
            }
            ioctl::TCXONC => self.stop_or_start(argument)?,
            ioctl::TCFLSH => self.flush(argument)?,
            ioctl::TIOCOUTQ => int(self.output.unsent())?,
            ioctl::FIONREAD => int(self.readable())?,
            ioctl::TIOCSTI => self.pretend_input(ctx, space, argument)?,
            // The one line discipline there is has the number 0.
            ioctl::TIOCGETD => int(0)?,
            ioctl::TIOCSETD => match read_int(ctx, space, argument)? {
                0 => {}
                _ => return Err(Errno::EINVAL),
            },
            ioctl::TIOCGDEV => int(self.number.encode() as usize)?,
            ioctl::TIOCEXCL => self.exclusive.store(true, Ordering::Relaxed),
            ioctl::TIOCNXCL => self.exclusive.store(false, Ordering::Relaxed),
            ioctl::TIOCGEXCL => int(self.exclusive.load(Ordering::Relaxed).into())?,
            ioctl::TIOCSCTTY => self.become_controlling(ctx, argument == 1)?,
            ioctl::TIOCNOTTY => self.give_up(ctx)?,
            ioctl::TIOCGPGRP => int(self.foreground_for(ctx)?.0 as usize)?,
            ioctl::TIOCSPGRP => self.set_foreground_group(ctx, space, argument)?,
            ioctl::TIOCGSID => int(self.session_for(ctx)?.0 as usize)?,
            ioctl::TIOCVHANGUP if is_root(ctx) => self.hang_up(),
            ioctl::TIOCVHANGUP => return Err(Errno::EPERM),
            ioctl::TIOCMGET if self.output.line().has_modem() => int(MODEM as usize)?,
            ioctl::TIOCGSOFTCAR => int(usize::from(self.state.lock().settings.control & linux::CLOCAL != 0))?,
            ioctl::TIOCSSOFTCAR => {
                let on = read_int(ctx, space, argument)? != 0;
                let mut state = self.state.lock();
                let control = &mut state.settings.control;
                *control = if on { *control | linux::CLOCAL } else { *control & !linux::CLOCAL };
            }
            _ => self.control_settings(ctx, request, argument, space)?,
        }
        Ok(0)
    }

    /// tcsendbreak(3), behind everything written before.
    fn send_break(&self, ctx: &TaskContext, time: u64) -> Result<()> {
        self.output.drain(ctx)?;
        if time == 0 || self.output.line().is_pseudo() {
            return Ok(());
        }
        let until = Instant(machine::clock::now().0.saturating_add(time));
        self.output.line().set_break(true);
        let slept = ctx.sleep_until(until, true);
        self.output.line().set_break(false);
        if slept { Ok(()) } else { Err(Errno::EINTR) }
    }

    /// `TIOCSTI`: a byte as if it had been typed. `EPERM` but for the superuser and who is controlled by this terminal.
    fn pretend_input(&self, ctx: &TaskContext, space: &AddressSpace, from: u64) -> Result<()> {
        let own = Terminal::of_caller(ctx).is_some_and(|terminal| core::ptr::eq(&*terminal, self));
        if !own && !is_root(ctx) {
            return Err(Errno::EPERM);
        }
        let mut byte = [0];
        space.read(ctx, from, &mut byte)?;
        self.receive(&byte);
        Ok(())
    }

    fn set_foreground_group(&self, ctx: &TaskContext, space: &AddressSpace, from: u64) -> Result<()> {
        match self.check_foreground(ctx, Signal::TTOU) {
            Err(Errno::EIO) => return Err(Errno::ENOTTY),
            checked => checked?,
        }
        let group = read_int(ctx, space, from)?;
        if (group as i32) < 0 {
            return Err(Errno::EINVAL);
        }
        self.set_foreground(ctx, Pid(group))
    }

    fn readable(&self) -> usize {
        let state = self.state.lock();
        state.line.readable(&state.settings)
    }

    fn window(&self) -> [u8; 8] {
        let mut bytes = [0; 8];
        for (place, size) in bytes.chunks_exact_mut(2).zip(self.state.lock().window) {
            place.copy_from_slice(&size.to_le_bytes());
        }
        bytes
    }

    fn set_window(&self, ctx: &TaskContext, space: &AddressSpace, from: u64) -> Result<()> {
        let mut bytes = [0; 8];
        space.read(ctx, from, &mut bytes)?;
        let mut window = [0; 4];
        for (size, place) in window.iter_mut().zip(bytes.chunks_exact(2)) {
            *size = u16::from_le_bytes([place[0], place[1]]);
        }
        let old = core::mem::replace(&mut self.state.lock().window, window);
        if old != window {
            self.signal_foreground(Signal::WINCH);
        }
        Ok(())
    }

    /// tcflow(3)
    fn stop_or_start(&self, what: u64) -> Result<()> {
        match what as u32 {
            linux::TCOOFF | linux::TCOON => {
                let stop = what as u32 == linux::TCOOFF;
                let mut state = self.state.lock();
                let flow = state.line.flow();
                let changed = if stop { flow.hold() } else { flow.release() };
                drop(state);
                if changed {
                    self.stop_output(stop);
                }
            }
            // To send STOP or START to the other side.
            linux::TCIOFF | linux::TCION => {
                let key = if what as u32 == linux::TCIOFF { linux::VSTOP } else { linux::VSTART };
                let byte = self.state.lock().settings.characters[key as usize];
                self.send_past(Some(byte));
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(())
    }

    /// tcflush(3)
    fn flush(&self, what: u64) -> Result<()> {
        let (input, output) = match what as u32 {
            linux::TCIFLUSH => (true, false),
            linux::TCOFLUSH => (false, true),
            linux::TCIOFLUSH => (true, true),
            _ => return Err(Errno::EINVAL),
        };
        if input {
            self.state.lock().line.clear();
            self.room_made();
        }
        if output {
            self.output.flush();
            self.output.queue.wake_all();
        }
        let told = [(input, Packet::FLUSH_READ), (output, Packet::FLUSH_WRITE)];
        self.output.line().tell(told.into_iter().filter(|(done, _)| *done).map(|(_, packet)| packet).collect());
        Ok(())
    }
}

/// Whether a request changes something for others, so that who is in the background must not.
fn changes(request: u32) -> bool {
    use ioctl::{TCFLSH, TCSBRK, TCSBRKP, TCSETS, TCSETSF, TCSETSW, TCXONC, TIOCCBRK, TIOCSBRK, TIOCSETD};
    use ioctl::{TCSETA, TCSETAF, TCSETAW, TCSETS2, TCSETSF2, TCSETSW2};
    let settings = [TCSETS, TCSETSW, TCSETSF, TCSETS2, TCSETSW2, TCSETSF2, TCSETA, TCSETAW, TCSETAF];
    let others = [TCFLSH, TCSBRK, TCSBRKP, TCXONC, TIOCSBRK, TIOCCBRK, TIOCSETD];
    settings.contains(&request) || others.contains(&request)
}

fn is_root(ctx: &TaskContext) -> bool {
    process::caller(ctx).is_none_or(|thread| thread.process.credentials().is_root())
}

pub(super) fn read_int(ctx: &TaskContext, space: &AddressSpace, from: u64) -> Result<u32> {
    let mut bytes = [0; 4];
    space.read(ctx, from, &mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}
