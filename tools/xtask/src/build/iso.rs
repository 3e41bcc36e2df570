//! `cor.iso`, beside each kernel: one image that GRUB starts from, by BIOS and by UEFI.
//!
//! Its grub.cfg ends in room (spaces), so that a run can give the kernel other arguments by writing over these bytes in a copy:
//! that takes milliseconds, where making an image takes a third of a second.

use crate::project::{Build, Project};
use crate::{command, files};
use anyhow::{Context, Result, ensure};
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Where the kernel's arguments go in grub/grub.cfg.
const ARGUMENTS: &str = "@arguments@";
/// The length of grub.cfg in the image.
const LENGTH: usize = 8192;

/// Makes the image, with no arguments for the kernel, if the kernel or grub.cfg has changed.
pub fn build(project: &Project, build: Build) -> Result<()> {
    let (image, kernel, template) = (path(project, build), project.kernel(build), project.path("grub/grub.cfg"));
    if files::is_fresh(&image, &[&kernel, &template]) {
        return Ok(());
    }
    let folder = image.with_file_name("iso");
    let configuration = configuration(&fs::read_to_string(&template)?, &[])?;
    files::replace(&folder.join("boot/grub/grub.cfg"), configuration.as_bytes())?;
    files::install(&kernel, &folder.join("boot/cor.elf"))?;
    command::capture(grub("file").arg("--is-x86-multiboot2").arg(&kernel))
        .context("the kernel's Multiboot2 header is missing or not in the first 32 KiB")?;
    let new = image.with_file_name("cor.iso.new");
    let mut mkrescue = grub("mkrescue");
    mkrescue.args(["--locales=", "--themes=", "--fonts=", "-o"]).arg(&new).arg(&folder);
    command::capture(&mut mkrescue)?;
    fs::rename(&new, &image).context("cannot put cor.iso in its place")
}

/// Where a kernel's image is.
pub fn path(project: &Project, build: Build) -> PathBuf {
    project.kernel(build).with_file_name("cor.iso")
}

/// One of GRUB's commands; some distributions call the program grub2.
fn grub(command: &str) -> Command {
    let paths = env::var_os("PATH").unwrap_or_default();
    let new = format!("grub2-{command}");
    let has_new = env::split_paths(&paths).any(|folder| folder.join(&new).is_file());
    Command::new(if has_new { new } else { format!("grub-{command}") })
}

/// The image with these arguments for the kernel.
pub fn with_arguments(project: &Project, build: Build, arguments: &[String]) -> Result<Vec<u8>> {
    let path = path(project, build);
    let mut image = fs::read(&path).with_context(|| format!("cannot read {} (run make first)", path.display()))?;
    let template = fs::read_to_string(project.path("grub/grub.cfg")).context("cannot read grub/grub.cfg")?;
    write_over(&mut image, &configuration(&template, &[])?, &configuration(&template, arguments)?)?;
    Ok(image)
}

/// Replaces `old`, which must stand in the image once, at the start of a sector, by `new` of the same length.
fn write_over(image: &mut [u8], old: &str, new: &str) -> Result<()> {
    const SECTOR: usize = 2048;
    let mut places = (0..image.len()).step_by(SECTOR).filter(|&at| image[at..].starts_with(old.as_bytes()));
    let at = places.next().context("cor.iso does not fit to grub/grub.cfg (run make)")?;
    ensure!(places.next().is_none(), "cor.iso holds grub.cfg twice");
    image[at..at + new.len()].copy_from_slice(new.as_bytes());
    Ok(())
}

/// grub.cfg with the kernel's arguments, filled up with spaces.
fn configuration(template: &str, arguments: &[String]) -> Result<String> {
    let words = arguments.iter().map(|word| quote(word)).collect::<Result<Vec<_>>>()?.join(" ");
    let mut text = template.replace(ARGUMENTS, &words);
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
        let template = "multiboot2 /boot/cor.elf @arguments@\nboot\n";
        let (old, new) = (configuration(template, &[]).unwrap(), configuration(template, &["a=b c".into()]).unwrap());
        assert!(new.starts_with("multiboot2 /boot/cor.elf 'a=b c'\nboot\n "));
        assert_eq!((old.len(), new.len()), (LENGTH, LENGTH));
        let mut image = [vec![0; 2048], old.clone().into_bytes(), vec![0; 2048]].concat();
        write_over(&mut image, &old, &new).unwrap();
        assert_eq!(&image[2048..2048 + LENGTH], new.as_bytes());
        assert!(write_over(&mut image, &old, &new).is_err());
        assert!(configuration(template, &["x".repeat(LENGTH)]).is_err());
        assert!(configuration(template, &["it's".into()]).is_err());
    }
}
