//! Packing of the host's files into an archive: a directory as a whole, or single files, each under a name of its own.

use super::{Entry, FILE, KIND, LINK, write::Writer};
use anyhow::{Context, Result};
use nix::sys::stat::{major, minor};
use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A socket, which an archive cannot hold.
const SOCKET: u32 = 0o140000;

/// The name of an archive's root directory.
const ROOT: &str = ".";

/// Packs everything under `folder` for which `wanted` says yes (asked with the path inside it; a folder that is not wanted
/// is not entered). Names come sorted, so that a folder stands before what is in it and equal folders give equal archives.
/// Owners become root, since the person who packs seldom is.
pub fn pack<W: Write>(folder: &Path, to: W, wanted: &dyn Fn(&Path) -> bool) -> Result<W> {
    let mut files = vec![Source::find(folder, Path::new(ROOT), true)?];
    walk(folder, Path::new(""), &mut |inside, path| {
        if !wanted(inside) {
            return Ok(false);
        }
        let source = Source::find(path, inside, false)?;
        let is_folder = source.metadata.is_dir();
        files.push(source);
        Ok(is_folder)
    })?;
    let mut writer = Writer::new(to);
    add_all(files, &mut writer)?;
    writer.finish()
}

/// Adds files to an archive, sorted by name; hard links to one file stay hard links.
pub fn add_all<W: Write>(mut files: Vec<Source>, writer: &mut Writer<W>) -> Result<()> {
    files.retain(|file| file.metadata.mode() & KIND != SOCKET);
    files.sort_by(|a, b| (a.name != ROOT.as_bytes(), &a.name).cmp(&(b.name != ROOT.as_bytes(), &b.name)));
    let mut names_left = count_links(&files);
    let mut inodes = HashMap::new();
    for file in &files {
        let inode = *inodes.entry(file.identity()).or_insert_with(|| writer.fresh_inode());
        let left = names_left.entry(file.identity()).and_modify(|left| left.1 -= 1).or_insert((1, 0));
        file.add(writer, inode, *left)?;
    }
    Ok(())
}

/// Visits everything under `folder`/`inside`, with its path inside `folder` and its path on the host; enters a
/// directory for which `visit` returns true.
pub fn walk(folder: &Path, inside: &Path, visit: &mut dyn FnMut(&Path, &Path) -> Result<bool>) -> Result<()> {
    let path = if inside == Path::new("") { folder.to_path_buf() } else { folder.join(inside) };
    for entry in fs::read_dir(&path).with_context(|| format!("cannot look into {}", path.display()))? {
        let name = entry?.file_name();
        let inside = inside.join(&name);
        if visit(&inside, &path.join(&name))? {
            walk(folder, &inside, visit)?;
        }
    }
    Ok(())
}

/// A file that is to be packed, and its name in the archive.
pub struct Source {
    name: Vec<u8>,
    path: PathBuf,
    metadata: Metadata,
}

impl Source {
    /// Looks at a file; a symbolic link is itself, unless it is to be followed.
    pub fn find(path: &Path, name: &Path, follow: bool) -> Result<Source> {
        let metadata = if follow { fs::metadata(path) } else { fs::symlink_metadata(path) };
        let metadata = metadata.with_context(|| format!("cannot look at {}", path.display()))?;
        Ok(Source { name: name.as_os_str().as_bytes().to_vec(), path: path.to_path_buf(), metadata })
    }

    /// What hard links to one file have in common.
    fn identity(&self) -> (u64, u64) {
        (self.metadata.dev(), self.metadata.ino())
    }

    /// Adds it to the archive; of its `names`, so many are still `to_come`. The last of them has the data.
    fn add<W: Write>(&self, writer: &mut Writer<W>, inode: u32, (names, to_come): (u32, u32)) -> Result<()> {
        let (mode, describe) = (self.metadata.mode(), || format!("cannot pack {}", self.path.display()));
        let mut entry = Entry {
            name: self.name.clone(),
            mode,
            inode,
            links: if self.metadata.is_dir() { 2 } else { names },
            time: u32::try_from(self.metadata.mtime()).unwrap_or(0),
            device: device_number(&self.metadata),
            ..Entry::default()
        };
        match mode & KIND {
            FILE if to_come == 0 => {
                entry.size = u32::try_from(self.metadata.len())
                    .with_context(|| format!("{} is too large for an archive (4 GiB)", self.path.display()))?;
                let mut data = fs::File::open(&self.path).with_context(describe)?;
                writer.add(&entry, &mut data)
            }
            LINK => {
                let target = fs::read_link(&self.path).with_context(describe)?;
                let target = target.as_os_str().as_bytes();
                entry.size = u32::try_from(target.len())?;
                writer.add(&entry, &mut &*target)
            }
            _ => writer.add(&entry, &mut std::io::empty()),
        }
    }
}

/// How many names in the archive each file has, twice: for the header, and to count down.
fn count_links(files: &[Source]) -> HashMap<(u64, u64), (u32, u32)> {
    let mut counts: HashMap<(u64, u64), (u32, u32)> = HashMap::new();
    for file in files {
        let count = counts.entry(file.identity()).or_default();
        *count = (count.0 + 1, count.1 + 1);
    }
    counts
}

fn device_number(metadata: &Metadata) -> (u32, u32) {
    let device = metadata.rdev();
    (u32::try_from(major(device)).unwrap_or(0), u32::try_from(minor(device)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpio::{FOLDER, PAGE, read};
    use std::ffi::OsStr;
    use std::os::unix::fs::{PermissionsExt, symlink};

    /// A folder with something of everything.
    fn sample() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("bin/deep")).unwrap();
        for n in 0..40 {
            let size = 700 * n;
            fs::write(root.join(format!("bin/file with spaces {n}")), vec![b'a' + (n % 26) as u8; size]).unwrap();
        }
        fs::write(root.join("bin/tool"), "x".repeat(5000)).unwrap();
        fs::set_permissions(root.join("bin/tool"), fs::Permissions::from_mode(0o4755)).unwrap();
        fs::hard_link(root.join("bin/tool"), root.join("also")).unwrap();
        symlink("../bin/tool", root.join("bin/link")).unwrap();
        nix::unistd::mkfifo(&root.join("pipe"), nix::sys::stat::Mode::S_IRUSR).unwrap();
        folder
    }

    #[test]
    fn everything_comes_back() {
        let folder = sample();
        let archive = pack(folder.path(), Vec::new(), &|_| true).unwrap();
        let found = read::entries(&archive).unwrap();
        let names: Vec<_> = found.iter().map(|f| String::from_utf8_lossy(&f.entry.name).into_owned()).collect();
        assert_eq!(names[0], ".");
        let real: Vec<_> = found.iter().filter(|f| f.entry.name != b".").collect();
        assert!(real.is_sorted_by(|a, b| a.entry.name < b.entry.name), "{names:?}");
        assert_eq!(real.len(), 40 + 6);
        for file in real {
            let path = folder.path().join(OsStr::from_bytes(&file.entry.name));
            let metadata = fs::symlink_metadata(&path).unwrap();
            assert_eq!(file.entry.mode, metadata.mode(), "{path:?}");
            assert_eq!(i64::from(file.entry.time), metadata.mtime());
            let data = &archive[file.data..file.data + file.entry.size as usize];
            if file.entry.is(FILE) && file.entry.size > 0 {
                assert_eq!(data, fs::read(&path).unwrap());
            }
            if file.entry.is(FILE) && u64::from(file.entry.size) >= PAGE {
                assert_eq!(file.data as u64 % PAGE, 0, "{path:?}");
            }
        }
    }

    #[test]
    fn hard_links_have_their_data_with_the_last_name() {
        let folder = sample();
        let archive = pack(folder.path(), Vec::new(), &|_| true).unwrap();
        let found = read::entries(&archive).unwrap();
        let named = |name: &str| found.iter().find(|f| f.entry.name == name.as_bytes()).unwrap();
        let (first, last) = (named("also"), named("bin/tool"));
        assert_eq!((first.entry.size, first.entry.links), (0, 2));
        assert_eq!((last.entry.size, last.entry.links), (5000, 2));
        assert_eq!(first.entry.inode, last.entry.inode);
    }

    #[test]
    fn unwanted_folders_are_left_out() {
        let folder = sample();
        let archive = pack(folder.path(), Vec::new(), &|path| path != Path::new("bin")).unwrap();
        let found = read::entries(&archive).unwrap();
        assert!(found.iter().all(|f| !f.entry.name.starts_with(b"bin")));
        assert!(found.iter().any(|f| f.entry.is(FOLDER)));
    }
}
