//! Finds every path of a file that names a layer, and asks the law about it.

use crate::law::{Law, module_of};
use crate::{Offence, tokens};
use std::path::Path;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{ItemMod, ItemUse, Macro, UseTree};

/// What a file under kernel/src names that its layer may not.
pub fn offences(law: &Law, inside: &Path, tree: &syn::File) -> Vec<Offence> {
    let Ok(module) = module_of(inside) else { return Vec::new() };
    let Some(layer) = module.first() else { return Vec::new() };
    if law.depth(layer).is_none() {
        let what = format!("{layer} is not a layer: kernel/src/lib.rs does not list it");
        return vec![Offence { line: 1, what }];
    }
    let mut finder = Finder { law, layer, module: module.clone(), found: Vec::new() };
    finder.visit_file(tree);
    finder.found
}

/// Walks through a file, knowing in which module it is.
struct Finder<'a> {
    law: &'a Law,
    layer: &'a str,
    module: Vec<String>,
    found: Vec<Offence>,
}

impl Finder<'_> {
    /// Notes a path, told from the crate's root or relative by `super`, if the law forbids it.
    fn note(&mut self, path: &[String], line: usize) {
        let Some(layer) = self.layer_of(path) else { return };
        if let Some(what) = self.law.forbids(self.layer, &layer) {
            self.found.push(Offence { line, what });
        }
    }

    /// The layer that a path leads to, if it is one of ours.
    fn layer_of(&self, path: &[String]) -> Option<String> {
        match path.first()?.as_str() {
            "crate" => path.get(1).cloned(),
            "self" | "super" => {
                let rest = if path[0] == "self" { &path[1..] } else { path };
                let up = rest.iter().take_while(|part| *part == "super").count();
                let stays = self.module.len().checked_sub(up)?;
                if stays == 0 { rest.get(up).cloned() } else { None }
            }
            _ => None,
        }
    }

    /// Notes all paths of a `use` tree that continue `before`.
    fn note_tree(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: String| [before, &[name]].concat();
        match tree {
            UseTree::Path(path) => self.note_tree(&with(path.ident.to_string()), &path.tree),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.note_tree(before, tree)),
            UseTree::Name(name) => self.note(&with(name.ident.to_string()), line_of(tree)),
            UseTree::Rename(rename) => self.note(&with(rename.ident.to_string()), line_of(tree)),
            UseTree::Glob(_) => self.note(before, line_of(tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.note_tree(&[], &item.tree);
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.module.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.note(&names, line_of(path));
        visit::visit_path(self, path);
    }

    // What stands in a macro's call is only tokens, so its paths are found among these.
    fn visit_macro(&mut self, call: &'ast Macro) {
        for (path, line) in tokens::paths(call.tokens.clone()) {
            self.note(&path, line);
        }
        visit::visit_macro(self, call);
    }
}

fn line_of(tree: &impl Spanned) -> usize {
    tree.span().start().line
}
