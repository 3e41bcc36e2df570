//! What `bin/run` can be told.

use crate::project::Build;
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

/// The options of `bin/run`; without PROGRAM, an interactive serial console (Ctrl-A x leaves, Ctrl-A b sends a break).
#[derive(Args, Clone, Debug, Default)]
pub struct Options {
    /// The root file system: a newc archive, or a folder that is packed on the fly [default: the project's own]
    #[arg(long, value_name = "ARCHIVE|FOLDER")]
    pub root: Option<PathBuf>,
    /// A file of this host, or a folder's, put into the root where it is here; a dynamic program with its libraries
    #[arg(long, value_name = "PATH")]
    pub with: Vec<PathBuf>,
    /// How the kernel is started
    #[arg(long, value_enum, default_value_t)]
    pub boot: Boot,
    /// How the kernel is compiled
    #[arg(long, value_enum, env = "COR_BUILD", default_value_t)]
    pub build: Build,
    /// Hand the root to the kernel as a boot module, not as a disk
    #[arg(long)]
    pub initrd: bool,
    /// Boot an image that brings everything (make image, xtask image), as a CD, a USB stick or a disk; by BIOS, or with --boot uefi
    #[arg(long, num_args = 2, value_names = ["cd|usb|disk", "FILE"])]
    pub boot_from: Vec<OsString>,
    /// The machine's memory
    #[arg(long, value_name = "SIZE", default_value = "256M")]
    pub memory: String,
    /// How many processors the machine has
    #[arg(long, value_name = "N", default_value = "1")]
    pub smp: Option<NonZeroU32>,
    /// The processor
    #[arg(long, value_name = "MODEL", default_value = "max,erms=off,la57=off")]
    pub cpu: String,
    /// The machine [default: pc; q35 for --boot uefi]
    #[arg(long, value_name = "TYPE")]
    pub machine: Option<String>,
    /// A further disk, raw or qcow2: the first becomes /dev/vdb
    #[arg(long, value_name = "FILE")]
    pub disk: Vec<PathBuf>,
    /// Have the further disks fail as a file of rules for QEMU's blkdebug says
    #[arg(long, value_name = "RULES", requires = "disk")]
    pub disk_faults: Option<PathBuf>,
    /// Drop what is written to the disks
    #[arg(long)]
    pub snapshot: bool,
    /// Attach a network card (QEMU's user network)
    #[arg(long)]
    pub net: bool,
    /// Hand TCP connections to a port of this host on to the machine; implies --net
    #[arg(long, value_name = "HOSTPORT:GUESTPORT", value_parser = ports)]
    pub forward: Vec<(u16, u16)>,
    /// Further arguments for the kernel
    #[arg(long, value_name = "KERNEL ARGS", default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    pub append: String,
    /// Boot this kernel instead of Cor: a Linux bzImage, or Debian's, which is fetched
    #[arg(long, value_name = "FILE|linux")]
    pub kernel: Option<PathBuf>,
    /// A variable of PROGRAM's environment, beside HOME=/ and PATH
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub env: Vec<OsString>,
    /// The folder that PROGRAM starts in
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub cwd: OsString,
    /// End the machine after so long; the status is 124
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<f64>,
    /// Let the machine's clock count instructions: one nanosecond each
    #[arg(long)]
    pub icount: bool,
    /// Change who runs at odd moments, which SEED chooses; the same SEED does exactly the same again: the machine has no disk, its clock
    /// counts instructions, and PROGRAM gets no input
    #[arg(long, value_name = "SEED", conflicts_with_all = ["record", "disk", "net", "forward", "kernel"], requires = "program")]
    pub schedule: Option<NonZeroU64>,
    /// Record the run in this folder, for bin/replay and bin/when
    #[arg(long, value_name = "FOLDER")]
    pub record: Option<PathBuf>,
    /// Measure what is executed between a program's marks, by QEMU's plugin of that name and arguments (for xtask bench)
    #[arg(long, value_name = "FILE,ARGUMENT…", hide = true)]
    pub plugin: Option<String>,
    /// Sample what the machine is at, 512 times a second of its clock (8192 with --icount, where PROGRAM gets no input), and draw it as a
    /// flame graph; a file that is not called .svg gets a line for each stack
    #[arg(long, value_name = "FILE.svg")]
    pub profile: Option<PathBuf>,
    /// Print only what PROGRAM prints, byte for byte
    #[arg(long)]
    pub quiet: bool,
    /// Print the QEMU command, and what QEMU says
    #[arg(long)]
    pub verbose: bool,
    /// Save the screen when the program ends, or at the timeout
    #[arg(long, value_name = "FILE.png")]
    pub screen: Option<PathBuf>,
    /// Emulate the processor, or use this one
    #[arg(long, value_enum, default_value_t)]
    pub accel: Accel,
    /// What to run under init, and its arguments
    #[arg(last = true, value_name = "PROGRAM")]
    pub program: Vec<OsString>,
}

/// How the kernel is started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Boot {
    /// By GRUB from an ISO, on a PC BIOS
    #[default]
    Grub,
    /// By GRUB from the same ISO, on UEFI
    Uefi,
    /// By QEMU itself (PVH)
    Direct,
}

/// Who executes the machine's instructions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Accel {
    /// QEMU, by translation: the same everywhere
    #[default]
    Tcg,
    /// The host's processor
    Kvm,
}

impl Options {
    /// Whether QEMU stays when the machine goes off: for a picture of the screen, or the end of a recording's log.
    pub fn stays(&self) -> bool {
        self.screen.is_some() || self.record.is_some()
    }

    /// Refuses what cannot be recorded: what several processors race for, and what QEMU does not log.
    pub fn check_record(&self) -> anyhow::Result<()> {
        let alone = self.smp.is_none_or(|count| count.get() == 1) && self.accel == Accel::Tcg;
        let network = self.net || !self.forward.is_empty();
        let here = !network
            && self.kernel.is_none()
            && self.plugin.is_none()
            && self.profile.is_none()
            && self.disk_faults.is_none();
        let why = match self {
            _ if self.record.is_none() => return Ok(()),
            _ if !alone => "needs one processor, and an emulated one",
            _ if !here => "takes no --net, --forward, --kernel, --profile or --disk-faults",
            _ if self.boot == Boot::Uefi => "cannot keep UEFI's variables: boot by GRUB or directly",
            _ => return Ok(()),
        };
        anyhow::bail!("--record {why}")
    }

    /// Whether the run is the same each time: nothing comes from this computer, no input either.
    pub fn is_repeatable(&self) -> bool {
        self.schedule.is_some() || self.icount && (self.profile.is_some() || self.plugin.is_some())
    }

    /// Refuses what would not be the same again.
    pub fn check_schedule(&self) -> anyhow::Result<()> {
        let alone = self.smp.is_none_or(|count| count.get() == 1) && self.accel == Accel::Tcg;
        anyhow::ensure!(
            alone && self.boot == Boot::Direct,
            "--schedule needs --boot direct and one emulated processor"
        );
        Ok(())
    }

    /// Whether the root comes with the kernel, not on a disk.
    pub fn has_initrd(&self) -> bool {
        self.initrd || self.schedule.is_some()
    }

    /// Whether a program is to be run; else a person sits at the console.
    pub fn has_program(&self) -> bool {
        !self.program.is_empty()
    }
}

fn ports(text: &str) -> Result<(u16, u16), String> {
    let parse = |port: &str| port.parse().map_err(|_| format!("{port:?} is not a port"));
    let (host, guest) = text.split_once(':').ok_or("two ports are needed: HOSTPORT:GUESTPORT")?;
    Ok((parse(host)?, parse(guest)?))
}

fn variable(text: &str) -> Result<OsString, String> {
    match text.split_once('=') {
        Some((name, _)) if !name.is_empty() => Ok(text.into()),
        _ => Err("NAME=VALUE is needed".into()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|&s: &f64| s > 0.0 && s < 1e9).ok_or_else(|| "a number of seconds is needed".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn parse(words: &[&str]) -> Result<Options, clap::Error> {
        Line::try_parse_from([&["run"], words].concat()).map(|line| line.options)
    }

    #[test]
    fn a_program_keeps_its_own_options() {
        let options = parse(&["--quiet", "--env", "A=b c", "--", "sh", "-c", "--quiet"]).unwrap();
        assert_eq!(options.program, ["sh", "-c", "--quiet"]);
        assert!(options.quiet && options.env == ["A=b c"]);
        assert!(parse(&["sh"]).is_err());
    }

    #[test]
    fn values_are_checked() {
        assert_eq!(parse(&["--forward", "8080:80"]).unwrap().forward, [(8080, 80)]);
        assert_eq!(parse(&["--append", "--x y"]).unwrap().append, "--x y");
        for wrong in [["--forward", "80"], ["--env", "=x"], ["--timeout", "0"], ["--smp", "0"], ["--boot", "lilo"]] {
            assert!(parse(&wrong).is_err(), "{wrong:?}");
        }
    }
}
