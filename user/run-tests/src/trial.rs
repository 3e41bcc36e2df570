//! One test: a child whose output goes into a file while it runs.

use alloc::ffi::CString;
use alloc::string::String;
use alloc::vec;
use core::ffi::CStr;

use cor_rt::gate::{self, Fd, Open, Status};
use cor_rt::{File, Result};

use crate::linux;

const OUTPUT: &CStr = c"/tmp/run-tests.output";
const APPEND: Open = Open::from_bits_retain(0o2000);
const READ_AND_WRITE: Open = Open::from_bits_retain(0o2);

/// No more of a test's output is shown than this many bytes.
const SHOWN: usize = 16 * 1024;

/// How a test ended.
pub(crate) struct Trial {
    /// Its exit status or signal.
    pub(crate) status: Status,
    /// What it printed.
    pub(crate) output: String,
}

impl Trial {
    /// Runs a program with no arguments. Where its output cannot be set aside it goes where ours goes.
    pub(crate) fn run(path: &str, environment: &[&CStr]) -> Result<Trial> {
        let path = CString::new(path).unwrap_or_default();
        let aside = Aside::begin();
        let child = gate::spawn(&path, &[&path], environment, Some(c"/"));
        let ended = child.and_then(|child| gate::wait(Some(child)));
        let output = aside.map(Aside::end).unwrap_or_default();
        ended.map(|(_, status)| Trial { status, output })
    }
}

/// Standard output and error set aside into a file.
struct Aside {
    file: File,
    output: Fd,
    error: Fd,
}

impl Aside {
    fn begin() -> Result<Self> {
        let file = File::open(OUTPUT, READ_AND_WRITE | Open::CREATE | Open::TRUNCATE | APPEND)?;
        let output = linux::duplicate(Fd::OUTPUT)?;
        let error = linux::duplicate(Fd::ERROR)?;
        linux::duplicate_to(file.fd(), Fd::OUTPUT)?;
        linux::duplicate_to(file.fd(), Fd::ERROR)?;
        Ok(Aside { file, output, error })
    }

    /// Puts the two back; what came meanwhile.
    fn end(self) -> String {
        for (saved, fd) in [(self.output, Fd::OUTPUT), (self.error, Fd::ERROR)] {
            let _ = linux::duplicate_to(saved, fd);
            let _ = gate::close(saved);
        }
        let mut bytes = vec![0; SHOWN];
        let read = linux::rewind(self.file.fd()).and_then(|()| gate::read(self.file.fd(), &mut bytes));
        bytes.truncate(read.unwrap_or(0));
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
