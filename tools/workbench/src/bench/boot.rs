//! One boot that measures.

use super::applications;
use super::progress::Progress;
use super::rows::{Counts, Row, Rows};
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;
use xtask::command::{capture, describe};
use xtask::project::Project;
use xtask::run::machine;

/// The program in the root, and on this host.
pub const PROGRAM: &str = "/bin/bench";
/// The second disk, in bytes: what the rows about disks read.
const DISK: u64 = 64 << 20;
/// After how many seconds a boot is given up.
const PATIENCE: &str = "300";

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// This project's.
    Cor,
    /// Debian's.
    Linux,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Time, in ticks of the processor's counter.
    Time,
    /// Instructions, and what else QEMU can count.
    Count,
}

/// Rows that are measured in one boot, and what goes along into its root.
pub struct Group {
    names: Vec<String>,
    with: Vec<PathBuf>,
    /// Whether it is the boot itself that is measured.
    is_boot: bool,
}

/// What is needed to measure.
pub struct Bench<'a> {
    project: &'a Project,
    linux: PathBuf,
    wanted: Vec<String>,
    /// The second disk, QEMU's plugin, and what it writes.
    folder: TempDir,
}

impl<'a> Bench<'a> {
    /// Makes the disk and the plugin.
    pub fn new(project: &'a Project, linux: PathBuf, wanted: Vec<String>) -> Result<Bench<'a>> {
        let folder = tempfile::Builder::new().prefix("cor-bench-").tempdir()?;
        let bench = Bench { project, linux, wanted, folder };
        fs::File::create(bench.file("disk.img"))?.set_len(DISK)?;
        let source = project.path("tools/count-plugin.c");
        capture(Command::new("gcc").args(["-O2", "-shared", "-fPIC", "-o"]).arg(bench.file("count.so")).arg(source))?;
        Ok(bench)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What Debian calls the kernel.
    pub fn linux_name(&self) -> String {
        let name = self.linux.file_name().unwrap_or_default().to_string_lossy();
        format!("Linux {}", name.trim_start_matches("vmlinuz-"))
    }

    /// The wanted rows, as the program lists them.
    pub fn rows(&self) -> Result<Rows> {
        self.list(&self.wanted)
    }

    /// The names of all rows.
    pub fn all_names(&self) -> Result<Vec<String>> {
        Ok(self.list(&[])?.iter().map(|row| row.name.clone()).collect())
    }

    fn list(&self, names: &[String]) -> Result<Rows> {
        let program = self.project.image(Path::new("bench/root").join(&PROGRAM[1..]));
        let listed = capture(Command::new(program).arg("list").args(names))?;
        Ok(Rows::of_list(&String::from_utf8_lossy(&listed.stdout)))
    }

    /// The wanted rows by the boots that they share: the host's programs have a root of their own, which takes long to load.
    pub fn groups(&self, rows: &Rows) -> Result<Vec<Group>> {
        let group = |is_wanted: &dyn Fn(&Row) -> bool| Group {
            names: rows.iter().filter(|row| is_wanted(row)).map(|row| row.name.clone()).collect(),
            with: Vec::new(),
            is_boot: false,
        };
        let boots = Group { is_boot: true, ..group(&Row::is_boot) };
        let mut large = group(&Row::is_application);
        if !large.names.is_empty() {
            large.with = applications::files(self.folder.path())?;
        }
        let mut groups = vec![boots, group(&|row| !row.is_boot() && !row.is_application()), large];
        groups.retain(|group| !group.names.is_empty());
        Ok(groups)
    }

    /// Boots a kernel, runs the rows of a group, and notes what was found.
    pub fn boot(
        &self,
        kernel: Kernel,
        measure: Measure,
        group: &Group,
        rows: &mut Rows,
        progress: &mut Progress,
    ) -> Result<()> {
        let mut command = self.command(kernel, measure, group)?;
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let told = BufReader::new(child.stdout.take().context("no output")?);
        let (mut counted, mut ended) = (Vec::new(), false);
        for line in told.lines() {
            let line = line?;
            let words: Vec<&str> = line.trim_end().splitn(4, ' ').collect();
            match words[..] {
                ["time", name, ticks] => rows.add_time(kernel, name, ticks.parse()?),
                ["count", name, operations, _] => counted.push((name.to_string(), operations.parse::<f64>()?)),
                ["mark", name] => counted.push((name.to_string(), 1.0)),
                ["missing", name, ..] => rows.set_missing(kernel, name, words.get(2..).unwrap_or_default().join(" ")),
                ["end"] => ended = true,
                _ => continue,
            }
            progress.step(kernel, measure, words.get(1).unwrap_or(&""));
        }
        let output = child.wait_with_output()?;
        if !output.status.success() || !ended {
            bail!("{} ended early: {}", describe(&command), String::from_utf8_lossy(&output.stderr).trim_end());
        }
        if !counted.is_empty() {
            self.note_counts(kernel, measure, &counted, rows)?;
        }
        Ok(())
    }

    /// A root with the program and a shell, and no more.
    pub fn small_root(&self) -> Result<PathBuf> {
        let root = self.file("root");
        fs::create_dir_all(root.join("bin"))?;
        for name in [&PROGRAM[1..], "bin/busybox"] {
            fs::copy(self.project.image(Path::new("bench/root").join(name)), root.join(name))?;
        }
        let shell = root.join("bin/sh");
        if !shell.exists() {
            symlink("busybox", shell)?;
        }
        Ok(root)
    }

    /// What boots: for both kernels the same but for the kernel's name.
    pub fn machine(&self, kernel: Kernel) -> Result<Command> {
        let mut command = self.project.xtask();
        command.args(["run", "--build", "release", "--boot", "direct", "--quiet"]);
        if kernel == Kernel::Linux {
            command.arg("--kernel").arg(&self.linux).args(["--append", "mitigations=off"]);
        }
        Ok(command)
    }

    /// The root with the program.
    pub fn root(&self) -> PathBuf {
        self.project.image("bench/root.cpio")
    }

    /// What measures.
    fn command(&self, kernel: Kernel, measure: Measure, group: &Group) -> Result<Command> {
        let mut command = self.machine(kernel)?;
        command.arg("--root").arg(self.root());
        command.args(["--memory", "1G", "--timeout", PATIENCE, "--disk"]).arg(self.file("disk.img"));
        if measure == Measure::Count || group.is_boot {
            let (plugin, file) = (self.file("count.so"), self.file("counts"));
            let how = if measure == Measure::Count { "" } else { ",time=on" };
            command.arg("--plugin").arg(format!("{},out={}{how}", plugin.display(), file.display()));
        }
        if measure == Measure::Count {
            command.arg("--icount");
        }
        command.args(group.with.iter().flat_map(|file| ["--with".as_ref(), file.as_os_str()]));
        command.args(["--", PROGRAM]);
        match (group.is_boot, measure) {
            (true, _) => command.arg("boot"),
            (false, Measure::Time) => command.arg("time").args(&group.names),
            (false, Measure::Count) => command.arg("count").args(&group.names),
        };
        Ok(command)
    }

    /// Puts the plugin's lines to the rows that were marked, which come in the same order.
    fn note_counts(&self, kernel: Kernel, measure: Measure, counted: &[(String, f64)], rows: &mut Rows) -> Result<()> {
        let text = fs::read_to_string(self.file("counts")).context("the plugin wrote nothing")?;
        ensure!(text.lines().count() == counted.len(), "the plugin saw other rows than the program");
        for ((name, operations), line) in counted.iter().zip(text.lines()) {
            let mut numbers = line.split(' ').map(|word| word.parse::<f64>().map(|number| number / operations));
            let mut next = || numbers.next().context("a short line of the plugin")?.context("not a number");
            let (program, kernel_side) = (next()?, next()?);
            if measure == Measure::Time {
                rows.add_time(kernel, name, program);
                continue;
            }
            let counts = Counts { instructions: program + kernel_side, cr3: next()?, invlpg: next()?, faults: next()? };
            rows.set_counts(kernel, name, counts);
        }
        Ok(())
    }
}

/// What QEMU calls itself.
pub fn qemu_version() -> Result<String> {
    let told = capture(Command::new(machine::QEMU).arg("--version"))?;
    Ok(String::from_utf8_lossy(&told.stdout).lines().next().unwrap_or_default().to_string())
}
