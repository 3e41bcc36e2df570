//! What `bin/run` can be told.

use super::values::{Memory, QemuWords, machine, ports, processor, processors, seconds, variable};
use crate::project::Build;
use clap::builder::ArgPredicate::IsPresent;
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

/// The options of `bin/run`; without PROGRAM, an interactive serial console (Ctrl-A x leaves, Ctrl-A b sends a break).
#[derive(Args, Clone, Debug, Default)]
pub struct Options {
    /// The root file system: a newc archive, or a directory that is packed on the fly [default: the project's own]
    #[arg(long, value_name = "ARCHIVE|DIRECTORY")]
    pub root: Option<PathBuf>,
    /// A file of this host, or a directory with all that is in it, put into the root where it is here. A dynamic
    /// program brings its interpreter and libraries; symbolic links stay links, and a file that one leads to comes
    /// along
    #[arg(long, value_name = "PATH")]
    pub with: Vec<PathBuf>,
    /// Boot loader [default: grub; direct with --record and --schedule]
    #[arg(long, value_enum, default_value = "grub", hide_default_value = true,
        default_value_ifs = [("record", IsPresent, "direct"), ("schedule", IsPresent, "direct")])]
    pub boot: Boot,
    /// How the kernel is compiled [default: quick; release with --record, since bin/when reads the compiler's types]
    #[arg(
        long,
        value_enum,
        env = "COR_BUILD",
        default_value = "quick",
        hide_default_value = true,
        default_value_if("record", IsPresent, "release")
    )]
    pub build: Build,
    /// Hand the root to the kernel as a boot module, not as a disk
    #[arg(long)]
    pub initrd: bool,
    /// Boot an image that brings everything (make image, xtask image), as a CD, a USB stick or a disk; by BIOS, or with --boot uefi
    #[arg(long, num_args = 2, value_names = ["cd|usb|disk", "FILE"])]
    pub boot_from: Vec<OsString>,
    /// The machine's memory, in M (MiB), K or G. The project's own root runs in 20M, or 64M by UEFI; a larger root
    /// needs more, and too little is refused
    #[arg(long, value_name = "SIZE", default_value = "256M", allow_negative_numbers = true)]
    pub memory: Memory,
    /// How many processors the machine has
    #[arg(long, value_name = "N", default_value = "1", value_parser = processors, allow_negative_numbers = true)]
    pub smp: Option<NonZeroU32>,
    /// The processor
    #[arg(long, value_name = "MODEL", default_value = "max,erms=off,la57=off", value_parser = processor)]
    pub cpu: String,
    /// The machine [default: pc; q35 for --boot uefi]
    #[arg(long, value_name = "TYPE", value_parser = machine)]
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
    /// Further arguments for the kernel, whose command line may have 4095 bytes
    #[arg(long, value_name = "KERNEL ARGS", default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    pub append: String,
    /// Boot this kernel instead of Cor: a Linux bzImage, or Debian's, which is fetched
    #[arg(long, value_name = "FILE|linux")]
    pub kernel: Option<PathBuf>,
    /// A variable of PROGRAM's environment, beside HOME=/ and PATH
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub env: Vec<OsString>,
    /// The directory of the machine that PROGRAM starts in
    #[arg(long, value_name = "DIRECTORY", default_value = "/")]
    pub cwd: OsString,
    /// End the machine after so long; the status is 124
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    pub timeout: Option<f64>,
    /// Let the machine's clock count instructions: one nanosecond each
    #[arg(long)]
    pub icount: bool,
    /// Change who runs at odd moments, which SEED chooses; the same SEED does exactly the same again: the machine has no disk, its clock
    /// counts instructions, and PROGRAM gets no input
    #[arg(long, value_name = "SEED", conflicts_with_all = ["record", "disk", "net", "forward", "kernel"])]
    pub schedule: Option<NonZeroU64>,
    /// Record the run in this directory, for bin/replay and bin/when; it boots directly unless --boot grub is given,
    /// since GRUB takes twenty times as long to record
    #[arg(long, value_name = "DIRECTORY")]
    pub record: Option<PathBuf>,
    /// Measure what is executed between a program's marks, by QEMU's plugin of that name and arguments (for xtask bench)
    #[arg(long, value_name = "FILE,ARGUMENT…", hide = true)]
    pub plugin: Option<String>,
    /// Sample what the machine is at, 512 times a second of its clock (8192 with --icount, where PROGRAM gets no input), and draw it as a
    /// flame graph; a file that is not called .svg gets a line for each stack
    #[arg(long, value_name = "FILE.svg")]
    pub profile: Option<PathBuf>,
    /// Further options for QEMU, behind bin/run's own, taken apart as by a shell: --qemu "-device edu -d int"
    #[arg(long, value_name = "OPTIONS", allow_hyphen_values = true)]
    pub qemu: Vec<QemuWords>,
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

    /// Whether the run is the same each time: nothing comes from this computer, no input either.
    pub fn is_repeatable(&self) -> bool {
        self.schedule.is_some() || self.icount && (self.profile.is_some() || self.plugin.is_some())
    }

    /// Whether the kernel is not one that the project builds: another, or an image's.
    pub fn brings_its_kernel(&self) -> bool {
        self.kernel.is_some() || !self.boot_from.is_empty()
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
    fn values_are_read() {
        let options = parse(&["--forward", "8080:80", "--append", "--x y", "--qemu", "-d int"]).unwrap();
        assert_eq!((options.forward, options.append.as_str()), (vec![(8080, 80)], "--x y"));
        assert_eq!(options.qemu, [QemuWords(vec!["-d".into(), "int".into()])]);
    }

    #[test]
    fn wrong_values_are_refused_with_the_reason() {
        for (words, reason) in [
            (&["--memory", "1X"][..], "a whole number"),
            (&["--memory", ""], "a whole number"),
            (&["--memory", "-5"], "a whole number"),
            (&["--memory", "0"], "without any memory"),
            (&["--memory", "9999G"], "the most"),
            (&["--smp", "0"], "1 to 255"),
            (&["--smp", "-1"], "1 to 255"),
            (&["--smp", "1000"], "1 to 255"),
            (&["--smp", "many"], "1 to 255"),
            (&["--cpu", ""], "the name of a processor"),
            (&["--cpu", "help"], "the name of a processor"),
            (&["--machine", ""], "the name of a machine"),
            (&["--machine", "microvm"], "has to be a PC"),
            (&["--disk", ""], "a value is required"),
            (&["--root", ""], "a value is required"),
            (&["--record", ""], "a value is required"),
            (&["--disk-faults", "rules"], "--disk"),
            (&["--forward", "80"], "HOSTPORT:GUESTPORT"),
            (&["--forward", "0:80"], "no port"),
            (&["--forward", "99999:80"], "no port"),
            (&["--forward", "80:-1"], "no port"),
            (&["--env", "=x", "--", "p"], "no name"),
            (&["--env", "x", "--", "p"], "NAME=VALUE"),
            (&["--env", "", "--", "p"], "NAME=VALUE"),
            (&["--timeout", "0"], "seconds"),
            (&["--timeout", "-1"], "seconds"),
            (&["--timeout", "nan"], "seconds"),
            (&["--timeout", "1e10"], "seconds"),
            (&["--timeout", ""], "seconds"),
            (&["--boot", "lilo"], "grub, uefi, direct"),
            (&["--accel", "hvf"], "tcg, kvm"),
            (&["--schedule", "0", "--", "p"], "zero"),
            (&["--schedule", "7", "--record", "x", "--", "p"], "--record"),
            (&["--qemu", "'-d int"], "quote"),
            (&["--qemu", ""], "option of QEMU's"),
            (&["--memory", "1G", "--memory", "2G"], "multiple times"),
            (&["--append"], "a value is required"),
            (&["program"], "unexpected argument"),
        ] {
            let told = parse(words).map(|_| String::new()).unwrap_or_else(|error| error.to_string());
            assert!(told.contains(reason), "{words:?}: {told}");
        }
    }

    #[test]
    fn what_is_recorded_or_repeated_boots_directly_unless_told_otherwise() {
        let boot = |words: &[&str]| parse(words).unwrap().boot;
        assert_eq!(boot(&[]), Boot::Grub);
        assert_eq!(boot(&["--record", "x"]), Boot::Direct);
        assert_eq!(boot(&["--schedule", "7", "--", "p"]), Boot::Direct);
        assert_eq!(boot(&["--record", "x", "--boot", "grub"]), Boot::Grub);
    }
}
