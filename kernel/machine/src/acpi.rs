//! What the firmware tells of the machine: ACPI's tables, found through the root pointer that the loader gave or the
//! BIOS left.
//!
//! The crate `acpi` reads the tables; the objects in AML it does not read (logic/aml_sleep.rs picks the one that
//! matters).

use crate::kernel_space;
use acpi::{AcpiHandler, AcpiTables, PhysicalMapping, fadt::Fadt};
use core::{ptr::NonNull, slice};
use logic::address::PhysAddr;
use logic::aml_sleep::{self, SoftOff};

/// The tables.
pub(crate) type Tables = AcpiTables<Map>;

/// At least the size of what is mapped to see whether there is a table: its header, or the root pointer.
const HEADER: usize = 64;

/// How the crate sees physical memory.
#[derive(Clone, Debug)]
pub(crate) struct Map;

/// How to switch the machine off, and what to do before that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PowerRegisters {
    /// The ports PM1a_CNT and PM1b_CNT.
    pub(crate) control: [Option<u16>; 2],
    /// What their fields SLP_TYP take to switch off.
    pub(crate) soft_off: SoftOff,
    /// A port, and the value that makes the firmware hand these registers over.
    pub(crate) enable: Option<(u16, u8)>,
}

/// Reads the list of tables. `root` is where the loader found the root pointer; without it the BIOS's places are
/// searched.
pub(crate) fn tables(root: Option<PhysAddr>) -> Option<Tables> {
    let tables = match root {
        // SAFETY: the loader says that it is there, and the crate checks its signature and sum.
        Some(root) => unsafe { Tables::from_rsdp(Map, root.0 as usize) },
        // SAFETY: only memory of the BIOS is searched, which reading does not change.
        None => unsafe { Tables::search_for_rsdp_bios(Map) },
    };
    tables.inspect_err(|why| log::warn!("ACPI: no tables: {why:?}")).ok()
}

/// Finds out how to switch off.
pub(crate) fn power_registers(tables: &Tables) -> Option<PowerRegisters> {
    let fadt = tables.find_table::<Fadt>().ok()?;
    let soft_off = aml_sleep::find_soft_off(dsdt(tables)?)?;
    let first = fadt.pm1a_control_block().ok()?;
    let second = fadt.pm1b_control_block().ok().flatten();
    let command = u16::try_from(fadt.smi_cmd_port).ok().filter(|&port| port != 0);
    Some(PowerRegisters {
        control: [port(first), second.and_then(port)],
        soft_off,
        enable: command.map(|port| (port, fadt.acpi_enable)),
    })
}

fn port(register: acpi::address::GenericAddress) -> Option<u16> {
    let in_ports = register.address_space == acpi::address::AddressSpace::SystemIo;
    u16::try_from(register.address).ok().filter(|&port| in_ports && port != 0)
}

/// The AML bytes of the DSDT.
fn dsdt(tables: &Tables) -> Option<&'static [u8]> {
    let table = tables.dsdt().ok()?;
    let length = table.length as usize;
    let bytes = kernel_space::map_firmware(PhysAddr(table.address as u64), length).ok()?;
    // SAFETY: the table's sum was right over its whole length, it is mapped for good, and nobody writes it.
    Some(unsafe { slice::from_raw_parts(bytes.as_ptr(), length) })
}

impl AcpiHandler for Map {
    /// Where there is no memory left to map a table, the crate sees zeroes, which are no table.
    unsafe fn map_physical_region<T>(&self, physical_address: usize, size: usize) -> PhysicalMapping<Self, T> {
        #[repr(align(16))]
        struct Zeroes([u8; HEADER]);
        static NOTHING: Zeroes = Zeroes([0; HEADER]);
        let start = kernel_space::map_firmware(PhysAddr(physical_address as u64), size).unwrap_or_else(|_| {
            assert!(size <= HEADER, "no memory is left to map a table of ACPI");
            NonNull::from(&NOTHING.0).cast()
        });
        // SAFETY: `size` bytes can be read there and nobody writes them.
        unsafe { PhysicalMapping::new(physical_address, start.cast(), size, size, self.clone()) }
    }

    fn unmap_physical_region<T>(_region: &PhysicalMapping<Self, T>) {}
}
