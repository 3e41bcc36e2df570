//! The programs of user/tests: each must pass on this Linux host first, then on Cor.
//!
//! A test passes by exit status 0; 77 says that it does not apply where it runs. On Cor `/bin/run-tests` runs all that are under
//! /tests in one boot and prints a line for each: `ok CHAPTER/NAME`, `not ok CHAPTER/NAME status N` or `skip CHAPTER/NAME reason`.

use super::stage::{Printed, Report, run_logged};
use crate::files;
use crate::project::Project;
use anyhow::{Context, Result};
use std::collections::HashMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// How long a test may take on the host.
const PATIENCE: Duration = Duration::from_secs(30);
/// The exit status of a test that does not apply.
const SKIP: i32 = 77;

/// Runs all tests on both.
pub fn run(project: &Project) -> Result<Report> {
    let root = project.image("root/tests");
    let tests = files::files_under(&root)?;
    if tests.is_empty() {
        return Ok(Report::default());
    }
    let natively = run_natively(&root, &tests)?;
    let printed = boot(project)?;
    let on_cor = parse(&printed.text);
    let mut report = Report::default();
    for (name, native) in natively {
        match (native, on_cor.get(&name)) {
            (Err(failure), _) => report.failures.push(format!("{name} fails on Linux: {failure}")),
            (Ok(()), Some(Outcome::Passed)) => report.passed += 1,
            (Ok(()), Some(Outcome::Skipped)) => report.skipped += 1,
            (Ok(()), Some(Outcome::Failed(why))) => report.failures.push(format!("{name} fails on Cor: {why}")),
            (Ok(()), None) => report.failures.push(format!("{name} did not run on Cor")),
        }
    }
    if !printed.success && report.failures.is_empty() {
        report.failures.push(format!("run-tests failed:\n{}", printed.tail()));
    } else if !report.failures.is_empty() {
        report.failures.push(format!("the end of target/tests/programs.log:\n{}", printed.tail()));
    }
    Ok(report)
}

/// How a test went on Cor.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed(String),
    Skipped,
}

/// Runs the tests here, on all processors; gives their names and results, sorted.
fn run_natively(root: &Path, tests: &[PathBuf]) -> Result<Vec<(String, Result<(), String>)>> {
    let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
    let (left, results) = (Mutex::new(tests.to_vec()), Mutex::new(Vec::new()));
    let next = || left.lock().ok().and_then(|mut left| left.pop());
    let worker = || {
        while let Some(test) = next() {
            let name = test.strip_prefix(root).unwrap_or(&test).display().to_string();
            let result = run_one(&test, scratch.path());
            if let Ok(mut results) = results.lock() {
                results.push((name, result));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(worker);
        }
    });
    let mut results = results.into_inner().unwrap_or_default();
    results.sort();
    Ok(results)
}

/// Runs one test in a folder of its own.
fn run_one(test: &Path, scratch: &Path) -> Result<(), String> {
    let folder = tempfile::tempdir_in(scratch).map_err(|error| error.to_string())?;
    let mut command = Command::new(test);
    command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    match wait(&mut child) {
        Some(status) if status.success() || status.code() == Some(SKIP) => Ok(()),
        Some(status) => Err(status.to_string()),
        None => Err(format!("it took longer than {} s", PATIENCE.as_secs())),
    }
}

/// Waits for a process, and ends it when it takes too long.
fn wait(child: &mut Child) -> Option<std::process::ExitStatus> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        match child.try_wait() {
            Ok(None) => thread::sleep(Duration::from_millis(5)),
            Ok(status) => return status,
            Err(_) => return None,
        }
    }
    // It may have ended just now; then there is nothing to end.
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// Runs all tests on Cor, in one boot.
fn boot(project: &Project) -> Result<Printed> {
    let mut machine = Command::new(env::current_exe().context("cannot tell where this program stands")?);
    machine.args(["run", "--boot", "direct", "--quiet", "--timeout", "240", "--root"]);
    machine.arg(project.image("tests.cpio")).args(["--", "/bin/run-tests"]);
    run_logged(project, "programs", &mut machine)
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
    fn programs_are_judged_by_their_exit_status() {
        let folder = tempfile::tempdir().unwrap();
        let judge = |name: &str| run_one(Path::new(name), folder.path());
        assert!(judge("/bin/true").is_ok());
        assert!(judge("/bin/false").is_err());
        assert!(judge("/bin/missing").is_err());
    }
}
