//! The root archive of an image. A root without an init gets Cor's as /init, the second name that the kernel tries.

use crate::build::date;
use crate::cpio::{Entry, PAGE, folder, read, round_up, write::Writer};
use crate::project::Project;
use anyhow::{Context, Result, ensure};
use std::fs::{self, File};
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

/// Names of an init that the kernel starts.
const INITS: [&[u8]; 2] = [b"sbin/init", b"init"];

/// The longest file that FAT has room for.
const LONGEST: u64 = u32::MAX as u64;

/// Writes the archive: of a directory, an archive as it is, or the project's own.
pub fn write(project: &Project, root: Option<&Path>, to: &Path) -> Result<()> {
    let own = project.image("root.cpio");
    let root = root.unwrap_or(&own);
    let describe = || format!("cannot read the root {}", root.display());
    let is_directory = fs::metadata(root).with_context(describe)?.is_dir();
    if is_directory {
        pack(root, to)?;
    } else {
        fs::copy(root, to).with_context(describe)?;
    }
    let archive = fs::read(to).with_context(describe)?;
    let found = read::entries(&archive).with_context(|| format!("{} is no root", root.display()))?;
    if !found.iter().any(|file| INITS.contains(&file.entry.name.as_slice())) {
        add_init(project, to)?;
    }
    let length = fs::metadata(to).with_context(describe)?.len();
    ensure!(length <= LONGEST, "the root has {length} bytes; a FAT file system takes no file of 4 GiB or more");
    Ok(())
}

/// Packs a directory. Files keep their dates, but for those after the date that was given for the build.
fn pack(root: &Path, to: &Path) -> Result<()> {
    let latest = date::given()?.unwrap_or(u32::MAX);
    let file = File::create(to).with_context(|| format!("cannot write {}", to.display()))?;
    let adjust = |entry: Entry| Entry { time: entry.time.min(latest), ..entry };
    folder::pack_as(root, BufWriter::with_capacity(1 << 20, file), &|_| true, &adjust)?;
    Ok(())
}

/// Adds an archive with Cor's init behind the one that is there, from the next page on.
fn add_init(project: &Project, to: &Path) -> Result<()> {
    let init = fs::read(project.image("init")).context("cannot read target/images/init (run make first)")?;
    let mut archive = Writer::new(Vec::new());
    let entry = Entry::file("init", 0o755, u32::try_from(init.len())?);
    let entry = Entry { inode: archive.fresh_inode(), time: date::of_build()?, ..entry };
    archive.add(&entry, &mut &*init)?;
    let mut file = File::options().write(true).open(to).context("cannot write the root archive")?;
    let end = round_up(file.seek(SeekFrom::End(0))?, PAGE);
    file.seek(SeekFrom::Start(end))?;
    file.write_all(&archive.finish()?).context("cannot write the root archive")
}
