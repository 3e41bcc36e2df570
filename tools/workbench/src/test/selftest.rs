//! The kernel's tests of itself: one boot of a kernel with the argument `selftest`.

use super::stage::{Report, run_logged};
use anyhow::{Context, Result, bail};
use xtask::project::{Build, Project};

/// The second disk, that the tests write to.
const DISK_SIZE: u64 = 16 << 20;

/// How long the tests may take, in seconds: many times what they take, for a host that others use too.
const PATIENCE: &str = "900";

/// Boots and counts.
pub fn run(project: &Project, build: Build) -> Result<Report> {
    let mut machine = project.xtask();
    let disk = tempfile::NamedTempFile::new().context("cannot make a disk for the tests")?;
    disk.as_file().set_len(DISK_SIZE).context("cannot make a disk for the tests")?;
    machine.args(["run", "--boot", "direct", "--timeout", PATIENCE, "--append", "selftest"]);
    machine.args(["--build", build.profile(), "--disk"]).arg(disk.path());
    let printed = run_logged(project, &format!("selftest-{}", build.profile()), &mut machine)?;
    let Some((passed, failed)) = printed.text.lines().find_map(count) else {
        bail!("the kernel did not say how its tests went:\n{}", printed.tail());
    };
    let mut report = Report { passed, more_failures: failed, ..Report::default() };
    if failed > 0 {
        report.more_failures -= 1;
        report.failures.push(printed.tail());
    }
    Ok(report)
}

/// The numbers in `bin/run`'s line about them.
fn count(line: &str) -> Option<(u32, u32)> {
    let (passed, failed) =
        line.strip_prefix("bin/run: selftest: ")?.strip_suffix(" failed")?.split_once(" passed, ")?;
    Some((passed.parse().ok()?, failed.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn the_line_is_read() {
        assert_eq!(count("bin/run: selftest: 31 passed, 2 failed"), Some((31, 2)));
        assert_eq!(count("selftest"), None);
    }
}
