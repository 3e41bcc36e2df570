//! The kernel's compact symbol table: which function, file and line an address of its code belongs to.
//!
//! The host makes it after linking ([`Encoder`]); a panic reads it without a heap ([`Table`]), walks frame pointers and
//! prints names. Both stand here, so that they cannot disagree. All numbers are little endian; "varint" is LEB128.
//!
//! ```text
//! header      magic "CorSyms1", then u32: length of the table, u32: how many functions, how many checkpoints, and the
//!             offsets of rows, scopes and strings; u64: the base, from which all addresses count
//! functions   sorted, 12 bytes each: u32 start, u32 size, u32 name
//! checkpoints sorted, 8 bytes each: u32 address, u32 where in the rows it stands; one every 32 rows
//! rows        varint (address step << 2 | file changes << 1 | scope changes), [varint file], [varint scope], signed varint
//!             line step. A row holds until the next. File, line and scope begin at 0 at a checkpoint; line 0 is "unknown".
//! scopes      an inlined call each: varint name, varint distance back to the scope around it (0: the function itself),
//!             varint file and line of the call
//! strings     varint length, bytes
//! ```
//! Names, files and scopes are told by their offset in their area; offset 0 is "none".

use crate::bytes::{u32_at, u64_at};

mod encoder;

pub use encoder::{Encoder, Place};

const MAGIC: &[u8; 8] = b"CorSyms1";
const FUNCTION: usize = 12;
const CHECKPOINT: usize = 8;
const ROWS_A_CHECKPOINT: usize = 32;

/// How many bytes [`Table::length`] needs to see.
pub const HEADER: usize = 40;

/// One line of a backtrace: a function, or one that the compiler inlined into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Its name, demangled.
    pub function: &'a str,
    /// The source file, relative to the project or to the crate; empty if unknown.
    pub file: &'a str,
    /// The line in it, from 1; 0 if unknown.
    pub line: u32,
    /// Whether it has no stack frame of its own, because it was inlined into the next one told.
    pub inlined: bool,
}

/// A symbol table in memory, as [`Encoder`] made it.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    base: u64,
    functions: &'a [u8],
    checkpoints: &'a [u8],
    rows: &'a [u8],
    scopes: &'a [u8],
    strings: &'a [u8],
}

impl<'a> Table<'a> {
    /// How long the table is that begins with these bytes (at least [`HEADER`]), or `None` if none does.
    pub fn length(start: &[u8]) -> Option<usize> {
        (start.get(..8)? == MAGIC).then_some(())?;
        u32_at(start, 8).map(|length| length as usize)
    }

    /// The table that begins with these bytes, or `None` if none does or its header contradicts itself.
    pub fn parse(bytes: &'a [u8]) -> Option<Table<'a>> {
        let bytes = bytes.get(..Self::length(bytes)?)?;
        let field = |n: usize| u32_at(bytes, 12 + 4 * n).map(|value| value as usize);
        let (functions, checkpoints) = (field(0)?, field(1)?);
        let (rows, scopes, strings) = (field(2)?, field(3)?, field(4)?);
        let functions_end = HEADER.checked_add(functions.checked_mul(FUNCTION)?)?;
        let checkpoints_end = functions_end.checked_add(checkpoints.checked_mul(CHECKPOINT)?)?;
        Some(Table {
            base: u64_at(bytes, 32)?,
            functions: bytes.get(HEADER..functions_end)?,
            checkpoints: bytes.get(functions_end..checkpoints_end)?,
            rows: bytes.get(rows..scopes)?,
            scopes: bytes.get(scopes..strings)?,
            strings: bytes.get(strings..)?,
        })
    }

    /// What stands at an address, from the innermost inlined function outwards; nothing if no function is there. A return
    /// address belongs to the instruction before it: ask for one less.
    pub fn frames(&self, address: u64) -> Frames<'a> {
        let place = address.checked_sub(self.base).and_then(|offset| u32::try_from(offset).ok());
        let outermost = place.and_then(|offset| self.function(offset));
        let row = place.and_then(|offset| self.row(offset)).unwrap_or_default();
        Frames { table: *self, outermost, scope: row.scope, file: row.file, line: row.line }
    }

    /// The name of the function around an offset from the base.
    fn function(&self, offset: u32) -> Option<&'a str> {
        let count = self.functions.len() / FUNCTION;
        let after = partition(count, |n| u32_at(self.functions, n * FUNCTION).is_some_and(|start| start <= offset));
        let at = after.checked_sub(1)? * FUNCTION;
        let size = u32_at(self.functions, at + 4)?;
        (offset - u32_at(self.functions, at)? < size).then_some(())?;
        self.string(u32_at(self.functions, at + 8)? as usize)
    }

    /// The row that holds at an offset from the base.
    fn row(&self, offset: u32) -> Option<Row> {
        let count = self.checkpoints.len() / CHECKPOINT;
        let after = partition(count, |n| u32_at(self.checkpoints, n * CHECKPOINT).is_some_and(|start| start <= offset));
        let at = after.checked_sub(1)? * CHECKPOINT;
        let end = u32_at(self.checkpoints, at + CHECKPOINT + 4).map_or(self.rows.len(), |end| end as usize);
        let mut bytes = Bytes(self.rows.get(u32_at(self.checkpoints, at + 4)? as usize..end)?);
        let mut row = Row { address: u32_at(self.checkpoints, at)?, ..Row::default() };
        let mut found = None;
        while let Some(next) = row.next(&mut bytes).filter(|next| next.address <= offset) {
            row = next;
            found = Some(next);
        }
        found
    }

    /// The string at an offset in the strings.
    fn string(&self, at: usize) -> Option<&'a str> {
        let mut bytes = Bytes(self.strings.get(at..)?);
        let length = bytes.varint()? as usize;
        core::str::from_utf8(bytes.0.get(..length)?).ok()
    }

    /// The inlined call at an offset in the scopes.
    fn scope(&self, at: u32) -> Option<Scope> {
        let mut bytes = Bytes(self.scopes.get(at as usize..)?);
        let (name, distance) = (bytes.varint()?, bytes.varint()?);
        let around = if distance == 0 { 0 } else { at.checked_sub(distance)? };
        Some(Scope { name, around, file: bytes.varint()?, line: bytes.varint()? })
    }
}

/// The frames of one address, innermost first.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    table: Table<'a>,
    outermost: Option<&'a str>,
    scope: u32,
    file: u32,
    line: u32,
}

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;

    fn next(&mut self) -> Option<Frame<'a>> {
        let outermost = self.outermost?;
        let frame = Frame {
            function: outermost,
            file: self.table.string(self.file as usize).unwrap_or(""),
            line: self.line,
            inlined: false,
        };
        let Some(scope) = Some(self.scope).filter(|&at| at != 0).and_then(|at| self.table.scope(at)) else {
            self.outermost = None;
            return Some(frame);
        };
        (self.scope, self.file, self.line) = (scope.around, scope.file, scope.line);
        Some(Frame { function: self.table.string(scope.name as usize).unwrap_or("?"), inlined: true, ..frame })
    }
}

/// One row, decoded.
#[derive(Clone, Copy, Default)]
struct Row {
    address: u32,
    file: u32,
    line: u32,
    scope: u32,
}

impl Row {
    /// The row after this one; `None` at the end.
    fn next(self, bytes: &mut Bytes<'_>) -> Option<Row> {
        let step = bytes.varint()?;
        Some(Row {
            address: self.address.checked_add(step >> 2)?,
            file: if step & 2 != 0 { bytes.varint()? } else { self.file },
            scope: if step & 1 != 0 { bytes.varint()? } else { self.scope },
            line: self.line.wrapping_add_signed(unfold(bytes.varint()?)),
        })
    }
}

/// One inlined call: who was called, the scope around the call, and where in it the call stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Scope {
    name: u32,
    around: u32,
    file: u32,
    line: u32,
}

/// Bytes that are read from the front.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn varint(&mut self) -> Option<u32> {
        let mut value = 0u64;
        for shift in (0..35).step_by(7) {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(value).ok();
            }
        }
        None
    }
}

/// How many of the first `count` numbers fulfil a condition that holds for a beginning of them only.
fn partition(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// The step behind the encoder's `fold`.
const fn unfold(folded: u32) -> i32 {
    (folded >> 1) as i32 ^ -((folded & 1) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::String, vec::Vec};

    const BASE: u64 = 0xffff_ffff_8010_0000;

    fn place<'a>(function: &'a str, file: &'a str, line: u32) -> Place<'a> {
        Place { function, file, line }
    }

    fn lines(table: &Table<'_>, address: u64) -> Vec<String> {
        let mark = |frame: &Frame<'_>| if frame.inlined { "^" } else { "" };
        table.frames(address).map(|f| format!("{} {}:{}{}", f.function, f.file, f.line, mark(&f))).collect()
    }

    /// A small generator of numbers, the same on every run (xorshift).
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % bound
        }
    }

    #[test]
    fn finds_functions_lines_and_inlined_calls() {
        let mut encoder = Encoder::new(BASE);
        encoder.function(BASE + 0x40, 0x20, "second");
        encoder.function(BASE + 0x10, 0x20, "first");
        encoder.row(BASE + 0x10, &[place("first", "a.rs", 7)]);
        encoder.row(
            BASE + 0x18,
            &[place("deep", "core/deep.rs", 900), place("help", "b.rs", 30), place("first", "a.rs", 8)],
        );
        encoder.row(BASE + 0x20, &[place("first", "a.rs", 6)]);
        encoder.row(BASE + 0x30, &[]);
        let bytes = encoder.finish();
        let table = Table::parse(&bytes).unwrap();
        assert_eq!(lines(&table, BASE + 0x10), ["first a.rs:7"]);
        assert_eq!(lines(&table, BASE + 0x1f), ["deep core/deep.rs:900^", "help b.rs:30^", "first a.rs:8"]);
        assert_eq!(lines(&table, BASE + 0x2f), ["first a.rs:6"]);
        assert_eq!(lines(&table, BASE + 0x45), ["second :0"]);
        for outside in [0, BASE - 1, BASE, BASE + 0x0f, BASE + 0x30, BASE + 0x60, u64::MAX] {
            assert!(lines(&table, outside).is_empty(), "{outside:#x}");
        }
    }

    #[test]
    fn tells_its_length_and_refuses_what_is_not_a_table() {
        let mut bytes = Encoder::new(BASE).finish();
        bytes.extend_from_slice(b"what follows in memory");
        assert_eq!(Table::length(&bytes[..HEADER]), Some(bytes.len() - 22));
        assert!(Table::parse(&bytes).is_some());
        assert!(Table::parse(&bytes[..HEADER]).is_none());
        assert!(Table::parse(&[0; 64]).is_none());
        assert_eq!(Table::length(b"CorSyms"), None);
    }

    #[test]
    fn agrees_with_a_plain_list_of_rows() {
        let (files, mut random) = (["a.rs", "b.rs", "core/c.rs"], Random(88172645463325252));
        let mut encoder = Encoder::new(BASE);
        encoder.function(BASE, 1 << 20, "all");
        let mut model: Vec<(u64, &str, u32, bool)> = Vec::new();
        let mut address = BASE;
        for _ in 0..3000 {
            let (file, line) = (files[random.below(3) as usize], 1 + random.below(100_000) as u32);
            let (inner, outer) = (place("small", file, line), place("all", "main.rs", line / 2 + 1));
            let inlined = random.below(2) == 0;
            if inlined {
                encoder.row(address, &[inner, outer])
            } else {
                encoder.row(address, &[inner])
            }
            model.push((address, file, line, inlined));
            address += 1 + random.below(300);
        }
        let bytes = encoder.finish();
        let table = Table::parse(&bytes).unwrap();
        for (n, &(start, file, line, inlined)) in model.iter().enumerate() {
            let end = model.get(n + 1).map_or(start + 1, |next| next.0);
            for address in [start, end - 1] {
                let frames: Vec<_> = table.frames(address).collect();
                assert_eq!((frames[0].file, frames[0].line, frames.len()), (file, line, 1 + usize::from(inlined)));
            }
        }
    }

    #[test]
    fn damage_never_panics() {
        let mut encoder = Encoder::new(BASE);
        for n in 0..200 {
            encoder.function(BASE + n * 64, 64, &format!("function {n}"));
            encoder.row(BASE + n * 64, &[place("in", "a.rs", n as u32), place("out", "b.rs", 1)]);
        }
        let good = encoder.finish();
        let mut random = Random(12345);
        for _ in 0..20_000 {
            let mut bytes = good.clone();
            for _ in 0..=random.below(3) {
                let at = random.below(bytes.len() as u64) as usize;
                bytes[at] = random.below(256) as u8;
            }
            if let Some(table) = Table::parse(&bytes) {
                let _ = table.frames(BASE + random.below(200 * 64)).take(50).count();
            }
        }
    }
}
