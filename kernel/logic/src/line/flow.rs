//! Whether output is stopped: by keys, and by programs through tcflow(3).
//!
//! As in Linux it is one state that both change; but what a program has stopped no key starts, and a program starts only what a
//! program has stopped.

/// Whether output is stopped, and whether a program wants it so.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Flow {
    stopped: bool,
    held: bool,
}

impl Flow {
    /// Whether nothing is to be printed.
    pub fn is_stopped(self) -> bool {
        self.stopped
    }

    /// A key stops the output; whether that changes anything, as with the following.
    pub fn stop(&mut self) -> bool {
        !core::mem::replace(&mut self.stopped, true)
    }

    /// A key starts it.
    pub fn start(&mut self) -> bool {
        !self.held && core::mem::take(&mut self.stopped)
    }

    /// A program stops it.
    pub fn hold(&mut self) -> bool {
        !core::mem::replace(&mut self.held, true) && self.stop()
    }

    /// A program starts it.
    pub fn release(&mut self) -> bool {
        core::mem::take(&mut self.held) && self.start()
    }
}

#[cfg(test)]
mod tests {
    use super::Flow;

    #[test]
    fn keys_and_programs_stop_and_start() {
        let mut flow = Flow::default();
        assert!(!flow.release() && !flow.start());
        assert!(flow.stop() && flow.is_stopped() && !flow.stop());
        assert!(!flow.release() && flow.is_stopped(), "no program has stopped it");
        assert!(!flow.hold() && !flow.start() && flow.is_stopped(), "a program has stopped it");
        assert!(flow.release() && !flow.is_stopped());
        assert!(flow.hold() && !flow.hold() && flow.release());
    }
}
