//! How large a terminal is, asked of the terminal itself: where is the cursor after going further than any screen? (ECMA-48, CPR)

use super::terminal::{State, Terminal};
use crate::task::TaskContext;
use logic::report::Report;
use machine::clock;

/// Remember the cursor; go far down and right; where is it? Go back.
const QUESTION: &[u8] = b"\x1b7\x1b[r\x1b[999;999H\x1b[6n\x1b8";

/// How long boot waits for an answer, and how long one is listened for, in nanoseconds.
const PATIENCE: u64 = 150_000_000;
const MEMORY: u64 = 1_000_000_000;

/// A terminal that was asked.
pub(super) struct Question {
    report: Report,
    /// Until when an answer is listened for.
    until: u64,
}

impl Terminal {
    /// Asks the terminal for its size, and waits a moment for the answer.
    pub(super) fn ask_size(&self, ctx: &TaskContext) {
        let now = clock::now();
        self.state.lock().question = Some(Question { report: Report::default(), until: now.0 + MEMORY });
        self.output.put(QUESTION, 0);
        self.output.send();
        let deadline = clock::Instant(now.0 + PATIENCE);
        let patience = crate::task::Patience { interruptible: false, deadline: Some(deadline) };
        // Without an answer the size stays unknown, as on Linux.
        let _ = self.output.queue.wait(ctx, patience, || self.state.lock().question.is_none().then_some(()));
    }
}

impl State {
    /// Whether a byte belongs to the answer, if one is awaited; the answer is taken to heart.
    pub(super) fn is_answer(&mut self, byte: u8) -> bool {
        let Some(question) = &mut self.question else { return false };
        if clock::now().0 > question.until {
            self.question = None;
            return false;
        }
        let belongs = question.report.take(byte);
        if let Some((rows, columns)) = question.report.place() {
            self.window = [rows, columns, 0, 0];
            self.question = None;
        }
        belongs
    }
}
