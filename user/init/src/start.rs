//! Finding a program and starting it, as execvp(3) does, but from the folder that it is to start in.

use alloc::ffi::CString;
use alloc::vec::Vec;
use core::ffi::CStr;

use cor_rt::gate::{self, Open, Pid};
use cor_rt::{Errno, File, Result};

use crate::program::Program;

/// Where programs are looked for if the environment has no PATH.
pub(crate) const PATH: &str = "/bin:/sbin:/usr/bin:/usr/sbin";

/// Why a program did not start.
pub(crate) enum Failure {
    /// There is no such program.
    NotFound(Errno),
    /// It is there, but cannot be run.
    Cannot(Errno),
    /// The folder that it was to start in cannot be entered.
    Folder(Errno),
}

/// Starts a program. A name without a slash is looked for in the folders of its PATH.
pub(crate) fn start(program: &Program<'_>) -> core::result::Result<Pid, Failure> {
    if let Err(errno) = File::open(program.cwd, Open::FOLDER) {
        return Err(Failure::Folder(errno));
    }
    let name = program.arguments.first().map_or(&b""[..], |name| name.to_bytes());
    let started = match name.contains(&b'/') || name.is_empty() {
        true => spawn(program, name),
        false => search(program, name),
    };
    started.map_err(|errno| match errno {
        Errno::ENOENT | Errno::ENOTDIR => Failure::NotFound(errno),
        _ => Failure::Cannot(errno),
    })
}

/// Tries the folders of PATH in turn. A file that may not be run is passed over, but remembered.
fn search(program: &Program<'_>, name: &[u8]) -> Result<Pid> {
    let path = program.variable("PATH").unwrap_or(PATH.as_bytes());
    let mut reason = Errno::ENOENT;
    for folder in path.split(|&byte| byte == b':') {
        let folder = if folder.is_empty() { b"." } else { folder };
        match spawn(program, &[folder, b"/", name].concat()) {
            Err(Errno::ENOENT | Errno::ENOTDIR) => {}
            Err(Errno::EACCES) => reason = Errno::EACCES,
            result => return result,
        }
    }
    Err(reason)
}

/// Starts the program in a file; a relative path leads on from the program's folder.
fn spawn(program: &Program<'_>, file: &[u8]) -> Result<Pid> {
    let mut path = Vec::new();
    if !file.is_empty() && !file.starts_with(b"/") {
        path.extend_from_slice(program.cwd.to_bytes());
        path.push(b'/');
    }
    path.extend_from_slice(file);
    let path = CString::new(path).map_err(|_| Errno::EINVAL)?;
    gate::spawn(&path, &program.arguments, &program.environment, Some(program.cwd))
}

/// The name of a program as one line of text for a report: no control characters, and no longer than a screen's line.
pub(crate) fn printable(name: &CStr) -> alloc::string::String {
    let text = name.to_string_lossy();
    text.chars().take(200).map(|c| if c.is_control() { '?' } else { c }).collect()
}
