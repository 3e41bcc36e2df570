//! `--boot-from`: boots an image file from a medium, as a person with a stick or a CD does. The image is taken as it
//! is, so whatever would change its kernel, its arguments or its root is refused.

use super::options::{Boot, Options};
use super::qemu::disk_format;
use anyhow::{Context, Result, bail, ensure};
use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

/// The medium that an image is booted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// A CD in an IDE or SATA drive.
    Cd,
    /// A stick at a USB 3 controller.
    Usb,
    /// A virtio disk.
    Disk,
}

/// An image, and what it is booted from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its medium.
    pub medium: Medium,
    /// The file.
    pub file: PathBuf,
}

/// The image that the options name, if they name one; an error if others contradict it, or if no firmware would start
/// it.
pub fn named(options: &Options) -> Result<Option<Image>> {
    let [medium, file] = &options.boot_from[..] else { return Ok(None) };
    let medium = parse(medium)?;
    if let Some((option, why)) = contradiction(options) {
        bail!("--boot-from takes no {option}: {why}");
    }
    let image = Image { medium, file: file.into() };
    image.check()?;
    Ok(Some(image))
}

fn parse(medium: &OsString) -> Result<Medium> {
    Ok(match medium.to_str() {
        Some("cd") => Medium::Cd,
        Some("usb") => Medium::Usb,
        Some("disk") => Medium::Disk,
        _ => bail!("--boot-from {}: cd, usb or disk is needed, and then a file", medium.display()),
    })
}

/// The first option that an image leaves nothing to do, and the reason.
fn contradiction(options: &Options) -> Option<(&'static str, &'static str)> {
    const ROOT: &str = "the image brings its own root (xtask image --root)";
    const ARGUMENTS: &str = "the image's own GRUB passes the kernel's arguments (e in its menu edits them)";
    const PROGRAM: &str =
        "the image starts its own init; type at its prompt, or give bin/run a script as standard input";
    const KERNEL: &str = "the image brings its own kernel";
    let given = [
        (options.root.is_some(), "--root", ROOT),
        (!options.with.is_empty(), "--with", ROOT),
        (options.initrd, "--initrd", "the image's root is a boot module already"),
        (options.kernel.is_some(), "--kernel", KERNEL),
        (options.boot == Boot::Direct, "--boot direct", "firmware starts it: --boot grub (BIOS) or --boot uefi"),
        (options.has_program(), "PROGRAM", PROGRAM),
        (!options.env.is_empty(), "--env", PROGRAM),
        (options.cwd != "/", "--cwd", PROGRAM),
        (!options.append.is_empty(), "--append", ARGUMENTS),
        (options.quiet, "--quiet", ARGUMENTS),
        (options.profile.is_some(), "--profile", ARGUMENTS),
        (options.schedule.is_some(), "--schedule", ARGUMENTS),
        (options.record.is_some(), "--record", "a recording is read with the project's own kernel"),
    ];
    given.into_iter().find(|(is_given, ..)| *is_given).map(|(_, option, why)| (option, why))
}

impl Image {
    /// Refuses a file that firmware would not start: it would wait without a word.
    fn check(&self) -> Result<()> {
        let shown = self.file.display();
        let describe = || format!("cannot read the image {shown}");
        ensure!(!fs::metadata(&self.file).with_context(describe)?.is_dir(), "{shown} is a directory, not an image");
        if disk_format(&self.file)? == "qcow2" {
            return Ok(());
        }
        let file = File::open(&self.file).with_context(describe)?;
        let (at, mark, what) = match self.medium {
            Medium::Cd => (0x8001, &b"CD001"[..], "is no CD image: it has no ISO 9660 volume"),
            Medium::Usb | Medium::Disk => {
                (510, &b"\x55\xaa"[..], "has no boot sector: no firmware starts it from a disk")
            }
        };
        let mut found = vec![0; mark.len()];
        ensure!(file.read_exact_at(&mut found, at).is_ok() && found == mark, "{shown} {what}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn options(medium: &str, file: &Path) -> Options {
        Options { boot_from: vec![medium.into(), file.into()], cwd: "/".into(), ..Options::default() }
    }

    fn refusal(options: &Options) -> String {
        named(options).unwrap_err().to_string()
    }

    /// A file that passes for a disk and for a CD.
    fn image() -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().write_all_at(b"\x55\xaa", 510).unwrap();
        file.as_file().write_all_at(b"CD001", 0x8001).unwrap();
        file
    }

    #[test]
    fn an_image_is_booted_from_each_medium() {
        let file = image();
        for (word, medium) in [("cd", Medium::Cd), ("usb", Medium::Usb), ("disk", Medium::Disk)] {
            let expected = Image { medium, file: file.path().into() };
            assert_eq!(named(&options(word, file.path())).unwrap(), Some(expected));
        }
        assert_eq!(named(&Options::default()).unwrap(), None);
        assert!(refusal(&options("floppy", file.path())).contains("cd, usb or disk"));
    }

    #[test]
    fn what_firmware_would_not_start_is_refused() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        assert!(refusal(&options("cd", empty.path())).contains("no ISO 9660 volume"));
        assert!(refusal(&options("usb", empty.path())).contains("no boot sector"));
        assert!(refusal(&options("disk", Path::new("/"))).contains("directory"));
        assert!(refusal(&options("disk", Path::new("/no/such"))).contains("cannot read the image /no/such"));
    }

    #[test]
    fn what_the_image_brings_itself_is_refused_with_the_reason() {
        let file = image();
        let plain = || options("usb", file.path());
        for (wrong, option, why) in [
            (Options { root: Some("/".into()), ..plain() }, "--root", "its own root"),
            (Options { with: vec!["/bin/ls".into()], ..plain() }, "--with", "its own root"),
            (Options { initrd: true, ..plain() }, "--initrd", "already"),
            (Options { kernel: Some("linux".into()), ..plain() }, "--kernel", "its own kernel"),
            (Options { boot: Boot::Direct, ..plain() }, "--boot direct", "firmware"),
            (Options { program: vec!["/bin/ls".into()], ..plain() }, "PROGRAM", "init"),
            (Options { cwd: "/tmp".into(), ..plain() }, "--cwd", "init"),
            (Options { env: vec!["A=b".into()], ..plain() }, "--env", "init"),
            (Options { append: "quiet".into(), ..plain() }, "--append", "GRUB"),
            (Options { quiet: true, ..plain() }, "--quiet", "GRUB"),
            (Options { profile: Some("a.svg".into()), ..plain() }, "--profile", "GRUB"),
            (Options { record: Some("last".into()), ..plain() }, "--record", "kernel"),
        ] {
            let said = refusal(&wrong);
            assert!(said.contains(&format!("takes no {option}: ")) && said.contains(why), "{said}");
        }
    }
}
