//! What the machine starts from, which disks it has, and what its kernel is told.

use super::options::{Boot, Options};
use super::qemu::{self, Line, Start};
use super::{guest, linux, profile};
use crate::build::iso;
use crate::project::Project;
use crate::replay::recording::Recording;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// The disk that the machine starts from, in the run's folder.
pub const ROOT: &str = "root.img";

/// The command line but for the wires. Files that it needs are made in the run's folder.
pub fn machine_line(project: &Project, options: &Options, folder: &Path) -> Result<Line> {
    if let Some(recording) = &options.record {
        return recorded_line(project, options, recording);
    }
    if options.schedule.is_some() {
        options.check_schedule()?;
    }
    let mut line = Line::machine(options);
    let root = folder.join(ROOT);
    guest::write_root_disk(project, options, &root)?;
    line.start(&start(project, options, folder, &root)?)?;
    if !options.initrd && options.schedule.is_none() {
        line.disk(&root, false, None)?;
    }
    for disk in &options.disk {
        line.disk(disk, options.snapshot, options.disk_faults.as_deref())?;
    }
    if options.profile.is_some() {
        line.samples(&folder.join(profile::SAMPLES))?;
    }
    if options.net || !options.forward.is_empty() {
        line.network(&options.forward);
    }
    Ok(line)
}

/// The same for a run that is recorded: no disk, the root is a boot module, and all files are the recording's own.
fn recorded_line(project: &Project, options: &Options, folder: &Path) -> Result<Line> {
    options.check_record()?;
    let recording = Recording::create(folder)?;
    let (kernel, root) = (recording.file("cor.elf"), recording.file(ROOT));
    fs::copy(built(project, "cor.elf")?, &kernel).context("cannot copy the kernel")?;
    guest::write_root_disk(project, options, &root)?;
    let mut line = Line::machine(options);
    line.extend(recording.words());
    line.start(&Start::Kernel(kernel, Some(root), kernel_arguments(options).join(" ")))?;
    recording.note_machine(&project.linked_kernel(), line.words())?;
    Ok(line)
}

/// What the machine starts from; with `--initrd` the root comes with the kernel.
fn start(project: &Project, options: &Options, folder: &Path, root: &Path) -> Result<Start> {
    let direct = options.kernel.is_none() && options.boot == Boot::Direct;
    ensure!(direct || !options.initrd, "--initrd is for Cor and --boot direct");
    if let Some(kernel) = &options.kernel {
        return linux::start(project, options, kernel, folder);
    }
    let arguments = kernel_arguments(options);
    if direct {
        let module = (options.initrd || options.schedule.is_some()).then(|| root.to_path_buf());
        return Ok(Start::Kernel(built(project, "cor.elf")?, module, arguments.join(" ")));
    }
    let image = folder.join("cor.iso");
    fs::write(&image, iso::with_arguments(project, &arguments)?).context("cannot write the boot image")?;
    let uefi = if options.boot == Boot::Uefi { Some(qemu::uefi(folder)?) } else { None };
    Ok(Start::Cd(image, uefi))
}

/// What Cor is told on its command line; `--append` comes last, so that it wins.
fn kernel_arguments(options: &Options) -> Vec<String> {
    let profile = format!("profile={}", profile::rate(options));
    let mut arguments = vec!["init=/.cor/init"];
    if options.has_program() {
        arguments.push("console=stream");
    }
    if options.quiet {
        arguments.push("quiet");
    }
    if options.profile.is_some() {
        arguments.push(&profile);
    }
    let schedule = options.schedule.map(|seed| format!("sched_seed={seed}"));
    arguments.extend(schedule.as_deref());
    let own = options.append.split_whitespace();
    let replaced =
        |word: &&str| word.contains('=') && own.clone().any(|new| new.split('=').next() == word.split('=').next());
    arguments.retain(|word| !replaced(word));
    arguments.into_iter().chain(own).map(String::from).collect()
}

/// A file that `make` builds.
fn built(project: &Project, name: &str) -> Result<PathBuf> {
    let path = project.boot_image(name);
    ensure!(path.is_file(), "{} is missing (run make first)", path.display());
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_is_told_what_the_run_needs() {
        let mut options = Options { program: vec!["/bin/x".into()], quiet: true, ..Options::default() };
        assert_eq!(kernel_arguments(&options).join(" "), "init=/.cor/init console=stream quiet");
        options.append = "init=/sbin/init  loud".into();
        assert_eq!(kernel_arguments(&options).join(" "), "console=stream quiet init=/sbin/init loud");
        assert_eq!(kernel_arguments(&Options::default()).join(" "), "init=/.cor/init");
    }
}
