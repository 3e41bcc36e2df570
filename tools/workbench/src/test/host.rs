//! Tests of the crates that run on the host: cargo's.

use super::stage::{Report, run_logged};
use anyhow::Result;
use std::process::Command;
use xtask::project::Project;

/// Runs them all; a crate that does not compile is a failure.
pub fn run(project: &Project) -> Result<Report> {
    let mut cargo = Command::new("cargo");
    cargo.args([
        "test",
        "--quiet",
        "--no-fail-fast",
        "-p",
        "logic",
        "-p",
        "xtask",
        "-p",
        "workbench",
        "-p",
        "layers",
        "-p",
        "linux-init",
    ]);
    let printed = run_logged(project, "host", &mut cargo)?;
    let mut report = count(&printed.text);
    if !printed.success {
        let story = printed.tail();
        match report.more_failures {
            0 => report.failures.push(story),
            _ => {
                report.more_failures -= 1;
                report.failures.push(story);
            }
        }
    }
    Ok(report)
}

/// Adds up cargo's results: `test result: ok. 5 passed; 0 failed; 1 ignored; …`.
fn count(printed: &str) -> Report {
    let mut report = Report::default();
    for result in printed.lines().filter_map(|line| line.strip_prefix("test result: ")) {
        for part in result.split([';', '.']) {
            let Some((number, what)) = part.trim().split_once(' ') else { continue };
            let number: u32 = number.parse().unwrap_or(0);
            match what {
                "passed" => report.passed += number,
                "failed" => report.more_failures += number,
                "ignored" => report.skipped += number,
                _ => {}
            }
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn results_add_up() {
        let report = count(
            "running 5 tests\ntest result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.09s\n\n\
             test result: FAILED. 7 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.06s\n",
        );
        assert_eq!((report.passed, report.more_failures, report.skipped), (12, 2, 1));
    }
}
