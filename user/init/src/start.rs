//! Starting the program that init is told to run, as execvp(3) finds it.

use cor_rt::gate::{self, Open, Pid};
use cor_rt::{Errno, File, Result};
use program::Program;

/// Why a program did not start.
pub(crate) enum Failure {
    /// There is no such program.
    NotFound(Errno),
    /// It is there, but cannot be run.
    Cannot(Errno),
    /// The folder that it was to start in cannot be entered.
    Folder(Errno),
}

/// Starts a program.
pub(crate) fn start(program: &Program<'_>) -> core::result::Result<Pid, Failure> {
    File::open(program.cwd, Open::FOLDER).map_err(Failure::Folder)?;
    spawn(program).map_err(|errno| match errno {
        Errno::ENOENT | Errno::ENOTDIR => Failure::NotFound(errno),
        _ => Failure::Cannot(errno),
    })
}

/// Tries the files that may be meant. One that may not be run is passed over, but remembered.
fn spawn(program: &Program<'_>) -> Result<Pid> {
    let mut reason = Errno::ENOENT;
    for file in program.files() {
        match gate::spawn(&file, &program.arguments, &program.environment, Some(program.cwd)) {
            Err(Errno::ENOENT | Errno::ENOTDIR) => {}
            Err(Errno::EACCES) => reason = Errno::EACCES,
            result => return result,
        }
    }
    Err(reason)
}
