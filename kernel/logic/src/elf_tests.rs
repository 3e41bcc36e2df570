//! Tests of `elf`: files are made field by field, changed, and mutated.

use super::*;
use crate::random::Random;
use alloc::vec::Vec;

/// The fields of a program header, by name.
#[derive(Clone, Copy)]
struct Ph {
    kind: u32,
    flags: u32,
    offset: u64,
    address: u64,
    file_size: u64,
    memory_size: u64,
    align: u64,
}

const TEXT: Ph = Ph {
    kind: abi::PT_LOAD,
    flags: 5,
    offset: 0,
    address: 0x40_0000,
    file_size: 0x1234,
    memory_size: 0x1234,
    align: 0x1000,
};
const DATA: Ph = Ph {
    kind: abi::PT_LOAD,
    flags: 6,
    offset: 0x1e10,
    address: 0x40_2e10,
    file_size: 0x200,
    memory_size: 0x5000,
    align: 0x1000,
};

fn file(kind: u16, entry: u64, headers: &[Ph]) -> Vec<u8> {
    let mut bytes = Vec::from(*b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    bytes.extend(kind.to_le_bytes());
    bytes.extend(62u16.to_le_bytes());
    bytes.extend(1u32.to_le_bytes());
    for long in [entry, 64, 0] {
        bytes.extend(long.to_le_bytes());
    }
    bytes.extend(0u32.to_le_bytes());
    for short in [64, 56, headers.len() as u16, 64, 0, 0] {
        bytes.extend(short.to_le_bytes());
    }
    for ph in headers {
        bytes.extend(ph.kind.to_le_bytes());
        bytes.extend(ph.flags.to_le_bytes());
        for long in [ph.offset, ph.address, ph.address, ph.file_size, ph.memory_size, ph.align] {
            bytes.extend(long.to_le_bytes());
        }
    }
    bytes
}

fn parsed(headers: &[Ph]) -> Result<Program, Refusal> {
    parse(&file(2, 0x40_0100, headers))
}

/// Checks that it is refused, with this errno and for a reason with this word.
fn refused(result: Result<Program, Refusal>, errno: Errno, word: &str) {
    let refusal = result.unwrap_err();
    assert!(refusal.errno == errno && refusal.reason.contains(word), "{refusal:?}");
}

#[test]
fn a_usual_program() {
    let note = Ph { kind: abi::PT_NOTE, ..TEXT };
    let stack = Ph { kind: abi::PT_GNU_STACK, flags: 6, ..TEXT };
    let program = parsed(&[TEXT, note, DATA, stack]).unwrap();
    assert_eq!((program.kind, program.entry, program.headers), (Kind::Fixed, 0x40_0100, 4));
    assert_eq!(program.headers_address, Some(0x40_0040));
    assert_eq!(program.align, 4096);
    assert!(!program.stack_executable && program.interpreter.is_none());
    let [text, data] = program.segments[..] else { panic!("not two segments") };
    assert_eq!((text.address, text.memory_size, text.file_offset, text.file_size), (0x40_0000, 0x1234, 0, 0x1234));
    assert_eq!((text.access, data.access), (Access::READ | Access::EXECUTE, Access::READ | Access::WRITE));
    assert_eq!((data.pages().start(), data.pages().end()), (0x40_2000, 0x40_8000));
    assert_eq!((program.span().start(), program.span().end()), (0x40_0000, 0x40_8000));
}

#[test]
fn position_independent_programs_and_interpreters() {
    let text = Ph { address: 0, align: 0x20_0000, ..TEXT };
    let interpreter = Ph { kind: abi::PT_INTERP, offset: 0x200, file_size: 28, ..TEXT };
    let program = parse(&file(3, 0x100, &[text, interpreter])).unwrap();
    assert_eq!((program.kind, program.align), (Kind::Relocatable, 0x20_0000));
    assert_eq!(program.headers_address, Some(64));
    assert_eq!(program.interpreter, Some(0x200..0x21c));
    for (offset, file_size) in [(0x200, 1), (0x200, 5000), (u64::MAX, 5)] {
        refused(parsed(&[TEXT, Ph { offset, file_size, ..interpreter }]), Errno::ENOEXEC, "interpreter");
    }
    assert_eq!(at_base(0x5555_0000_0000, 0x100).unwrap().get(), 0x5555_0000_0100);
    assert!(at_base(USER_END - 1, 1).is_err() && at_base(u64::MAX, 1).is_err());
}

#[test]
fn what_linux_allows_is_allowed() {
    assert_eq!(parsed(&[Ph { address: LOWEST_ADDRESS, ..TEXT }]).unwrap().segments[0].address, 0x1_0000);
    assert!(parse(&file(2, 0, &[TEXT])).is_ok(), "the entry may be anywhere");
    assert!(parsed(&[DATA, TEXT]).is_ok(), "any order");
    assert!(parsed(&[Ph { flags: 7, ..TEXT }]).is_ok());
    let executable_stack = Ph { kind: abi::PT_GNU_STACK, flags: 7, ..TEXT };
    assert!(parsed(&[TEXT, executable_stack]).unwrap().stack_executable);
    let shared_page = Ph { offset: 0x1234, address: 0x40_1234, file_size: 0x10, memory_size: 0x10, ..DATA };
    assert_eq!(parsed(&[TEXT, shared_page]).unwrap().segments.len(), 2);
    let zeros = Ph { offset: 0x77, file_size: 0, ..DATA };
    assert!(parsed(&[TEXT, zeros]).is_ok(), "where zeros stand in the file does not matter");
    let empty = Ph { file_size: 0, memory_size: 0, ..DATA };
    assert_eq!(parsed(&[TEXT, empty]).unwrap().segments.len(), 1);
    assert_eq!(parsed(&[Ph { offset: 0x1000, ..TEXT }]).unwrap().headers_address, None);
    let before_headers = Ph { file_size: 64, ..TEXT };
    assert_eq!(parsed(&[before_headers]).unwrap().headers_address, None);
    let last = Ph { address: USER_END - 0x1000, file_size: 0, memory_size: 0x1000, ..DATA };
    assert_eq!(parsed(&[last]).unwrap().span().end(), USER_END);
}

#[test]
fn segments_that_cannot_be() {
    let with = |change: fn(&mut Ph)| {
        let mut data = DATA;
        change(&mut data);
        parsed(&[TEXT, data])
    };
    refused(with(|ph| ph.memory_size = 0x1ff), Errno::EINVAL, "larger in the file");
    refused(with(|ph| ph.memory_size = u64::MAX), Errno::EINVAL, "outside");
    refused(with(|ph| ph.memory_size = USER_END - ph.address + 1), Errno::EINVAL, "outside");
    refused(with(|ph| ph.address = USER_END + 0xe10), Errno::EINVAL, "outside");
    refused(with(|ph| ph.address = 0xffff_ffff_8000_0e10), Errno::EINVAL, "outside");
    refused(with(|ph| ph.address += 1), Errno::EINVAL, "differently");
    refused(with(|ph| ph.offset = u64::MAX - 0x1ef), Errno::ENOEXEC, "beyond any file's end");
    refused(with(|ph| ph.address = 0x40_0e10), Errno::ENOEXEC, "overlap");
    refused(with(|ph| ph.address = LOWEST_ADDRESS - 0x1f0), Errno::ENOEXEC, "lowest");
    refused(with(|ph| ph.address = 0xe10), Errno::ENOEXEC, "lowest");
    refused(parsed(&[Ph { kind: abi::PT_NOTE, ..TEXT }]), Errno::ENOEXEC, "nothing");
    let many: Vec<Ph> = (0..65).map(|i| Ph { address: TEXT.address + i * 0x2000, ..TEXT }).collect();
    assert!(parsed(&many[..SEGMENTS_MAX]).is_ok());
    refused(parsed(&many), Errno::ENOEXEC, "too many");
}

#[test]
fn headers_that_cannot_be() {
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = file(2, 0x40_0100, &[TEXT]);
        change(&mut bytes);
        parse(&bytes)
    };
    let set = |at: usize, value: &'static [u8]| with(&move |bytes| bytes[at..at + value.len()].copy_from_slice(value));
    refused(with(&|bytes| bytes.clear()), Errno::ENOEXEC, "no ELF");
    refused(with(&|bytes| bytes.truncate(63)), Errno::ENOEXEC, "no ELF");
    refused(set(0, b"#!/b"), Errno::ENOEXEC, "no ELF");
    refused(set(5, &[2]), Errno::ENOEXEC, "no ELF");
    refused(set(4, &[1]), Errno::ENOEXEC, "processor");
    refused(set(18, &[3, 0]), Errno::ENOEXEC, "processor");
    refused(set(16, &[1, 0]), Errno::ENOEXEC, "neither");
    refused(set(16, &[4, 0]), Errno::ENOEXEC, "neither");
    refused(set(54, &[57, 0]), Errno::ENOEXEC, "no size");
    refused(set(56, &[0, 0]), Errno::ENOEXEC, "no size");
    refused(set(56, &[0xff, 0xff]), Errno::ENOEXEC, "no size");
    refused(set(32, &[0xff; 8]), Errno::ENOEXEC, "beyond its end");
    refused(set(32, &[65]), Errno::ENOEXEC, "not at its start");
    refused(set(24, &[0xff; 8]), Errno::EINVAL, "starts outside");
    let header = Header::parse(&file(2, 0, &[TEXT, DATA])).unwrap();
    assert_eq!(header.table(), 64..64 + 2 * 56);
    refused(header.program(&[0; 111]), Errno::ENOEXEC, "beyond its end");
}

/// Whatever was accepted keeps what is promised of it.
fn check(program: &Program) {
    assert!(!program.segments.is_empty() && program.entry < USER_END && program.align.is_power_of_two());
    assert!(program.interpreter.as_ref().is_none_or(|name| name.end <= FILE_MAX));
    let span = program.span();
    for (i, segment) in program.segments.iter().enumerate() {
        let pages = segment.pages();
        assert!(span.start() <= pages.start() && pages.end() <= span.end() && !pages.is_empty());
        assert!(segment.file_size <= segment.memory_size && segment.end() <= USER_END);
        assert!(segment.file_size == 0 || segment.file_offset + segment.file_size <= FILE_MAX);
        assert!(program.segments[i + 1..].iter().all(|other| !other.overlaps(segment)));
    }
}

#[test]
fn mutated_files_never_break_anything() {
    let mut random = Random(77);
    let interpreter = Ph { kind: abi::PT_INTERP, offset: 0x200, file_size: 28, ..TEXT };
    let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let made = file(2, 0x40_0100, &[TEXT, interpreter, DATA]);
    let mut accepted = 0;
    for original in [&made[..], &own[..own.len().min(4096)]] {
        check(&parse(original).unwrap());
        for _ in 0..20_000 {
            let mut bytes = original.to_vec();
            let table = bytes.len().min(64 + 15 * 56) as u64;
            for _ in 0..=random.below(3) {
                let at = random.below(table) as usize;
                bytes[at] = [0, 0xff, 0x7f, 0x80, random.next() as u8][random.below(5) as usize];
            }
            if random.below(10) == 0 {
                bytes.truncate(random.below(table) as usize);
            }
            if let Ok(program) = parse(&bytes) {
                accepted += 1;
                check(&program);
            }
        }
    }
    assert!(accepted > 1000, "only {accepted} were accepted");
}
