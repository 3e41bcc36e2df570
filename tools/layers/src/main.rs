//! `layers`: refuses what the kernel's design forbids (kernel/README.md, "The layers").
//!
//! `kernel/src/lib.rs` is the law: its list of modules, top to bottom, is the list of layers. A layer may use those listed below it.
//! Beside that, `unsafe` is only for kernel/machine, and a driver is named only in `driver` and `init`. What is found is printed as
//! `file:line: what`; the exit status is 1 if anything was.
#![allow(unreachable_pub, reason = "nothing outside reaches into a program")]

mod law;
mod tokens;
mod uses;

use anyhow::{Context, Result};
use law::Law;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Something that the design forbids.
#[derive(Debug, PartialEq, Eq)]
pub struct Offence {
    /// The line it stands in.
    pub line: usize,
    /// What is wrong, and why.
    pub what: String,
}

fn main() -> ExitCode {
    let root = std::env::args().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    match check(&root) {
        Ok(offences) if offences.is_empty() => ExitCode::SUCCESS,
        Ok(offences) => {
            offences.iter().for_each(|offence| println!("{offence}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("layers: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// All offences in the project at `root`, each as `file:line: what`.
fn check(root: &Path) -> Result<Vec<String>> {
    let law = Law::parse(&read(&root.join("kernel/src/lib.rs"))?).context("kernel/src/lib.rs")?;
    let mut all = Vec::new();
    for (folder, layered) in [("kernel/src", true), ("kernel/logic/src", false)] {
        for file in rust_files(&root.join(folder))? {
            let inside = file.strip_prefix(root.join(folder))?;
            let text = read(&file)?;
            let mut offences = tokens::unsafe_code(&text).with_context(|| file.display().to_string())?;
            if layered {
                let tree = syn::parse_file(&text).with_context(|| file.display().to_string())?;
                offences.extend(uses::offences(&law, inside, &tree));
            }
            offences.sort_by(|a, b| (a.line, &a.what).cmp(&(b.line, &b.what)));
            offences.dedup();
            let name = Path::new(folder).join(inside);
            all.extend(offences.iter().map(|offence| format!("{}:{}: {}", name.display(), offence.line, offence.what)));
        }
    }
    Ok(all)
}

/// All Rust files under a folder, sorted.
fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot look into {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks a kernel of these files.
    fn check_files(files: &[(&str, &str)]) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("kernel/logic/src")).unwrap();
        for (name, text) in files {
            let path = root.path().join("kernel").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        check(root.path()).unwrap()
    }

    const LIB: &str = "#![no_std]\npub mod init;\npub mod driver;\npub mod fs;\nmod task;\n#[macro_use]\npub mod log;";

    #[test]
    fn downhill_is_allowed() {
        let fs = "use crate::{task::wait, log};\nuse super::task;\nfn f() { crate::log::info!(crate::task::x); }";
        assert!(check_files(&[("src/lib.rs", LIB), ("src/fs.rs", fs), ("src/main.rs", "fn main() {}")]).is_empty());
    }

    #[test]
    fn every_way_to_name_a_layer_above_is_found() {
        let task = "use crate::fs::Inode;
            use crate::{log, fs::{self, x}};
            fn f() { crate::fs::open(); }
            fn g(x: &crate::fs::Inode) {}
            use super::super::fs as y;
            mod inner { use super::super::super::fs::z; }
            fn h() { println!(\"{}\", crate::fs::open()); }
            pub(in crate::fs) struct S;";
        let found = check_files(&[("src/lib.rs", LIB), ("src/task/wait.rs", task)]);
        let lines: Vec<_> =
            found.iter().filter_map(|offence| offence.split(':').nth(1)?.parse::<usize>().ok()).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5, 6, 7, 8], "{found:#?}");
        assert!(found[0].contains("task is below fs"), "{found:?}");
    }

    #[test]
    fn drivers_are_named_in_driver_and_init_only() {
        let uses = "use crate::driver::uart;";
        let files = [("src/init.rs", uses), ("src/driver/mod.rs", uses)];
        assert!(check_files(&[&[("src/lib.rs", LIB)], &files[..]].concat()).is_empty());
        let law = LIB.replace("pub mod init;", "pub mod init;\npub mod syscall;");
        let found = check_files(&[("src/lib.rs", &law), ("src/syscall/table.rs", uses)]);
        assert!(found[0].contains("only driver and init"), "{found:?}");
    }

    #[test]
    fn unsafe_is_found_wherever_it_hides() {
        let text = "fn f() { unsafe { g() } }\nunsafe fn h() {}\nmacro_rules! m { () => { unsafe { g() } } }\n// unsafe\nconst S: &str = \"unsafe\";\nunsafe impl Send for X {}\n#[unsafe(no_mangle)]\nfn i() {}";
        let found = check_files(&[("src/lib.rs", LIB), ("src/fs.rs", text), ("logic/src/lib.rs", "unsafe fn f() {}")]);
        let lines: Vec<_> = found.iter().filter_map(|offence| offence.split(':').nth(1)).collect();
        assert_eq!(lines, ["1", "2", "3", "6", "7", "1"], "{found:#?}");
        // The entry's exported symbol is the one thing that main.rs is for.
        let entry = "#[unsafe(no_mangle)]\nextern \"C\" fn kernel_main() {}\nfn f() { unsafe { g() } }";
        let found = check_files(&[("src/lib.rs", LIB), ("src/main.rs", entry)]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("main.rs:3"), "{found:?}");
    }

    #[test]
    fn a_module_that_is_no_layer_is_an_offence() {
        let found = check_files(&[("src/lib.rs", LIB), ("src/stray.rs", "")]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("stray"), "{found:?}");
    }
}
