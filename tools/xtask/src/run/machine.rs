//! A running QEMU: started, wired, and ended whatever happens.

use super::qemu::Line;
use anyhow::{Context, Result, bail};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::unistd::{Pid, getppid};
use std::env;
use std::ffi::OsString;
use std::io::{self, PipeReader, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The program that plays the machine.
pub const QEMU: &str = "qemu-system-x86_64";

/// How long QEMU may take to end.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long it may take if it has a log to write first.
const PATIENCE_WITH_LOG: Duration = Duration::from_secs(30);

/// Our end of a wire, and the machine's, which QEMU inherits.
pub struct Wire {
    /// Ours.
    pub ours: UnixStream,
    /// QEMU's; to be closed here once QEMU has it.
    pub theirs: OwnedFd,
}

impl Wire {
    /// A new wire. No file in between, so nothing is lost, nothing is left, and no other run can meet it.
    pub fn new() -> Result<Wire> {
        let (ours, theirs) = socketpair(AddressFamily::Unix, SockType::Stream, None, SockFlag::empty())
            .context("cannot make a socket for the machine")?;
        fcntl(&ours, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
        Ok(Wire { ours: ours.into(), theirs })
    }

    /// Our end, once QEMU has its own.
    pub fn keep(self) -> UnixStream {
        self.ours
    }
}

/// A QEMU that runs. Dropping it ends it.
pub struct Machine {
    child: Child,
    messages: Option<PipeReader>,
}

impl Machine {
    /// Starts QEMU.
    pub fn start(line: &Line) -> Result<Machine> {
        let mut command = child(QEMU)?;
        command.args(line.words());
        // What it lists (--qemu "-device help") it prints on its output; people read that as they read its errors.
        let (messages, theirs) = io::pipe().context("cannot make a pipe")?;
        // A group of its own: Ctrl-C on the terminal is for us to handle.
        command.process_group(0).stdin(Stdio::null()).stdout(theirs.try_clone()?).stderr(theirs);
        let child = command.spawn().context("cannot start QEMU")?;
        Ok(Machine { child, messages: Some(messages) })
    }

    /// Collects what QEMU has to say, to be called once; if `verbose`, a person sees it at once.
    pub fn messages(&mut self, verbose: bool) -> Option<JoinHandle<String>> {
        let mut from = self.messages.take()?;
        Some(thread::spawn(move || {
            let (mut all, mut buffer) = (Vec::new(), [0; 4096]);
            while let Ok(length @ 1..) = from.read(&mut buffer) {
                if verbose {
                    eprint!("{}", String::from_utf8_lossy(&buffer[..length]));
                }
                all.extend_from_slice(&buffer[..length]);
            }
            String::from_utf8_lossy(&all).trim_end().to_string()
        }))
    }

    /// Asks it to end, so that it can write its recording to the end.
    pub fn end(&mut self) {
        let asked = i32::try_from(self.child.id()).map(|id| kill(Pid::from_raw(id), Signal::SIGTERM));
        if matches!(asked, Ok(Ok(()))) {
            // It is killed if it does not.
            let _ = self.wait_for(PATIENCE_WITH_LOG);
        }
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        // An error says that it has ended already.
        let _ = self.child.kill();
    }

    /// Waits for its end, which it is about to come to; not for long.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        self.wait_for(PATIENCE)
    }

    fn wait_for(&mut self, patience: Duration) -> Result<ExitStatus> {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().context("cannot wait for QEMU")? {
                return Ok(status);
            }
            thread::sleep(Duration::from_millis(10));
        }
        self.kill();
        self.child.wait().context("cannot wait for QEMU")
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.kill();
        let _ = self.child.wait();
    }
}

/// A command for a program that ends with us even if we are killed, and that gets its signals though we hold ours back. It is
/// started by way of [`become_child`].
pub fn child(program: &str) -> Result<Command> {
    let mut command = Command::new(env::current_exe().context("cannot tell where this program stands")?);
    command.arg("child").arg(Pid::this().to_string()).arg("--").arg(program);
    Ok(command)
}

/// `xtask child PARENT -- PROGRAM ARG…`: asks to be killed when the parent dies, and becomes the program.
pub fn become_child(parent: i32, words: &[OsString]) -> Result<()> {
    set_pdeathsig(Signal::SIGKILL)?;
    if getppid().as_raw() != parent {
        bail!("bin/run has ended already");
    }
    SigSet::all().thread_unblock()?;
    let (program, arguments) = words.split_first().context("no program")?;
    let error = Command::new(program).args(arguments).exec();
    bail!("cannot start {}: {error} (run bin/setup)", program.display())
}
