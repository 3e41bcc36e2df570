//! Description of the machine in the log at the level `verbose`, before there are drivers: the loader's memory map, the kernel's
//! addresses, the screen, and ACPI's facts.

use crate::log::verbose;
use logic::boot_info::{BootInfo, Format};
use machine::{acpi::Platform, kernel_space};

/// Writes it.
pub(super) fn describe(info: &BootInfo, platform: Option<&Platform>) {
    memory(info);
    screen(info);
    if let Some(platform) = platform {
        firmware(platform);
    }
}

fn memory(info: &BootInfo) {
    verbose!(target: "cor::memory", "the loader's map has {} areas", info.loader_area_count);
    for area in &info.loader_areas {
        verbose!(target: "cor::memory", "{area}");
    }
    for module in &info.modules {
        let (start, last) = (module.range.start.0, module.range.end.0 - 1);
        verbose!(target: "cor::memory", "{start:#018x}-{last:#018x} boot module {}", module.command_line);
    }
    for (name, first, last) in kernel_space::ranges() {
        verbose!(target: "cor::memory", "{first:#x}-{last:#x} kernel addresses: {name}");
    }
}

fn screen(info: &BootInfo) {
    let Some(screen) = info.framebuffer else {
        return verbose!(target: "cor::screen", "the loader told of no screen");
    };
    let (width, height, bits, pitch) = (screen.width, screen.height, screen.bits, screen.pitch);
    let what = match screen.format {
        Format::Text => "text",
        Format::Colours { .. } => "pixels",
    };
    let address = screen.address.0;
    verbose!(target: "cor::screen", "{width} by {height} {what} of {bits} bits at {address:#x}, {pitch} bytes a row");
}

fn firmware(platform: &Platform) {
    verbose!(target: "machine::acpi", "root pointer (RSDP) at {:#x}", platform.root.0);
    match &platform.reset {
        Some((register, value)) => {
            verbose!(target: "machine::acpi", "reset register: {register}, value {value:#x}");
        }
        None => verbose!(target: "machine::acpi", "reset register: none"),
    }
    verbose!(target: "machine::acpi", "processors listed by the firmware: {}", platform.processor_count);
    for processor in &platform.processors {
        let state = if processor.enabled { "enabled" } else { "disabled" };
        verbose!(target: "machine::acpi", "processor {} with APIC id {}, {state}", processor.uid, processor.apic);
    }
}
