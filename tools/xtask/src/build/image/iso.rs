//! ISO images: El Torito for a CD, and a partition table with a boot sector for a USB stick; both for BIOS and UEFI.

use super::fat::{Fat, Format};
use super::grub::{self, Platform};
use super::stage::{CONTENTS, Stage};
use crate::build::date;
use crate::command;
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

/// Writes the image of what is staged.
///
/// On a CD, BIOS starts eltorito.img, and UEFI what is in efi.img. On a stick, BIOS starts GRUB's boot sector, into
/// which xorriso writes where eltorito.img lies, and UEFI finds efi.img as a partition.
pub fn write(stage: &Stage, output: &Path) -> Result<()> {
    let bios = grub::core(stage, Platform::BiosCd)?;
    stage.set_date(&bios)?;
    let bios = bios.file_name().context("a core without a name")?.to_string_lossy().into_owned();
    let efi = stage.scratch("efi.img");
    let fat = Fat { image: &efi, offset: 0, date: stage.date() };
    fat.format(&Format::Floppy, stage.identity()?.serial())?;
    grub::install_uefi(stage, &fat)?;
    stage.set_date(&efi)?;
    let identity = stage.identity()?.hex();
    super::replace(output, |new| {
        let mut xorriso = Command::new("xorriso");
        xorriso.current_dir(stage.directory()).env(date::VARIABLE, stage.date().to_string()).env("TZ", "UTC");
        xorriso.args(["-no_rc", "-as", "mkisofs", "-quiet", "-graft-points", "-r", "-V", "COR"]);
        xorriso.args(["--gpt_disk_guid", &identity]);
        xorriso.args(["-b", "boot/grub/eltorito.img", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table"]);
        xorriso.arg("--grub2-boot-info").arg("--grub2-mbr").arg(grub::bios_file("boot_hybrid.img"));
        xorriso.args(["--efi-boot", "boot/grub/efi.img", "-efi-boot-part", "--efi-boot-image"]);
        xorriso.args(["--protective-msdos-label", "-o"]).arg(new).arg(CONTENTS);
        xorriso.arg(format!("/boot/grub/eltorito.img={bios}")).arg("/boot/grub/efi.img=efi.img");
        command::capture(&mut xorriso).context("cannot write the ISO image")?;
        Ok(())
    })
}
