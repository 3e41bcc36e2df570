//! The layers, as `kernel/src/lib.rs` lists them.

use anyhow::{Result, ensure};
use std::path::Path;
use syn::Item;

/// The layers from top to bottom.
pub struct Law(Vec<String>);

impl Law {
    /// Reads them from the text of lib.rs: every `mod NAME;` is one.
    pub fn parse(text: &str) -> Result<Law> {
        let modules = syn::parse_file(text)?.items.into_iter().filter_map(|item| match item {
            Item::Mod(module) if module.content.is_none() => Some(module.ident.to_string()),
            _ => None,
        });
        Ok(Law(modules.collect()))
    }

    /// How far down a layer is; `None` if a name is not a layer's.
    pub fn depth(&self, layer: &str) -> Option<usize> {
        self.0.iter().position(|name| name == layer)
    }

    /// Why a layer may not name another, if so.
    pub fn forbids(&self, user: &str, used: &str) -> Option<String> {
        let (from, to) = (self.depth(user)?, self.depth(used)?);
        if to < from {
            return Some(format!("{user} is below {used} and may not use it"));
        }
        let driver = used == "driver" && !["driver", "init"].contains(&user);
        driver.then(|| format!("{user} names a driver; only driver and init do"))
    }
}

/// The module path of a file under kernel/src: `fs/pipe.rs` and `fs/pipe/mod.rs` are `["fs", "pipe"]`; lib.rs and main.rs are `[]`.
pub fn module_of(inside: &Path) -> Result<Vec<String>> {
    let mut parts: Vec<String> =
        inside.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    ensure!(!parts.is_empty(), "a file without a name");
    if ["mod", "lib", "main"].contains(&parts[parts.len() - 1].as_str()) {
        parts.pop();
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_in_the_file_counts() {
        let law = Law::parse("pub mod top;\nmod inline {}\npub(crate) mod bottom;").unwrap();
        assert_eq!((law.depth("top"), law.depth("bottom"), law.depth("inline")), (Some(0), Some(1), None));
        assert!(law.forbids("bottom", "top").is_some());
        assert!(law.forbids("top", "bottom").is_none());
        assert!(law.forbids("top", "top").is_none());
    }

    #[test]
    fn files_are_modules() {
        let module = |file: &str| module_of(Path::new(file)).unwrap().join("::");
        assert_eq!(module("fs/pipe.rs"), "fs::pipe");
        assert_eq!(module("fs/mod.rs"), "fs");
        assert_eq!(module("fs.rs"), "fs");
        assert_eq!(module("lib.rs"), "");
    }
}
