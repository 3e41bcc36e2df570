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

/// How much input a recorded machine gets in good time, in bytes: piece by piece (tools/xtask/src/run/pipes.rs).
const SHORT: usize = 1024;

impl Input {
    /// Whether a recorded machine gets it in good time.
    pub fn is_short(&self) -> bool {
        !matches!(self, Input::Bytes(bytes) if bytes.len() > SHORT)
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
