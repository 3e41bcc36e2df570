//! File systems: what Linux needs before there is a root, the first disk, and the root that is made of it.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use nix::errno::Errno;
use nix::kmod::{ModuleInitFlags, finit_module};
use nix::mount::{MsFlags, mount};
use nix::sys::stat::{Mode, umask};
use nix::unistd::chroot;

const DISK: &str = "/dev/vda";
const PATIENCE: Duration = Duration::from_secs(20);

/// Mounts what a program needs to see the machine: devices, processes and settings.
pub(crate) fn mount_basics() -> Result<()> {
    for (what, folder) in [("devtmpfs", "/dev"), ("proc", "/proc"), ("sysfs", "/sys")] {
        mount_on(what, folder, "")?;
    }
    Ok(())
}

/// Loads the modules that lie beside this program, in their order.
pub(crate) fn load_modules() -> Result<()> {
    let Ok(order) = fs::read_to_string("/modules/order") else { return Ok(()) };
    for name in order.split_whitespace() {
        let module = File::open(Path::new("/modules").join(name)).with_context(|| format!("module {name}"))?;
        match finit_module(&module, c"", ModuleInitFlags::empty()) {
            Ok(()) | Err(Errno::EEXIST) => {}
            Err(errno) => return Err(errno).with_context(|| format!("loading module {name}")),
        }
    }
    Ok(())
}

/// Opens the first disk, as soon as it is there: a driver finds its devices in its own time.
pub(crate) fn open_first() -> Result<File> {
    let start = Instant::now();
    while !Path::new(DISK).exists() {
        ensure!(start.elapsed() < PATIENCE, "no root: there is no {DISK}");
        sleep(Duration::from_millis(5));
    }
    File::open(DISK).context(DISK)
}

/// Makes an empty file system in memory the root.
pub(crate) fn enter_root() -> Result<()> {
    umask(Mode::empty());
    mount_on("tmpfs", "/root", "mode=0755,size=90%,nr_inodes=0")?;
    std::env::set_current_dir("/root")?;
    mount(Some("."), "/", None::<&str>, MsFlags::MS_MOVE, None::<&str>).context("moving the root")?;
    chroot(".").context("entering the root")?;
    std::env::set_current_dir("/").context("/")
}

/// Mounts in the new root what Linux systems usually have.
pub(crate) fn mount_usual() -> Result<()> {
    mount_basics()?;
    mount_on("devpts", "/dev/pts", "mode=0620,ptmxmode=0666")?;
    mount_on("tmpfs", "/dev/shm", "mode=1777")?;
    if !Path::new("/tmp").exists() {
        make_folder("/tmp", 0o1777)?;
    }
    umask(Mode::from_bits_truncate(0o022));
    Ok(())
}

fn mount_on(what: &str, folder: &str, options: &str) -> Result<()> {
    make_folder(folder, 0o755)?;
    mount(Some(what), folder, Some(what), MsFlags::empty(), Some(options)).with_context(|| format!("mounting {folder}"))
}

fn make_folder(folder: &str, mode: u32) -> Result<()> {
    if !Path::new(folder).is_dir() {
        fs::create_dir_all(folder).with_context(|| folder.to_owned())?;
        fs::set_permissions(folder, fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}
