//! The child that becomes the program.

use std::convert::Infallible;
use std::ffi::CStr;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use anyhow::Result;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::unistd::{ForkResult, Pid, chdir, dup2_stderr, dup2_stdin, dup2_stdout, execve, fork, pipe2, setsid};
use program::Program;

/// What the program has as its standard streams.
pub(crate) enum Streams<'a> {
    /// A terminal, which becomes its controlling one.
    Terminal(&'a File),
    /// Pipes; standard error goes where standard output goes.
    Pipes {
        /// Where it reads.
        stdin: OwnedFd,
        /// Where it writes.
        stdout: OwnedFd,
    },
}

/// Why the child did not become the program.
pub(crate) enum Failure {
    /// The folder that it was to start in cannot be entered.
    Folder(Errno),
    /// No file that may be meant could be run.
    Program(Errno),
}

nix::ioctl_write_int_bad!(
    /// Makes a terminal the controlling one of this session.
    set_controlling_terminal,
    nix::libc::TIOCSCTTY
);

/// Starts a child; what can be read from the file says why it did not become the program, for [`read_failure`].
/// There must be no other thread yet.
pub(crate) fn start(program: &Program<'_>, streams: &Streams<'_>) -> Result<(Pid, File)> {
    let (failure, report) = pipe2(OFlag::O_CLOEXEC)?;
    // SAFETY: this process has one thread, so the child may do as it likes until it becomes the program.
    if let ForkResult::Parent { child } = unsafe { fork() }? {
        return Ok((child, File::from(failure)));
    }
    let Err(reason) = become_program(program, streams);
    let (step, errno) = match reason {
        Failure::Folder(errno) => (b'f', errno),
        Failure::Program(errno) => (b'p', errno),
    };
    let _ = nix::unistd::write(report, &[step, errno as u8]);
    std::process::exit(127)
}

/// After the child's end: what it said before it, if it did not become the program.
pub(crate) fn read_failure(mut failure: impl Read) -> Option<Failure> {
    let mut report = [0; 2];
    failure.read_exact(&mut report).ok()?;
    let [step, errno] = report;
    let errno = Errno::from_raw(errno.into());
    Some(if step == b'f' { Failure::Folder(errno) } else { Failure::Program(errno) })
}

fn become_program(program: &Program<'_>, streams: &Streams<'_>) -> std::result::Result<Infallible, Failure> {
    connect(streams).map_err(Failure::Program)?;
    chdir(program.cwd).map_err(Failure::Folder)?;
    let mut reason = Errno::ENOENT;
    for file in program.files() {
        match execute(&file, program) {
            Errno::ENOENT | Errno::ENOTDIR => {}
            Errno::EACCES => reason = Errno::EACCES,
            errno => return Err(Failure::Program(errno)),
        }
    }
    Err(Failure::Program(reason))
}

fn connect(streams: &Streams<'_>) -> nix::Result<()> {
    setsid()?;
    let (stdin, stdout) = match streams {
        Streams::Terminal(line) => {
            // SAFETY: the call takes no address.
            unsafe { set_controlling_terminal(line.as_raw_fd(), 0) }?;
            (line.as_fd(), line.as_fd())
        }
        Streams::Pipes { stdin, stdout } => (stdin.as_fd(), stdout.as_fd()),
    };
    dup2_stdin(stdin)?;
    dup2_stdout(stdout)?;
    dup2_stderr(stdout)?;
    // SAFETY: the default is no handler of ours.
    unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) }.map(drop)
}

fn execute(file: &CStr, program: &Program<'_>) -> Errno {
    let Err(errno) = execve(file, &program.arguments, &program.environment);
    errno
}
