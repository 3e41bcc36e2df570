//! The C programs under `user/`: `programs/NAME.c` becomes /bin/NAME, `soak/NAME.c` /soak/NAME,
//! `tests/CHAPTER/NAME.c` /tests/CHAPTER/NAME, and all files of `bench` together /bin/bench.
//!
//! They are compiled by `gcc -O2 -static`. A first line `// build: …` changes that: the word `musl` takes musl-gcc,
//! every other word is handed to the compiler (`-static-pie`, which replaces `-static`, `-Wl,-Ttext-segment=0x10000`, `-pthread`, …).

use super::packages::Program;
use super::progress::Progress;
use crate::project::Project;
use crate::{command, files};
use anyhow::{Context, Result};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

/// The C programs that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// `user/programs`: the default root has them.
    Programs,
    /// `user/tests` and `user/soak`.
    Tests,
    /// `user/bench`, one program.
    Bench,
}

/// Compiles the programs of a group that have changed; returns all of them.
pub fn build(project: &Project, group: Group) -> Result<Vec<Program>> {
    let mut programs = Vec::new();
    let mut stale = Vec::new();
    let headers = headers(project)?;
    for (sources, install) in sources(project, group)? {
        let file = project.path("target/c").join(&install);
        if !files::is_fresh(&file, &headers) || !files::is_fresh(&file, &sources) {
            stale.push((sources, file.clone()));
        }
        programs.push(Program { file, install });
    }
    compile_all(stale)?;
    Ok(programs)
}

/// A program's sources, the one that says how to compile it first; and a path.
type Work = (Vec<PathBuf>, PathBuf);

/// The sources of a group's programs, and their paths in the root.
fn sources(project: &Project, group: Group) -> Result<Vec<Work>> {
    let directories: &[(&str, &str)] = match group {
        Group::Programs => &[("user/programs", "bin")],
        Group::Tests => &[("user/soak", "soak"), ("user/tests", "tests")],
        Group::Bench => return Ok(vec![(bench(project)?, PathBuf::from("bin/bench"))]),
    };
    let mut found = Vec::new();
    for &(folder, into) in directories {
        let folder = project.path(folder);
        for source in files::files_under(&folder)? {
            let inside = source.strip_prefix(&folder).context("a file outside of its folder")?;
            let depth = inside.components().count();
            let wanted = if into == "tests" { depth == 2 } else { depth == 1 };
            if wanted && source.extension() == Some(OsStr::new("c")) {
                found.push((vec![source.clone()], Path::new(into).join(inside.with_extension(""))));
            }
        }
    }
    Ok(found)
}

/// The sources of the bench, the one with `main` first.
fn bench(project: &Project) -> Result<Vec<PathBuf>> {
    let mut sources = files::files_under(&project.path("user/bench"))?;
    sources.retain(|file| file.extension() == Some(OsStr::new("c")));
    sources.sort_by_key(|file| file.file_stem() != Some(OsStr::new("bench")));
    Ok(sources)
}

/// All headers under user/; one that changes makes every program stale.
fn headers(project: &Project) -> Result<Vec<PathBuf>> {
    let mut headers = files::files_under(&project.path("user"))?;
    headers.retain(|file| file.extension() == Some(OsStr::new("h")));
    Ok(headers)
}

/// Compiles on all processors, and ends with the first failure.
fn compile_all(work: Vec<Work>) -> Result<()> {
    let progress = Progress::new("programs in C:", work.len());
    let work = Mutex::new(work);
    let next = || work.lock().ok().and_then(|mut work| work.pop());
    let worker = || -> Result<()> {
        while let Some((sources, to)) = next() {
            compile(&sources, &to).inspect_err(|_| work.lock().iter_mut().for_each(|work| work.clear()))?;
            progress.step();
        }
        Ok(())
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..processors).map(|_| scope.spawn(worker)).collect();
        let results: Vec<_> = workers.into_iter().filter_map(|worker| worker.join().ok()).collect();
        results.into_iter().collect::<Result<Vec<()>>>()
    })?;
    Ok(())
}

fn compile(sources: &[PathBuf], to: &Path) -> Result<()> {
    let first = sources.first().context("a program without a source")?;
    let text = fs::read_to_string(first).with_context(|| format!("cannot read {}", first.display()))?;
    let folder = to.parent().context("a program without a folder")?;
    fs::create_dir_all(folder)?;
    let (compiler, choices) = choices(&text);
    command::capture(Command::new(compiler).args(["-O2", "-o"]).arg(to).args(sources).args(choices))?;
    Ok(())
}

/// The compiler and the further arguments that a source's first line asks for.
fn choices(source: &str) -> (&'static str, Vec<&str>) {
    let first = source.lines().next().unwrap_or_default();
    let words: Vec<&str> = first.strip_prefix("// build:").unwrap_or_default().split_whitespace().collect();
    let compiler = if words.contains(&"musl") { "musl-gcc" } else { "gcc" };
    let kind = if words.contains(&"-static-pie") { None } else { Some("-static") };
    (compiler, kind.into_iter().chain(words.into_iter().filter(|&word| word != "musl")).collect())
}

#[cfg(test)]
mod tests {
    use super::choices;

    #[test]
    fn the_first_line_chooses() {
        assert_eq!(choices("int main;"), ("gcc", vec!["-static"]));
        assert_eq!(choices("// build: musl\nint main;"), ("musl-gcc", vec!["-static"]));
        assert_eq!(choices("// build: -static-pie -pthread\n"), ("gcc", vec!["-static-pie", "-pthread"]));
        assert_eq!(choices("\n// build: musl"), ("gcc", vec!["-static"]));
    }
}
