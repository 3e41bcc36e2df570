//! What an init is told to run: `/.cor/program`, which `bin/run` puts into the root. Cor's init and the one for Linux read it
//! by the same rules, from here.
//!
//! The file's fields end in NUL: the folder to start in, the number of arguments (decimal), the arguments, and the
//! environment's entries.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::CStr;

/// Where the file is.
pub const FILE: &CStr = c"/.cor/program";

/// Where programs are looked for if the environment has no PATH.
pub const PATH: &str = "/bin:/sbin:/usr/bin:/usr/sbin";

/// What to run.
#[derive(Debug, PartialEq, Eq)]
pub struct Program<'a> {
    /// The folder that it starts in.
    pub cwd: &'a CStr,
    /// Its arguments, the first of which names it.
    pub arguments: Vec<&'a CStr>,
    /// Its environment.
    pub environment: Vec<&'a CStr>,
}

impl<'a> Program<'a> {
    /// Reads the file's fields; `None` if they are not as they should be.
    pub fn parse(file: &'a [u8]) -> Option<Self> {
        let mut fields = file.split_inclusive(|&byte| byte == 0).map(CStr::from_bytes_with_nul);
        let cwd = fields.next()?.ok()?;
        let count: usize = fields.next()?.ok()?.to_str().ok()?.parse().ok()?;
        let arguments = fields.by_ref().take(count).collect::<Result<Vec<_>, _>>().ok()?;
        let environment = fields.collect::<Result<Vec<_>, _>>().ok()?;
        let whole = count > 0 && arguments.len() == count;
        whole.then_some(Program { cwd, arguments, environment })
    }

    /// The name that it is asked for by: its first argument.
    pub fn name(&self) -> &'a CStr {
        self.arguments.first().copied().unwrap_or_default()
    }

    /// The files that may be meant, in the order in which execvp(3) tries them: a name without a slash is looked for in
    /// the folders of PATH. All start at the program's own folder if they are relative.
    pub fn files(&self) -> Box<dyn Iterator<Item = CString> + '_> {
        let name = self.name().to_bytes();
        if name.is_empty() || name.contains(&b'/') {
            return Box::new(core::iter::once(self.in_cwd(name)));
        }
        let path = self.variable("PATH").unwrap_or(PATH.as_bytes());
        Box::new(path.split(|&byte| byte == b':').map(move |folder| {
            let folder = if folder.is_empty() { b"." } else { folder };
            self.in_cwd(&[folder, b"/", name].concat())
        }))
    }

    fn variable(&self, name: &str) -> Option<&'a [u8]> {
        let value = |entry: &&'a CStr| entry.to_bytes().strip_prefix(name.as_bytes())?.strip_prefix(b"=");
        self.environment.iter().find_map(value)
    }

    fn in_cwd(&self, file: &[u8]) -> CString {
        let mut path = Vec::new();
        if !file.is_empty() && !file.starts_with(b"/") {
            path.extend_from_slice(self.cwd.to_bytes());
            path.push(b'/');
        }
        path.extend_from_slice(file);
        CString::new(path).unwrap_or_default()
    }
}

/// A name as one line of text for a report: no control characters, and not longer than a report should be.
pub fn printable(name: &CStr) -> String {
    name.to_string_lossy().chars().take(200).map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn files(file: &[u8]) -> Vec<String> {
        let program = Program::parse(file).unwrap();
        program.files().map(|file| file.into_string().unwrap()).collect()
    }

    #[test]
    fn fields_are_told_apart() {
        let program = Program::parse(b"/tmp\x002\0ls\0\0A=b c\0");
        assert_eq!(
            program,
            Some(Program { cwd: c"/tmp", arguments: [c"ls", c""].into(), environment: [c"A=b c"].into() })
        );
    }

    #[test]
    fn what_is_not_in_order_is_refused() {
        for file in
            [&b""[..], b"/", b"/\0", b"/\0x\0ls\0", b"/\x000\0", b"/\x002\0ls\0", b"/\x001\0ls", b"/\x001\0ls\0A=b"]
        {
            assert_eq!(Program::parse(file), None, "{file:?}");
        }
    }

    #[test]
    fn a_name_is_looked_for_in_path() {
        assert_eq!(files(b"/\x001\0ls\0")[0], "/bin/ls");
        assert_eq!(files(b"/w\x001\0ls\0PATHS=/no\0PATH=/a::b\0"), ["/a/ls", "/w/./ls", "/w/b/ls"]);
    }

    #[test]
    fn a_path_is_taken_as_it_is() {
        assert_eq!(files(b"/w\x001\0/x/y\0"), ["/x/y"]);
        assert_eq!(files(b"/w\x001\0./y\0"), ["/w/./y"]);
        assert_eq!(files(b"/w\x001\0\0"), [""]);
    }

    #[test]
    fn a_report_stays_one_line() {
        assert_eq!(printable(c"a\nb\x1b"), "a?b?");
    }
}
