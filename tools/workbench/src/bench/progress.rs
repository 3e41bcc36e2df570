//! The bar that shows how far a bench has come, on a terminal.

use super::boot::{Kernel, Measure};
use std::io::{IsTerminal, Write};

/// A bar; dropping it takes it away.
pub struct Progress {
    steps: usize,
    done: usize,
    shown: bool,
}

impl Progress {
    /// A bar of so many steps.
    pub fn new(steps: usize) -> Progress {
        Progress { steps: steps.max(1), done: 0, shown: std::io::stderr().is_terminal() }
    }

    /// A step more.
    pub fn step(&mut self, kernel: Kernel, measure: Measure, row: &str) {
        self.done = (self.done + 1).min(self.steps);
        if self.shown {
            let full = self.done * 40 / self.steps;
            let (kernel, measure) = (name(kernel), what(measure));
            eprint!("\r\x1b[K[{}{}] {kernel}, {measure}: {row}", "#".repeat(full), "-".repeat(40 - full));
            // A person may be watching; nothing depends on it.
            let _ = std::io::stderr().flush();
        }
    }
}

fn name(kernel: Kernel) -> &'static str {
    match kernel {
        Kernel::Cor => "Cor",
        Kernel::Linux => "Linux",
    }
}

fn what(measure: Measure) -> &'static str {
    match measure {
        Measure::Time => "time",
        Measure::Count => "instructions",
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            eprint!("\r\x1b[K");
        }
    }
}
