//! Early refusals, before anything is made or started: options that contradict each other, and files that cannot be
//! used.

use super::options::{Accel, Boot, Options};
use crate::debian_kernel;
use anyhow::{Context, Result, bail, ensure};
use nix::unistd::{AccessFlags, access};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

/// The most further disks for which the PC's bus has slots, beside its own devices, the root and a network card.
const MOST_DISKS: usize = 26;

/// Refuses options that cannot be meant, with the reason.
pub fn check(options: &Options) -> Result<()> {
    combinations(options)?;
    record(options)?;
    schedule(options)?;
    disks(options)?;
    if let Some(root) = options.root.as_ref().filter(|root| !root.is_dir()) {
        is_file(root).with_context(|| format!("cannot read the root {}", root.display()))?;
    }
    if let Some(kernel) = options.kernel.as_ref().filter(|kernel| *kernel != debian_kernel::NAME) {
        is_file(kernel).with_context(|| format!("cannot read {}", kernel.display()))?;
    }
    if let Some(picture) = &options.screen {
        can_write(picture).with_context(|| format!("--screen {}", picture.display()))?;
    }
    if let Some(drawing) = &options.profile {
        can_write(drawing).with_context(|| format!("--profile {}", drawing.display()))?;
    }
    Ok(())
}

fn combinations(options: &Options) -> Result<()> {
    ensure!(options.program.first().is_none_or(|program| !program.is_empty()), "the name of PROGRAM is empty");
    let of_program = [
        (!options.env.is_empty(), "--env"),
        (!["", "/"].map(OsStr::new).contains(&options.cwd.as_os_str()), "--cwd"),
        (options.schedule.is_some(), "--schedule"),
    ];
    if let Some((_, option)) = of_program.iter().find(|(given, _)| *given && !options.has_program()) {
        bail!("{option} is for a PROGRAM, and there is none: bin/run {option} … -- PROGRAM");
    }
    ensure!(!options.cwd.is_empty() || !options.has_program(), "--cwd needs a directory of the machine");
    ensure!(
        !options.icount || options.accel == Accel::Tcg,
        "--icount needs --accel tcg: a real processor does not count"
    );
    ensure!(
        options.kernel.is_none() || options.profile.is_none(),
        "--profile is for Cor: no other kernel sends samples"
    );
    ensure!(options.screen.is_none() || options.screen != options.profile, "--screen and --profile name the same file");
    let mut ports = BTreeSet::new();
    for (host, guest) in &options.forward {
        ensure!(ports.insert(host), "--forward {host}:{guest}: port {host} of this host is forwarded already");
    }
    Ok(())
}

/// Refuses a recording of several processors, which race, and of devices that QEMU does not log.
fn record(options: &Options) -> Result<()> {
    let network = options.net || !options.forward.is_empty();
    let here = !network
        && options.kernel.is_none()
        && options.plugin.is_none()
        && options.profile.is_none()
        && options.disk_faults.is_none();
    let why = match options {
        _ if options.record.is_none() => return Ok(()),
        _ if !is_alone(options) => "needs one processor, and an emulated one",
        _ if !here => "takes no --net, --forward, --kernel, --profile or --disk-faults",
        _ if options.boot == Boot::Uefi => "cannot keep UEFI's variables: boot by GRUB or directly",
        _ => return Ok(()),
    };
    bail!("--record {why}")
}

/// Refuses a machine that would not do the same again.
fn schedule(options: &Options) -> Result<()> {
    let repeatable = is_alone(options) && options.boot == Boot::Direct;
    ensure!(options.schedule.is_none() || repeatable, "--schedule needs --boot direct and one emulated processor");
    Ok(())
}

/// Whether the machine has one processor, and an emulated one.
fn is_alone(options: &Options) -> bool {
    options.smp.is_none_or(|count| count.get() == 1) && options.accel == Accel::Tcg
}

fn disks(options: &Options) -> Result<()> {
    ensure!(
        options.disk.len() <= MOST_DISKS,
        "there is room for {MOST_DISKS} further disks, not for {}",
        options.disk.len()
    );
    let mut seen = BTreeSet::new();
    for file in &options.disk {
        let describe = || format!("cannot read the disk {}", file.display());
        is_file(file).with_context(describe)?;
        let real = file.canonicalize().with_context(describe)?;
        ensure!(seen.insert(real), "--disk {}: it is attached already", file.display());
        let writes = !options.snapshot;
        fs::File::options().read(true).write(writes).open(file).with_context(|| match writes {
            true => format!("cannot write to the disk {} (with --snapshot it is only read)", file.display()),
            false => describe(),
        })?;
    }
    if let Some(rules) = &options.disk_faults {
        let describe = || format!("--disk-faults {}: cannot read it", rules.display());
        let text = is_file(rules).and_then(|()| Ok(fs::read(rules)?)).with_context(describe)?;
        let is_rules = text.trim_ascii_start().starts_with(b"[") || text.trim_ascii_start().starts_with(b"#");
        ensure!(is_rules, "--disk-faults {}: rules for QEMU's blkdebug begin with [inject-error]", rules.display());
    }
    Ok(())
}

/// Refuses a directory, and a pipe or the like, which could block the run.
fn is_file(path: &Path) -> Result<()> {
    let kind = fs::metadata(path)?.file_type();
    ensure!(!kind.is_dir(), "it is a directory");
    ensure!(kind.is_file() || kind.is_block_device(), "it is no file");
    Ok(())
}

/// Whether a file can be made, or written if it is there.
fn can_write(file: &Path) -> Result<()> {
    ensure!(!file.is_dir(), "it is a directory");
    let directory = file.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    ensure!(directory.is_dir(), "there is no directory {}", directory.display());
    let (place, what) = if file.exists() { (file, "it") } else { (directory, "its directory") };
    access(place, AccessFlags::W_OK).with_context(|| format!("{what} cannot be written"))
}

/// Copies a root archive; refuses a file that does not begin as one. Damage further on is reported by the kernel.
pub fn copy_archive(root: &Path, to: &mut impl Write) -> Result<()> {
    let describe = || format!("cannot read the root {}", root.display());
    let mut file = fs::File::open(root).with_context(describe)?;
    let mut start = Vec::new();
    Read::by_ref(&mut file).take(BEGINNING).read_to_end(&mut start).with_context(describe)?;
    if let Some(what) = other_than_archive(&start) {
        bail!("the root {} is {what}, not a newc cpio archive (xtask pack and cpio -H newc make one)", root.display());
    }
    to.write_all(&start).context("cannot write the root disk")?;
    std::io::copy(&mut file, to).with_context(describe)?;
    Ok(())
}

/// Bytes of a root archive that are looked at.
const BEGINNING: u64 = 512;

/// Identifies a file that does not begin as a newc archive; `None` if it does.
fn other_than_archive(start: &[u8]) -> Option<&'static str> {
    let known: [(usize, &[u8], &str); 7] = [
        (0, b"070707", "an old cpio archive"),
        (0, b"070702", "a cpio archive with checksums"),
        (257, b"ustar", "a tar archive"),
        (0, b"\x1f\x8b", "gzip-compressed"),
        (0, b"\xfd7zXZ", "xz-compressed"),
        (0, b"\x28\xb5\x2f\xfd", "zstd-compressed"),
        (0, b"QFI\xfb", "a disk image"),
    ];
    if start.starts_with(b"070701") {
        return None;
    }
    let found = known.into_iter().find(|(at, magic, _)| start.get(*at..).is_some_and(|rest| rest.starts_with(magic)));
    Some(found.map_or(if start.is_empty() { "empty" } else { "of an unknown kind" }, |(_, _, what)| what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;
    use std::path::PathBuf;

    fn refusal(options: &Options) -> String {
        check(options).map_or_else(|error| format!("{error:#}"), |()| String::new())
    }

    #[test]
    fn what_contradicts_itself_is_refused_with_the_reason() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| -> PathBuf { directory.path().join(name) };
        fs::write(path("disk"), [0; 512]).unwrap();
        fs::write(path("rules"), "[inject-error]\n").unwrap();
        let some = |name: &str| Some(path(name));
        let two = NonZeroU32::new(2);
        let recorded = || Options { record: some("r"), boot: Boot::Direct, ..Options::default() };
        let program = || vec!["/bin/x".into()];
        let repeated =
            || Options { program: program(), cwd: "/".into(), schedule: "7".parse().ok(), ..Options::default() };
        let none = Options::default;
        for (options, reason) in [
            (none(), ""),
            (Options { program: vec!["".into()], ..none() }, "PROGRAM is empty"),
            (Options { program: program(), cwd: "".into(), ..none() }, "--cwd needs a directory"),
            (Options { icount: true, accel: Accel::Kvm, ..none() }, "--icount needs --accel tcg"),
            (Options { kernel: some("k"), profile: some("p"), ..none() }, "no other kernel sends samples"),
            (Options { screen: some("x"), profile: some("x"), ..none() }, "the same file"),
            (Options { forward: vec![(80, 80), (80, 81)], ..none() }, "port 80 of this host is forwarded already"),
            (recorded(), ""),
            (Options { smp: two, ..recorded() }, "--record needs one processor"),
            (Options { net: true, ..recorded() }, "--record takes no --net"),
            (Options { boot: Boot::Uefi, ..recorded() }, "--record cannot keep UEFI's variables"),
            (Options { env: vec!["A=b".into()], ..none() }, "--env is for a PROGRAM"),
            (Options { cwd: "/tmp".into(), ..none() }, "--cwd is for a PROGRAM"),
            (Options { schedule: "7".parse().ok(), ..none() }, "--schedule is for a PROGRAM"),
            (repeated(), "--schedule needs --boot direct"),
            (Options { boot: Boot::Direct, ..repeated() }, ""),
            (Options { disk: vec![path("disk")], disk_faults: some("rules"), ..none() }, ""),
            (Options { disk: vec![path("none")], ..none() }, "cannot read the disk"),
            (Options { disk: vec![path("")], ..none() }, "it is a directory"),
            (Options { disk: vec![path("disk"), path("../").join(path("disk"))], ..none() }, "attached already"),
            (Options { disk: vec![path("disk"); 30], ..none() }, "room for 26"),
            (Options { disk: vec![path("disk")], disk_faults: some("none"), ..none() }, "--disk-faults"),
            (Options { disk: vec![path("disk")], disk_faults: some("disk"), ..none() }, "[inject-error]"),
            (Options { disk: vec!["/dev/null".into()], ..none() }, "it is no file"),
            (Options { root: some("none"), ..none() }, "cannot read the root"),
            (Options { root: Some("/dev/null".into()), ..none() }, "it is no file"),
            (Options { root: some(""), ..none() }, ""),
            (Options { kernel: some(""), ..none() }, "it is a directory"),
            (Options { kernel: Some(debian_kernel::NAME.into()), ..none() }, ""),
            (Options { screen: some("x.png"), ..none() }, ""),
            (Options { screen: some("none/x.png"), ..none() }, "there is no directory"),
            (Options { screen: some(""), ..none() }, "it is a directory"),
            (Options { profile: some("disk/x.svg"), ..none() }, "there is no directory"),
        ] {
            let told = refusal(&options);
            assert!(told.contains(reason) && told.is_empty() == reason.is_empty(), "{reason:?}: {told:?}");
        }
    }

    #[test]
    fn only_what_begins_as_an_archive_is_a_root() {
        let directory = tempfile::tempdir().unwrap();
        let copy = |bytes: &[u8]| {
            let (file, mut copied) = (directory.path().join("root"), Vec::new());
            fs::write(&file, bytes).unwrap();
            copy_archive(&file, &mut copied).map(|()| copied).map_err(|error| error.to_string())
        };
        let archive = [&b"070701"[..], &[7; 2000]].concat();
        assert_eq!(copy(&archive), Ok(archive));
        let mut tar = vec![0; 1024];
        tar[257..262].copy_from_slice(b"ustar");
        for (bytes, what) in [
            (&b""[..], "is empty"),
            (b"This is no archive.\n", "is of an unknown kind"),
            (b"\x1f\x8b\x08", "is gzip-compressed"),
            (b"070707", "an old cpio"),
            (&tar, "a tar archive"),
        ] {
            assert!(copy(bytes).unwrap_err().contains(what), "{what}");
        }
        assert!(copy_archive(&directory.path().join("none"), &mut Vec::new()).is_err());
    }
}
