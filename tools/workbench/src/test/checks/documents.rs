//! Refuses documents that name files which do not exist: the targets of links, and paths of sources.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use xtask::files;
use xtask::project::Project;

/// The documents, besides those in `docs/`.
const DOCUMENTS: &[&str] = &["README.md", "CONTRIBUTING.md", "kernel/README.md", "user/README.md"];
/// The endings of names that are taken for files of the project.
const ENDINGS: &[&str] = &["rs", "c", "h", "S", "feature", "gdb", "sh"];
/// Directories without sources.
const NO_SOURCES: &[&str] = &["target", ".git"];

/// Checks every document.
pub fn check(project: &Project) -> Result<()> {
    let sources = sources(project.root())?;
    let documents = files::files_under(&project.path("docs"))?;
    let documents = documents.into_iter().filter(|file| file.extension().is_some_and(|ending| ending == "md"));
    let mut complaints = Vec::new();
    for file in DOCUMENTS.iter().map(|name| project.path(name)).chain(documents) {
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.strip_prefix(project.root())?.display();
        let directory = file.parent().unwrap_or(project.root());
        let dead_links = links(&text).into_iter().filter(|(_, link)| !directory.join(link).exists());
        let dead_paths = paths(&text).into_iter().filter(|(_, path)| !is_source(&sources, path));
        complaints
            .extend(dead_links.chain(dead_paths).map(|(line, dead)| format!("{name}:{line}: there is no {dead}")));
    }
    ensure!(complaints.is_empty(), "documents:\n{}", complaints.join("\n"));
    Ok(())
}

/// Returns the paths of all files of the project, without their `src` directories, as documents name them.
fn sources(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).context("cannot read the project's directory")? {
        let entry = entry?;
        if entry.path().is_dir() && !NO_SOURCES.iter().any(|name| entry.file_name() == *name) {
            found.extend(files::files_under(&entry.path())?);
        }
    }
    found.iter().map(|file| Ok(without_src(file.strip_prefix(root)?))).collect()
}

fn without_src(path: &Path) -> PathBuf {
    path.iter().filter(|part| *part != "src").collect()
}

/// Whether a path is one of these files, relative to the project's directory or to any below it.
fn is_source(sources: &[PathBuf], path: &str) -> bool {
    let path = without_src(Path::new(path));
    sources.iter().any(|source| source.ends_with(&path))
}

/// Returns the targets of links to files, each with its line number.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let links = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        found.extend(links.filter(|link| !link.is_empty() && !link.contains("://")).map(|link| (index + 1, link)));
    }
    found
}

/// Returns what looks like the path of a source, each with its line number. Words in capitals are placeholders.
fn paths(text: &str) -> Vec<(usize, &str)> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    let is_path = |word: &&str| {
        let (directory, name) = word.rsplit_once('/').unwrap_or_default();
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        !directory.is_empty() && !word.starts_with('/') && ending.is_some_and(|ending| ENDINGS.contains(&ending))
    };
    let is_placeholder =
        |word: &&str| word.split(['/', '.']).any(|part| part.len() > 1 && part.chars().all(|c| c.is_ascii_uppercase()));
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let words = line.split(|letter| !is_part(letter)).map(|word| word.trim_end_matches('.'));
        found.extend(words.filter(is_path).filter(|word| !is_placeholder(word)).map(|word| (index + 1, word)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found() {
        let text = "See [a](docs/a.md) and [b](b.md#part),\n[c](https://c.org/x) ![d](d.svg) [e](#here)";
        assert_eq!(links(text), [(1, "docs/a.md"), (1, "b.md"), (2, "d.svg")]);
    }

    #[test]
    fn paths_are_found() {
        let text = "`fs/open_file.rs` then user/tests/test.h.\nNot tests/CHAPTER/NAME.c, lib.rs, /etc/x.sh, a/b or `boot/start.S`";
        assert_eq!(paths(text), [(1, "fs/open_file.rs"), (1, "user/tests/test.h"), (2, "boot/start.S")]);
    }

    #[test]
    fn a_source_is_known_by_its_end() {
        let sources = ["kernel/machine/user.rs", "kernel/fs/pipe.rs"].map(PathBuf::from);
        for name in ["kernel/machine/src/user.rs", "machine/user.rs", "kernel/src/fs/pipe.rs"] {
            assert!(is_source(&sources, name), "{name}");
        }
        assert!(!is_source(&sources, "achine/user.rs") && !is_source(&sources, "fs/pipes.rs"));
    }
}
