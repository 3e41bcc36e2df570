//! Process 1 on a Linux kernel, started from an initramfs as /init: loads the modules that lie beside it, unpacks the first
//! disk into a tmpfs as Cor's root does, and runs the same program by the same protocol on the serial ports. So one command
//! runs one program under both kernels.
//!
//! In the initramfs: this program as /init, and the modules in /modules with a list of their names in /modules/order.

mod archive;
mod child;
mod console;
mod disk;
mod relay;
mod run;
mod status;
mod stream;
mod unpack;

use std::fs;
use std::io::BufReader;

use anyhow::{Context, Result};
use nix::sys::reboot::{RebootMode, reboot};

use console::Console;
use status::{Outcome, StatusLine};

/// The word on the kernel's command line that makes the console carry a program's bytes and nothing else.
const STREAM: &str = "cor.stream";

fn main() {
    let outcome = disk::mount_basics().and_then(|()| StatusLine::open()).and_then(|mut line| {
        let outcome = boot_and_run().unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")));
        line.write(&outcome)
    });
    if let Err(error) = outcome {
        eprintln!("linux-init: {error:#}");
    }
    let _ = reboot(RebootMode::RB_POWER_OFF);
}

fn boot_and_run() -> Result<Outcome> {
    let arguments = fs::read_to_string("/proc/cmdline").context("/proc/cmdline")?;
    let stream = arguments.split_whitespace().any(|word| word == STREAM);
    disk::load_modules()?;
    let archive = disk::open_first()?;
    let console = Console::open(stream)?;
    disk::enter_root()?;
    unpack::unpack(&mut BufReader::with_capacity(1 << 20, archive)).context("unpacking /dev/vda")?;
    disk::mount_usual()?;
    let outcome = run::run(&console)?;
    console.drain();
    Ok(outcome)
}
