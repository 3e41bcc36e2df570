//! Makes the kernel's symbol table from its ELF symbols and its DWARF line table.

use addr2line::Context as Lines;
use anyhow::{Context, Result, anyhow};
use gimli::{EndianSlice, LittleEndian};
use logic::symbols::{Encoder, Place};
use object::{Object, ObjectSection, ObjectSymbol, SymbolKind};
use std::path::Path;

/// Where the files of Rust's library are, after [`shorten`].
const LIBRARY: [&str; 3] = ["core/src/", "alloc/src/", "compiler-builtins/"];

type Slice<'a> = EndianSlice<'a, LittleEndian>;

/// The lowest address of the kernel's upper half; what is linked below belongs to the boot stub.
const UPPER_HALF: u64 = 0xffff_8000_0000_0000;

/// The longest name of a function that the table keeps: what is longer is all generic parameters.
const LONGEST_NAME: usize = 160;

/// The table for a linked kernel, with file names relative to the project's folder `root`.
pub fn table(linked: &[u8], root: &Path) -> Result<Vec<u8>> {
    let file = object::File::parse(linked)?;
    let functions = functions(&file);
    let base = functions.first().map_or(0, |function| function.start);
    let dwarf = gimli::Dwarf::load(|id| -> Result<Slice<'_>> {
        let data = file.section_by_name(id.name()).map_or(Ok(&[][..]), |section| section.data())?;
        Ok(EndianSlice::new(data, LittleEndian))
    })?;
    let lines = Lines::from_dwarf(dwarf).map_err(|error| anyhow!("the kernel's DWARF: {error}"))?;
    let mut encoder = Encoder::new(base);
    for function in &functions {
        encoder.function(function.start, function.size, &function.name);
        add_lines(&mut encoder, &lines, function, &root.to_string_lossy())
            .with_context(|| format!("the lines of {}", function.name))?;
    }
    Ok(encoder.finish())
}

/// A function of the kernel.
struct Function {
    start: u64,
    size: u64,
    name: String,
}

/// The functions of the upper half by address, each address once. One without a size (assembly) reaches to the next.
fn functions(file: &object::File<'_>) -> Vec<Function> {
    let text = |symbol: &object::Symbol<'_, '_>| symbol.kind() == SymbolKind::Text && symbol.address() >= UPPER_HALF;
    let mut functions: Vec<Function> = file
        .symbols()
        .filter(text)
        .filter_map(|symbol| {
            let name = readable(symbol.name().ok()?);
            Some(Function { start: symbol.address(), size: symbol.size(), name })
        })
        .collect();
    functions.sort_by_key(|function| (function.start, std::cmp::Reverse(function.size)));
    functions.dedup_by_key(|function| function.start);
    let starts: Vec<u64> = functions.iter().map(|function| function.start).collect();
    for (n, function) in functions.iter_mut().enumerate() {
        let room = starts.get(n + 1).map_or(function.size.max(1), |next| next - function.start);
        function.size = if function.size == 0 { room } else { function.size.min(room) };
    }
    functions
}

/// Adds a row wherever the place in the source changes within a function.
fn add_lines(encoder: &mut Encoder, lines: &Lines<Slice<'_>>, function: &Function, root: &str) -> Result<()> {
    let end = function.start + function.size;
    let mut known_to = function.start;
    for (start, length, _) in lines.find_location_range(function.start, end)? {
        if start > known_to {
            encoder.row(known_to, &[]);
        }
        let places = places(lines, start.max(function.start), function, root)?;
        let places: Vec<Place<'_>> =
            places.iter().map(|(function, file, line)| Place { function, file, line: *line }).collect();
        encoder.row(start.max(function.start), &places);
        known_to = start + length;
    }
    if known_to < end {
        encoder.row(known_to, &[]);
    }
    Ok(())
}

/// The function, file and line of an address, before it those inlined around it, innermost first. Inlined functions of Rust's
/// library are left out: what matters is who called them, and they would be most of the table.
fn places(
    lines: &Lines<Slice<'_>>,
    address: u64,
    function: &Function,
    root: &str,
) -> Result<Vec<(String, String, u32)>> {
    let mut frames = lines.find_frames(address).skip_all_loads()?;
    let mut places = Vec::new();
    while let Some(frame) = frames.next()? {
        let name = frame.function.as_ref().and_then(|name| name.raw_name().ok().map(|name| last_word(&name)));
        let (file, line) = frame.location.map_or(("", 0), |place| (place.file.unwrap_or(""), place.line.unwrap_or(0)));
        places.push((name.unwrap_or_default(), shorten(file, root), line));
    }
    if let Some((mut outermost, mut inlined)) = places.pop().map(|last| (last, places)) {
        inlined.retain(|(_, file, _)| !LIBRARY.iter().any(|library| file.starts_with(library)));
        outermost.0.clone_from(&function.name);
        inlined.push(outermost);
        return Ok(inlined);
    }
    Ok(Vec::new())
}

/// An inlined function's name without its path and generic parameters: the function around it has the path.
fn last_word(mangled: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(mangled));
    let (mut depth, mut start, mut end) = (0_u32, 0, name.len());
    for (at, letter) in name.char_indices() {
        match letter {
            '<' if depth == 0 && at > start => (depth, end) = (1, at),
            '<' | '(' | '[' | '{' => depth += 1,
            '>' | ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ':' if depth == 0 && name[at..].starts_with("::") && !name[at..].starts_with("::<") => {
                (start, end) = (at + 2, name.len());
            }
            _ => {}
        }
    }
    name[start..end.max(start)].trim_end_matches(':').to_string()
}

/// A function's name as people write it.
fn readable(name: &str) -> String {
    let mut name = format!("{:#}", rustc_demangle::demangle(name));
    if name.len() > LONGEST_NAME {
        let end = (0..=LONGEST_NAME).rev().find(|&end| name.is_char_boundary(end)).unwrap_or(0);
        name.truncate(end);
        name.push('…');
    }
    name
}

/// A source file's name from where a reader looks for it: the project, a crate, or Rust's library.
fn shorten(file: &str, root: &str) -> String {
    let after = |mark: &str| file.split_once(mark).map(|(_, rest)| rest);
    let crates = || after("/registry/src/").and_then(|rest| rest.split_once('/')).map(|(_, rest)| rest);
    let inside = file.strip_prefix(root).map(|rest| rest.trim_start_matches('/'));
    inside.or_else(crates).or_else(|| after("/library/")).unwrap_or(file).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_from_where_a_reader_looks() {
        let short = |file| shorten(file, "/home/me/cor");
        assert_eq!(short("/home/me/cor/kernel/src/lib.rs"), "kernel/src/lib.rs");
        assert_eq!(short("/root/.cargo/registry/src/index.crates.io-1/spin-0.12.3/src/a.rs"), "spin-0.12.3/src/a.rs");
        assert_eq!(short("/rustc/0123/library/core/src/option.rs"), "core/src/option.rs");
        assert_eq!(short("/usr/src/boot.S"), "/usr/src/boot.S");
    }

    #[test]
    fn inlined_functions_are_told_without_path_and_parameters() {
        assert_eq!(last_word("cor::task::run::{closure#0}<core::option::Option<u8>>"), "{closure#0}");
        assert_eq!(last_word("<u8 as core::convert::Into<u16>>::into"), "into");
        assert_eq!(last_word("core::mem::swap::<alloc::vec::Vec<u8>>"), "swap");
        assert_eq!(last_word("_RNvC6_123foo3bar"), "bar");
        assert_eq!(last_word("plain"), "plain");
    }

    #[test]
    fn names_are_demangled_and_bounded() {
        assert_eq!(readable("_RNvC6_123foo3bar"), "123foo::bar");
        assert_eq!(readable("start_in_long_mode"), "start_in_long_mode");
        assert!(readable(&"ü".repeat(500)).len() <= LONGEST_NAME + 3);
    }
}
