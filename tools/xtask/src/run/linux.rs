//! `--kernel`: boots a Linux bzImage with the same disks and program, so that both kernels can be compared.
//!
//! Linux gets an initial file system with `linux-init` as its /init, which reads the first disk as Cor does, and in /modules the
//! drivers that this takes, and the file `order` with their names in the order in which to load them. They are looked for where
//! a distribution's package has them.

use super::identify::{Kernel, identify, longest_command_line};
use super::limits;
use super::modules;
use super::options::{Boot, Options};
use super::qemu::Start;
use crate::cpio::{Entry, write::Writer};
use crate::debian_kernel;
use crate::project::Project;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::Path;

/// How QEMU starts this kernel.
pub fn start(project: &Project, options: &Options, kernel: &Path, folder: &Path) -> Result<Start> {
    let kernel = &match kernel.to_str() {
        Some(debian_kernel::NAME) => debian_kernel::fetch(project)?,
        _ => kernel.to_path_buf(),
    };
    let bytes = fs::read(kernel).with_context(|| format!("cannot read {}", kernel.display()))?;
    let version = match identify(&bytes) {
        Kernel::BzImage(version) => version,
        Kernel::Other(what, why) => bail!("{} is {what}: {why}", kernel.display()),
    };
    ensure!(options.boot != Boot::Uefi, "--kernel boots by QEMU itself; UEFI would need an image of its own");
    let arguments = arguments(options);
    limits::check_length(&arguments, longest_command_line(&bytes), "this kernel")?;
    if !options.quiet {
        eprintln!("bin/run: {} is a Linux bzImage, version {version}", kernel.display());
    }
    let initial = folder.join("initial.cpio");
    fs::write(&initial, initial_archive(project, options, kernel, &version)?)
        .context("cannot write the initial archive")?;
    Ok(Start::Kernel(kernel.to_path_buf(), Some(initial), arguments))
}

/// The initial file system.
fn initial_archive(project: &Project, options: &Options, kernel: &Path, version: &str) -> Result<Vec<u8>> {
    let path = project.image("linux-init");
    let init = fs::read(&path).with_context(|| format!("cannot read {} (run make first)", path.display()))?;
    let mut wanted = vec!["virtio_pci", "virtio_blk"];
    if options.net || !options.forward.is_empty() {
        wanted.push("virtio_net");
    }
    let mut archive = Writer::new(Vec::new());
    let mut add = |entry: Entry, data: &[u8]| {
        let inode = archive.fresh_inode();
        archive.add(&Entry { inode, ..entry }, &mut &*data)
    };
    for folder in ["dev", "modules", "proc", "root", "sys"] {
        add(Entry::folder(folder), &[])?;
    }
    add(Entry::file("init", 0o755, u32::try_from(init.len())?), &init)?;
    // Linux gives /init its standard files from here.
    let console = Entry { mode: 0o020600, links: 1, device: (5, 1), name: b"dev/console".to_vec(), ..Entry::default() };
    add(console, &[])?;
    let mut order = String::new();
    for (name, module) in modules::find(kernel, version, &wanted)? {
        add(Entry::file(&format!("modules/{name}.ko"), 0o644, u32::try_from(module.len())?), &module)?;
        order.push_str(&format!("{name}.ko\n"));
    }
    add(Entry::file("modules/order", 0o644, u32::try_from(order.len())?), order.as_bytes())?;
    archive.finish()
}

/// Linux's command line. If only the program is to be heard, the console goes to the screen, which nobody sees.
fn arguments(options: &Options) -> String {
    let console = if options.quiet { "console=tty0 quiet loglevel=0" } else { "console=tty0 console=ttyS0" };
    let stream = if options.has_program() { " cor.stream" } else { "" };
    format!("{console} panic=-1 rdinit=/init{stream} {}", options.append).trim_end().to_string()
}
