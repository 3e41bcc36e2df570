//! The outcome of a run: the exit status of `bin/run`, and its message.

use super::options::{Boot, Options};
use super::session::Ending;
use super::status::{Reported, Status, exit};
use super::{explain, missing, reset};
use crate::project::Project;
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitStatus;

/// The exit status, and the message that goes with it.
pub type Verdict = (i32, Option<String>);

/// Facts about a run that is over.
pub struct Facts<'a> {
    /// The event that ended it.
    pub ending: Ending,
    /// The machine's status lines.
    pub reported: &'a Reported,
    /// The processor's registers, if it reset itself without a word.
    pub registers: Option<&'a str>,
    /// QEMU's messages.
    pub messages: &'a str,
    /// QEMU's exit status.
    pub ended: ExitStatus,
    /// The disk with the root that the machine ran from.
    pub root: &'a Path,
}

/// Judges a run. A status that the machine told counts even if it then had to be ended.
pub fn verdict(project: &Project, options: &Options, facts: &Facts<'_>) -> Verdict {
    match (&facts.ending, facts.reported.status()) {
        (Ending::Signal(signal), _) => (exit::SIGNAL + *signal as i32, Some(format!("ended by {signal}"))),
        (Ending::Output(error), _) if error.kind() == ErrorKind::BrokenPipe => (exit::SIGNAL + 13, None),
        (Ending::Output(error), _) => (exit::MACHINE, Some(format!("cannot write the output: {error}"))),
        (Ending::Left, _) => (0, None),
        (_, Some(status)) => (status.exit_status(), told(options, status, facts.root)),
        (Ending::Timeout(after), None) => {
            let before = if has_started(options, facts) { "" } else { ", and the kernel had not started" };
            (exit::TIMEOUT, Some(format!("timed out after {after} s{before}")))
        }
        (Ending::Machine, None) => (exit::MACHINE, Some(without_status(project, options, facts))),
    }
}

/// Returns the message for a status.
fn told(options: &Options, status: &Status, root: &Path) -> Option<String> {
    let reason = matches!(status, Status::NotFound(_)).then(|| missing::explain(options, root)).flatten();
    let name = options.program.first().map(|name| name.to_string_lossy()).unwrap_or_default();
    reason.map(|reason| format!("not found: {name}: {reason}")).or_else(|| status.message())
}

/// Whether the kernel has begun to run, as far as one can know: Cor says so.
fn has_started(options: &Options, facts: &Facts<'_>) -> bool {
    options.kernel.is_some() || facts.reported.has_started()
}

/// Explains the end of a machine that told no status.
fn without_status(project: &Project, options: &Options, facts: &Facts<'_>) -> String {
    let refused = if has_started(options, facts) && facts.ended.success() {
        None
    } else {
        explain::explain(options, facts.messages)
    };
    if let Some(refused) = refused {
        return refused;
    }
    match facts.registers {
        _ if !has_started(options, facts) && options.boot != Boot::Direct => {
            "the loader did not start the kernel; --screen FILE.png shows what it said".into()
        }
        Some(registers) => format!("the machine failed: {}", reset::describe(project, registers)),
        None => format!("the machine ended without telling its status (QEMU: {})", facts.ended),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::signal::Signal;
    use std::io;
    use std::os::unix::process::ExitStatusExt;

    /// Judges a run by GRUB after these lines on the status port and these messages of QEMU's.
    fn of(ending: Ending, lines: &[&str], messages: &str) -> Verdict {
        let mut reported = Reported::default();
        lines.iter().for_each(|line| reported.note(line));
        let ended = ExitStatus::from_raw(if messages.is_empty() { 0 } else { 0x100 });
        let facts = Facts { ending, reported: &reported, registers: None, messages, ended, root: Path::new("") };
        let project = Project::find().unwrap();
        verdict(&project, &Options::default(), &facts)
    }

    #[test]
    fn each_ending_has_its_status_and_its_words() {
        let error = |kind| Ending::Output(io::Error::from(kind));
        for (ending, lines, messages, status, words) in [
            (Ending::Machine, &["started", "exit 7"][..], "", 7, ""),
            (Ending::Timeout(3.0), &["started", "exit 7"], "", 7, ""),
            (Ending::Timeout(3.0), &["started"], "", 124, "timed out after 3 s"),
            (Ending::Timeout(3.0), &["BdsDxe: x"], "", 124, "timed out after 3 s, and the kernel had not started"),
            (Ending::Signal(Signal::SIGINT), &["exit 7"], "", 130, "ended by SIGINT"),
            (error(ErrorKind::BrokenPipe), &[], "", 141, ""),
            (error(ErrorKind::StorageFull), &[], "", 125, "cannot write the output: no storage space"),
            (Ending::Left, &[], "", 0, ""),
            (Ending::Machine, &["started", "panic x"], "", 125, "kernel panic: x"),
            (
                Ending::Machine,
                &["started"],
                "",
                125,
                "the machine ended without telling its status (QEMU: exit status: 0)",
            ),
            (
                Ending::Machine,
                &["noise"],
                "",
                125,
                "the loader did not start the kernel; --screen FILE.png shows what it said",
            ),
            (Ending::Machine, &[], "qemu-system-x86_64: no", 125, "QEMU ended: no"),
            (Ending::Machine, &["started"], "qemu-system-x86_64: late", 125, "QEMU ended: late"),
        ] {
            let words = (!words.is_empty()).then(|| words.to_string());
            assert_eq!(of(ending, lines, messages), (status, words), "{lines:?} {messages:?}");
        }
    }
}
