//! `xtask build`: everything that a boot needs, in `target/images`.
//!
//! ```text
//! quick/, release/   the kernel, as each profile compiles it:
//!     cor.elf          with its symbol table                 kernel.rs, symbols.rs, elf.rs
//!     run.iso          GRUB for BIOS and UEFI, and it        iso.rs
//! init               Cor's own init                        packages.rs
//! root/, root.cpio   the default root                      packages.rs, c.rs, busybox.rs, root.rs, modes.rs
//! tests/root/        the root of the tests: more programs, /tests and /soak
//!     tests.cpio, soak.cpio   all of it; /soak and a shell
//! bench/root/, bench/root.cpio   the default root, and the program that measures
//! ```
//! `xtask image` makes cor.iso of these, and other images that boot by themselves (image/).
//!
//! A part whose sources are older than its stamp (stamp.rs) is not looked at again, so that a build with nothing to do takes a hundredth
//! of a second and prints nothing. Otherwise cargo decides what to compile of Rust; for the rest a file is made again when one that
//! it comes from is newer.

mod busybox;
pub mod c;
mod date;
pub mod elf;
pub mod image;
pub mod iso;
mod kernel;
mod modes;
pub mod packages;
mod progress;
mod root;
mod stamp;
pub mod symbols;

use crate::project::{Build, Project};
use anyhow::{Context, Result, anyhow};
use c::Group;
use clap::ValueEnum;
use stamp::Stamp;
use std::fs::{self, File};
use std::thread;

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

/// Builds what is wanted and has changed. Programs in C come first: a mistake in one shows at once. Then the kernels, which cargo
/// tells about as it compiles them, and beside them the rest of the roots, without a word.
pub fn build(project: &Project, wanted: &Wanted) -> Result<()> {
    let _lock = lock(project)?;
    let roots: Vec<_> = std::iter::once(None).chain(wanted.roots.iter().copied().map(Some)).collect();
    let roots = roots.into_iter().map(|root| Part::of_root(project, root)).collect::<Result<Vec<_>>>()?;
    for root in roots.iter().filter(|root| !root.stamp.is_fresh()) {
        root.compile_c(project)?;
    }
    let (kernels, roots) = thread::scope(|scope| {
        let roots = scope.spawn(|| any(roots.iter().map(|root| root.stamp.renew_if_stale(|| root.make(project)))));
        let kernels = any(wanted.kernels.iter().map(|&build| kernel(project, build)));
        (kernels, roots.join())
    });
    let roots = roots.map_err(|_| anyhow!("the thread that builds the roots panicked"))??;
    if kernels? || roots {
        println!(
            "Ready: make run brings Cor to its prompt, bin/run -- PROGRAM runs one, make test tests, bin/debug debugs."
        );
    }
    Ok(())
}

/// Whether there was something to do in any of these; the first error ends the work.
fn any(parts: impl Iterator<Item = Result<bool>>) -> Result<bool> {
    parts.into_iter().try_fold(false, |worked, part| Ok(worked | part?))
}

/// A root, and whether it is up to date.
struct Part {
    root: Option<Root>,
    stamp: Stamp,
}

impl Part {
    /// The default root, or a further one.
    fn of_root(project: &Project, root: Option<Root>) -> Result<Part> {
        const DEFAULT: [&str; 8] = [
            "user/init",
            "user/tour",
            "user/rt",
            "user/program",
            "user/programs",
            "user/root",
            "user/root.modes",
            "kernel/logic",
        ];
        let (name, sources, made) = match root {
            None => ("root", DEFAULT.to_vec(), vec!["root.cpio", "init"]),
            Some(Root::Tests) => ("tests", vec!["user", "kernel/logic"], vec!["tests/tests.cpio", "tests/soak.cpio"]),
            Some(Root::Bench) => ("bench", [&DEFAULT[..], &["user/bench"]].concat(), vec!["bench/root.cpio"]),
        };
        let made: Vec<_> = made.iter().map(|name| project.image(name)).collect();
        Ok(Part { root, stamp: Stamp::new(project, name, &sources, &made)? })
    }

    /// Its programs in C.
    fn groups(&self) -> &'static [Group] {
        match self.root {
            None => &[Group::Programs],
            Some(Root::Tests) => &[Group::Programs, Group::Tests],
            Some(Root::Bench) => &[Group::Programs, Group::Bench],
        }
    }

    fn compile_c(&self, project: &Project) -> Result<()> {
        self.groups().iter().try_for_each(|&group| c::build(project, group).map(|_| ()))
    }

    fn make(&self, project: &Project) -> Result<()> {
        match self.root {
            None => root::build(project, self.groups()),
            Some(Root::Tests) => root::build_for_tests(project, self.groups()),
            Some(Root::Bench) => root::build_for_bench(project, self.groups()),
        }
    }
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
        eprintln!("waiting for another build to end");
        file.lock().context("cannot lock target/images")?;
    }
    Ok(file)
}
