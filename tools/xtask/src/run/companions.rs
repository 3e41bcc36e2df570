//! Files of this host that go along into the root, each to the place that it has here: `--with`.
//!
//! A dynamic program brings its interpreter and the libraries that ldd(1) names. Symbolic links stay links: a file that
//! one leads to comes along; a directory does if it was named itself.

use crate::command;
use crate::cpio::folder::{self, Source};
use crate::cpio::write::Writer;
use anyhow::{Context, Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

/// The most links that one path may lead through, as in Linux.
const MOST_LINKS: usize = 40;

/// Adds all named files, and those that they need, to an archive.
pub fn add<W: Write>(named: &[PathBuf], archive: &mut Writer<W>) -> Result<()> {
    let mut companions = Companions::default();
    named.iter().try_for_each(|path| companions.add_named(path))?;
    folder::add_all(companions.sources()?, archive)
}

/// The files that go along.
#[derive(Default)]
struct Companions {
    /// The place of each in the root, and where it is here.
    files: BTreeMap<PathBuf, PathBuf>,
    /// The targets of the links among them, as places in the root.
    links: BTreeMap<PathBuf, PathBuf>,
}

impl Companions {
    /// Adds a file that a person named, or a directory with all its contents, be it named by a link.
    fn add_named(&mut self, path: &Path) -> Result<()> {
        let describe = || format!("--with {}", path.display());
        let place = std::path::absolute(path).map(|path| without_dots(&path)).with_context(describe)?;
        fs::symlink_metadata(&place).with_context(describe)?;
        ensure!(place.parent().is_some(), "--with /: a whole system goes into the root by --root DIRECTORY");
        if !place.is_dir() {
            return self.add(&place, &place).map(drop);
        }
        let real = place.canonicalize().with_context(describe)?;
        self.files.insert(place.clone(), real.clone());
        folder::walk(&real, Path::new(""), &mut |inside, path| self.add(&place.join(inside), path))
    }

    /// Adds one file, and those that it needs; says whether it is a directory.
    fn add(&mut self, place: &Path, here: &Path) -> Result<bool> {
        if self.files.contains_key(place) {
            return Ok(here.is_dir() && !here.is_symlink());
        }
        let metadata = fs::symlink_metadata(here).with_context(|| format!("cannot look at {}", here.display()))?;
        self.files.insert(place.to_path_buf(), here.to_path_buf());
        if metadata.is_symlink() {
            self.add_target(place, here)?;
        } else if metadata.is_file() {
            needs(here).iter().try_for_each(|library| self.add(&without_dots(library), library).map(drop))?;
        }
        Ok(metadata.is_dir())
    }

    /// Notes the target of a link, and adds the file that is there.
    fn add_target(&mut self, place: &Path, here: &Path) -> Result<()> {
        let target = fs::read_link(here).with_context(|| format!("cannot read the link {}", here.display()))?;
        let beside = |path: &Path| path.parent().map(|parent| parent.join(&target)).unwrap_or_default();
        let (target_place, target_here) = (lexical(&beside(place)), beside(here));
        self.links.insert(place.to_path_buf(), target_place.clone());
        if target_here.is_file() {
            self.add(&target_place, &target_here)?;
        }
        Ok(())
    }

    /// Returns the files under their names in the archive. A place behind a link is taken to the link's target.
    fn sources(&self) -> Result<Vec<Source>> {
        let mut named = BTreeSet::new();
        let places = self.files.iter().map(|(place, here)| (self.resolved(place), here));
        let first = places.filter(|(place, _)| named.insert(place.clone()));
        first.map(|(place, here)| Source::find(here, &name(&place), false)).collect()
    }

    /// Follows the links among a place's parents, as far as they are in the archive.
    fn resolved(&self, place: &Path) -> PathBuf {
        let mut place = place.to_path_buf();
        for _ in 0..MOST_LINKS {
            let through = place.ancestors().skip(1).find_map(|parent| Some((parent, self.links.get(parent)?)));
            let Some((parent, target)) = through else { break };
            place = target.join(place.strip_prefix(parent).unwrap_or(&place));
        }
        place
    }
}

/// Returns a place's name in the archive.
fn name(place: &Path) -> PathBuf {
    place.strip_prefix("/").unwrap_or(place).to_path_buf()
}

/// Removes `.` and `..` from a path, since an archive's names have none; `..` behind a link is the link's target's
/// parent.
fn without_dots(path: &Path) -> PathBuf {
    plain(path, |so_far| so_far.canonicalize().unwrap_or(so_far))
}

/// Removes `.` and `..` from a place in the root, where the directories above it are no links.
fn lexical(path: &Path) -> PathBuf {
    plain(path, |so_far| so_far)
}

fn plain(path: &Path, before_parent: impl Fn(PathBuf) -> PathBuf) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain = before_parent(plain);
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// Lists the files that a dynamic program or library is linked with; none for anything else.
fn needs(file: &Path) -> Vec<PathBuf> {
    let mut magic = [0; 4];
    let is_elf = fs::File::open(file).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && magic == *b"\x7fELF";
    let told = is_elf.then(|| command::capture(Command::new("ldd").arg(file)).ok()).flatten();
    told.map_or(Vec::new(), |told| paths(&told.stdout))
}

/// Extracts the absolute paths that ldd printed: of the interpreter, and of libraries that it found.
fn paths(told: &[u8]) -> Vec<PathBuf> {
    let words = told.split(|byte| byte.is_ascii_whitespace()).filter(|word| word.starts_with(b"/"));
    words.map(|word| PathBuf::from(std::ffi::OsStr::from_bytes(word))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpio::{FOLDER, LINK, read};
    use std::os::unix::fs::symlink;

    /// Lists an archive in which these files go along: each name below the directory, with data or a link's target.
    fn packed(directory: &Path, named: &[&str]) -> Vec<String> {
        let named: Vec<PathBuf> = named.iter().map(|name| directory.join(name)).collect();
        let mut archive = Writer::new(Vec::new());
        add(&named, &mut archive).unwrap();
        let bytes = archive.finish().unwrap();
        let top = format!("{}/", name(&directory.canonicalize().unwrap()).display());
        let told = |found: read::Found| {
            let name = String::from_utf8_lossy(&found.entry.name).replace(&top, "");
            let data = String::from_utf8_lossy(&bytes[found.data..][..found.entry.size as usize]).into_owned();
            match found.entry.mode & crate::cpio::KIND {
                LINK => format!("{name} -> {data}"),
                FOLDER => format!("{name}/"),
                _ => format!("{name}: {data}"),
            }
        };
        read::entries(&bytes).unwrap().into_iter().map(told).collect()
    }

    fn tree() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir_all(path("tree/1.0/empty")).unwrap();
        fs::create_dir(path("other")).unwrap();
        fs::write(path("tree/1.0/module"), "m").unwrap();
        fs::write(path("other/outside"), "o").unwrap();
        for (link, target) in [
            ("tree/1", "1.0"),
            ("tree/module", "1/module"),
            ("tree/lost", "/nowhere"),
            ("tree/alternative", "../other/link"),
            ("tree/away", "../other"),
            ("other/link", "outside"),
        ] {
            symlink(target, path(link)).unwrap();
        }
        folder
    }

    #[test]
    fn links_stay_links_and_their_files_come_along() {
        let folder = tree();
        let expected = [
            "other/link -> outside",
            "other/outside: o",
            "tree/",
            "tree/1 -> 1.0",
            "tree/1.0/",
            "tree/1.0/empty/",
            "tree/1.0/module: m",
            "tree/alternative -> ../other/link",
            "tree/away -> ../other",
            "tree/lost -> /nowhere",
            "tree/module -> 1/module",
        ];
        assert_eq!(packed(folder.path(), &["tree"]), expected);
        assert_eq!(packed(folder.path(), &["tree/alternative"]), [expected[0], expected[1], expected[7]]);
        // A directory that was named itself is entered, be it told by a link.
        assert_eq!(packed(folder.path(), &["tree/1"]), ["tree/1/", "tree/1/empty/", "tree/1/module: m"]);
    }

    #[test]
    fn a_relative_path_is_told_from_where_one_stands() {
        let mut companions = Companions::default();
        companions.add_named(Path::new("src/../src/main.rs")).unwrap();
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs");
        assert_eq!(companions.files.keys().collect::<Vec<_>>(), [&place]);
    }

    #[test]
    fn what_is_not_there_is_refused() {
        let refused = |path: &str| format!("{:#}", Companions::default().add_named(Path::new(path)).unwrap_err());
        assert!(refused("/no/such/file").starts_with("--with /no/such/file: No such file"));
        assert!(refused("/").contains("--root"));
    }

    #[test]
    fn what_ldd_prints_is_read() {
        let told =
            b"\tlinux-vdso.so.1 (0x00007ffd)\n\tlibc.so.6 => /lib/x/libc.so.6 (0x00007f)\n\t/lib64/ld.so.2 (0x1)\n";
        assert_eq!(paths(told), [PathBuf::from("/lib/x/libc.so.6"), PathBuf::from("/lib64/ld.so.2")]);
        assert!(paths(b"\tstatically linked\n").is_empty());
        assert!(needs(Path::new("/etc/passwd")).is_empty());
    }

    #[test]
    fn paths_lose_their_dots() {
        assert_eq!(lexical(Path::new("/usr/lib/gcc/12/../../x/./crt1.o")), Path::new("/usr/lib/x/crt1.o"));
        let folder = tree();
        let through = without_dots(&folder.path().join("tree/away/../tree"));
        assert_eq!(through, folder.path().canonicalize().unwrap().join("tree"));
    }
}
