//! Runs the programs /tests/CHAPTER/NAME, or those that its arguments name (`CHAPTER` or `CHAPTER/NAME`), on Linux as on
//! Cor. Each is a line: `ok`, `not ok` with how it ended and what it printed, or `skip` with the reason, when it ended with
//! 77. Ends with 1 if any failed.

mod gate;
mod trial;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

use trial::{Ending, Trial};

/// Where the tests are.
const TESTS: &str = "/tests";

/// What stands among the chapters but is none: what the tests read.
const FIXTURES: &str = "files";

/// Advice in a root without tests, such as the default one.
const NO_TESTS: &str =
    "this root has no tests; to run them: bin/run --root target/images/tests/tests.cpio -- /bin/run-tests";

/// The exit status of a test that does not apply.
const SKIPPED: Ending = Ending::Status(77);

#[derive(Default)]
struct Counts {
    passed: u32,
    failed: u32,
    skipped: u32,
}

fn main() -> ExitCode {
    match run_all() {
        Ok(Counts { failed: 0, .. }) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("run-tests: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run_all() -> Result<Counts> {
    let mut counts = Counts::default();
    for name in names(&std::env::args().skip(1).collect::<Vec<_>>())? {
        counts.add(&name, &Trial::run(&Path::new(TESTS).join(&name)));
    }
    println!("{} passed, {} failed, {} skipped", counts.passed, counts.failed, counts.skipped);
    Ok(counts)
}

/// The tests' names, CHAPTER/NAME, in order: all, or those that were asked for.
fn names(wanted: &[String]) -> Result<Vec<String>> {
    ensure!(Path::new(TESTS).is_dir(), NO_TESTS);
    let mut all = Vec::new();
    for chapter in list(Path::new(TESTS))?.into_iter().filter(|chapter| chapter != FIXTURES) {
        for name in list(&Path::new(TESTS).join(&chapter))? {
            all.push((chapter.clone(), format!("{chapter}/{name}")));
        }
    }
    ensure!(!all.is_empty(), NO_TESTS);
    let asked = |wanted: &String, (chapter, name): &(String, String)| wanted == chapter || wanted == name;
    for wanted in wanted {
        ensure!(all.iter().any(|test| asked(wanted, test)), "there is no test {wanted}");
    }
    all.retain(|test| wanted.is_empty() || wanted.iter().any(|wanted| asked(wanted, test)));
    Ok(all.into_iter().map(|(_, name)| name).collect())
}

fn list(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let names: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.file_name())).collect();
    let mut names: Vec<_> = names?.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

impl Counts {
    /// Counts a test and prints its line.
    fn add(&mut self, name: &str, trial: &Result<Trial>) {
        match trial {
            Ok(Trial { ending: Ending::Status(0), .. }) => {
                self.passed += 1;
                println!("ok {name}");
            }
            Ok(Trial { ending: SKIPPED, output }) => {
                self.skipped += 1;
                println!("skip {name} {}", output.trim_end());
            }
            Ok(Trial { ending, output }) => {
                self.failed += 1;
                println!("not ok {name} {ending}");
                output.lines().for_each(|line| println!("    {line}"));
            }
            Err(error) => {
                self.failed += 1;
                println!("not ok {name} {error:#}");
            }
        }
    }
}
