//! Directories and modes of the root, from `user/root.modes`: git stores neither empty directories nor modes but the
//! executable bit, and the modes of a working tree depend on the umask of the person who made it.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Mode of a directory that the list does not name.
const DIRECTORY: u32 = 0o755;

/// The list: the mode of each path in the root.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Modes(BTreeMap<PathBuf, u32>);

impl Modes {
    /// Reads the file.
    pub fn read(file: &Path) -> Result<Modes> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Modes::parse(&text).with_context(|| format!("{} is not in order", file.display()))
    }

    fn parse(text: &str) -> Result<Modes> {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let modes: Result<BTreeMap<_, _>> = lines
            .map(|line| {
                let (mode, path) = line.split_once(' ').with_context(|| format!("no mode and path: {line}"))?;
                let mode = u32::from_str_radix(mode, 8).ok().filter(|mode| *mode <= 0o7777);
                Ok((PathBuf::from(path.trim()), mode.with_context(|| format!("no mode: {line}"))?))
            })
            .collect();
        modes.map(Modes)
    }

    /// The list as lines of text, for whatever depends on it.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.0.iter().map(|(path, mode)| format!("{mode:o} {}\n", path.display()))
    }

    /// Makes the directories that are missing in a root, gives everything in it the mode that it is to have, and
    /// removes empty directories that the list does not name.
    pub fn apply(&self, root: &Path) -> Result<()> {
        for path in self.0.keys().map(|path| root.join(path)).filter(|path| !path.exists()) {
            fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
        }
        self.apply_below(root, Path::new(""))
    }

    fn apply_below(&self, root: &Path, inside: &Path) -> Result<()> {
        let path = root.join(inside);
        let describe = || format!("cannot change {}", path.display());
        let metadata = fs::symlink_metadata(&path).with_context(describe)?;
        if metadata.is_symlink() {
            return Ok(());
        }
        let old = metadata.permissions().mode() & 0o7777;
        let usual = if metadata.is_dir() || old & 0o100 != 0 { DIRECTORY } else { 0o644 };
        let mode = self.0.get(inside).copied().unwrap_or(usual);
        if mode != old {
            fs::set_permissions(&path, Permissions::from_mode(mode)).with_context(describe)?;
        }
        if metadata.is_dir() {
            for entry in fs::read_dir(&path).with_context(describe)? {
                self.apply_below(root, &inside.join(entry?.file_name()))?;
            }
            if !self.0.contains_key(inside) && inside != Path::new("") {
                // Fails, as it shall, unless it is empty.
                let _ = fs::remove_dir(&path);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn directories_are_made_and_modes_do_not_depend_on_the_umask() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("old/empty")).unwrap();
        fs::create_dir_all(root.join("etc")).unwrap();
        for (name, mode) in [("etc/shadow", 0o644), ("etc/passwd", 0o600), ("etc/run", 0o700), ("etc/suid", 0o755)] {
            fs::write(root.join(name), "x").unwrap();
            fs::set_permissions(root.join(name), Permissions::from_mode(mode)).unwrap();
        }
        fs::set_permissions(root.join("etc"), Permissions::from_mode(0o700)).unwrap();
        let modes = Modes::parse("# a comment\n\n1777 tmp\n700  var/deep\n600 etc/shadow\n4755 etc/suid\n").unwrap();
        modes.apply(root).unwrap();
        modes.apply(root).unwrap();
        for (name, wanted) in [
            ("tmp", 0o1777),
            ("var", 0o755),
            ("var/deep", 0o700),
            ("etc", 0o755),
            ("etc/shadow", 0o600),
            ("etc/passwd", 0o644),
            ("etc/run", 0o755),
            ("etc/suid", 0o4755),
        ] {
            assert_eq!(mode(&root.join(name)), wanted, "{name}");
        }
        assert!(!root.join("old").exists());
        assert_eq!(modes.lines().collect::<String>(), "600 etc/shadow\n4755 etc/suid\n1777 tmp\n700 var/deep\n");
    }

    #[test]
    fn lines_out_of_order_are_refused() {
        for text in ["tmp", "888 tmp", "17777 tmp", "rwx tmp"] {
            assert!(Modes::parse(text).is_err(), "{text}");
        }
    }
}
