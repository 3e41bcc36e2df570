//! `run.iso`, beside each kernel: the image that bin/run starts from by GRUB, on BIOS and UEFI. It holds no root.
//!
//! Its grub.cfg ends in room (spaces), so that a run can give the kernel other arguments by writing over these bytes in
//! a copy, and its root, if that is to be a boot module, stands behind the image, where GRUB finds it by its sectors.
//! That takes milliseconds, where making an image takes a third of a second.

use super::image::stage::Stage;
use super::image::{self, grub};
use crate::files;
use crate::project::{Build, Project};
use anyhow::{Context, Result, ensure};
use std::fs::{self, File};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

/// Placeholders in grub/grub.cfg: the kernel's arguments, and the line that loads the root.
const ARGUMENTS: &str = "@arguments@";
const MODULE: &str = "@module@";
/// The length of grub.cfg in the image.
const LENGTH: usize = 8192;
/// The unit of GRUB's block lists, in bytes.
const SECTOR: u64 = 512;

/// Makes the image, with no arguments for the kernel, if the kernel or grub.cfg has changed.
pub fn build(project: &Project, build: Build) -> Result<()> {
    let (image, kernel, template) = (path(project, build), project.kernel(build), project.path("grub/grub.cfg"));
    if files::is_fresh(&image, &[&kernel, &template, &files::this_program()]) {
        return Ok(());
    }
    grub::check_kernel(&kernel)?;
    let stage = Stage::new(project, build, &configuration(&fs::read_to_string(&template)?, &[], "")?)?;
    image::iso::write(&stage, &image)
}

/// Where a kernel's image is.
pub fn path(project: &Project, build: Build) -> PathBuf {
    project.kernel(build).with_file_name("run.iso")
}

/// Writes the image of a run: with these arguments for the kernel, and perhaps its root as a boot module.
pub fn write_for_run(
    project: &Project,
    build: Build,
    arguments: &[String],
    root: Option<&Path>,
    to: &Path,
) -> Result<()> {
    let path = path(project, build);
    let mut image = fs::read(&path).with_context(|| format!("cannot read {} (run make first)", path.display()))?;
    let module = root.map(|root| module(image.len() as u64, root)).transpose()?;
    let template = fs::read_to_string(project.path("grub/grub.cfg")).context("cannot read grub/grub.cfg")?;
    let new = configuration(&template, arguments, &module.unwrap_or_default())?;
    write_over(&mut image, &configuration(&template, &[], "")?, &new)?;
    let mut file = File::create(to).context("cannot write the boot image")?;
    file.write_all(&image).context("cannot write the boot image")?;
    if let Some(root) = root {
        std::io::copy(&mut File::open(root)?, &mut file).context("cannot add the root to the boot image")?;
        let whole = file.stream_position()?.next_multiple_of(CD_SECTOR as u64);
        file.set_len(whole + PADDING)?;
    }
    Ok(())
}

/// The line of grub.cfg that loads a root which stands in the image from this byte on.
fn module(start: u64, root: &Path) -> Result<String> {
    ensure!(start.is_multiple_of(SECTOR), "run.iso does not end with a sector (run make)");
    let length = fs::metadata(root).with_context(|| format!("cannot look at {}", root.display()))?.len();
    Ok(format!("module2 ($root){}+{}", start / SECTOR, length.div_ceil(SECTOR)))
}

/// Zeros behind the root, in bytes: GRUB reads 32 KiB at once, and a read by BIOS beyond the end of a CD returns wrong
/// bytes.
const PADDING: u64 = 64 * 1024;

/// The sector of a CD, in bytes.
const CD_SECTOR: usize = 2048;

/// Replaces `old`, which must stand in the image once, at the start of a sector, by `new` of the same length.
fn write_over(image: &mut [u8], old: &str, new: &str) -> Result<()> {
    let mut places = (0..image.len()).step_by(CD_SECTOR).filter(|&at| image[at..].starts_with(old.as_bytes()));
    let at = places.next().context("run.iso does not fit to grub/grub.cfg (run make)")?;
    ensure!(places.next().is_none(), "run.iso holds grub.cfg twice");
    image[at..at + new.len()].copy_from_slice(new.as_bytes());
    Ok(())
}

/// grub.cfg with the kernel's arguments and the root, filled up with spaces.
fn configuration(template: &str, arguments: &[String], module: &str) -> Result<String> {
    let words = arguments.iter().map(|word| quote(word)).collect::<Result<Vec<_>>>()?.join(" ");
    let mut text = template.replace(ARGUMENTS, &words).replace(MODULE, module);
    ensure!(text.len() < LENGTH, "the kernel's arguments are too long for GRUB ({} bytes)", words.len());
    text.extend(std::iter::repeat_n(' ', LENGTH - 1 - text.len()));
    text.push('\n');
    Ok(text)
}

/// A word as GRUB's shell takes it.
fn quote(word: &str) -> Result<String> {
    ensure!(!word.contains(['\'', '\n', '\0']), "GRUB cannot pass the argument {word:?}");
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c));
    Ok(if plain { word.to_string() } else { format!("'{word}'") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_take_the_room_at_the_end() {
        let template = "multiboot2 /boot/cor.elf @arguments@\n@module@\nboot\n";
        let old = configuration(template, &[], "").unwrap();
        let new = configuration(template, &["a=b c".into()], "module2 ($root)8+1").unwrap();
        assert!(new.starts_with("multiboot2 /boot/cor.elf 'a=b c'\nmodule2 ($root)8+1\nboot\n "));
        assert_eq!((old.len(), new.len()), (LENGTH, LENGTH));
        let mut image = [vec![0; 2048], old.clone().into_bytes(), vec![0; 2048]].concat();
        write_over(&mut image, &old, &new).unwrap();
        assert_eq!(&image[2048..2048 + LENGTH], new.as_bytes());
        assert!(write_over(&mut image, &old, &new).is_err());
        assert!(configuration(template, &["x".repeat(LENGTH)], "").is_err());
        assert!(configuration(template, &["it's".into()], "").is_err());
    }

    #[test]
    fn a_root_behind_the_image_is_named_by_its_sectors() {
        let root = tempfile::NamedTempFile::new().unwrap();
        root.as_file().set_len(4097).unwrap();
        assert_eq!(module(1 << 20, root.path()).unwrap(), "module2 ($root)2048+9");
        assert!(module(100, root.path()).is_err());
    }
}
