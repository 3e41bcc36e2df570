//! The stories in features/: the cucumber test of the package `features`.

use super::stage::{Report, run_logged};
use anyhow::{Result, bail};
use std::process::Command;
use xtask::debian_kernel;
use xtask::project::Project;

/// Runs the stories. Its last line is `scenarios N passed, M failed, K skipped`.
pub fn run(project: &Project) -> Result<Report> {
    if !project.path("features/tests/cucumber.rs").exists() && !project.path("features/cucumber.rs").exists() {
        return Ok(Report::default());
    }
    // Without it the stories that compare with Linux are skipped, and say so.
    if let Err(error) = debian_kernel::fetch(project) {
        eprintln!("{error:#}");
    }
    let mut cargo = Command::new("cargo");
    cargo.args(["test", "--quiet", "-p", "features", "--test", "cucumber"]);
    let printed = run_logged(project, "features", &mut cargo)?;
    let Some(mut report) = printed.text.lines().rev().find_map(count) else {
        bail!("the stories did not come to their end:\n{}", printed.tail());
    };
    if report.more_failures > 0 {
        report.more_failures -= 1;
        report.failures.push(printed.tail());
    } else if !printed.success {
        report.failures.push(format!("cargo failed:\n{}", printed.tail()));
    }
    Ok(report)
}

fn count(line: &str) -> Option<Report> {
    let mut numbers = line.trim().strip_prefix("scenarios ")?.split(", ").map(|part| part.split_once(' '));
    let mut next = |expected: &str| {
        let (number, what) = numbers.next()??;
        (what == expected).then(|| number.parse().ok()).flatten()
    };
    Some(Report {
        passed: next("passed")?,
        more_failures: next("failed")?,
        skipped: next("skipped")?,
        ..Report::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_read() {
        let report = count("scenarios 12 passed, 1 failed, 3 skipped").unwrap();
        assert_eq!((report.passed, report.more_failures, report.skipped), (12, 1, 3));
        assert_eq!(count("12 scenarios (12 passed)"), None);
    }
}
