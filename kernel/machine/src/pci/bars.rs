//! Base address registers: which ports and which memory a device answers to. PCI Local Bus Specification 3.0, section 6.2.5.
//!
//! The size of a range is found by writing to its register, while the device answers to no address. It is done once, before there
//! are drivers, and noted among the resources.

use super::{Identity, Registers, root};
use crate::{cpu, resource};
use arrayvec::ArrayString;
use core::fmt::Write;
use logic::address::PhysAddr;
use virtio_drivers::transport::pci::bus::{BarInfo, Command, DeviceFunction, PciRoot};

const HOST_BRIDGE: [u8; 2] = [0x06, 0x00];
/// Ports above these are not decoded on a PC, whatever a register of 32 bits says.
const PORTS_END: u64 = 1 << 16;

/// Notes the ranges of a device that is no bridge. A host bridge is left alone: what it answers to is the way to all others.
pub(super) fn describe(device: DeviceFunction, identity: Identity) {
    if [identity.class, identity.subclass] == HOST_BRIDGE {
        return;
    }
    let mut root = root();
    // The console's task may want to write to the graphics memory meanwhile.
    cpu::hold();
    let (_, command) = root.get_status_command(device);
    root.set_command(device, command & !(Command::IO_SPACE | Command::MEMORY_SPACE));
    let bars = read(&mut root, device);
    root.set_command(device, command);
    cpu::release();
    let name = name(device);
    for bar in bars.iter().flatten() {
        note(bar, &name);
    }
}

fn read(root: &mut PciRoot<Registers>, device: DeviceFunction) -> [Option<BarInfo>; 6] {
    // A register that cannot be is left out with those behind it.
    root.bars(device).unwrap_or([const { None }; 6])
}

fn note(bar: &BarInfo, name: &str) {
    match bar {
        BarInfo::IO { address, size } if *address != 0 => {
            let size = u64::from(*size);
            let count = if size >= PORTS_END { size % PORTS_END } else { size };
            resource::describe_ports(u64::from(*address), count, name);
        }
        BarInfo::Memory { address, size, .. } if *address != 0 => {
            resource::describe_memory(PhysAddr(*address), *size, name);
        }
        _ => {}
    }
}

/// As in `0000:00:03.0`.
fn name(device: DeviceFunction) -> ArrayString<16> {
    let DeviceFunction { bus, device, function } = device;
    let mut name = ArrayString::new();
    // It has 12 letters.
    let _ = write!(name, "0000:{bus:02x}:{device:02x}.{function}");
    name
}
