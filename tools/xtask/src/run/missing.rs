//! Explanation of ENOENT from exec(2) for a program that is in the root: the interpreter that it asks for is missing.

use super::guest::ENVIRONMENT;
use super::options::Options;
use crate::cpio::read::{self, Found};
use crate::cpio::{FILE, FOLDER, LINK};
use object::elf::{FileHeader64, PT_INTERP};
use object::endian::LittleEndian;
use object::read::elf::{FileHeader, ProgramHeader};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// The most links that one path may lead through, as in Linux.
const MOST_LINKS: usize = 40;

/// Names the missing interpreter, and the option that brings it, if that is the reason. `disk` holds the root that the
/// machine ran from.
pub fn explain(options: &Options, disk: &Path) -> Option<String> {
    let disk = fs::read(disk).ok()?;
    let root = Root::read(&disk)?;
    let program = candidates(options).into_iter().find(|path| root.file(path).is_some())?;
    let interpreter = interpreter(root.file(&program)?)?;
    if root.file(&interpreter).is_some() {
        return None;
    }
    let here = fs::read(&program).unwrap_or_default();
    let same_here = here.starts_with(b"\x7fELF") && self::interpreter(&here).as_ref() == Some(&interpreter);
    let hint = if same_here {
        format!("; --with {} brings it, and the libraries", program.display())
    } else if interpreter.is_file() {
        format!("; --with {} brings it", interpreter.display())
    } else {
        String::new()
    };
    Some(format!("its interpreter {} is not in the root{hint}", interpreter.display()))
}

/// Lists the files that may have been meant, as execvp(3) looks for them.
fn candidates(options: &Options) -> Vec<PathBuf> {
    let Some(name) = options.program.first().map(Path::new) else { return Vec::new() };
    let from = Path::new("/").join(&options.cwd);
    if name.as_os_str().as_bytes().contains(&b'/') {
        return vec![from.join(name)];
    }
    let own = options.env.iter().map(|variable| variable.as_os_str());
    let all = own.rev().chain(ENVIRONMENT.iter().map(OsStr::new));
    let path = all.into_iter().find_map(|variable| variable.as_bytes().strip_prefix(b"PATH=")).unwrap_or_default();
    path.split(|&byte| byte == b':').map(|place| from.join(OsStr::from_bytes(place)).join(name)).collect()
}

/// Reads the interpreter of an ELF file (elf(5)) or of a script (execve(2)).
fn interpreter(program: &[u8]) -> Option<PathBuf> {
    let told = if let Some(rest) = program.strip_prefix(b"#!") {
        let line = rest.split(|&byte| byte == b'\n').next()?.trim_ascii();
        line.split(|byte| byte.is_ascii_whitespace()).next()?
    } else {
        let header = FileHeader64::<LittleEndian>::parse(program).ok()?;
        let segments = header.program_headers(LittleEndian, program).ok()?;
        segments.iter().find_map(|segment| {
            let is_interpreter = segment.p_type(LittleEndian) == PT_INTERP;
            is_interpreter.then(|| segment.data(LittleEndian, program).ok()).flatten()
        })?
    };
    let told = told.split(|&byte| byte == 0).next().filter(|told| told.starts_with(b"/"))?;
    Some(PathBuf::from(OsStr::from_bytes(told)))
}

/// The files of a root, by their paths.
struct Root<'a> {
    bytes: &'a [u8],
    found: HashMap<PathBuf, Found>,
}

impl<'a> Root<'a> {
    fn read(bytes: &'a [u8]) -> Option<Root<'a>> {
        let place = |found: Found| {
            let name = Path::new(OsStr::from_bytes(&found.entry.name));
            let plain = name.components().filter(|part| matches!(part, Component::Normal(_)));
            (Path::new("/").join(plain.collect::<PathBuf>()), found)
        };
        Some(Root { bytes, found: read::entries(bytes).ok()?.into_iter().map(place).collect() })
    }

    /// Returns a regular file's data, links followed.
    fn file(&self, path: &Path) -> Option<&'a [u8]> {
        let found = self.found.get(&self.resolve(path)?).filter(|found| found.entry.is(FILE))?;
        let same = |other: &&Found| {
            let (one, other) = (&found.entry, &other.entry);
            other.size > 0
                && (one.inode, one.mode, one.time, one.links) == (other.inode, other.mode, other.time, other.links)
        };
        // Of a file with several names, one has the data.
        let has_data = found.entry.size > 0 || found.entry.links < 2;
        Some(self.data(if has_data { found } else { self.found.values().find(same).unwrap_or(found) }))
    }

    fn data(&self, found: &Found) -> &'a [u8] {
        self.bytes.get(found.data..found.data + found.entry.size as usize).unwrap_or_default()
    }

    /// Returns the path without links. A directory need not be in the archive.
    fn resolve(&self, path: &Path) -> Option<PathBuf> {
        let mut rest: Vec<PathBuf> = path.components().rev().map(|part| part.as_os_str().into()).collect();
        let (mut so_far, mut links) = (PathBuf::from("/"), 0);
        while let Some(part) = rest.pop() {
            match part.components().next()? {
                Component::RootDir => so_far = PathBuf::from("/"),
                Component::ParentDir => _ = so_far.pop(),
                Component::Normal(name) => {
                    let next = so_far.join(name);
                    match self.found.get(&next) {
                        Some(link) if link.entry.is(LINK) => {
                            links += 1;
                            let target = Path::new(OsStr::from_bytes(self.data(link)));
                            rest.extend(target.components().rev().map(|part| PathBuf::from(part.as_os_str())));
                        }
                        Some(other) if !other.entry.is(FOLDER) && !rest.is_empty() => return None,
                        _ => so_far = next,
                    }
                }
                Component::CurDir | Component::Prefix(_) => {}
            }
            if links > MOST_LINKS {
                return None;
            }
        }
        Some(so_far)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpio::{Entry, write::Writer};

    /// A root of directories, scripts and links.
    fn archive(files: &[(&str, &str)], links: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new());
        for (name, data) in files {
            let entry = Entry { inode: writer.fresh_inode(), ..Entry::file(name, 0o755, data.len() as u32) };
            writer.add(&entry, &mut data.as_bytes()).unwrap();
        }
        for (name, target) in links {
            let entry =
                Entry { mode: LINK | 0o777, inode: writer.fresh_inode(), ..Entry::file(name, 0, target.len() as u32) };
            writer.add(&entry, &mut target.as_bytes()).unwrap();
        }
        writer.finish().unwrap()
    }

    fn explained(program: &str, disk: &[u8]) -> Option<String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), disk).unwrap();
        explain(&Options { cwd: "/".into(), program: vec![program.into()], ..Options::default() }, file.path())
    }

    #[test]
    fn an_interpreter_that_is_missing_is_told() {
        let script = "#! /opt/nowhere/perl -w\nprint 1;\n";
        let disk = archive(
            &[("usr/bin/tool", script), ("bin/other", "#!/bin/there\n"), ("bin/there", "")],
            &[("bin/link", "../usr/bin/tool")],
        );
        let expected = Some("its interpreter /opt/nowhere/perl is not in the root".to_string());
        for program in ["/usr/bin/tool", "tool", "link", "usr/../bin/link"] {
            assert_eq!(explained(program, &disk), expected, "{program}");
        }
        for program in ["other", "missing", "/bin/there", "/bin/there/x"] {
            assert_eq!(explained(program, &disk), None, "{program}");
        }
    }

    #[test]
    fn what_this_host_has_is_hinted_at() {
        let disk = archive(&[("usr/bin/tool", "#!/bin/sh\n")], &[]);
        assert_eq!(
            explained("tool", &disk).as_deref(),
            Some("its interpreter /bin/sh is not in the root; --with /bin/sh brings it")
        );
        let own = std::env::current_exe().unwrap();
        let bytes = fs::read(&own).unwrap();
        let told = interpreter(&bytes).unwrap();
        assert!(told.to_string_lossy().contains("ld-linux"), "{told:?}");
    }

    #[test]
    fn links_are_followed_but_not_for_ever() {
        let disk = archive(
            &[("usr/lib/x", "#!/a\n")],
            &[("lib", "usr/lib"), ("a", "b"), ("b", "/a"), ("abs", "/lib/../lib/x")],
        );
        let root = Root::read(&disk).unwrap();
        assert_eq!(root.file(Path::new("/lib/x")), Some(&b"#!/a\n"[..]));
        assert_eq!(root.file(Path::new("/abs")), Some(&b"#!/a\n"[..]));
        assert_eq!(root.file(Path::new("/a")), None);
        assert_eq!(root.file(Path::new("/lib")), None);
    }
}
