//! Files that begin with `#!` and the name of the program that runs them: execve(2), "Interpreter scripts".

use logic::errno::{Errno, Result};
use logic::strings::Strings;

/// How many interpreters may be scripts themselves, as on Linux.
pub(super) const MOST: usize = 5;

/// How much of the file is looked at.
pub(super) const HEAD: usize = 256;

/// The first line of a script.
pub(super) struct Line<'a> {
    /// The program that runs it.
    pub(super) interpreter: &'a [u8],
    /// Everything behind that, as one argument.
    argument: Option<&'a [u8]>,
}

impl<'a> Line<'a> {
    /// Reads the beginning of a file; `None` if it is no script. `ENOEXEC` if it names no interpreter, or one whose name does not
    /// end within the beginning.
    pub(super) fn parse(head: &'a [u8]) -> Result<Option<Line<'a>>> {
        let Some(rest) = head.strip_prefix(b"#!") else { return Ok(None) };
        let end = rest.iter().position(|&byte| byte == b'\n');
        let line = rest[..end.unwrap_or(rest.len())].trim_ascii();
        let cut = end.is_none() && head.len() == HEAD;
        let blank = line.iter().position(|byte| matches!(byte, b' ' | b'\t'));
        if line.is_empty() || cut && blank.is_none() {
            return Err(Errno::ENOEXEC);
        }
        let (interpreter, argument) = line.split_at(blank.unwrap_or(line.len()));
        let argument = Some(argument.trim_ascii()).filter(|argument| !argument.is_empty());
        Ok(Some(Line { interpreter, argument }))
    }

    /// The interpreter's arguments for the script at `path` that was to have `arguments`: its own name, its argument, the path, and
    /// all but the first.
    pub(super) fn arguments(&self, path: &[u8], arguments: &Strings) -> Result<Strings> {
        let mut all = Strings::new();
        all.push(self.interpreter)?;
        self.argument.map_or(Ok(()), |argument| all.push(argument))?;
        all.push(path)?;
        arguments.iter().skip(1).try_for_each(|argument| all.push(argument))?;
        Ok(all)
    }
}
