//! What a program asks of the kernel, told in the log, a line a call as strace(1) does: `trace=syscall`, or /proc/PID/trace.
//!
//! The line is begun before the call, since the call may change what its arguments point at, and ended after it, since some
//! arguments are only filled by it. So a call that waits is told when it is over.

mod calls;
mod flags;
mod memory;
mod records;
mod shapes;
mod show;
mod special;
mod structure;

use super::caller::Caller;
use crate::log::info;
use arrayvec::ArrayVec;
use core::fmt::{self, Write};
use logic::errno::Result;
use shapes::{Argument, Shape};
use show::Call;

/// The longest line; what does not fit is cut.
const LONGEST: usize = 400;

/// A line on its way.
pub(super) struct Line {
    text: Cut,
    name: &'static str,
    arguments: [u64; 6],
    shape: &'static Shape,
    /// How many arguments have been told.
    told: usize,
}

/// Text that is cut where it gets too long.
pub(super) struct Cut(ArrayVec<u8, LONGEST>);

impl Line {
    /// Tells the arguments that mean something before the call. One that never comes back is told at once.
    pub(super) fn begin(caller: &Caller, name: &'static str, arguments: &[u64; 6]) -> Line {
        let shape = shapes::of(name);
        let mut line = Line { text: Cut(ArrayVec::new()), name, arguments: *arguments, shape, told: 0 };
        let _ = write!(line.text, "{name}(");
        let count = shape.arguments.iter().take_while(|argument| !argument.is_filled()).count();
        line.tell(caller, count, None);
        if shape.result == shapes::Outcome::Nothing {
            line.text.put_all(b") = ?");
            line.send(caller);
        }
        line
    }

    /// Tells the rest, and how the call went.
    pub(super) fn end(mut self, caller: &Caller, result: &Result<u64>) {
        if self.shape.result == shapes::Outcome::Nothing {
            return;
        }
        self.tell(caller, self.shape.arguments.len(), Some(result));
        let _ = match result {
            Ok(value) => match self.shape.result {
                shapes::Outcome::Address => write!(self.text, ") = {value:#x}"),
                _ => write!(self.text, ") = {}", value.cast_signed()),
            },
            Err(error) => write!(self.text, ") = -1 {} ({})", error.name(), error.text()),
        };
        self.send(caller);
    }

    fn tell(&mut self, caller: &Caller, upto: usize, result: Option<&Result<u64>>) {
        let call = Call { caller, arguments: &self.arguments, result };
        for index in self.told..upto {
            let argument: Argument = self.shape.arguments[index];
            if !call.counts(argument, index) {
                continue;
            }
            if index > 0 {
                self.text.put_all(b", ");
            }
            show::argument(&mut self.text, &call, argument, index);
        }
        self.told = self.told.max(upto);
    }

    fn send(&self, caller: &Caller) {
        let thread = caller.thread();
        info!("{}/{} {}", thread.id(), thread.process.name(), self.text);
        debug_assert!(!self.name.is_empty(), "a call without a name");
    }
}

impl Cut {
    /// Adds bytes, as many as fit.
    pub(super) fn put_all(&mut self, bytes: &[u8]) {
        let count = bytes.len().min(self.0.remaining_capacity());
        self.0.extend(bytes[..count].iter().copied());
    }
}

impl Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.put_all(text.as_bytes());
        Ok(())
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            f.write_str(chunk.valid())?;
        }
        if self.0.is_full() { f.write_str("...") } else { Ok(()) }
    }
}
