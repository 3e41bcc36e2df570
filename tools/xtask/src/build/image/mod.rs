//! `xtask image`: an image that boots by itself, on BIOS and UEFI, without any other disk: the root archive lies beside
//! the kernel, and GRUB loads it as a boot module. docs/image.md describes how to use one.
//!
//! ```text
//! stage.rs      the files of an image              root.rs   its root archive
//! grub.rs       GRUB's cores for BIOS and UEFI     fat.rs    FAT file systems, by mtools
//! iso.rs        an ISO image: CD and USB stick     disk.rs   a raw disk: layout, and how small it may be
//! gpt.rs        partition tables                   size.rs   sizes as a person writes them
//! identity.rs   a number derived from the contents
//! ```

mod disk;
mod fat;
mod gpt;
pub mod grub;
mod identity;
pub mod iso;
mod root;
mod size;
pub mod stage;

use super::Wanted;
use crate::files;
use crate::project::{Build, Project};
use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use stage::Stage;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The options of `xtask image`.
#[derive(Args)]
pub struct Options {
    /// The image to write [default: target/images/cor.iso]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Make a raw disk image of this size (64M, 2G) rather than an ISO image
    #[arg(long, value_name = "SIZE", value_parser = size::parse, requires = "output", allow_hyphen_values = true)]
    size: Option<u64>,
    /// The root: a directory that is packed, or a newc archive [default: the project's own]
    #[arg(long, value_name = "DIRECTORY|ARCHIVE")]
    root: Option<PathBuf>,
    /// How the kernel is compiled
    #[arg(long, value_enum, default_value_t = Build::Release)]
    build: Build,
    /// Take the kernel and the root as they were built last (for the stories)
    #[arg(long, hide = true)]
    as_built: bool,
}

/// Makes an image.
pub fn make(project: &Project, options: &Options) -> Result<()> {
    let output = options.output.clone().unwrap_or_else(|| project.image("cor.iso"));
    check_output(&output)?;
    if !options.as_built {
        super::build(project, &Wanted { kernels: vec![options.build], roots: Vec::new() })?;
    }
    let configuration = fs::read_to_string(project.path("grub/image.cfg")).context("cannot read grub/image.cfg")?;
    let stage = Stage::new(project, options.build, &configuration)?;
    root::write(project, options.root.as_deref(), &stage.content("boot/root.cpio"))?;
    match options.size {
        Some(size) => disk::write(&stage, &output, size)?,
        None => iso::write(&stage, &output)?,
    }
    report(project, &output, options.size.is_some())
}

/// Refuses to replace anything but a regular file: dd(1) writes an image to a device, whose name a person gives there
/// on purpose.
fn check_output(output: &Path) -> Result<()> {
    let shown = output.display();
    match fs::metadata(output) {
        Ok(there) if there.is_dir() => bail!("--output {shown} is a directory: name a file in it"),
        Ok(there) if !there.is_file() => bail!("--output {shown} is not a file: write one, and copy it there with dd"),
        _ => ensure!(output.file_name().is_some(), "--output {shown} is not the name of a file"),
    }
    Ok(())
}

/// Prints the name of the image, and the command that tries it.
fn report(project: &Project, output: &Path, is_disk: bool) -> Result<()> {
    let length = fs::metadata(output).with_context(|| format!("cannot look at {}", output.display()))?.len();
    let shown = output.strip_prefix(project.root()).unwrap_or(output).display();
    let (what, medium) = if is_disk { ("a disk or a USB stick", "disk") } else { ("a CD or a USB stick", "usb") };
    let mut to = io::stdout().lock();
    writeln!(to, "image    {shown}: {} MiB, to boot from {what}", length.div_ceil(1 << 20))?;
    writeln!(to, "         try it: bin/run --boot-from {medium} {shown}")?;
    Ok(())
}

/// Replaces a file as a whole by one that `write` writes under a temporary name in the same directory.
fn replace(output: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let describe = || format!("cannot write {}", output.display());
    let directory = output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let directory = fs::canonicalize(directory).with_context(describe)?;
    let new = tempfile::Builder::new().prefix(".cor-image-").tempfile_in(directory).with_context(describe)?;
    let new = new.into_temp_path();
    write(&new)?;
    files::set_mode(&new, 0o644).with_context(describe)?;
    new.persist(output).with_context(describe)
}
