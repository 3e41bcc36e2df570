//! The functions of programs and libraries: their files are taken out of the root that the machine ran from.

use anyhow::Result;
use object::{Object, ObjectSection, ObjectSegment, ObjectSymbol, SymbolKind};
use std::collections::HashMap;
use xtask::cpio::read::{self, Found};
use xtask::cpio::{FILE, KIND};

/// The files of a root.
pub struct Files<'a> {
    /// Where each path's data is; a file with several names has its data at one of them.
    data: HashMap<String, &'a [u8]>,
    known: HashMap<String, Option<Image<'a>>>,
}

/// A program or library.
pub struct Image<'a> {
    bytes: &'a [u8],
    segments: Vec<Segment>,
    functions: Vec<Function>,
    /// Where calls of other files' functions go through: begin and end.
    stubs: Vec<(u64, u64)>,
}

struct Segment {
    offset: u64,
    size: u64,
    address: u64,
}

/// A function, by the addresses that its file says.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub start: u64,
    pub end: u64,
    pub name: String,
}

impl<'a> Files<'a> {
    /// Those of the archives on a disk.
    pub fn new(disk: &'a [u8]) -> Result<Files<'a>> {
        let entries = read::entries(disk)?;
        let mut linked = HashMap::new();
        let (mut data, mut without) = (HashMap::new(), Vec::new());
        for Found { entry, data: start } in entries {
            let path = format!("/{}", String::from_utf8_lossy(&entry.name).trim_start_matches("./"));
            if entry.mode & KIND != FILE {
                continue;
            }
            if entry.size == 0 {
                without.push((path, entry.inode));
                continue;
            }
            let bytes = &disk[start..start + entry.size as usize];
            linked.insert(entry.inode, bytes);
            data.insert(path, bytes);
        }
        data.extend(without.into_iter().filter_map(|(path, inode)| Some((path, *linked.get(&inode)?))));
        Ok(Files { data, known: HashMap::new() })
    }

    /// The program or library of that path, if the root has it.
    pub fn image(&mut self, path: &str) -> Option<&Image<'a>> {
        let data = &self.data;
        let read = || Image::read(data.get(path)?).ok();
        self.known.entry(path.to_string()).or_insert_with(read).as_ref()
    }
}

impl<'a> Image<'a> {
    /// Reads a file's tables.
    pub fn read(bytes: &'a [u8]) -> Result<Image<'a>> {
        let file = object::File::parse(bytes)?;
        let segment = |segment: object::Segment<'_, '_>| {
            let (offset, size) = segment.file_range();
            Segment { offset, size, address: segment.address() }
        };
        let stubs = file.sections().filter(|section| section.name().is_ok_and(|name| name.starts_with(".plt")));
        Ok(Image {
            bytes,
            segments: file.segments().map(segment).collect(),
            functions: functions(&file),
            stubs: stubs.map(|section| (section.address(), section.address() + section.size())).collect(),
        })
    }

    /// The address that the file says for what lies at an offset in it.
    pub fn address(&self, offset: u64) -> Option<u64> {
        let within = |segment: &&Segment| offset.checked_sub(segment.offset).is_some_and(|at| at < segment.size);
        self.segments.iter().find(within).map(|segment| offset - segment.offset + segment.address)
    }

    /// The function that an address is in.
    pub fn function(&self, address: u64) -> Option<&Function> {
        let after = self.functions.partition_point(|function| function.start <= address);
        self.functions[..after].last().filter(|function| address < function.end)
    }

    /// Whether the instruction before an offset is a call; and where it goes, if it says so itself.
    pub fn call_before(&self, offset: u64) -> Option<Option<u64>> {
        const NEAR_CALL: u8 = 0xe8;
        const GROUP: u8 = 0xff;
        let end = usize::try_from(offset).ok()?;
        let back = |count: usize| self.bytes.get(end.checked_sub(count)?..end);
        if let Some([NEAR_CALL, distance @ ..]) = back(5) {
            let distance = i32::from_le_bytes(distance.try_into().ok()?);
            return Some(self.address(offset).map(|address| address.wrapping_add_signed(distance.into())));
        }
        // By a register or a word in memory: the group's second operation, with zero to five bytes of address.
        let indirect = |count| matches!(back(count), Some([GROUP, operand, ..]) if operand >> 3 & 7 == 2);
        [2, 3, 4, 6, 7].into_iter().any(indirect).then_some(None)
    }

    /// Whether a call to this address ends in another file.
    pub fn is_stub(&self, address: u64) -> bool {
        self.stubs.iter().any(|&(start, end)| (start..end).contains(&address))
    }
}

/// The functions by address, each address once. What has no size reaches to the next.
fn functions(file: &object::File<'_>) -> Vec<Function> {
    let all = file.symbols().chain(file.dynamic_symbols());
    let text = all.filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.address() != 0);
    let named = text.filter_map(|symbol| {
        let name = format!("{:#}", rustc_demangle::demangle(symbol.name().ok()?));
        Some(Function { start: symbol.address(), end: symbol.address() + symbol.size(), name })
    });
    let mut functions: Vec<Function> = named.collect();
    // Of several names, the one that people use: with few underscores.
    let underscores = |name: &str| name.len() - name.trim_start_matches('_').len();
    functions.sort_by(|a, b| (a.start, underscores(&a.name), &a.name).cmp(&(b.start, underscores(&b.name), &b.name)));
    functions.dedup_by(|next, kept| next.start == kept.start);
    let starts: Vec<u64> = functions.iter().map(|function| function.start).collect();
    for (function, next) in functions.iter_mut().zip(starts.into_iter().skip(1)) {
        function.end = if function.end == function.start { next } else { function.end.min(next) };
    }
    functions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(bytes: &[u8]) -> Image<'_> {
        let segments = vec![Segment { offset: 0, size: 0x100, address: 0x1000 }];
        let function = |start, end, name: &str| Function { start, end, name: name.into() };
        let functions = vec![function(0x1000, 0x1005, "a"), function(0x1005, 0x1010, "b")];
        Image { bytes, segments, functions, stubs: vec![(0x1080, 0x1090)] }
    }

    #[test]
    fn addresses_are_found_in_functions() {
        let image = image(&[]);
        assert_eq!(image.address(0x10), Some(0x1010));
        assert_eq!(image.address(0x100), None);
        let name = |address| image.function(address).map(|function| function.name.as_str());
        assert_eq!([name(0xfff), name(0x1004), name(0x1005), name(0x1010)], [None, Some("a"), Some("b"), None]);
        assert!(image.is_stub(0x1080) && !image.is_stub(0x1090));
    }

    #[test]
    fn calls_are_known_by_their_bytes() {
        let direct = [0xe8, 0xfb, 0xff, 0xff, 0xff];
        assert_eq!(image(&direct).call_before(5), Some(Some(0x1000)));
        assert_eq!(image(&[0xff, 0xd0]).call_before(2), Some(None));
        assert_eq!(image(&[0xff, 0x15, 0, 0, 0, 0]).call_before(6), Some(None));
        assert_eq!(image(&[0x90; 8]).call_before(8), None);
        assert_eq!(image(&direct).call_before(9), None);
    }
}
