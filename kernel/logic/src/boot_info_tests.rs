//! Tests of `boot_info`.

use super::*;
use alloc::{format, string::ToString, vec, vec::Vec};

const IMAGE: PhysRange = PhysRange { start: PhysAddr(0x10_0000), end: PhysAddr(0x18_0000) };

fn usual() -> BootInfo {
    let mut info = BootInfo::new();
    info.add_area(LoaderArea { start: 0, length: 64 << 20, code: 1 });
    info.add_module(0x20_0000, 0x4321, b"root").unwrap();
    let field = |position| Field { position, size: 8 };
    let format = Format::Colours { red: field(16), green: field(8), blue: field(0) };
    let address = PhysAddr(0xfd00_0000);
    info.framebuffer = Some(Framebuffer { address, pitch: 4096, width: 1024, height: 768, bits: 32, format });
    info
}

#[test]
fn a_usual_machine_is_accepted() {
    let mut info = usual();
    assert_eq!(info.settle(IMAGE), Ok(()));
    let taken: Vec<_> = info.memory.areas().iter().filter(|area| area.kind == Kind::Taken).collect();
    assert_eq!(taken.len(), 2);
    assert!(info.modules.iter().all(|module| !info.memory.touches_usable(module.range)));
    let mut text = usual();
    let address = PhysAddr(0xb_8000);
    text.add_area(LoaderArea { start: 0xa_0000, length: 0x6_0000, code: 2 });
    text.framebuffer = Some(Framebuffer { address, pitch: 160, width: 80, height: 25, bits: 16, format: Format::Text });
    assert_eq!(text.settle(IMAGE), Ok(()));
    assert!(text.framebuffer.is_some() && text.framebuffer_refused.is_none());
}

#[test]
fn what_cannot_be_is_refused() {
    let refused = |change: fn(&mut BootInfo), word: &str| {
        let mut info = usual();
        change(&mut info);
        let reason = info.settle(IMAGE).unwrap_err();
        assert!(reason.contains(word), "{reason}");
    };
    let bare = |info: &mut BootInfo| {
        info.memory = MemoryMap::new();
        info.modules.clear();
    };
    refused(bare, "no free memory");
    refused(|info| info.modules[0].range.end = info.modules[0].range.start, "empty");
    refused(|info| info.modules[0].range.end.0 = 65 << 20, "does not lie in memory");
    refused(
        |info| info.modules[0].range = PhysRange::new(PhysAddr(1 << 40), 1 << 20).unwrap(),
        "does not lie in memory",
    );
    refused(|info| info.modules[0].range.start = PhysAddr(0x17_ffff), "overlaps");
    refused(|info| info.add_module(0x20_4320, 1, b"").unwrap(), "overlaps");
    refused(|info| info.memory.add(0x20_1000, 0x1000, Kind::Reserved), "does not lie in memory");
}

#[test]
fn a_module_that_wraps_or_is_one_too_many_is_refused() {
    let mut info = BootInfo::new();
    assert!(info.add_module(u64::MAX, 2, b"").unwrap_err().contains("wraps"));
    for module in 0..MODULES_MAX as u64 {
        info.add_module(module << 20, 1, b"").unwrap();
    }
    assert!(info.add_module(0, 1, b"").unwrap_err().contains("too many"));
}

#[test]
fn a_screen_that_cannot_be_is_left_out() {
    let left_out = |change: fn(&mut Framebuffer), word: &str| {
        let mut info = usual();
        change(info.framebuffer.as_mut().unwrap());
        info.settle(IMAGE).unwrap();
        let reason = info.framebuffer_refused.unwrap();
        assert!(reason.contains(word) && info.framebuffer.is_none(), "{reason}");
    };
    left_out(|screen| screen.address.0 = u64::MAX - 4096, "beyond");
    left_out(|screen| screen.address.0 = 0x100_0000, "buffer lies in memory that is free");
    left_out(|screen| screen.width = 0, "no area");
    left_out(|screen| (screen.pitch, screen.height) = (u32::MAX, u32::MAX), "too large");
    left_out(|screen| screen.pitch = 4095, "rows");
    left_out(|screen| screen.bits = 8, "not 15");
    left_out(|screen| screen.bits = 16, "colours");
    left_out(|screen| screen.format = Format::Text, "characters");
}

#[test]
fn areas_are_kept_as_they_were_told() {
    let mut info = BootInfo::new();
    for code in 0..200 {
        info.add_area(LoaderArea { start: 0x10_0000, length: 0x100, code });
    }
    assert_eq!((info.loader_areas.len(), info.loader_area_count), (LOADER_AREAS_MAX, 200));
    let told: Vec<_> = info.loader_areas[..7].iter().map(|area| area.to_string()).collect();
    let types = ["type 0", "usable", "reserved", "ACPI data", "ACPI NVS", "unusable", "type 6"];
    let lines: Vec<_> = types.iter().map(|kind| format!("0x0000000000100000-0x00000000001000ff {kind}")).collect();
    assert_eq!(told, lines);
    let odd = LoaderArea { start: u64::MAX, length: u64::MAX, code: 2 };
    assert!(odd.to_string().contains("0xffffffffffffffff-0xffffffffffffffff"));
}

#[test]
fn text_of_any_kind_is_taken() {
    assert_eq!(text::<64>(b"root=/dev/vda\0junk").as_str(), "root=/dev/vda");
    assert_eq!(text::<64>(b"no end").as_str(), "no end");
    assert_eq!(text::<64>(b"a\xff\xfeb\xc3").as_str(), "a\u{fffd}\u{fffd}b\u{fffd}");
    assert_eq!(text::<4>("ab\u{e9}\u{e9}".as_bytes()).as_str(), "ab\u{e9}");
    assert_eq!(text::<8>(&vec![b'x'; 1000]).len(), 8);
    assert!(text::<8>(b"").is_empty());
}
