//! The program that init is told to run: `/.cor/program`, which `bin/run` puts into the root. Fields that end in NUL: the
//! folder to start in, the number of arguments (decimal), the arguments, and the environment's entries.

use alloc::vec::Vec;
use core::ffi::CStr;

/// What to run.
pub(crate) struct Program<'a> {
    /// The folder that it starts in.
    pub(crate) cwd: &'a CStr,
    /// Its arguments, the first of which names it; never empty.
    pub(crate) arguments: Vec<&'a CStr>,
    /// Its environment.
    pub(crate) environment: Vec<&'a CStr>,
}

impl<'a> Program<'a> {
    /// Reads the fields of the file; `None` if they are not as they should be.
    pub(crate) fn parse(file: &'a [u8]) -> Option<Self> {
        let mut fields = file.split_inclusive(|&byte| byte == 0).map(CStr::from_bytes_with_nul);
        let cwd = fields.next()?.ok()?;
        let count: usize = fields.next()?.ok()?.to_str().ok()?.parse().ok()?;
        let arguments = fields.by_ref().take(count).collect::<Result<Vec<_>, _>>().ok()?;
        let environment = fields.collect::<Result<Vec<_>, _>>().ok()?;
        let whole = count > 0 && arguments.len() == count;
        whole.then_some(Program { cwd, arguments, environment })
    }

    /// The value of a variable of its environment.
    pub(crate) fn variable(&self, name: &str) -> Option<&'a [u8]> {
        let value = |entry: &'a CStr| entry.to_bytes().strip_prefix(name.as_bytes())?.strip_prefix(b"=");
        self.environment.iter().copied().find_map(value)
    }
}
