//! FAT file systems in files, by mtools(1): that needs neither a loop device nor root's rights.

use crate::build::date;
use crate::command;
use anyhow::{Context, Result};
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// The earliest date that FAT knows: the first of January 1980, in seconds since 1970.
const EARLIEST: u32 = 315_532_800;

/// A FAT file system that begins at a byte of a file.
pub struct Fat<'a> {
    /// The file.
    pub image: &'a Path,
    /// The offset of the file system in the file, in bytes.
    pub offset: u64,
    /// The date of everything in it, in seconds since 1970.
    pub date: u32,
}

/// The kind of a new file system.
pub enum Format {
    /// A small one, in a file of its own: FAT12, 2880 KiB.
    Floppy,
    /// FAT32 in a partition.
    Fat32 {
        /// Its first sector on the disk.
        first: u64,
        /// Its length in sectors.
        sectors: u64,
        /// Sectors a cluster.
        cluster: u64,
    },
}

impl Fat<'_> {
    /// Makes the file system.
    pub fn format(&self, format: &Format, serial: u32) -> Result<()> {
        let mut mformat = self.tool("mformat")?;
        mformat.arg("-N").arg(format!("{serial:08x}")).args(["-v", "COR"]);
        match format {
            Format::Floppy => mformat.args(["-C", "-f", "2880"]),
            Format::Fat32 { first, sectors, cluster } => {
                let numbers = [("-H", first), ("-T", sectors), ("-c", cluster)];
                mformat.args(["-F", "-h", "255", "-s", "63"]);
                mformat.args(numbers.iter().flat_map(|(option, number)| [(*option).to_string(), number.to_string()]))
            }
        };
        self.run(mformat.arg("::"))
    }

    /// Makes a directory.
    pub fn make_directory(&self, inside: &str) -> Result<()> {
        let mut mmd = self.tool("mmd")?;
        self.run(mmd.arg(format!("::{inside}")))
    }

    /// Copies a file into it.
    pub fn copy(&self, from: &Path, inside: &str) -> Result<()> {
        let mut mcopy = self.tool("mcopy")?;
        self.run(mcopy.arg(from).arg(format!("::{inside}")))
    }

    /// Prepares one of the commands for this file system. It runs in the file's directory, since `@@` in a path would
    /// mean an offset.
    fn tool(&self, name: &str) -> Result<Command> {
        let (directory, file) = (self.image.parent(), self.image.file_name().and_then(OsStr::to_str));
        let (directory, file) = directory.zip(file).context("an image without a name")?;
        let mut command = Command::new(name);
        command.current_dir(directory).arg("-i").arg(format!("{file}@@{}", self.offset));
        // Neither the user's settings, nor the time of day, nor the time zone are to show.
        let date = self.date.max(EARLIEST);
        command.env("MTOOLSRC", "/dev/null").env("TZ", "UTC").env(date::VARIABLE, date.to_string());
        Ok(command)
    }

    fn run(&self, command: &mut Command) -> Result<()> {
        command::capture(command).context("cannot fill a FAT file system (Debian: the package mtools)")?;
        Ok(())
    }
}
