//! One test: a child whose output goes into a file.

use std::ffi::CString;
use std::fmt;
use std::fs::{File, OpenOptions, remove_file};
use std::io::{Read, Seek};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, chdir, dup2_stderr, dup2_stdin, dup2_stdout, execv, fork};

use crate::gate;

const OUTPUT: &str = "/tmp/run-tests.output";

/// No more of a test's output is shown than this many bytes.
const SHOWN: u64 = 16 * 1024;

/// How a test ended, and what it printed.
pub(crate) struct Trial {
    pub(crate) ending: Ending,
    pub(crate) output: String,
}

/// How a program ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// By itself, with this exit status.
    Status(i32),
    /// By this signal.
    Signal(i32),
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Status(status) => write!(f, "status {status}"),
            Ending::Signal(signal) => write!(f, "signal {signal}"),
        }
    }
}

impl Trial {
    /// Runs a program with no arguments.
    pub(crate) fn run(program: &Path) -> Result<Trial> {
        let path = CString::new(program.as_os_str().as_bytes())?;
        let mut output = OpenOptions::new().read(true).append(true).create(true).open(OUTPUT).context(OUTPUT)?;
        remove_file(OUTPUT).context(OUTPUT)?;
        // SAFETY: this process has one thread, so the child may do as it likes until it becomes the program.
        let child = match unsafe { fork() } {
            Ok(ForkResult::Parent { child }) => child,
            Ok(ForkResult::Child) => become_program(&path, &output),
            Err(Errno::ENOSYS) => gate::spawn(&path).context("spawn")?,
            Err(errno) => return Err(errno).context("fork"),
        };
        let ending = wait_for(child)?;
        output.rewind()?;
        let mut bytes = Vec::new();
        output.take(SHOWN).read_to_end(&mut bytes)?;
        Ok(Trial { ending, output: String::from_utf8_lossy(&bytes).into_owned() })
    }
}

fn become_program(path: &CString, output: &File) -> ! {
    let prepare = || -> Result<()> {
        dup2_stdin(File::open("/dev/null")?)?;
        dup2_stdout(output)?;
        dup2_stderr(output)?;
        chdir("/")?;
        execv(path, &[path])?;
        Ok(())
    };
    if let Err(error) = prepare() {
        eprintln!("it cannot be started: {error:#}");
    }
    std::process::exit(126)
}

fn wait_for(child: Pid) -> Result<Ending> {
    loop {
        match waitpid(child, None) {
            Ok(WaitStatus::Exited(_, status)) => return Ok(Ending::Status(status)),
            Ok(WaitStatus::Signaled(_, signal, _)) => return Ok(Ending::Signal(signal as i32)),
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno).context("wait"),
        }
    }
}
