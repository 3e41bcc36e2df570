//! Makes the table, on the host.

use super::{CHECKPOINT, FUNCTION, HEADER, MAGIC, ROWS_A_CHECKPOINT, Row, Scope};
use alloc::{collections::BTreeMap, string::String, vec::Vec};

/// A place in the source: a function's name, and the file and line in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The function, demangled.
    pub function: &'a str,
    /// The file; empty if unknown.
    pub file: &'a str,
    /// The line, from 1; 0 if unknown.
    pub line: u32,
}

/// Makes a table. Functions come in any order; rows must come by rising address.
pub struct Encoder {
    base: u64,
    functions: BTreeMap<u32, (u32, u32)>,
    strings: Area<String>,
    scopes: Area<Scope>,
    rows: Vec<u8>,
    checkpoints: Vec<(u32, u32)>,
    in_checkpoint: usize,
    last: Row,
}

impl Encoder {
    /// An empty table, for code that lies within 4 GiB from `base` on.
    pub fn new(base: u64) -> Encoder {
        Encoder {
            base,
            functions: BTreeMap::new(),
            strings: Area::new(),
            scopes: Area::new(),
            rows: Vec::new(),
            checkpoints: Vec::new(),
            in_checkpoint: 0,
            last: Row::default(),
        }
    }

    /// Adds a function of `size` bytes at `start`. Of two at one address the first stays; one below the base is left out.
    pub fn function(&mut self, start: u64, size: u64, name: &str) {
        if let Some(start) = self.offset(start) {
            let name = self.string(name);
            self.functions.entry(start).or_insert((u32::try_from(size).unwrap_or(u32::MAX), name));
        }
    }

    /// From `address` on the code belongs to these places: the innermost inlined function first, the function itself last.
    /// No places: nothing is known.
    pub fn row(&mut self, address: u64, places: &[Place<'_>]) {
        let Some(address) = self.offset(address) else { return };
        let (file, line) = places.first().map_or((0, 0), |place| (self.string(place.file), place.line));
        let row = Row { address, file, line, scope: self.scope(places) };
        let same = (row.file, row.line, row.scope) == (self.last.file, self.last.line, self.last.scope);
        if self.checkpoints.is_empty() || !same {
            self.push(row);
        }
    }

    /// The finished table.
    pub fn finish(self) -> Vec<u8> {
        let rows = HEADER + self.functions.len() * FUNCTION + self.checkpoints.len() * CHECKPOINT;
        let scopes = rows + self.rows.len();
        let strings = scopes + self.scopes.bytes.len();
        let length = strings + self.strings.bytes.len();
        let mut table = Vec::with_capacity(length);
        table.extend_from_slice(MAGIC);
        for number in [length, self.functions.len(), self.checkpoints.len(), rows, scopes, strings] {
            table.extend_from_slice(&(number as u32).to_le_bytes());
        }
        table.extend_from_slice(&self.base.to_le_bytes());
        for (start, (size, name)) in self.functions {
            table.extend([start, size, name].iter().flat_map(|number| number.to_le_bytes()));
        }
        for (address, at) in self.checkpoints {
            table.extend([address, at].iter().flat_map(|number| number.to_le_bytes()));
        }
        table.extend_from_slice(&self.rows);
        table.extend_from_slice(&self.scopes.bytes);
        table.extend_from_slice(&self.strings.bytes);
        table
    }

    fn offset(&self, address: u64) -> Option<u32> {
        u32::try_from(address.checked_sub(self.base)?).ok()
    }

    /// The offset of a string; equal strings share one.
    fn string(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let (at, new) = self.strings.place(String::from(text));
        if new {
            put_varint(&mut self.strings.bytes, text.len() as u32);
            self.strings.bytes.extend_from_slice(text.as_bytes());
        }
        at
    }

    /// The offset of the scope of the first place, after those around it; 0 if the first is the function itself.
    fn scope(&mut self, places: &[Place<'_>]) -> u32 {
        let [inner, outer, ..] = places else { return 0 };
        let around = self.scope(&places[1..]);
        let scope =
            Scope { name: self.string(inner.function), around, file: self.string(outer.file), line: outer.line };
        let (at, new) = self.scopes.place(scope);
        if new {
            let distance = if around == 0 { 0 } else { at - around };
            for number in [scope.name, distance, scope.file, scope.line] {
                put_varint(&mut self.scopes.bytes, number);
            }
        }
        at
    }

    fn push(&mut self, row: Row) {
        let mut last = self.last;
        if self.checkpoints.is_empty() || self.in_checkpoint == ROWS_A_CHECKPOINT {
            self.checkpoints.push((row.address, self.rows.len() as u32));
            self.in_checkpoint = 0;
            last = Row { address: row.address, ..Row::default() };
        }
        let (file, scope) = (row.file != last.file, row.scope != last.scope);
        put_varint(&mut self.rows, (row.address - last.address) << 2 | u32::from(file) << 1 | u32::from(scope));
        if file {
            put_varint(&mut self.rows, row.file);
        }
        if scope {
            put_varint(&mut self.rows, row.scope);
        }
        put_varint(&mut self.rows, fold(row.line.wrapping_sub(last.line) as i32));
        self.in_checkpoint += 1;
        self.last = row;
    }
}

/// Encoded things that are told by their offset, each once; offset 0 is "none".
struct Area<T> {
    bytes: Vec<u8>,
    places: BTreeMap<T, u32>,
}

impl<T: Ord> Area<T> {
    fn new() -> Area<T> {
        Area { bytes: alloc::vec![0], places: BTreeMap::new() }
    }

    /// Where a thing stands, and whether it is new there: then the caller encodes it.
    fn place(&mut self, thing: T) -> (u32, bool) {
        let end = self.bytes.len() as u32;
        let at = *self.places.entry(thing).or_insert(end);
        (at, at == end)
    }
}

fn put_varint(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// A signed step as a number that is small if the step is.
const fn fold(step: i32) -> u32 {
    ((step << 1) ^ (step >> 31)) as u32
}
