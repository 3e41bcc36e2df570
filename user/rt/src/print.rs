//! `print!` and friends, and what a panic says. A print goes out in one write, so that lines of two programs do not mix.

use core::fmt::{self, Write};
use core::panic::PanicInfo;

use alloc::string::String;

use crate::gate::{self, Fd};

/// Prints to standard output, as in `std`.
#[macro_export]
macro_rules! print {
    ($($argument:tt)*) => { $crate::write_text($crate::gate::Fd::OUTPUT, format_args!($($argument)*)) };
}

/// Prints a line to standard output, as in `std`.
#[macro_export]
macro_rules! println {
    () => { $crate::print!("\n") };
    ($($argument:tt)+) => { $crate::print!("{}\n", format_args!($($argument)+)) };
}

/// Prints a line to standard error, as in `std`.
#[macro_export]
macro_rules! eprintln {
    ($($argument:tt)+) => {
        $crate::write_text($crate::gate::Fd::ERROR, format_args!("{}\n", format_args!($($argument)+)))
    };
}

/// Writes formatted text to a file; an error has nowhere to go and is dropped.
pub fn write_text(fd: Fd, text: fmt::Arguments<'_>) {
    if let Some(text) = text.as_str() {
        let _ = gate::write_all(fd, text.as_bytes());
        return;
    }
    let mut line = String::new();
    let _ = line.write_fmt(text);
    let _ = gate::write_all(fd, line.as_bytes());
}

/// Standard error without a buffer: a panic must not need the heap.
struct Unbuffered;

impl Write for Unbuffered {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        gate::write_all(Fd::ERROR, text.as_bytes()).map_err(|_| fmt::Error)
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let _ = writeln!(Unbuffered, "{info}");
    gate::exit(101)
}
