//! `xtask version`: the versions of Cor and of the programs that build, run and debug it; for reports of faults.

use crate::command;
use crate::project::Project;
use anyhow::Result;
use std::io::Write;
use std::process::Command;

/// The programs, and the option for which each prints its version.
const PROGRAMS: [(&str, &str); 7] = [
    ("rustc", "--version"),
    ("gcc", "--version"),
    ("qemu-system-x86_64", "--version"),
    ("grub-mkrescue", "--version"),
    ("xorriso", "--version"),
    ("gdb", "--version"),
    ("uname", "-srm"),
];

/// Prints a line for each.
pub fn print(project: &Project) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let commit = commit(project).map(|commit| format!(" ({commit})")).unwrap_or_default();
    writeln!(out, "Cor {}{commit}", env!("CARGO_PKG_VERSION"))?;
    for (program, option) in PROGRAMS {
        let told = first_line(Command::new(program).arg(option)).unwrap_or_else(|| "not found".into());
        writeln!(out, "{program}: {told}")?;
    }
    Ok(())
}

/// Describes the commit that is checked out, and whether files differ from it; `None` outside of a clone.
fn commit(project: &Project) -> Option<String> {
    first_line(Command::new("git").arg("-C").arg(project.root()).args(["describe", "--always", "--dirty"]))
}

/// Returns the first line that a program prints; `None` if it cannot be run.
fn first_line(command: &mut Command) -> Option<String> {
    let output = command::capture(command).ok()?;
    String::from_utf8_lossy(&output.stdout).lines().next().map(|line| line.trim().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_tells_and_what_is_missing_does_not() {
        assert_eq!(first_line(Command::new("printf").arg("one 1.0\ntwo\n")).as_deref(), Some("one 1.0"));
        assert_eq!(first_line(&mut Command::new("no-such-program")), None);
        assert_eq!(first_line(&mut Command::new("false")), None);
    }
}
