//! What a stage found, and the sum of all.

use anyhow::{Context, Result};
use std::process::{Command, Stdio};
use std::time::Duration;
use xtask::command;
use xtask::files;
use xtask::project::Project;

/// What a stage found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Tests that passed.
    pub passed: u32,
    /// Tests that were left out.
    pub skipped: u32,
    /// The failed ones, with what there is to say about each.
    pub failures: Vec<String>,
    /// What else a person should know.
    pub remarks: Vec<String>,
    /// Failed tests that have no entry of their own in `failures`.
    pub more_failures: u32,
}

impl Report {
    /// Of a stage that could not run: that is a failure.
    pub fn could_not_run(why: &str) -> Report {
        Report { failures: vec![format!("could not run: {why}")], ..Report::default() }
    }

    /// Notes one test.
    pub fn note(&mut self, result: Result<(), String>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(failure) => self.failures.push(failure),
        }
    }

    fn failed(&self) -> u32 {
        u32::try_from(self.failures.len()).unwrap_or(u32::MAX).saturating_add(self.more_failures)
    }

    /// The numbers in words; what is zero is not mentioned.
    fn numbers(&self) -> String {
        let parts = [(self.passed, "passed"), (self.failed(), "failed"), (self.skipped, "skipped")];
        let told: Vec<String> =
            parts.iter().filter(|part| part.0 > 0).map(|part| format!("{} {}", part.0, part.1)).collect();
        if told.is_empty() { "nothing to run".to_string() } else { told.join(", ") }
    }
}

/// All stages so far.
#[derive(Default)]
pub struct Tally {
    passed: u32,
    failed: u32,
    skipped: u32,
}

impl Tally {
    /// Adds a stage that has ended, and tells how it went and how long it took.
    pub fn note(&mut self, name: &str, report: Report, took: Duration) {
        println!("{name:12}{:32} {:6.1} s", report.numbers(), took.as_secs_f64());
        for failure in report.failures.iter().chain(&report.remarks) {
            println!("    {}", failure.trim_end().replace('\n', "\n    "));
        }
        self.passed += report.passed;
        self.failed += report.failed();
        self.skipped += report.skipped;
    }

    /// Whether anything failed.
    pub fn has_failures(&self) -> bool {
        self.failed > 0
    }

    /// The sum; its last line is what counts.
    pub fn print_summary(&self) {
        if self.skipped > 0 {
            println!("{} skipped", self.skipped);
        }
        println!("{} passed, {} failed", self.passed, self.failed);
    }
}

/// What a command of a stage printed, and whether it succeeded.
pub struct Printed {
    /// Standard output and error.
    pub text: String,
    /// Whether its exit status was 0.
    pub success: bool,
}

impl Printed {
    /// The last lines, for a failure's story.
    pub fn tail(&self) -> String {
        let lines: Vec<&str> = self.text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

/// Runs a command and keeps what it prints in `target/tests/LOG.log`.
pub fn run_logged(project: &Project, log: &str, command: &mut Command) -> Result<Printed> {
    command.current_dir(project.root()).stdin(Stdio::null());
    let output = command.output().with_context(|| format!("cannot start {}", command::describe(command)))?;
    let bytes = [output.stdout.as_slice(), &output.stderr].concat();
    files::replace(&project.test_output(format!("{log}.log")), &bytes)?;
    Ok(Printed { text: String::from_utf8_lossy(&bytes).into_owned(), success: output.status.success() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_in_words() {
        let mut report = Report::default();
        assert_eq!(report.numbers(), "nothing to run");
        report.note(Ok(()));
        report.note(Err("x".into()));
        report.more_failures = 2;
        report.skipped = 1;
        assert_eq!(report.numbers(), "1 passed, 3 failed, 1 skipped");
    }

    #[test]
    fn a_stage_that_could_not_run_has_failed() {
        let mut tally = Tally::default();
        tally.note("x", Report::could_not_run("no compiler"), Duration::ZERO);
        assert!(tally.has_failures());
    }
}
