//! ACPI tables, the firmware's description of the machine, found through the root pointer that the loader gave or the BIOS
//! left.
//!
//! The crate `acpi` finds and checks the tables, logic/acpi_tables.rs reads entries in them; of the objects in AML only one matters,
//! which logic/aml_sleep.rs picks out.

use crate::{kernel_space, port::PortRange, power, resource};
use acpi::{
    AcpiError, AcpiHandler, AcpiTable, AcpiTables, PhysicalMapping,
    address::{AddressSpace, GenericAddress},
    fadt::Fadt,
    hpet::HpetTable,
    madt::Madt,
    mcfg::Mcfg,
    rsdp::Rsdp,
};
use arrayvec::{ArrayString, ArrayVec};
use core::{
    fmt::{self, Write},
    ptr::NonNull,
    slice,
};
use logic::acpi_tables::{self, MadtEntry, Processor};
use logic::address::PhysAddr;
use logic::aml_sleep::{self, SoftOff};

/// The tables.
pub(crate) type Tables = AcpiTables<Map>;

/// At least the size of what is mapped to see whether there is a table: its header, or the root pointer.
const HEADER: usize = 64;

/// Most processors that are kept.
const MOST_PROCESSORS: usize = 64;

/// Facts about the machine from the tables.
#[derive(Debug)]
pub struct Platform {
    /// Address of the root pointer (RSDP).
    pub root: PhysAddr,
    /// The register that resets the machine, and what to write there.
    pub reset: Option<(Register, u8)>,
    /// The first processors of those that are listed.
    pub processors: ArrayVec<Processor, MOST_PROCESSORS>,
    /// Number of processors that are listed.
    pub processor_count: usize,
}

/// Location of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    /// An I/O port.
    Port(u64),
    /// Physical memory.
    Memory(PhysAddr),
    /// Somewhere else, such as in PCI's configuration space.
    Elsewhere,
}

/// Register blocks of the power management, which nobody else is to have.
static BLOCKS: spin::Once<ArrayVec<PortRange, 8>> = spin::Once::new();

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

/// Reads the tables, once: how to switch off, and what they say of the machine, which is also noted among the resources. `root` is where
/// the loader found the root pointer; without it the BIOS's places are searched. `None` if there are none.
pub fn start(root: Option<PhysAddr>) -> Option<&'static Platform> {
    static PLATFORM: spin::Once<Platform> = spin::Once::new();
    let found = tables(root);
    let (tables, root) = found.inspect_err(|why| log::warn!("no tables: {}", reason(why))).ok()?;
    power::prepare(&tables);
    claim_blocks(&tables);
    describe(&tables);
    let processors =
        || madt(&tables).filter_map(|entry| if let MadtEntry::Processor(one) = entry { Some(one) } else { None });
    Some(PLATFORM.call_once(|| Platform {
        root,
        reset: reset_register(&tables),
        processors: processors().take(MOST_PROCESSORS).collect(),
        processor_count: processors().count(),
    }))
}

/// The list of tables, and where the root pointer is.
fn tables(root: Option<PhysAddr>) -> acpi::AcpiResult<(Tables, PhysAddr)> {
    if let Some(root) = root {
        // SAFETY: the loader says that it is there, and the crate checks its signature and sum.
        return Ok((unsafe { Tables::from_rsdp(Map, root.0 as usize) }?, root));
    }
    // SAFETY: only memory of the BIOS is searched, which reading does not change.
    let found = unsafe { Rsdp::search_for_on_bios(Map) }?;
    let root = PhysAddr(found.physical_start() as u64);
    // SAFETY: the search checks what it finds.
    Ok((unsafe { Tables::from_validated_rsdp(Map, found) }?, root))
}

fn reason(error: &AcpiError) -> &'static str {
    match error {
        AcpiError::NoValidRsdp => "there is no root pointer",
        AcpiError::RsdpIncorrectSignature => "the root pointer has a wrong signature",
        AcpiError::RsdpInvalidOemId | AcpiError::RsdpInvalidChecksum => "the root pointer is damaged",
        _ => "the table of tables is damaged",
    }
}

/// The bytes of a table.
fn bytes<T: AcpiTable>(tables: &Tables) -> Option<&'static [u8]> {
    let table = tables.find_table::<T>().ok()?;
    // SAFETY: the table's sum was right over its whole length, it is mapped for good, and nobody writes it.
    Some(unsafe { slice::from_raw_parts(table.virtual_start().as_ptr().cast(), table.region_length()) })
}

fn madt(tables: &Tables) -> impl Iterator<Item = MadtEntry> {
    acpi_tables::madt_entries(bytes::<Madt>(tables).unwrap_or_default())
}

fn claim_blocks(tables: &Tables) {
    let blocks = acpi_tables::fadt_blocks(bytes::<Fadt>(tables).unwrap_or_default());
    // SAFETY: the registers of power management touch no memory.
    let claimed = blocks.filter_map(|block| unsafe { PortRange::claim(block.base, block.count, block.name) }.ok());
    BLOCKS.call_once(|| claimed.collect());
}

/// Notes where the registers of interrupt controllers, timers and PCI's configuration spaces are.
fn describe(tables: &Tables) {
    if let Some(address) = bytes::<Madt>(tables).and_then(acpi_tables::local_apic) {
        resource::describe_memory(PhysAddr(address), 0x1000, "Local APIC");
    }
    for entry in madt(tables) {
        if let MadtEntry::IoApic { id, address } = entry {
            resource::describe_memory(PhysAddr(address), 0x400, &name(format_args!("IOAPIC {id}")));
        }
    }
    if let Some(address) = bytes::<HpetTable>(tables).and_then(acpi_tables::hpet) {
        resource::describe_memory(PhysAddr(address), 0x400, "HPET 0");
    }
    for space in acpi_tables::configuration_spaces(bytes::<Mcfg>(tables).unwrap_or_default()) {
        let (segment, [first, last]) = (space.segment, space.buses);
        let name = name(format_args!("PCI MMCONFIG {segment:04x} [bus {first:02x}-{last:02x}]"));
        resource::describe_memory(PhysAddr(space.start()), space.length(), &name);
    }
}

fn name(text: fmt::Arguments<'_>) -> ArrayString<32> {
    let mut name = ArrayString::new();
    // The longest has 29 letters.
    let _ = name.write_fmt(text);
    name
}

fn reset_register(tables: &Tables) -> Option<(Register, u8)> {
    let fadt = tables.find_table::<Fadt>().ok()?;
    let flags = { fadt.flags };
    let GenericAddress { address_space, address, .. } =
        fadt.reset_register().ok().filter(|_| flags.supports_system_reset_via_fadt())?;
    let register = match address_space {
        AddressSpace::SystemIo => Register::Port(address),
        AddressSpace::SystemMemory => Register::Memory(PhysAddr(address)),
        _ => Register::Elsewhere,
    };
    Some((register, fadt.reset_value))
}

impl fmt::Display for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Register::Port(port) => write!(f, "port {port:#x}"),
            Register::Memory(address) => write!(f, "memory at {:#x}", address.0),
            Register::Elsewhere => f.write_str("neither a port nor memory"),
        }
    }
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
