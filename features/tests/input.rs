//! Standard input.

use crate::world::{World, text};
use cucumber::gherkin::Step;
use cucumber::given;

/// What a program finds on its standard input.
#[derive(Debug, Default)]
pub enum Input {
    /// Nothing: its end comes at once.
    #[default]
    Nothing,
    /// These bytes, then its end.
    Bytes(Vec<u8>),
    /// It is not even open.
    Closed,
    /// It stays open and silent.
    Silent,
}

/// What a serial port keeps until it is read, in bytes.
const FIFO: usize = 16;

impl Input {
    /// Whether a recorded machine gets all of it: there QEMU (7.2) hands on what comes in without asking whether there is room.
    pub fn is_short(&self) -> bool {
        !matches!(self, Input::Bytes(bytes) if bytes.len() > FIFO - 4)
    }
}

#[given("standard input:")]
fn given_text(world: &mut World, step: &Step) {
    world.input = Input::Bytes(format!("{}\n", text(step)).into_bytes());
}

#[given(regex = r"^(.*) on standard input$")]
fn input(world: &mut World, what: String) {
    world.input = match what.as_str() {
        "nothing" => Input::Nothing,
        "a single byte" => Input::Bytes(vec![b'x']),
        "a line without an end" => Input::Bytes(b"no newline".to_vec()),
        "every byte there is" => Input::Bytes((0..=255).collect()),
        "bytes that mean something to a terminal" => {
            Input::Bytes(b"\x03\x04\x1a\x1c\x7f\x15\x10\x04\x10\x10\x02\r\n\0end\x04".to_vec())
        }
        "100 KiB of noise" => Input::Bytes(noise(100 * 1024)),
        _ => panic!("unknown: {what}"),
    };
}

#[given("standard input is closed")]
fn closed(world: &mut World) {
    world.input = Input::Closed;
}

#[given("standard input stays open and silent")]
fn silent(world: &mut World) {
    world.input = Input::Silent;
}

/// Bytes without a pattern, the same each time (xorshift64).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(|_| next()).collect()
}
