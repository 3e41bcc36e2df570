//! docs/bench.record: the instructions that each row took on Cor, and what they hold for.
//!
//! The first lines name QEMU, the compiler and the C library, `qemu: …`; then comes a line a row, `NAME INSTRUCTIONS`.

use super::boot::{self, Bench};
use super::rows::Rows;
use anyhow::{Context, Result, bail};
use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;
use xtask::command::capture;
use xtask::project::Project;

/// By how many per cent a row may cost more than recorded.
pub const TOLERANCE: u32 = 5;

/// What instruction counts depend on, beside the kernel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// QEMU's version.
    pub qemu: String,
    /// The compilers of the kernel and of the rows.
    pub compiler: String,
    /// The C library of the rows.
    pub libc: String,
    /// The kernel that Cor is compared with.
    pub linux: String,
}

/// What was recorded.
pub struct Record {
    machine: Machine,
    rows: HashMap<String, f64>,
}

impl Machine {
    /// What is here.
    pub fn find(project: &Project, bench: &Bench) -> Result<Machine> {
        let first = |command: &mut Command| -> Result<String> {
            let told = capture(command)?;
            Ok(String::from_utf8_lossy(&told.stdout).lines().next().unwrap_or_default().to_string())
        };
        let toolchain = first(&mut Command::new(project.path("tools/toolchain.sh")))?;
        let rustc = if toolchain.is_empty() { "rustc".into() } else { Path::new(&toolchain).join("bin/rustc") };
        let compilers = [first(Command::new(rustc).arg("--version"))?, first(Command::new("gcc").arg("--version"))?];
        // musl's loader prints its version, as an error.
        let musl = Command::new("/lib/ld-musl-x86_64.so.1").output().map(|told| told.stderr).unwrap_or_default();
        let musl =
            String::from_utf8_lossy(&musl).lines().find_map(|line| line.strip_prefix("Version ")).map(String::from);
        // That of the host's programs.
        let glibc = first(Command::new("ldd").arg("--version")).unwrap_or_default();
        Ok(Machine {
            qemu: boot::qemu_version()?,
            compiler: compilers.join("; "),
            libc: format!("musl {}; {glibc}", musl.unwrap_or_else(|| "of unknown version".to_string())),
            linux: bench.linux_name(),
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "qemu: {}\ncompiler: {}\nlibc: {}", self.qemu, self.compiler, self.libc)
    }
}

/// The record of what was found.
pub fn write(rows: &Rows, machine: &Machine) -> String {
    let row = |row: &super::rows::Row| Some(format!("{} {:.0}\n", row.name, row.cor.counts?.instructions));
    format!("{machine}\n{}", rows.iter().filter_map(row).collect::<String>())
}

/// Reads it.
pub fn read(path: &Path) -> Result<Record> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("cannot read {} (make bench-record writes it)", path.display()))?;
    Ok(parse(&text))
}

fn parse(text: &str) -> Record {
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_default().to_string()
    };
    let machine =
        Machine { qemu: field("qemu"), compiler: field("compiler"), libc: field("libc"), linux: String::new() };
    let row = |line: &str| {
        let (name, count) = line.split_once(' ')?;
        Some((name.to_string(), count.parse().ok()?))
    };
    Record { machine, rows: text.lines().filter_map(row).collect() }
}

impl Record {
    /// Refuses to judge where the numbers cannot be compared.
    pub fn holds_for(&self, here: &Machine) -> Result<()> {
        let here = Machine { linux: String::new(), ..here.clone() };
        if self.machine == here {
            return Ok(());
        }
        bail!("docs/bench.record holds for\n{}\nand here is\n{here}\n(make bench-record writes it anew)", self.machine)
    }

    /// A line for each row that costs too much.
    pub fn dearer(&self, rows: &Rows) -> Vec<String> {
        let line = |row: &super::rows::Row| {
            let (before, now) = (*self.rows.get(&row.name)?, row.cor.counts.map(|counts| counts.instructions));
            let Some(now) = now else {
                return Some(format!("{}: missing now, {before:.0} instructions before", row.name));
            };
            let more = (now / before - 1.0) * 100.0;
            (more > f64::from(TOLERANCE))
                .then(|| format!("{}: {now:.0} instructions, {before:.0} before: {more:.1} % more", row.name))
        };
        rows.iter().filter_map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::boot::Kernel;
    use super::super::rows::Counts;
    use super::*;

    #[test]
    fn a_row_that_costs_more_is_told() {
        let record = parse("qemu: Q 7\ncompiler: c\nlibc: musl\nnull 100\npipe 1000\ngone 5\n");
        let mut rows = Rows::of_list("row null a\nrow pipe b\nrow gone c\nrow new d\n");
        let counts = |instructions| Counts { instructions, ..Counts::default() };
        rows.set_counts(Kernel::Cor, "null", counts(104.0));
        rows.set_counts(Kernel::Cor, "pipe", counts(1060.0));
        rows.set_counts(Kernel::Cor, "new", counts(1.0));
        let dearer = record.dearer(&rows);
        assert!(dearer.len() == 2 && dearer[0].starts_with("pipe: 1060") && dearer[1].starts_with("gone: missing"));
    }

    #[test]
    fn it_holds_only_for_its_machine() {
        let machine = Machine { qemu: "Q 7".into(), compiler: "c".into(), libc: "musl".into(), linux: "6.1".into() };
        let record = parse(&write(&Rows::default(), &machine));
        assert!(record.holds_for(&machine).is_ok());
        assert!(record.holds_for(&Machine { qemu: "Q 8".into(), ..machine }).is_err());
    }
}
