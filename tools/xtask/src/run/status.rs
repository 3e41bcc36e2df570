//! Status lines: the machine's reports on its second serial port, and their meaning for `bin/run`'s exit status.
//!
//! Cor says `started` in a line of its own, behind text that firmware may have printed there, and one of [`Status`] at
//! its end.

/// Exit statuses of `bin/run` that are not the program's.
pub mod exit {
    /// The timeout came first.
    pub const TIMEOUT: i32 = 124;
    /// The machine, its kernel or `bin/run` itself failed.
    pub const MACHINE: i32 = 125;
    /// The program could not be run.
    pub const CANNOT_RUN: i32 = 126;
    /// The program was not found.
    pub const NOT_FOUND: i32 = 127;
    /// A signal ended `bin/run`: 128 + its number.
    pub const SIGNAL: i32 = 128;
}

/// How a machine ended, as it told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// The program ended, with this status.
    Exit(i32),
    /// The program was not found.
    NotFound(String),
    /// The program could not be run.
    CannotRun(String),
    /// The kernel panicked.
    Panic(String),
    /// There was no root, no init, or the like.
    Failed(String),
    /// The kernel tested itself: how many passed and failed.
    Selftest(u32, u32),
}

impl Status {
    /// What a line of the status port says; `None` if it is not one that we know.
    pub fn parse(line: &str) -> Option<Status> {
        let line = behind_escapes(line).trim();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let text = || rest.to_string();
        match word {
            "exit" => rest.parse().ok().filter(|status| (0..256).contains(status)).map(Status::Exit),
            "notfound" => Some(Status::NotFound(text())),
            "cannot" => Some(Status::CannotRun(text())),
            "panic" => Some(Status::Panic(text())),
            "failed" => Some(Status::Failed(text())),
            "selftest" => {
                let (passed, failed) = rest.strip_suffix(" failed")?.split_once(" passed, ")?;
                Some(Status::Selftest(passed.parse().ok()?, failed.parse().ok()?))
            }
            _ => None,
        }
    }

    /// Whether it counts even behind another one.
    fn overrides(&self) -> bool {
        matches!(self, Status::Panic(_) | Status::Failed(_))
    }

    /// The exit status of `bin/run`.
    pub fn exit_status(&self) -> i32 {
        match self {
            Status::Exit(status) => *status,
            Status::NotFound(_) => exit::NOT_FOUND,
            Status::CannotRun(_) => exit::CANNOT_RUN,
            Status::Panic(_) | Status::Failed(_) => exit::MACHINE,
            Status::Selftest(_, failed) => i32::from(*failed > 0),
        }
    }

    /// What is to be said about it on standard error, if anything.
    pub fn message(&self) -> Option<String> {
        match self {
            Status::Exit(_) => None,
            Status::NotFound(text) => Some(format!("not found: {text}")),
            Status::CannotRun(text) => Some(format!("cannot run: {text}")),
            Status::Panic(text) => Some(format!("kernel panic: {text}")),
            Status::Failed(text) => Some(format!("the machine failed: {text}")),
            Status::Selftest(passed, failed) => Some(format!("selftest: {passed} passed, {failed} failed")),
        }
    }
}

/// Cor's first line, as soon as it has the port.
const STARTED: &str = "started";

/// The status lines of a machine so far.
#[derive(Debug, Default)]
pub struct Reported {
    /// A panic or a failure wherever it comes, else the first status.
    status: Option<Status>,
    started: bool,
}

impl Reported {
    /// Takes a line of the status port. Any other text, such as firmware prints there, changes nothing.
    pub fn note(&mut self, line: &str) {
        self.started |= line == STARTED;
        let Some(status) = Status::parse(line) else { return };
        if self.status.as_ref().is_none_or(|first| status.overrides() && !first.overrides()) {
            self.status = Some(status);
        }
    }

    /// Returns the status that counts; `None` while there is none.
    pub fn status(&self) -> Option<&Status> {
        self.status.as_ref()
    }

    /// Whether Cor has begun to run.
    pub fn has_started(&self) -> bool {
        self.started
    }
}

/// A line without the terminal's escape sequences before it: UEFI takes every serial port for a terminal, until the kernel starts.
fn behind_escapes(line: &str) -> &str {
    let Some((_, last)) = line.rsplit_once('\x1b') else { return line };
    let end = last.strip_prefix('[').and_then(|last| last.find(|c: char| ('@'..='~').contains(&c)));
    end.and_then(|end| last.get(end + 2..)).unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_exit_statuses() {
        for (line, status) in [
            ("exit 0", 0),
            ("exit 139\r", 139),
            ("\x1b[2J\x1b[01;01Hloading\x1b[37m\x1b[40mexit 7", 7),
            ("notfound /bin/x: no such file", 127),
            ("cannot /bin/x: not a program", 126),
            ("panic at a.rs:1", 125),
            ("failed no root", 125),
            ("selftest 9 passed, 0 failed", 0),
            ("selftest 9 passed, 2 failed", 1),
        ] {
            assert_eq!(Status::parse(line).unwrap().exit_status(), status, "{line}");
        }
        for line in ["", "exit", "exit 256", "exit -1", "selftest", "hello exit 0"] {
            assert_eq!(Status::parse(line), None, "{line:?}");
        }
    }

    #[test]
    fn a_panic_counts_wherever_it_comes() {
        let status_of = |lines: &[&str]| {
            let mut reported = Reported::default();
            lines.iter().for_each(|line| reported.note(line));
            assert!(!reported.has_started());
            reported.status
        };
        assert_eq!(status_of(&["exit 3", "exit 4"]), Some(Status::Exit(3)));
        assert_eq!(status_of(&["exit 0", "panic x", "exit 1"]), Some(Status::Panic("x".into())));
        assert_eq!(status_of(&["panic x", "failed y"]), Some(Status::Panic("x".into())));
        assert_eq!(status_of(&["noise", "", "\x1b[2JBdsDxe: failed to load Boot0001"]), None);
    }
}
