//! What can only be found among a file's tokens: `unsafe` wherever it hides, and the paths in macro calls.

use crate::Offence;
use anyhow::{Result, anyhow};
use proc_macro2::{TokenStream, TokenTree};

/// Every `unsafe` in a file's text. The attribute that exports a symbol (`#[unsafe(no_mangle)]`) may stand in the one file that
/// has the kernel's entry.
pub fn unsafe_code(text: &str) -> Result<Vec<Offence>> {
    let tokens: TokenStream = text.parse().map_err(|error| anyhow!("{error}"))?;
    let mut found = Vec::new();
    search_unsafe(tokens, text.contains("fn kernel_main("), &mut found);
    Ok(found)
}

fn search_unsafe(tokens: TokenStream, may_export: bool, found: &mut Vec<Offence>) {
    let mut after_hash = false;
    for token in tokens {
        let is_hash = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == '#');
        match token {
            TokenTree::Ident(word) if word == "unsafe" => {
                let what = "unsafe is only for kernel/machine".to_string();
                found.push(Offence { line: word.span().start().line, what });
            }
            TokenTree::Group(group) if !(after_hash && may_export) => search_unsafe(group.stream(), may_export, found),
            _ => {}
        }
        after_hash = is_hash;
    }
}

/// The paths among tokens, each as its names and its line: `crate::fs::open` is `["crate", "fs", "open"]`.
pub fn paths(tokens: TokenStream) -> Vec<(Vec<String>, usize)> {
    let mut found: Vec<(Vec<String>, usize)> = Vec::new();
    let (mut path, mut line, mut colons) = (Vec::new(), 0, 0);
    for token in tokens {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
            TokenTree::Ident(word) => {
                if colons != 2 {
                    found.push((std::mem::take(&mut path), line));
                    line = word.span().start().line;
                }
                path.push(word.to_string());
                colons = 0;
            }
            TokenTree::Group(group) => {
                found.push((std::mem::take(&mut path), line));
                found.extend(paths(group.stream()));
                colons = 0;
            }
            _ => colons = 0,
        }
    }
    found.push((path, line));
    found.retain(|(path, _)| path.len() > 1);
    found
}

#[cfg(test)]
mod tests {
    use super::paths;

    #[test]
    fn paths_are_found_in_macros() {
        let tokens = "\"{}\", crate::fs::open(super::x), a: b, y".parse().unwrap();
        let found: Vec<_> = paths(tokens).into_iter().map(|(path, _)| path.join("::")).collect();
        assert_eq!(found, ["crate::fs::open", "super::x"]);
    }
}
