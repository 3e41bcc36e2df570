//! GRUB's cores: programs that a firmware starts, with all that they need inside, so that no image carries GRUB's
//! modules as files.

use super::fat::Fat;
use super::stage::Stage;
use crate::build::date;
use crate::command;
use crate::files;
use anyhow::{Context, Result, ensure};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The directory in which distributions keep GRUB's files for BIOS.
const BIOS_FILES: &str = "/usr/lib/grub/i386-pc";

/// Modules of every core: the shell with its menu, file systems and partitions, the loader, graphics, and commands for
/// a person at its prompt.
const MODULES: [&str; 19] = [
    "normal",
    "configfile",
    "search",
    "search_fs_file",
    "iso9660",
    "fat",
    "part_gpt",
    "part_msdos",
    "multiboot2",
    "boot",
    "all_video",
    "gzio",
    "sleep",
    "reboot",
    "halt",
    "echo",
    "test",
    "ls",
    "cat",
];

/// The firmware and the medium that a core is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// A CD, by BIOS (El Torito), or the same image on a USB stick.
    BiosCd,
    /// A disk, by BIOS.
    BiosDisk,
    /// An EFI system partition.
    Uefi,
}

impl Platform {
    fn format(self) -> &'static str {
        match self {
            Platform::BiosCd => "i386-pc-eltorito",
            Platform::BiosDisk => "i386-pc",
            Platform::Uefi => "x86_64-efi",
        }
    }

    /// The Debian package that has it.
    fn package(self) -> &'static str {
        if self == Platform::Uefi { "grub-efi-amd64-bin" } else { "grub-pc-bin" }
    }
}

/// Makes the core of an image, which searches for the image's mark and goes on with the grub.cfg beside it. It tries
/// the boot device first: BIOS passes that, while UEFI passes the partition only.
pub fn core(stage: &Stage, platform: Platform) -> Result<PathBuf> {
    let mark = stage.mark()?;
    let first = format!(
        "search --no-floppy --file --hint $root --set=root {mark}\n\
         set prefix=($root)/boot/grub\n"
    );
    let (script, core) = (stage.scratch("first.cfg"), stage.scratch(platform.format()));
    files::replace(&script, first.as_bytes())?;
    let mut mkimage = command("mkimage");
    mkimage.env(date::VARIABLE, stage.date().to_string());
    mkimage.args(["-O", platform.format(), "-p", "/boot/grub", "-c"]).arg(&script).arg("-o").arg(&core).args(MODULES);
    if platform != Platform::Uefi {
        mkimage.arg("biosdisk");
    }
    let why = || format!("cannot make GRUB for this platform (Debian: the package {})", platform.package());
    command::capture(&mut mkimage).with_context(why)?;
    Ok(core)
}

/// Puts the core for UEFI where firmware looks for it on any medium, into a file system that is empty.
pub fn install_uefi(stage: &Stage, fat: &Fat<'_>) -> Result<()> {
    let core = core(stage, Platform::Uefi)?;
    fat.make_directory("/EFI")?;
    fat.make_directory("/EFI/BOOT")?;
    fat.copy(&core, "/EFI/BOOT/BOOTX64.EFI")
}

/// A file of GRUB's for BIOS.
pub fn bios_file(name: &str) -> PathBuf {
    Path::new(BIOS_FILES).join(name)
}

/// Reads such a file.
pub fn read_bios_file(name: &str) -> Result<Vec<u8>> {
    let path = bios_file(name);
    fs::read(&path).with_context(|| format!("cannot read {} (Debian: the package grub-pc-bin)", path.display()))
}

/// Refuses a kernel that GRUB would not recognize.
pub fn check_kernel(kernel: &Path) -> Result<()> {
    ensure!(kernel.is_file(), "{} is missing (run make first)", kernel.display());
    command::capture(command("file").arg("--is-x86-multiboot2").arg(kernel))
        .context("the kernel's Multiboot2 header is missing or not in the first 32 KiB")?;
    Ok(())
}

/// One of GRUB's commands; some distributions call the program grub2.
fn command(name: &str) -> Command {
    let paths = env::var_os("PATH").unwrap_or_default();
    let new = format!("grub2-{name}");
    let has_new = env::split_paths(&paths).any(|folder| folder.join(&new).is_file());
    Command::new(if has_new { new } else { format!("grub-{name}") })
}
