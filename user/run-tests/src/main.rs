//! Runs the programs /tests/CHAPTER/NAME, or those that its arguments name (`CHAPTER` or `CHAPTER/NAME`). Each is a line:
//! `ok`, `not ok` with how it ended and what it printed, or `skip` with the reason, when it ended with 77.
//!
//! It uses both gates: Cor's own to start programs, Linux's for folders and for setting output aside.
#![no_std]
#![no_main]

extern crate alloc;

mod folder;
mod linux;
mod trial;

use alloc::ffi::CString;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::CStr;

use cor_rt::gate::Status;
use cor_rt::{Arguments, Result, eprintln, println};

use folder::Kind;
use trial::Trial;

cor_rt::main!(main);

/// Where the tests are.
const TESTS: &str = "/tests";

/// What stands among the chapters but is none: what the tests read.
const FIXTURES: &str = "files";

/// The exit status of a test that does not apply.
const SKIPPED: Status = Status::exited(77);

#[derive(Default)]
struct Counts {
    passed: u32,
    failed: u32,
    skipped: u32,
}

fn main(arguments: &Arguments) -> i32 {
    let wanted: Vec<&str> = arguments.arguments().skip(1).filter_map(|argument| argument.to_str().ok()).collect();
    let environment: Vec<&CStr> = arguments.environment().collect();
    let names = match names(&wanted) {
        Ok(names) if names.is_empty() => {
            eprintln!("run-tests: there are no such tests in {TESTS}");
            return 2;
        }
        Ok(names) => names,
        Err(errno) => {
            eprintln!("run-tests: {TESTS}: {errno}");
            return 2;
        }
    };
    let mut counts = Counts::default();
    for name in &names {
        counts.add(name, &Trial::run(&format!("{TESTS}/{name}"), &environment));
    }
    println!("{} passed, {} failed, {} skipped", counts.passed, counts.failed, counts.skipped);
    i32::from(counts.failed > 0)
}

/// The tests' names, CHAPTER/NAME, in order.
fn names(wanted: &[&str]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for chapter in list(TESTS, Kind::Folder)? {
        if chapter == FIXTURES {
            continue;
        }
        for name in list(&format!("{TESTS}/{chapter}"), Kind::File)? {
            let name = format!("{chapter}/{name}");
            if wanted.is_empty() || wanted.iter().any(|wanted| *wanted == chapter || *wanted == name) {
                names.push(name);
            }
        }
    }
    Ok(names)
}

fn list(path: &str, kind: Kind) -> Result<Vec<String>> {
    let path = CString::new(path).unwrap_or_default();
    let mut names: Vec<String> =
        folder::list(&path)?.into_iter().filter(|entry| entry.0 == kind).map(|entry| entry.1).collect();
    names.sort();
    Ok(names)
}

impl Counts {
    /// Counts a test and prints its line.
    fn add(&mut self, name: &str, trial: &Result<Trial>) {
        match trial {
            Ok(Trial { status, .. }) if *status == Status::exited(0) => {
                self.passed += 1;
                println!("ok {name}");
            }
            Ok(Trial { status, output }) if *status == SKIPPED => {
                self.skipped += 1;
                println!("skip {name} {}", output.trim_end());
            }
            Ok(Trial { status, output }) => {
                self.failed += 1;
                println!("not ok {name} {status}");
                output.lines().for_each(|line| println!("    {line}"));
            }
            Err(errno) => {
                self.failed += 1;
                println!("not ok {name} cannot be run: {errno}");
            }
        }
    }
}
