//! A place as text: getcwd(2), the links in /proc.

use super::mount::Path;
use alloc::boxed::Box;
use alloc::vec::Vec;
use logic::errno::{Errno, Result};

/// A path as text, seen from a root directory.
pub struct PathText {
    /// The absolute path.
    pub text: Vec<u8>,
    /// Whether it lies outside of that root.
    pub unreachable: bool,
    /// Whether its name was taken away.
    pub removed: bool,
}

impl PathText {
    /// As the links in /proc show it.
    pub fn link_text(mut self) -> Result<Box<[u8]>> {
        const REMOVED: &[u8] = b" (deleted)";
        if self.removed {
            self.text.try_reserve(REMOVED.len()).map_err(|_| Errno::ENOMEM)?;
            self.text.extend_from_slice(REMOVED);
        }
        Ok(self.text.into_boxed_slice())
    }
}

impl Path {
    /// The place as text, seen from the top of everything.
    pub fn system_text(&self) -> Result<PathText> {
        self.text(&self.system_root())
    }

    /// The place as text, seen from `root`. A rename at the same time may give a mixture of old and new.
    pub fn text(&self, root: &Path) -> Result<PathText> {
        let mut reversed = Vec::new();
        let mut here = self.clone();
        let mut unreachable = false;
        while !here.is(root) {
            if here.is_mount_root() {
                let Some(on) = here.mount.on() else {
                    unreachable = true;
                    break;
                };
                here = on;
                continue;
            }
            let (parent, name) = here.dentry.parent_and_name();
            put_reversed(&mut reversed, &name)?;
            let Some(parent) = parent else {
                // In no directory at all, such as a pipe.
                unreachable = true;
                break;
            };
            put_reversed(&mut reversed, b"/")?;
            here.dentry = parent;
        }
        if reversed.is_empty() {
            put_reversed(&mut reversed, b"/")?;
        }
        reversed.reverse();
        Ok(PathText { text: reversed, unreachable, removed: self.dentry.is_removed() })
    }
}

fn put_reversed(text: &mut Vec<u8>, part: &[u8]) -> Result<()> {
    text.try_reserve(part.len()).map_err(|_| Errno::ENOMEM)?;
    text.extend(part.iter().rev());
    Ok(())
}
