//! What the machine starts from, which disks it has, and what its kernel is told.

use super::options::{Boot, Options};
use super::qemu::{self, Line, Start};
use super::{check, guest, limits, linux, profile};
use crate::build::iso;
use crate::files;
use crate::project::Project;
use crate::replay::recording::Recording;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// The disk that the machine starts from, in the run's folder.
pub const ROOT: &str = "root.img";

/// The command line but for the wires. Files that it needs are made in the run's folder, or in the recording's.
pub fn machine_line(project: &Project, options: &Options, folder: &Path) -> Result<Line> {
    check::check(options)?;
    let recording = options.record.as_deref().map(Recording::create).transpose()?;
    let recording = recording.as_ref();
    let folder = recording.map_or(folder, Recording::folder);
    let mut line = Line::machine(options);
    if let Some(recording) = recording {
        line.extend(recording.words());
    }
    let root = folder.join(ROOT);
    let size = guest::write_root_disk(project, options, &root)?;
    if options.kernel.is_none() {
        limits::check_memory(options, &fs::read(built(project, "cor.elf")?)?, size)?;
    }
    line.start(&start(project, options, folder, &root)?, recording.is_some())?;
    if !options.has_initrd() {
        disk(&mut line, &root, recording)?;
    }
    for (number, file) in options.disk.iter().enumerate() {
        match recording {
            Some(recording) => disk(&mut line, &recording.copy_disk(file, number)?, Some(recording))?,
            None => line.disk(file, options.snapshot, options.disk_faults.as_deref())?,
        }
    }
    if options.profile.is_some() {
        line.samples(&folder.join(profile::SAMPLES))?;
    }
    if options.net || !options.forward.is_empty() {
        line.network(&options.forward);
    }
    line.extend(options.qemu.iter().flat_map(|words| &words.0).map(Into::into).collect());
    if let Some(recording) = recording {
        recording.note_machine(&project.linked_kernel(), &built(project, "cor.elf")?, line.words())?;
    }
    Ok(line)
}

/// A disk; of a run that is recorded it is one that keeps what the recording needs.
fn disk(line: &mut Line, file: &Path, recording: Option<&Recording>) -> Result<()> {
    match recording {
        Some(recording) => line.recorded_disk(&recording.overlay(file, qemu::disk_format(file)?)?, file),
        None => line.disk(file, false, None),
    }
}

/// What the machine starts from; with `--initrd` the root comes with the kernel.
fn start(project: &Project, options: &Options, folder: &Path, root: &Path) -> Result<Start> {
    let direct = options.kernel.is_none() && options.boot == Boot::Direct;
    ensure!(direct || !options.initrd, "--initrd is for Cor and --boot direct");
    if let Some(kernel) = &options.kernel {
        return linux::start(project, options, kernel, folder);
    }
    let arguments = kernel_arguments(options);
    limits::check_arguments(options, &arguments.join(" "))?;
    if direct {
        let module = options.has_initrd().then(|| root.to_path_buf());
        let mut kernel = built(project, "cor.elf")?;
        if options.record.is_some() {
            kernel = files::copied(&kernel, &folder.join("cor.elf"))?;
        }
        return Ok(Start::Kernel(kernel, module, arguments.join(" ")));
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
    let path = project.image(name);
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
