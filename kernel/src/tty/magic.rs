//! The magic key: a break on the console's line, then a letter, calls somebody who answers whatever programs do.
//!
//! A driver that sees one says so; `init` says who is called.

use machine::irq::IrqContext;
use spin::Once;

/// Called with the letter, in an interrupt handler.
type Answer = fn(&IrqContext, u8);

static ANSWER: Once<Answer> = Once::new();

/// Says who is called; the first one stays.
pub fn set_answer(answer: Answer) {
    ANSWER.call_once(|| answer);
}

/// The key was pressed.
pub fn press(context: &IrqContext, key: u8) {
    if let Some(answer) = ANSWER.get() {
        answer(context, key);
    }
}
