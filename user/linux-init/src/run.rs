//! Running the program: what /.cor/program says, else a shell for a person.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::wait::{WaitStatus, wait};
use nix::unistd::{Pid, pipe2};
use program::{Program, printable};

use crate::child::{self, Failure, Streams};
use crate::console::Console;
use crate::relay::Relay;
use crate::status::Outcome;

const SHELL: &[u8] = b"/\x001\0/bin/sh\0HOME=/\0TERM=linux\0PATH=/bin:/sbin:/usr/bin:/usr/sbin\0";

/// Runs the program on the console, reaps whatever ends meanwhile, and says how the program ended.
pub(crate) fn run(console: &Console) -> Result<Outcome> {
    let file = match fs::read(program::FILE.to_str()?) {
        Err(error) if error.kind() == ErrorKind::NotFound => SHELL.to_vec(),
        file => file.context("/.cor/program")?,
    };
    let program = Program::parse(&file).context("/.cor/program is not in order")?;
    match console {
        Console::Terminal(line) => {
            let child = child::start(&program, &Streams::Terminal(line))?;
            ending(&program, child)
        }
        Console::Stream(line) => {
            let (stdin, input) = pipe2(OFlag::O_CLOEXEC)?;
            let (output, stdout) = pipe2(OFlag::O_CLOEXEC)?;
            let child = child::start(&program, &Streams::Pipes { stdin, stdout })?;
            let relay = Relay::start(line, File::from(input), File::from(output))?;
            let outcome = ending(&program, child);
            relay.finish();
            outcome
        }
    }
}

/// How it ended, or why it did not begin.
fn ending(program: &Program<'_>, (child, failure): (Pid, impl Read)) -> Result<Outcome> {
    let name = printable(program.name());
    let status = wait_for(child)?;
    Ok(match child::read_failure(failure) {
        None => Outcome::Exit(status),
        Some(Failure::Program(errno @ (Errno::ENOENT | Errno::ENOTDIR))) => {
            Outcome::NotFound(format!("{name}: {}", errno.desc()))
        }
        Some(Failure::Program(errno)) => Outcome::Cannot(format!("{name}: {}", errno.desc())),
        Some(Failure::Folder(errno)) => Outcome::Cannot(format!("{}: {}", printable(program.cwd), errno.desc())),
    })
}

/// The exit status of this child, 128 and more for a signal; whatever else ends is reaped.
fn wait_for(child: Pid) -> Result<u8> {
    loop {
        match wait() {
            Ok(WaitStatus::Exited(pid, status)) if pid == child => return Ok(status as u8),
            Ok(WaitStatus::Signaled(pid, signal, _)) if pid == child => return Ok(128 + signal as u8),
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno).context("waiting for the program"),
        }
    }
}
