//! Programs whose ELF file is damaged on purpose (elf(5)).

use crate::world::World;
use cucumber::given;
use std::fs;

const TYPE: usize = 16;
const MACHINE: usize = 18;
const ENTRY: usize = 24;
const HEADERS_AT: usize = 32;
const SECTIONS_AT: usize = 40;
const HEADER_SIZE: usize = 54;
const HEADER_COUNT: usize = 56;
const SECTION_COUNT: usize = 60;

/// Offsets of fields in a section header, and its size.
const SECTION_OFFSET: usize = 24;
const SECTION_SIZE: usize = 32;
const SECTION_LENGTH: usize = 64;

/// Type of the section with the symbols.
const SYMBOLS: u8 = 2;

/// Where things stand in a program header, and how long that is.
const OFFSET: usize = 8;
const ADDRESS: usize = 16;
const FILE_SIZE: usize = 32;
const MEMORY_SIZE: usize = 40;
const LENGTH: usize = 56;

#[given(regex = r"^the file of (\S+) (.*)$")]
fn damaged_file(world: &mut World, path: String, damage: String) {
    let path = world.in_root(&path);
    let mut elf = Elf(fs::read(&path).expect("the program"));
    elf.damage(&damage);
    fs::write(path, elf.0).expect("the program, damaged");
}

struct Elf(Vec<u8>);

impl Elf {
    fn damage(&mut self, damage: &str) {
        let load = self.loads();
        match damage {
            "ends in the middle of its header" => self.0.truncate(40),
            "ends before its segments are listed" => self.0.truncate(64 + 20),
            "ends in the middle of a segment" => self.0.truncate(self.u64(load[1] + OFFSET) as usize + 1),
            "is empty" => self.0.clear(),
            "is for arm64" => self.set(MACHINE, &[183, 0]),
            "is for 32 bits" => self.set(4, &[1]),
            "is big-endian" => self.set(5, &[2]),
            "is an object, not a program" => self.set(TYPE, &[1, 0]),
            "has no segments" => self.set(HEADER_COUNT, &[0, 0]),
            "claims 65535 segments" => self.set(HEADER_COUNT, &[0xff, 0xff]),
            "has segment headers of another size" => self.set(HEADER_SIZE, &[1, 0]),
            "lists its segments beyond its end" => self.set_u64(HEADERS_AT, u64::MAX - 10),
            "has two segments at the same place" => {
                let (place, offset) = (self.u64(load[0] + ADDRESS), self.u64(load[1] + OFFSET));
                self.set_u64(load[1] + ADDRESS, place + offset % 4096);
            }
            "has a segment in the kernel's half" => self.set_u64(load[1] + ADDRESS, 0xffff_8000_0000_0000),
            "has a segment at the end of all addresses" => self.set_u64(load[1] + ADDRESS, u64::MAX << 12),
            "has a segment at address 0" => self.set_u64(load[0] + ADDRESS, 0),
            "has a segment larger than all memory" => self.set_u64(load[1] + MEMORY_SIZE, 1 << 60),
            "has a segment that is larger in the file than in memory" => {
                let size = self.u64(load[1] + FILE_SIZE);
                self.set_u64(load[1] + MEMORY_SIZE, size - 1);
            }
            "has a segment that does not fit its page" => {
                let place = self.u64(load[1] + ADDRESS);
                self.set_u64(load[1] + ADDRESS, place + 8);
            }
            "begins in the kernel" => self.set_u64(ENTRY, 0xffff_ffff_8010_0000),
            "begins where nothing is" => self.set_u64(ENTRY, 0x1234_5678_9000),
            "lists its sections beyond its end" => self.set_u64(SECTIONS_AT, u64::MAX - 10),
            "has symbols beyond its end" => self.set_u64(self.symbols() + SECTION_OFFSET, u64::MAX - 10),
            "claims more symbols than any file has" => self.set_u64(self.symbols() + SECTION_SIZE, u64::MAX),
            "has symbols with names beyond its end" => {
                let (start, size) =
                    (self.u64(self.symbols() + SECTION_OFFSET), self.u64(self.symbols() + SECTION_SIZE));
                (start..start + size).step_by(24).for_each(|at| self.set(at as usize, &[0xff; 4]));
            }
            _ => panic!("unknown: {damage}"),
        }
    }

    /// The header of the section with the symbols.
    fn symbols(&self) -> usize {
        let (first, count) = (self.u64(SECTIONS_AT) as usize, usize::from(self.0[SECTION_COUNT]));
        let mut headers = (0..count).map(|n| first + n * SECTION_LENGTH);
        headers.find(|&at| self.0[at + 4..at + 8] == [SYMBOLS, 0, 0, 0]).expect("a section with symbols")
    }

    /// Where the headers of the segments that are loaded stand.
    fn loads(&self) -> Vec<usize> {
        let (first, count) = (self.u64(HEADERS_AT) as usize, usize::from(self.0[HEADER_COUNT]));
        let headers = (0..count).map(|n| first + n * LENGTH);
        headers.filter(|&at| self.0[at..at + 4] == [1, 0, 0, 0]).collect()
    }

    fn u64(&self, at: usize) -> u64 {
        self.0[at..at + 8].iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
    }

    fn set_u64(&mut self, at: usize, value: u64) {
        self.set(at, &value.to_le_bytes());
    }

    fn set(&mut self, at: usize, bytes: &[u8]) {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }
}
