//! Format, lints, layers, and whether documents and lists are true: the page about system calls, the roadmap, the names of files.

mod documents;
mod roadmap;

use super::stage::{Report, run_logged};
use crate::syscalls;
use anyhow::Result;
use std::process::Command;
use xtask::build::packages;
use xtask::project::{Project, TARGET};

/// Runs all checks; each counts as a test.
pub fn run(project: &Project) -> Result<Report> {
    let mut report = Report::default();
    for (name, mut command) in checks(project)? {
        let printed = run_logged(project, name, &mut command)?;
        report.note(if printed.success { Ok(()) } else { Err(format!("{name}:\n{}", printed.tail())) });
    }
    for result in [syscalls::check(project), roadmap::check(project), documents::check(project)] {
        report.note(result.map_err(|error| format!("{error:#}")));
    }
    Ok(report)
}

/// The checks' names and commands.
fn checks(project: &Project) -> Result<Vec<(&'static str, Command)>> {
    let cargo = |words: &[&str]| {
        let mut command = Command::new("cargo");
        command.args(words);
        command
    };
    let mut kernel = Command::new(project.path("tools/kcargo"));
    kernel.args(["clippy", "--quiet", "--profile", "quick", "--target", TARGET, "-p", "cor", "-p", "machine"]);
    for program in packages::built_for_cor(project)? {
        kernel.args(["-p", &program]);
    }
    kernel.args(["--", "-D", "warnings"]);
    Ok(vec![
        ("format", cargo(&["fmt", "--all", "--check"])),
        ("clippy-host", cargo(&["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"])),
        ("clippy-kernel", kernel),
        ("layers", cargo(&["run", "--quiet", "-p", "layers"])),
    ])
}
