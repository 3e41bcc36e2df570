//! Addresses of a linked kernel as functions, files and lines. Of inlined functions those of Rust's library and of crates are left out:
//! what matters is who called them.

use addr2line::Context as Lines;
use anyhow::{Result, anyhow};
use gimli::{EndianSlice, LittleEndian};
use object::{Object, ObjectSection, ObjectSymbol, SymbolKind};
use std::path::Path;

type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// A kernel's code.
pub struct Code<'a> {
    lines: Lines<Slice<'a>>,
    /// Start, end and name of each function, by address.
    functions: Vec<(u64, u64, String)>,
    root: &'a Path,
}

impl<'a> Code<'a> {
    /// The code of a linked kernel; file names are told relative to `root`.
    pub fn of(kernel: &object::File<'a>, root: &'a Path) -> Result<Code<'a>> {
        let dwarf = gimli::Dwarf::load(|id| -> Result<Slice<'a>> {
            let data = kernel.section_by_name(id.name()).map_or(Ok(&[][..]), |section| section.data())?;
            Ok(EndianSlice::new(data, LittleEndian))
        })?;
        let lines = Lines::from_dwarf(dwarf).map_err(|error| anyhow!("the kernel's DWARF: {error}"))?;
        let mut functions: Vec<_> = kernel.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text).collect();
        functions.sort_by_key(|symbol| symbol.address());
        let functions = functions.iter().filter_map(|symbol| {
            let name = format!("{:#}", rustc_demangle::demangle(symbol.name().ok()?));
            Some((symbol.address(), symbol.address() + symbol.size().max(1), name))
        });
        Ok(Code { lines, functions: functions.collect(), root })
    }

    /// The functions that stand at an address, innermost first: one, and those inlined into it, each as `FILE:LINE  FUNCTION`.
    pub fn describe(&self, address: u64) -> Vec<String> {
        let function = self.function(address);
        let mut told = Vec::new();
        if let Ok(mut frames) = self.lines.find_frames(address).skip_all_loads() {
            while let Ok(Some(frame)) = frames.next() {
                let name = frame.function.as_ref().and_then(|name| name.demangle().ok()).map(String::from);
                let place = frame.location.map(|place| (place.file.unwrap_or("?"), place.line.unwrap_or(0)));
                told.push((place.map(|(file, line)| format!("{}:{line}", self.shorten(file))), name));
            }
        }
        let mut outermost = told.pop().unwrap_or((None, None));
        outermost.1 = function.map(str::to_string).or(outermost.1);
        told.retain(|(place, _)| place.as_ref().is_some_and(|place| !is_foreign(place)));
        if told.is_empty() || !outermost.0.as_ref().is_some_and(|place| is_foreign(place)) {
            told.push(outermost);
        }
        let unknown =
            || if address >> 47 == 0 { "a program".to_string() } else { "no function of the kernel".to_string() };
        let line = |(place, name): (Option<String>, Option<String>)| match (place, name) {
            (Some(place), name) => format!("{place}  {}", name.unwrap_or_else(unknown)),
            (None, name) => name.unwrap_or_else(unknown),
        };
        told.into_iter().map(line).collect()
    }

    fn function(&self, address: u64) -> Option<&str> {
        let after = self.functions.partition_point(|function| function.0 <= address);
        let (_, end, name) = self.functions.get(after.checked_sub(1)?)?;
        (address < *end).then_some(name)
    }

    fn shorten<'f>(&self, file: &'f str) -> &'f str {
        let inside =
            self.root.to_str().and_then(|root| file.strip_prefix(root)).map(|rest| rest.trim_start_matches('/'));
        inside.or_else(|| file.split_once("/library/").map(|(_, rest)| rest)).unwrap_or(file)
    }
}

/// Whether a place is in Rust's library or in a crate that is not the project's.
fn is_foreign(place: &str) -> bool {
    ["core/src/", "alloc/src/", "compiler-builtins/"].iter().any(|library| place.starts_with(library))
        || place.contains("/registry/src/")
}
