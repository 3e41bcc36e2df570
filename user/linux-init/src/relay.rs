//! Carries a program's bytes between its pipes and the serial line.
//!
//! Input is read into memory as fast as it comes, since Linux drops what a full terminal buffer cannot take; so one thread
//! reads the line and another one feeds the program. Output has a thread that ends when the pipe is empty and the program
//! is gone, whoever else may still hold the pipe open.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::stream::{Decoder, MARKER};

const PIECE: usize = 64 * 1024;

/// The threads between a program and the line.
pub(crate) struct Relay {
    output: JoinHandle<()>,
    /// Closed when the program is gone.
    running: OwnedFd,
}

impl Relay {
    /// Starts carrying: from `line` to `input`, from `output` to `line`.
    pub(crate) fn start(line: &File, input: File, output: File) -> Result<Self> {
        let (gone, running) = nix::unistd::pipe().context("pipe")?;
        let (to_program, from_line) = channel();
        let (reading, mut writing) = (line.try_clone()?, line.try_clone()?);
        writing.write_all(&MARKER).context("writing the marker")?;
        thread::spawn(move || read_line(reading, &to_program));
        thread::spawn(move || feed(input, &from_line));
        let output = thread::spawn(move || carry_output(&output, &gone, writing));
        Ok(Relay { output, running })
    }

    /// After the program's end: returns when its last byte is on the line.
    pub(crate) fn finish(self) {
        drop(self.running);
        let _ = self.output.join();
    }
}

fn read_line(mut line: File, to_program: &Sender<Vec<u8>>) {
    let mut decoder = Decoder::default();
    let mut piece = vec![0; PIECE];
    while let Ok(count @ 1..) = line.read(&mut piece) {
        let decoded = decoder.decode(&piece[..count]);
        let sent = decoded.bytes.is_empty() || to_program.send(decoded.bytes).is_ok();
        if decoded.end || !sent {
            return;
        }
    }
}

fn feed(mut input: File, from_line: &Receiver<Vec<u8>>) {
    while let Ok(bytes) = from_line.recv() {
        if input.write_all(&bytes).is_err() {
            return;
        }
    }
}

fn carry_output(mut output: &File, gone: &OwnedFd, mut line: File) {
    let mut piece = vec![0; PIECE];
    while let Ok(true) = has_more(output, gone) {
        match output.read(&mut piece) {
            Ok(count @ 1..) if line.write_all(&piece[..count]).is_ok() => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => return,
        }
    }
}

/// Waits until there is output, or none and the program is gone.
fn has_more(output: &File, gone: &OwnedFd) -> nix::Result<bool> {
    let mut ready = [PollFd::new(output.as_fd(), PollFlags::POLLIN), PollFd::new(gone.as_fd(), PollFlags::POLLIN)];
    loop {
        match poll(&mut ready, PollTimeout::NONE) {
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
            Ok(_) => return Ok(ready[0].any().unwrap_or_default()),
        }
    }
}
