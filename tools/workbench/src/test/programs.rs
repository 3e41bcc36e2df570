//! The programs of user/tests: each must pass on this Linux host first, then on Cor.
//!
//! A test passes by exit status 0; 77 says that it does not apply where it runs. On Cor it is one boot: `/bin/run-tests` runs all that
//! are under /tests and prints a line for each, `ok CHAPTER/NAME`, `not ok CHAPTER/NAME status` or `skip CHAPTER/NAME reason`. On the
//! host a script does the same in a copy of the root folder, with namespaces of its own, so that both see the same files.

use super::natively;
use super::stage::{Printed, Report, run_logged};
use anyhow::{Context, Result, ensure};
use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use xtask::debian_kernel;
use xtask::files;
use xtask::project::{Build, Project};

/// How long all tests may take in a machine, in seconds: many times what they take, for a host that others use too.
const PATIENCE: &str = "1800";

/// Where the run on Cor is recorded, among the tests' output. It stays if a test failed.
const RECORDING: &str = "programs.recording";

/// Runs these tests on both, or all.
pub fn run(project: &Project, wanted: &[String]) -> Result<Report> {
    let names = names(project, wanted)?;
    let native = natively::run(project, &names)?;
    let reservation = natively::reservation();
    let recording = project.test_output(RECORDING).display().to_string();
    let booted = run_on_cor(project, &["--build", Build::default().profile(), "--record", &recording], wanted)?;
    let (mut on_linux, on_cor) = (parse(&native.text), parse(&booted.text));
    let mut report = Report::default();
    if on_cor.len() < names.len() {
        report.failures.push(ended_early(&booted));
    }
    match reservation {
        Some(reason) => report.remarks.extend(forgive(&names, &mut on_linux, &reason)),
        None if on_linux.len() < names.len() => report.failures.push(ended_early(&native)),
        None => {}
    }
    for name in &names {
        match judge(on_linux.get(name), on_cor.get(name)) {
            Some(verdict) => report.note(verdict.map_err(|failure| format!("{name} {failure}"))),
            None => report.skipped += 1,
        }
    }
    keep_recording(project, &mut report)?;
    Ok(report)
}

fn ended_early(printed: &Printed) -> String {
    format!("not all tests ran; the last that was printed is\n{}", printed.tail())
}

/// Takes what does not pass on a host that may be the reason for skipped there, so that Cor alone decides; returns a remark about it.
fn forgive(names: &[String], on_linux: &mut HashMap<String, Outcome>, reason: &str) -> Option<String> {
    let passes = |outcome: Option<&Outcome>| matches!(outcome, Some(Outcome::Passed | Outcome::Skipped));
    let doubtful: Vec<&String> = names.iter().filter(|name| !passes(on_linux.get(*name))).collect();
    on_linux.extend(doubtful.iter().map(|name| (name.to_string(), Outcome::Skipped)));
    let count = doubtful.len();
    (count > 0).then(|| {
        format!(
            "{count} that do not pass on this host count on Cor alone: {reason} (make test-linux tries Debian's kernel)"
        )
    })
}

/// Says how to see the failures again; without any, the recording goes.
fn keep_recording(project: &Project, report: &mut Report) -> Result<()> {
    let recording = project.test_output(RECORDING);
    if report.failures.is_empty() {
        std::fs::remove_dir_all(&recording).with_context(|| format!("cannot remove {}", recording.display()))?;
    } else if recording.exists() {
        report.remarks.push(format!("to see the run again, to the instruction: bin/replay {}", recording.display()));
    }
    Ok(())
}

/// Runs these tests, or all, under Debian's kernel, in the machine that Cor runs them in: what fails there says nothing about Cor.
pub fn run_on_linux(project: &Project, wanted: &[String]) -> Result<Report> {
    let told = parse(&run_on_debian(project, wanted)?.text);
    let mut report = Report::default();
    for name in names(project, wanted)? {
        match told.get(&name) {
            Some(Outcome::Passed) => report.note(Ok(())),
            Some(Outcome::Skipped) => report.skipped += 1,
            Some(Outcome::Failed(why)) => report.note(Err(format!("{name} fails on Linux: {why}"))),
            None => report.note(Err(format!("{name} did not run"))),
        }
    }
    Ok(report)
}

/// The names of the tests that are wanted, or of all: the programs two directories down, as `CHAPTER/NAME`.
pub fn names(project: &Project, wanted: &[String]) -> Result<Vec<String>> {
    let mut names = all_names(&project.image("tests/root/tests"))?;
    let is_meant = |wanted: &String, name: &String| {
        name == wanted || name.split_once('/').is_some_and(|(chapter, _)| chapter == wanted.trim_end_matches('/'))
    };
    for wanted in wanted {
        ensure!(names.iter().any(|name| is_meant(wanted, name)), "there is no test {wanted} (CHAPTER or CHAPTER/NAME)");
    }
    names.retain(|name| wanted.is_empty() || wanted.iter().any(|wanted| is_meant(wanted, name)));
    Ok(names)
}

fn all_names(root: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for file in files::files_under(root)? {
        let inside = file.strip_prefix(root)?;
        let metadata = file.symlink_metadata()?;
        let is_program = metadata.is_file() && metadata.permissions().mode() & 0o111 != 0;
        if is_program && inside.components().count() == 2 {
            names.push(inside.display().to_string());
        }
    }
    Ok(names)
}

/// What a test's outcomes on Linux and on Cor amount to; `None` if it was skipped.
fn judge(linux: Option<&Outcome>, cor: Option<&Outcome>) -> Option<Result<(), String>> {
    Some(match (linux, cor) {
        (Some(Outcome::Failed(why)), _) => Err(format!("fails on Linux: {why}")),
        (None, _) => Err("did not run on Linux".to_string()),
        (_, Some(Outcome::Failed(why))) => Err(format!("fails on Cor: {why}")),
        (_, None) => Err("did not run on Cor".to_string()),
        (_, Some(Outcome::Passed)) => Ok(()),
        (_, Some(Outcome::Skipped)) => return None,
    })
}

/// How a test went on Cor.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed(String),
    Skipped,
}

/// Runs tests, or all, in one boot of Cor, with further arguments of `bin/run`.
pub fn run_on_cor(project: &Project, more: &[&str], wanted: &[String]) -> Result<Printed> {
    run_tests(project, "programs", &[&["--boot", "direct"], more].concat(), wanted)
}

/// Runs tests, or all, in one boot of Debian's kernel.
pub fn run_on_debian(project: &Project, wanted: &[String]) -> Result<Printed> {
    let kernel = debian_kernel::fetch(project)?.display().to_string();
    run_tests(project, "programs-on-debian", &["--kernel", &kernel, "--memory", "1G"], wanted)
}

fn run_tests(project: &Project, log: &str, more: &[&str], wanted: &[String]) -> Result<Printed> {
    let mut machine = project.xtask();
    machine
        .args(["run", "--quiet", "--timeout", PATIENCE])
        .args(more)
        .arg("--root")
        .arg(project.image("tests/tests.cpio"));
    let wanted = wanted.iter().map(|name| name.trim_end_matches('/'));
    run_logged(project, log, machine.args(["--", "/bin/run-tests"]).args(wanted))
}

/// The outcomes that run-tests printed.
fn parse(printed: &str) -> HashMap<String, Outcome> {
    let outcome = |line: &str| {
        let (rest, kind) = if let Some(rest) = line.strip_prefix("not ok ") {
            (rest, "failed")
        } else if let Some(rest) = line.strip_prefix("ok ") {
            (rest, "passed")
        } else {
            (line.strip_prefix("skip ")?, "skipped")
        };
        let (name, more) = rest.split_once(' ').unwrap_or((rest, ""));
        let outcome = match kind {
            "passed" => Outcome::Passed,
            "skipped" => Outcome::Skipped,
            _ => Outcome::Failed(more.to_string()),
        };
        Some((name.to_string(), outcome))
    };
    printed.lines().map(str::trim_end).filter_map(outcome).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_run_tests_are_read() {
        let outcomes = parse("noise\nok file/read\nnot ok memory/brk status 139\r\nskip net/tcp no network\n");
        assert_eq!(outcomes["file/read"], Outcome::Passed);
        assert_eq!(outcomes["memory/brk"], Outcome::Failed("status 139".into()));
        assert_eq!(outcomes["net/tcp"], Outcome::Skipped);
        assert_eq!(outcomes.len(), 3);
    }

    #[test]
    fn a_host_with_less_leaves_the_verdict_to_cor() {
        let names = ["a/passes", "a/fails", "a/missing"].map(String::from);
        let mut on_linux = parse("ok a/passes\nnot ok a/fails status 1\n");
        let remark = forgive(&names, &mut on_linux, "it is old").unwrap();
        assert!(remark.starts_with("2 that") && remark.contains("it is old"), "{remark}");
        assert_eq!(judge(on_linux.get("a/missing"), Some(&Outcome::Passed)), Some(Ok(())));
        assert!(judge(on_linux.get("a/fails"), Some(&Outcome::Failed("status 2".into()))).is_some_and(|v| v.is_err()));
        assert_eq!(forgive(&names, &mut on_linux, "it is old"), None);
    }

    #[test]
    fn a_test_must_pass_on_both() {
        let (passed, failed, skipped) = (Outcome::Passed, Outcome::Failed("status 1".into()), Outcome::Skipped);
        assert_eq!(judge(Some(&passed), Some(&passed)), Some(Ok(())));
        assert_eq!(judge(Some(&skipped), Some(&passed)), Some(Ok(())));
        assert_eq!(judge(Some(&passed), Some(&skipped)), None);
        for (linux, cor) in [
            (Some(&failed), Some(&passed)),
            (Some(&passed), Some(&failed)),
            (None, Some(&passed)),
            (Some(&passed), None),
        ] {
            assert!(matches!(judge(linux, cor), Some(Err(_))));
        }
    }
}
