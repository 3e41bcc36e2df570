//! Owners of I/O ports and physical memory: the trees that /proc/ioports and /proc/iomem show (logic::resources).
//!
//! `port` and `mmio` claim what drivers hold; `boot`, `acpi` and `pci` describe what the loader, the firmware and the devices say
//! is where. Both locks are leaves, and nothing is allocated with them.

use crate::{kernel_space, lock::SpinLock};
use arrayvec::ArrayVec;
use logic::{
    address::{PhysAddr, PhysRange},
    errno::{Errno, Result},
    memory_map::{Kind, MemoryMap},
    resources::{Refused, Resource, Resources},
};

static PORTS: SpinLock<Resources<96>> = SpinLock::new("ports' owners", Resources::new());
static MEMORY: SpinLock<Resources<384>> = SpinLock::new("memory's owners", Resources::new());

/// Address space of a tree of resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// I/O ports.
    Ports,
    /// Physical memory.
    Memory,
}

/// Shows every range of a space with its depth in the tree, in order, as long as `show` takes them. A range that comes or goes
/// meanwhile may be seen or not.
pub fn for_each<E>(
    space: Space,
    mut show: impl FnMut(usize, &Resource) -> core::result::Result<(), E>,
) -> core::result::Result<(), E> {
    const BATCH: usize = 8;
    let mut skipped = 0;
    loop {
        let batch: ArrayVec<(usize, Resource), BATCH> = match space {
            Space::Ports => {
                PORTS.lock().iter().skip(skipped).take(BATCH).map(|(depth, range)| (depth, *range)).collect()
            }
            Space::Memory => {
                MEMORY.lock().iter().skip(skipped).take(BATCH).map(|(depth, range)| (depth, *range)).collect()
            }
        };
        batch.iter().try_for_each(|(depth, range)| show(*depth, range))?;
        skipped += batch.len();
        if !batch.is_full() {
            return Ok(());
        }
    }
}

/// Claims ports for an owner; `EBUSY` if they belong to another, `ENOSPC` if the tree is full.
pub(crate) fn claim_ports(base: u16, count: u16, owner: &str) -> Result<()> {
    let (first, last) = (u64::from(base), (u64::from(base) + u64::from(count)).saturating_sub(1));
    let claimed = PORTS.lock().claim(first, last, owner);
    claimed.map_err(|why| refuse("ports", first, last, owner, why))
}

/// Gives up such a claim.
pub(crate) fn release_ports(base: u16, count: u16) {
    PORTS.lock().release(base.into(), (u64::from(base) + u64::from(count)).saturating_sub(1));
}

/// Describes ports, such as those that PCI gave to a device.
pub(crate) fn describe_ports(first: u64, count: u64, name: &str) {
    if let Some(last) = last(first, count) {
        let described = PORTS.lock().describe(first, last, name);
        described.unwrap_or_else(|why| _ = refuse("ports", first, last, name, why));
    }
}

/// Claims physical memory for an owner; errors as for `claim_ports`, and `EINVAL` for none.
pub(crate) fn claim_memory(start: PhysAddr, length: u64, owner: &str) -> Result<()> {
    let last = last(start.0, length).ok_or(Errno::EINVAL)?;
    let claimed = MEMORY.lock().claim(start.0, last, owner);
    claimed.map_err(|why| refuse("memory", start.0, last, owner, why))
}

/// Describes physical memory.
pub(crate) fn describe_memory(start: PhysAddr, length: u64, name: &str) {
    if let Some(last) = last(start.0, length) {
        let described = MEMORY.lock().describe(start.0, last, name);
        described.unwrap_or_else(|why| _ = refuse("memory", start.0, last, name, why));
    }
}

/// Describes the memory map, and the parts of the kernel's image in it, of which the last, the symbols, ends at `image_end`.
pub(crate) fn describe_map(map: &MemoryMap, image_end: u64) {
    // Memory that the kernel has taken is RAM like its neighbours.
    let mut ram: Option<PhysRange> = None;
    for area in map.areas() {
        match (&mut ram, area.kind <= Kind::Taken) {
            (Some(ram), true) if ram.end == area.range.start => ram.end = area.range.end,
            (_, true) => {
                let before = ram.replace(area.range);
                describe_ram(before);
            }
            (_, false) => describe_memory(area.range.start, area.range.length(), name_of(area.kind)),
        }
    }
    describe_ram(ram);
    for (name, range) in kernel_space::image_parts(image_end) {
        describe_memory(PhysAddr(range.start), range.end - range.start, name);
    }
}

fn describe_ram(range: Option<PhysRange>) {
    if let Some(range) = range {
        describe_memory(range.start, range.length(), "System RAM");
    }
}

/// As Linux names them.
fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Usable | Kind::Taken => "System RAM",
        Kind::AcpiReclaimable => "ACPI Tables",
        Kind::AcpiNvs => "ACPI Non-volatile Storage",
        Kind::Reserved => "Reserved",
        Kind::Bad => "Unusable memory",
    }
}

fn last(first: u64, count: u64) -> Option<u64> {
    first.checked_add(count.checked_sub(1)?)
}

/// The log's line about a refusal, and its number.
fn refuse(what: &str, first: u64, last: u64, owner: &str, why: Refused) -> Errno {
    match why {
        Refused::Full => {
            log::warn!("no room to note that {what} {first:#x}-{last:#x} belong to {owner}");
            Errno::ENOSPC
        }
        Refused::Conflict(old) => {
            let Resource { first: old_first, last: old_last, name, .. } = old;
            log::warn!(
                "{what} {first:#x}-{last:#x} are refused to {owner}: {old_first:#x}-{old_last:#x} belong to {name}"
            );
            Errno::EBUSY
        }
    }
}
