//! `xtask build`: everything that a boot needs, in `target/images`.
//!
//! ```text
//! quick/, release/   the kernel, as each profile compiles it:
//!     cor.elf          with its symbol table                 kernel.rs, symbols.rs, elf.rs
//!     cor.iso          GRUB for BIOS and UEFI, and it        iso.rs
//! init               Cor's own init                        packages.rs
//! root/, root.cpio   the default root                      packages.rs, c.rs, busybox.rs, root.rs
//! tests/root/        the root of the tests: more programs, /tests and /soak
//!     tests.cpio, soak.cpio   all of it; /soak and a shell
//! bench/root/, bench/root.cpio   the default root, and the program that measures
//! ```
//! A part whose sources are older than its stamp (stamp.rs) is not looked at again, so that a build with nothing to do takes a hundredth
//! of a second and prints nothing. Otherwise cargo decides what to compile of Rust; for the rest a file is made again when one that
//! it comes from is newer.

mod busybox;
pub mod c;
pub mod elf;
pub mod iso;
mod kernel;
pub mod packages;
mod progress;
mod root;
mod stamp;
pub mod symbols;

use crate::project::{Build, Project};
use anyhow::{Context, Result};
use clap::ValueEnum;
use stamp::Stamp;
use std::fs::{self, File};

/// What is to be built besides the default root.
pub struct Wanted {
    /// The kernels.
    pub kernels: Vec<Build>,
    /// Further roots.
    pub roots: Vec<Root>,
}

/// A root besides the default one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Root {
    /// For the tests: all programs of user/tests and user/soak
    Tests,
    /// For the bench
    Bench,
}

/// The sources of the default root.
const DEFAULT_ROOT: [&str; 7] =
    ["user/init", "user/tour", "user/rt", "user/program", "user/programs", "user/root", "kernel/logic"];

/// Builds what is wanted and has changed. Programs in C come first: a mistake in one shows at once.
pub fn build(project: &Project, wanted: &Wanted) -> Result<()> {
    let _lock = lock(project)?;
    let mut worked = root(project)?;
    for root in &wanted.roots {
        worked |= match root {
            Root::Tests => tests(project)?,
            Root::Bench => bench(project)?,
        };
    }
    for &build in &wanted.kernels {
        worked |= kernel(project, build)?;
    }
    if worked {
        println!(
            "Ready: make run brings Cor to its prompt, bin/run -- PROGRAM runs one, make test tests, bin/debug starts gdb."
        );
    }
    Ok(())
}

/// Builds a kernel and its boot image; tells whether there was something to do.
fn kernel(project: &Project, build: Build) -> Result<bool> {
    let name = format!("kernel-{}", build.profile());
    let made = [project.kernel(build), iso::path(project, build)];
    let stamp = Stamp::new(project, &name, &["kernel", "boot", "grub", "tools/kcargo", "tools/toolchain.sh"], &made)?;
    stamp.renew_if_stale(|| {
        kernel::build(project, build)?;
        iso::build(project, build)
    })
}

/// Builds the default root; tells whether there was something to do.
fn root(project: &Project) -> Result<bool> {
    let stamp = Stamp::new(project, "root", &DEFAULT_ROOT, &[project.image("root.cpio"), project.image("init")])?;
    stamp.renew_if_stale(|| root::build(project))
}

/// Builds the roots of the tests; tells whether there was something to do.
fn tests(project: &Project) -> Result<bool> {
    let made = ["tests/tests.cpio", "tests/soak.cpio"].map(|name| project.image(name));
    let stamp = Stamp::new(project, "tests", &["user", "kernel/logic"], &made)?;
    stamp.renew_if_stale(|| root::build_for_tests(project))
}

/// Builds the root of the bench; tells whether there was something to do.
fn bench(project: &Project) -> Result<bool> {
    let sources = [&DEFAULT_ROOT[..], &["user/bench"]].concat();
    let stamp = Stamp::new(project, "bench", &sources, &[project.image("bench/root.cpio")])?;
    stamp.renew_if_stale(|| root::build_for_bench(project))
}

/// Builds the first program of a Linux kernel, for `bin/run --kernel`.
pub fn linux_init(project: &Project) -> Result<()> {
    let _lock = lock(project)?;
    let made = [project.image(packages::LINUX_INIT)];
    let stamp = Stamp::new(project, packages::LINUX_INIT, &["user/linux-init", "user/program"], &made)?;
    stamp.renew_if_stale(|| packages::build_linux_init(project)).map(|_| ())
}

/// Waits until no other build is at work. Freed when the file is closed.
fn lock(project: &Project) -> Result<File> {
    fs::create_dir_all(project.image("")).context("cannot make target/images")?;
    let file = File::create(project.image(".lock")).context("cannot make target/images/.lock")?;
    if file.try_lock().is_err() {
        println!("waiting for another build to end");
        file.lock().context("cannot lock target/images")?;
    }
    Ok(file)
}
