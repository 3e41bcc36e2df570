//! Debian's own kernel, to compare Cor with: the package behind `linux-image-cloud-amd64`, unpacked in `target/linux` and never
//! installed. Its drivers are modules that lie beside it, where `bin/run --kernel` looks for them.

use crate::command::{capture, run};
use crate::project::Project;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What `--kernel` may say instead of a file's name.
pub const NAME: &str = "linux";

/// The package that depends on the newest kernel's.
const NEWEST: &str = "linux-image-cloud-amd64";

/// The kernel, if it has been unpacked.
pub fn find(project: &Project) -> Option<PathBuf> {
    let files = fs::read_dir(project.path("target/linux/boot")).ok()?.flatten().map(|entry| entry.path());
    files.into_iter().find(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("vmlinuz")))
}

/// The kernel, which is downloaded first if it has not been.
pub fn fetch(project: &Project) -> Result<PathBuf> {
    if let Some(kernel) = find(project) {
        return Ok(kernel);
    }
    unpack(project).context("cannot fetch Debian's kernel (dpkg -x linux-image-…-cloud-amd64….deb target/linux)")?;
    find(project).context("Debian's package has no kernel in /boot")
}

/// Downloads the package and unpacks it. The folder gets its name last, so that it is whole or not there.
fn unpack(project: &Project) -> Result<()> {
    let depends = capture(Command::new("apt-cache").args(["depends", NEWEST]))?;
    let text = String::from_utf8_lossy(&depends.stdout).into_owned();
    let package = kernel_package(&text).with_context(|| format!("{NEWEST} names no kernel"))?;
    fs::create_dir_all(project.path("target"))?;
    let scratch = tempfile::tempdir_in(project.path("target"))?;
    eprintln!("fetching Debian's {package}");
    capture(Command::new("apt-get").current_dir(scratch.path()).args(["download", "-qq", package]))?;
    let file = fs::read_dir(scratch.path())?.next().context("apt-get has left no package")??.path();
    let folder = scratch.path().join("linux");
    run(Command::new("dpkg").arg("-x").arg(file).arg(&folder))?;
    let to = project.path("target/linux");
    // An unfinished one from a hand-made attempt has no kernel, else it would have been found.
    let _ = fs::remove_dir_all(&to);
    fs::rename(&folder, &to).context("cannot make target/linux")
}

/// The kernel's package among what `apt-cache depends` tells.
fn kernel_package(depends: &str) -> Option<&str> {
    depends
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "))
        .find(|name| name.starts_with("linux-image-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_kernel_is_what_the_package_depends_on() {
        let told = "linux-image-cloud-amd64\n  Depends: dpkg\n  Depends: linux-image-6.1.0-56-cloud-amd64\n";
        assert_eq!(kernel_package(told), Some("linux-image-6.1.0-56-cloud-amd64"));
        assert_eq!(kernel_package("linux-image-cloud-amd64\n"), None);
    }
}
