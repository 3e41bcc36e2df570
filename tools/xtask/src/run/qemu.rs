//! QEMU's command line for a run.

use super::options::{Accel, Boot, Options};
use anyhow::{Context, Result, bail, ensure};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Read;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

/// The port of QEMU's exit device: where ACPI fails the kernel writes here.
const EXIT_DEVICE: &str = "isa-debug-exit,iobase=0xf4,iosize=0x04";

/// Where distributions put UEFI for QEMU: the code, and its empty variables.
const UEFI: [(&str, &str); 4] = [
    ("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
    ("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
    ("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
    ("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),
];

/// What the machine starts from.
pub enum Start {
    /// A CD; with UEFI's variables (a private copy) if it is UEFI that starts it.
    Cd(PathBuf, Option<(PathBuf, PathBuf)>),
    /// A kernel that QEMU loads itself, its initial file system and its arguments.
    Kernel(PathBuf, Option<PathBuf>, String),
}

/// A command line that grows.
pub struct Line(Vec<OsString>);

impl Line {
    /// A machine whose words are known.
    pub fn from_words(words: Vec<OsString>) -> Line {
        Line(words)
    }

    /// Adds further words: what a recording needs, and what a person wants.
    pub fn extend(&mut self, words: Vec<OsString>) {
        self.0.extend(words);
    }

    /// The words behind `qemu-system-x86_64`.
    pub fn words(&self) -> &[OsString] {
        &self.0
    }

    fn add(&mut self, option: &str, value: impl AsRef<OsStr>) {
        self.0.extend([option.into(), value.as_ref().into()]);
    }

    /// The processor, memory and machine. Nothing is there that is not asked for but a screen, which does not show.
    pub fn machine(options: &Options) -> Line {
        let mut line = Line(vec!["-nodefaults".into(), "-no-user-config".into(), "-no-reboot".into()]);
        let machine = match (&options.machine, options.boot) {
            (Some(machine), _) => machine,
            (None, Boot::Uefi) => "q35",
            (None, _) => "pc",
        };
        line.add("-machine", machine);
        line.add("-accel", accel(options));
        line.add("-cpu", &options.cpu);
        line.add("-m", options.memory.to_string());
        line.add("-smp", options.smp.map_or(1, u32::from).to_string());
        line.add("-vga", "std");
        line.add("-display", "none");
        if options.is_repeatable() {
            line.repeatable(options.schedule.map_or(1, |seed| seed.get() as u32));
        } else if options.icount && options.record.is_none() {
            line.add("-icount", "shift=0");
        }
        if let Some(plugin) = &options.plugin {
            line.add("-plugin", plugin);
        }
        // Stay when the machine goes off or resets itself, so that it can still be looked at; the exit device would not.
        line.0.push("-no-shutdown".into());
        if !options.stays() {
            line.add("-device", EXIT_DEVICE);
        }
        line
    }

    /// Nothing may come from this computer: no time (not even while the machine waits), no date, no random number but by this seed.
    fn repeatable(&mut self, seed: u32) {
        self.add("-icount", "shift=0,sleep=off");
        self.add("-rtc", "base=2026-01-01,clock=vm");
        self.add("-seed", seed.to_string());
    }

    /// A serial port whose other end is ours.
    pub fn serial(&mut self, name: &str, wire: &OwnedFd) {
        self.add("-chardev", format!("socket,id={name},fd={}", wire.as_raw_fd()));
        self.add("-serial", format!("chardev:{name}"));
    }

    /// The same by way of two named pipes.
    pub fn serial_pipes(&mut self, name: &str, path: &Path) -> Result<()> {
        self.add("-chardev", format!("pipe,id={name},path={}", escape(path)?));
        self.add("-serial", format!("chardev:{name}"));
        Ok(())
    }

    /// QEMU's control protocol, spoken with us.
    pub fn control(&mut self, name: &str, wire: &OwnedFd) {
        self.add("-chardev", format!("socket,id={name},fd={}", wire.as_raw_fd()));
        self.add("-mon", format!("chardev={name},mode=control"));
    }

    /// The machine waits for a debugger at the other end, and stays when it is off.
    pub fn debugger_wire(&mut self, wire: &OwnedFd) {
        self.0.extend(["-S".into(), "-no-shutdown".into()]);
        self.add("-chardev", format!("socket,id=gdb,fd={}", wire.as_raw_fd()));
        self.add("-gdb", "chardev:gdb");
    }

    /// A server for gdb at this socket; the machine waits for it.
    pub fn debugger(&mut self, socket: &Path) -> Result<()> {
        self.0.push("-S".into());
        self.add("-chardev", format!("socket,id=gdb,server=on,wait=off,path={}", escape(socket)?));
        self.add("-gdb", "chardev:gdb");
        Ok(())
    }

    /// A file that takes what a serial port prints.
    pub fn serial_file(&mut self, file: &Path) -> Result<()> {
        self.add("-serial", format!("file:{}", escape(file)?));
        Ok(())
    }

    /// A debug port whose bytes go to a file; and a real-time clock that follows the machine's time, for it sets the pace.
    pub fn samples(&mut self, file: &Path) -> Result<()> {
        self.add("-chardev", format!("file,id=samples,path={}", escape(file)?));
        self.add("-device", "isa-debugcon,iobase=0xe9,chardev=samples");
        if !self.0.iter().any(|word| word == "-rtc") {
            self.add("-rtc", "clock=vm");
        }
        Ok(())
    }

    /// A virtio disk. Of several, the first is the root. It may fail as rules say.
    pub fn disk(&mut self, file: &Path, snapshot: bool, faults: Option<&Path>) -> Result<()> {
        let number = self.0.iter().filter(|word| word.as_encoded_bytes().starts_with(b"virtio-blk-pci")).count();
        let format = disk_format(file)?;
        let snapshot = if snapshot { ",snapshot=on" } else { "" };
        let file = match faults {
            None => format!("file={}", escape(file)?),
            Some(rules) => {
                format!("file.driver=blkdebug,file.config={},file.image.filename={}", escape(rules)?, escape(file)?)
            }
        };
        self.add("-drive", format!("if=none,id=disk{number},format={format}{snapshot},{file}"));
        // An error is to hit the request that asked for the sector, and none that QEMU has joined with it.
        let apart = if faults.is_some() { ",request-merging=off" } else { "" };
        self.add("-device", format!("virtio-blk-pci,drive=disk{number}{apart}"));
        Ok(())
    }

    /// The same for a run that is recorded: QEMU notes when each request was done. The overlay lies over the disk as it was, whose
    /// place is told apart, since the recording may be moved.
    pub fn recorded_disk(&mut self, overlay: &Path, disk: &Path) -> Result<()> {
        let number = self.0.iter().filter(|word| word.as_encoded_bytes().starts_with(b"virtio-blk-pci")).count();
        let (format, disk) = (disk_format(disk)?, escape(disk)?);
        let backing = format!("backing.driver={format},backing.file.filename={disk}");
        self.add("-drive", format!("if=none,id=file{number},format=qcow2,file={},{backing}", escape(overlay)?));
        self.add("-drive", format!("driver=blkreplay,if=none,image=file{number},id=disk{number}"));
        self.add("-device", format!("virtio-blk-pci,drive=disk{number}"));
        Ok(())
    }

    /// A network card behind QEMU's user network, with ports of the host handed on.
    pub fn network(&mut self, forward: &[(u16, u16)]) {
        let rules = forward.iter().map(|(host, guest)| format!(",hostfwd=tcp:127.0.0.1:{host}-:{guest}"));
        self.add("-netdev", format!("user,id=net{}", rules.collect::<String>()));
        // Without its boot code: nothing starts from the network.
        self.add("-device", "virtio-net-pci,netdev=net,romfile=");
    }

    /// What the machine starts from, perhaps recorded.
    pub fn start(&mut self, start: &Start, recorded: bool) -> Result<()> {
        match start {
            Start::Cd(image, uefi) => {
                if let Some((code, variables)) = uefi {
                    self.add("-drive", format!("if=pflash,format=raw,readonly=on,file={}", escape(code)?));
                    self.add("-drive", format!("if=pflash,format=raw,file={}", escape(variables)?));
                }
                let id = if recorded { "cd-file" } else { "cd" };
                let file = escape(image)?;
                self.add("-drive", format!("if=none,id={id},media=cdrom,format=raw,readonly=on,file={file}"));
                if recorded {
                    self.add("-drive", "driver=blkreplay,if=none,image=cd-file,id=cd,readonly=on");
                }
                self.add("-device", "ide-cd,drive=cd,bootindex=0");
            }
            Start::Kernel(kernel, initrd, arguments) => {
                self.add("-kernel", kernel);
                if let Some(initrd) = initrd {
                    self.add("-initrd", initrd);
                }
                self.add("-append", arguments);
            }
        }
        Ok(())
    }
}

/// UEFI's code, and a copy of its variables in the run's folder.
pub fn uefi(folder: &Path) -> Result<(PathBuf, PathBuf)> {
    let found = UEFI.iter().find(|(code, variables)| Path::new(code).is_file() && Path::new(variables).is_file());
    let Some((code, variables)) = found else { bail!("UEFI for QEMU is not installed (Debian: the package ovmf)") };
    let copy = folder.join("uefi-variables.fd");
    fs::copy(variables, &copy).with_context(|| format!("cannot copy {variables}"))?;
    Ok((code.into(), copy))
}

fn accel(options: &Options) -> &'static str {
    match options.accel {
        Accel::Kvm => "kvm",
        Accel::Tcg if options.smp.is_some_and(|n| n.get() > 1) && !options.icount => "tcg,thread=multi",
        Accel::Tcg => "tcg",
    }
}

/// How a disk image is stored.
pub fn disk_format(file: &Path) -> Result<&'static str> {
    let describe = || format!("cannot read the disk {}", file.display());
    let mut start = [0; 4];
    let read = File::open(file).with_context(describe)?.read(&mut start).with_context(describe)?;
    Ok(if start[..read] == *b"QFI\xfb" { "qcow2" } else { "raw" })
}

/// A path as a value in QEMU's lists: a comma is doubled.
fn escape(path: &Path) -> Result<String> {
    let text = path.to_str();
    ensure!(text.is_some(), "QEMU cannot take the file name {}", path.display());
    Ok(text.unwrap_or_default().replace(',', ",,"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_are_numbered_and_escaped() {
        let folder = tempfile::tempdir().unwrap();
        let (raw, qcow) = (folder.path().join("a,b"), folder.path().join("c"));
        fs::write(&raw, "").unwrap();
        fs::write(&qcow, b"QFI\xfb\0\0").unwrap();
        let mut line = Line(Vec::new());
        line.disk(&raw, true, None).unwrap();
        line.disk(&qcow, false, Some(Path::new("rules"))).unwrap();
        let text = line.words().iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
        assert!(text.contains("id=disk0,format=raw,snapshot=on,file=") && text.contains("a,,b"), "{text}");
        assert!(text.contains("id=disk1,format=qcow2,file.driver=blkdebug,file.config=rules,"), "{text}");
        assert!(line.disk(&folder.path().join("missing"), false, None).is_err());
    }
}
