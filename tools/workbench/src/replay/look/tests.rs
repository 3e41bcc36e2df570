//! Looks into a program that the compiler makes of fixture.rs, while it runs: the layouts of types are the compiler's, and the library's.

use super::path::Path;
use super::show::show;
use super::{Look, Types};
use crate::replay::expression::{find, statics};
use anyhow::Result;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::process::{Child, Command, Stdio};

struct Process(File);

impl super::Memory for Process {
    fn read(&mut self, address: u64, length: usize) -> Result<Option<Vec<u8>>> {
        let mut bytes = vec![0; length];
        Ok(self.0.read_exact_at(&mut bytes, address).is_ok().then_some(bytes))
    }
}

/// The fixture, which runs until it is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(program: &std::path::Path) -> Running {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/replay/look/fixture.rs");
    let mut rustc = Command::new(option_env!("RUSTC").unwrap_or("rustc"));
    rustc.args(["--edition=2024", "-g", "-Crelocation-model=static", source, "-o"]).arg(program);
    assert!(rustc.status().unwrap().success());
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    Running(child)
}

#[test]
fn values_are_found_behind_what_wraps_them() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("fixture");
    let running = start(&program);
    let bytes = std::fs::read(&program).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    let (types, statics) = (Types::of(&file).unwrap(), statics(&file));
    let mut memory = Process(File::open(format!("/proc/{}/mem", running.0.id())).unwrap());
    let mut ask = |text: &str| -> Result<String> {
        let path = Path::parse(text).unwrap();
        let address = find(&path.name, &statics)?.1;
        let place = Look { types: &types, memory: &mut memory }.find(&path, address)?;
        let bytes = super::Memory::read(&mut memory, place.address, place.kind.size as usize)?.unwrap();
        show(&types, place.id, &bytes)
    };
    for (path, value) in [
        ("fixture::COUNT", "1500 (0x5dc)"),
        ("fixture::ARRAY", "[1, -2, 3]"),
        ("fixture::ARRAY[1]", "-2"),
        ("fixture::ALL.last", "199 (0xc7)"),
        ("fixture::ALL.lock", "7"),
        ("fixture::ALL.kind", "Large"),
        ("fixture::ALL.turns[0]", "5"),
        ("fixture::ALL.turns[6]", "4"),
        ("fixture::ALL.taken[77]", "77 (0x4d)"),
        ("fixture::ALL.by_number[150].state", "Ended(Pid(151))"),
        ("fixture::ALL.by_number[40].state", "Waiting {since: -5, patient: true}"),
        ("fixture::ALL.by_number[40].state.patient", "true"),
        ("fixture::ALL.by_number[40].state.Waiting.since", "-5"),
        ("fixture::ALL.by_number[2].files[1]", "8"),
        ("fixture::ALL.by_number[199].parent.letter", "'ä'"),
        ("fixture::ALL.by_number[199].parent.state", "Ready"),
        ("*fixture::ALL.by_number[3].parent", "Task {id: Pid(1), state: Ready, parent: None, files: Vec"),
        ("fixture::ONCE[1]", "6"),
    ] {
        let found = ask(path).unwrap_or_else(|error| format!("{error:#}"));
        assert!(found == value || value.ends_with("Vec") && found.starts_with(value), "{path}: {found}");
    }
    for (path, complaint) in [
        ("fixture::ALL.by_number[1]", "has no 1 now, but [2, 3, 4"),
        ("fixture::ALL.first", "with the fields last, by_number"),
        ("fixture::ALL.by_number[40].state.Ended", "is Waiting now"),
        ("fixture::ALL.by_number[199].parent.parent.id", "is None now"),
        ("fixture::ALL.turns[7]", "has only 7 elements"),
        ("fixture::COUNT[1]", "is no list"),
        ("*fixture::ALL.by_number[3].id", "is no pointer"),
    ] {
        let error = format!("{:#}", ask(path).unwrap_err());
        assert!(error.contains(complaint), "{path}: {error}");
    }
}
