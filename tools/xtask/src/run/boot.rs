//! What the machine starts from, which disks it has, and what its kernel is told.

use super::options::{Boot, Options};
use super::qemu::{self, Line, Start};
use super::recording::Recording;
use super::{check, guest, image, limits, linux, profile};
use crate::build::iso;
use crate::files;
use crate::project::Project;
use anyhow::{Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// The disk that the machine starts from, in the run's folder.
pub const ROOT: &str = "root.img";

/// The command line but for the wires. Files that it needs are made in the run's folder, or in the recording's.
pub fn machine_line(project: &Project, options: &Options, folder: &Path) -> Result<Line> {
    check::check(options)?;
    let image = image::named(options)?;
    let recording = options.record.as_deref().map(Recording::create).transpose()?;
    let recording = recording.as_ref();
    let folder = recording.map_or(folder, Recording::folder);
    let mut line = Line::machine(options);
    if let Some(recording) = recording {
        line.extend(recording.words());
    }
    match image {
        Some(image) => line.image(&image, firmware(options, folder)?.as_ref(), options.snapshot)?,
        None => start_own(project, options, &mut line, folder, recording)?,
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
        recording.note_machine(&project.linked_kernel(options.build), &kernel(project, options)?, line.words())?;
    }
    Ok(line)
}

/// Has the machine start from what the project builds, with a root made for this run.
fn start_own(
    project: &Project,
    options: &Options,
    line: &mut Line,
    folder: &Path,
    recording: Option<&Recording>,
) -> Result<()> {
    let root = folder.join(ROOT);
    let size = guest::write_root_disk(project, options, &root)?;
    if options.kernel.is_none() {
        limits::check_memory(options, &fs::read(kernel(project, options)?)?, size)?;
    }
    line.start(&start(project, options, folder, &root)?, recording.is_some())?;
    if !options.has_initrd() {
        disk(line, &root, recording)?;
    }
    Ok(())
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
    ensure!(options.kernel.is_none() || !options.initrd, "--initrd is for Cor, not for another --kernel");
    if let Some(kernel) = &options.kernel {
        return linux::start(project, options, kernel, folder);
    }
    let arguments = kernel_arguments(options);
    limits::check_arguments(options, &arguments.join(" "))?;
    let module = options.has_initrd().then_some(root);
    if options.boot == Boot::Direct {
        let mut kernel = kernel(project, options)?;
        if options.record.is_some() {
            kernel = files::copied(&kernel, &folder.join("cor.elf"))?;
        }
        return Ok(Start::Kernel(kernel, module.map(Path::to_path_buf), arguments.join(" ")));
    }
    let image = folder.join("run.iso");
    iso::write_for_run(project, options.build, &arguments, module, &image)?;
    Ok(Start::Cd(image, firmware(options, folder)?))
}

/// UEFI's code and variables, if it is UEFI that starts the machine.
fn firmware(options: &Options, folder: &Path) -> Result<Option<(PathBuf, PathBuf)>> {
    (options.boot == Boot::Uefi).then(|| qemu::uefi(folder)).transpose()
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
    // The debug port is a console beside the others.
    let replacing = own.clone().filter(|&new| new != "console=debug");
    let replaced = |word: &&str| {
        word.contains('=') && replacing.clone().any(|new| new.split('=').next() == word.split('=').next())
    };
    arguments.retain(|word| !replaced(word));
    arguments.into_iter().chain(own).map(String::from).collect()
}

/// The kernel that is asked for, as it boots.
fn kernel(project: &Project, options: &Options) -> Result<PathBuf> {
    let path = project.kernel(options.build);
    let profile = options.build.profile();
    ensure!(path.is_file(), "{} is missing (target/debug/xtask build --build {profile} makes it)", path.display());
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
        options.append = "console=debug".into();
        assert_eq!(kernel_arguments(&options).join(" "), "init=/.cor/init console=stream quiet console=debug");
        assert_eq!(kernel_arguments(&Options::default()).join(" "), "init=/.cor/init");
    }
}
