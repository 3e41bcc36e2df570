//! Walks the buses that are there: bus 0, and what lies behind each bridge.

use super::{Device, Identity, Registers, bars};
use alloc::vec::Vec;
use logic::errno::{Errno, Result};
use virtio_drivers::transport::pci::bus::{ConfigurationAccess, DeviceFunction};

const SLOTS: u8 = 32;
const FUNCTIONS: u8 = 8;
/// What an empty slot reads as.
const NOTHING: u16 = 0xffff;

const IDENTITY: u8 = 0x00;
const CLASS: u8 = 0x08;
const HEADER: u8 = 0x0c;
const BUS_NUMBERS: u8 = 0x18;
const INTERRUPT: u8 = 0x3c;

const SEVERAL_FUNCTIONS: u8 = 0x80;
const DEVICE: u8 = 0;
const BRIDGE: u8 = 1;

/// The buses that have been found and those that have been walked, a bit each.
#[derive(Default)]
struct Buses([u64; 4]);

pub(super) fn all() -> Result<Vec<Device>> {
    let mut devices = Vec::new();
    let mut found = Buses::default();
    let mut walked = Buses::default();
    found.add(0);
    while let Some(bus) = (0..=u8::MAX).find(|&bus| found.has(bus) && !walked.has(bus)) {
        walked.add(bus);
        for slot in 0..SLOTS {
            walk_slot(bus, slot, &mut found, &mut devices)?;
        }
    }
    Ok(devices)
}

fn walk_slot(bus: u8, slot: u8, buses: &mut Buses, devices: &mut Vec<Device>) -> Result<()> {
    for function in 0..FUNCTIONS {
        let address = DeviceFunction { bus, device: slot, function };
        let header = match identify(address) {
            Some(device) => {
                if header_type(address) & !SEVERAL_FUNCTIONS == DEVICE {
                    bars::describe(address, device.identity);
                }
                devices.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
                devices.push(device);
                header_type(address)
            }
            // A slot without a first function is empty; others may be missing in between.
            None if function == 0 => break,
            None => continue,
        };
        if header & !SEVERAL_FUNCTIONS == BRIDGE {
            let [_, behind, ..] = Registers.read_word(address, BUS_NUMBERS).to_le_bytes();
            buses.add(behind);
        }
        if function == 0 && header & SEVERAL_FUNCTIONS == 0 {
            break;
        }
    }
    Ok(())
}

fn identify(address: DeviceFunction) -> Option<Device> {
    let word = Registers.read_word(address, IDENTITY);
    let (vendor, device) = (word as u16, (word >> 16) as u16);
    if vendor == NOTHING {
        return None;
    }
    let [_revision, interface, subclass, class] = Registers.read_word(address, CLASS).to_le_bytes();
    let identity = Identity { vendor, device, class, subclass, interface };
    Some(Device { address, identity, interrupt_line: interrupt_line(address) })
}

/// The firmware notes there how it wired the pin.
fn interrupt_line(address: DeviceFunction) -> Option<u8> {
    let [line, pin, ..] = Registers.read_word(address, INTERRUPT).to_le_bytes();
    (pin != 0 && line < crate::pic::LINES).then_some(line)
}

fn header_type(address: DeviceFunction) -> u8 {
    Registers.read_word(address, HEADER).to_le_bytes()[2]
}

impl Buses {
    fn add(&mut self, bus: u8) {
        self.0[usize::from(bus / 64)] |= 1 << (bus % 64);
    }

    fn has(&self, bus: u8) -> bool {
        self.0[usize::from(bus / 64)] & 1 << (bus % 64) != 0
    }
}
