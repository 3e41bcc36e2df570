//! A counter for work of many small steps: on a terminal it counts in place, elsewhere only its end is a line.

use std::io::{IsTerminal, Write, stdout};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How far some work is; several threads may take part.
pub struct Progress {
    what: &'static str,
    total: usize,
    done: AtomicUsize,
    is_shown: bool,
}

impl Progress {
    /// Begins work of so many steps.
    pub fn new(what: &'static str, total: usize) -> Progress {
        Progress { what, total, done: AtomicUsize::new(0), is_shown: stdout().is_terminal() }
    }

    /// Notes that a step is done.
    pub fn step(&self) {
        // Relaxed: the number is only shown.
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.is_shown {
            print!("\r{} {done}/{}", self.what, self.total);
            // A person may be watching; nothing depends on it.
            let _ = stdout().flush();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let done = self.done.load(Ordering::Relaxed);
        match (self.total, self.is_shown) {
            (0, _) => {}
            (_, true) => println!(),
            (total, false) => println!("{} {done}/{total}", self.what),
        }
    }
}
