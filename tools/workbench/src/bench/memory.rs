//! How much memory a kernel takes: for itself while nothing runs, and at least to come to a prompt.

use super::boot::{Bench, Kernel};
use anyhow::{Context, Result};
use xtask::command::capture;

/// The sizes of machines that are tried, in MiB, and how long each may take, in seconds.
const SIZES: [u32; 17] = [4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 48, 64, 72, 80, 96, 128, 256];
const PATIENCE: &str = "30";

/// What was found of a kernel.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// What is not free of 1 GiB when only the program runs that asks, and the root lies in memory, in KiB.
    pub used: u64,
    /// The smallest machine that comes to a shell's prompt, in MiB.
    pub smallest: u32,
}

/// Finds both.
pub fn find(bench: &Bench, kernel: Kernel) -> Result<Memory> {
    let mut command = bench.machine(kernel)?;
    command.arg("--root").arg(bench.root()).args(["--memory", "1G", "--timeout", PATIENCE]);
    command.args(["--", super::boot::PROGRAM, "memory"]);
    let told = capture(&mut command)?;
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    let free = text.lines().find_map(|line| line.strip_prefix("memory ")?.trim().parse::<u64>().ok());
    let smallest = SIZES.into_iter().find(|size| runs(bench, kernel, *size).unwrap_or(false));
    let used = free.map(|free| (1 << 20) - free);
    Ok(Memory { used: used.context("the program told no memory")?, smallest: smallest.context("it runs nowhere")? })
}

/// Whether a machine of that size comes to a shell's prompt.
fn runs(bench: &Bench, kernel: Kernel, mebibytes: u32) -> Result<bool> {
    let mut command = bench.machine(kernel)?;
    command.arg("--root").arg(bench.small_root()?).args(["--memory", &format!("{mebibytes}M"), "--timeout", PATIENCE]);
    command.args(["--", super::boot::PROGRAM, "boot"]);
    Ok(String::from_utf8_lossy(&command.output()?.stdout).lines().any(|line| line == "mark prompt"))
}
