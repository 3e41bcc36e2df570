//! The kernel's half of virtual memory, shared by all spaces:
//!
//! ```text
//! ffff_8000_0000_0000   all RAM (the "physmap"); read and write, but for its alias of the kernel's text and constants
//! ffff_c000_0000_0000   kernel stacks, each with unmapped pages below it
//! ffff_d000_0000_0000   device registers, and windows: frames laid side by side for a while
//! ffff_ffff_8000_0000   the kernel's image: text (RX), constants (R), data (RW)
//! ```
//!
//! The top-level slots of all four are filled once, at boot, and copied into every space; what hangs below them is
//! changed under one lock and seen by all.

mod window;

pub use window::{Window, map_device, map_firmware};

use crate::{frame::Frame, lock::SpinLock};
use core::{
    arch::asm,
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
};
use logic::{
    address::{PAGE_SIZE, PhysAddr, round_up},
    errno::{Errno, Result},
};

/// Entries in a page table of any level.
pub(crate) const ENTRIES: usize = 512;
/// Bits of an entry (SDM volume 3, 4.5).
pub(crate) const PRESENT: u64 = 1 << 0;
pub(crate) const WRITABLE: u64 = 1 << 1;
pub(crate) const USER: u64 = 1 << 2;
const UNCACHED: u64 = 1 << 4;
pub(crate) const ACCESSED: u64 = 1 << 5;
pub(crate) const DIRTY: u64 = 1 << 6;
const LARGE: u64 = 1 << 7;
const GLOBAL: u64 = 1 << 8;
pub(crate) const NO_EXECUTE: u64 = 1 << 63;
pub(crate) const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

const PHYSMAP: u64 = 0xffff_8000_0000_0000;
const STACKS: u64 = 0xffff_c000_0000_0000;
const WINDOWS: u64 = 0xffff_d000_0000_0000;
const KERNEL: u64 = 0xffff_ffff_8000_0000;
const LARGE_PAGE: u64 = 2 << 20;
const FIRST_KERNEL_SLOT: usize = ENTRIES / 2;

/// Size of a kernel stack. A kernel with debug assertions is one without optimisation (profile `unoptimized`), whose functions
/// keep every copy of a value in its own place on the stack.
pub(crate) const STACK_SIZE: u64 = if cfg!(debug_assertions) { 96 << 10 } else { 24 << 10 };
/// A kernel stack's share of virtual memory: the stack is its upper part, the rest stays unmapped.
const STACK_SLOT: u64 = (STACK_SIZE + 1).next_power_of_two();

/// A page table, as the CPU sees it too; it sets accessed and dirty bits behind our back.
pub(crate) type Table = [AtomicU64; ENTRIES];

/// The top table with nothing in a program's half. Whoever changes what hangs below the kernel's slots holds it.
static TABLES: SpinLock<PhysAddr> = SpinLock::new("kernel page tables", PhysAddr(0));
static ROOT: AtomicU64 = AtomicU64::new(0);
static NEXT_STACK: AtomicU64 = AtomicU64::new(STACKS);

unsafe extern "C" {
    static __boot_start: u8;
    static __boot_end: u8;
    static __text_start: u8;
    static __text_end: u8;
    static __rodata_start: u8;
    static __data_start: u8;
    static __symbols_start: u8;
    static __image_end: u8;
    static kernel_boot_guard: u8;
}

/// Where physical memory is seen. Good for RAM, and for nothing else.
#[inline(always)]
pub(crate) fn physmap(address: PhysAddr) -> *mut u8 {
    (PHYSMAP + address.0) as *mut u8
}

/// The physical address behind one of the kernel's: in the physmap or in the image. `EFAULT` elsewhere.
pub(crate) fn to_physical(address: u64) -> Result<PhysAddr> {
    match address {
        KERNEL.. => Ok(PhysAddr(address - KERNEL)),
        PHYSMAP..STACKS => Ok(PhysAddr(address - PHYSMAP)),
        _ => Err(Errno::EFAULT),
    }
}

/// The physical memory that the kernel's image lies in, boot stub and symbols with it; the symbols end at `symbols_end`.
pub(crate) fn image(symbols_length: u64) -> Range<u64> {
    let end = (&raw const __symbols_start as u64 + symbols_length).max(&raw const __image_end as u64);
    &raw const __boot_start as u64..round_up(end - KERNEL).unwrap_or(0)
}

/// Where the image ends in the kernel's own addresses.
pub(crate) fn image_end(symbols_length: u64) -> u64 {
    KERNEL + image(symbols_length).end
}

/// The physical memory of the boot stub, which nobody needs once the kernel has its own tables.
pub(crate) fn boot_stub() -> Range<u64> {
    &raw const __boot_start as u64..&raw const __boot_end as u64
}

/// Where the table of symbols is, if there is one.
pub(crate) fn symbols() -> *const u8 {
    &raw const __symbols_start
}

/// Whether an address lies in the kernel's text.
pub(crate) fn is_text(address: u64) -> bool {
    (&raw const __text_start as u64..&raw const __text_end as u64).contains(&address)
}

/// Whether an address may lie on a kernel stack, and can be read: the boot stack, a task's, or one of a CPU's own.
pub(crate) fn may_be_stack(address: u64) -> bool {
    ((STACKS..WINDOWS).contains(&address) || to_physical(address).is_ok()) && is_mapped(address)
}

/// The page below the boot stack, which is not mapped.
pub(crate) fn boot_guard() -> u64 {
    &raw const kernel_boot_guard as u64
}

/// The lowest address of the stack that an address lies on, if it is a task's.
pub(crate) fn stack_bottom(address: u64) -> u64 {
    address - (address - STACKS) % STACK_SLOT + STACK_SLOT - STACK_SIZE
}

/// Whether an address lies where devices are mapped.
pub(crate) fn may_be_device(address: u64) -> bool {
    (WINDOWS..KERNEL).contains(&address)
}

/// What a bad address in the kernel probably means.
pub(crate) fn explain(address: u64) -> &'static str {
    match address {
        0..4096 => "(a null pointer)",
        _ if address & !(PAGE_SIZE as u64 - 1) == boot_guard() => "the boot stack overflowed",
        STACKS..WINDOWS if (address - STACKS) % STACK_SLOT < STACK_SLOT - STACK_SIZE => "the kernel stack overflowed",
        _ => "",
    }
}

/// The page table at a physical address.
///
/// # Safety
/// There is a page table there, and it stays.
pub(crate) unsafe fn table_at(address: PhysAddr) -> &'static Table {
    // SAFETY: the caller's promise; the entries are atomics, as the CPU writes them too.
    unsafe { &*physmap(address).cast::<Table>() }
}

/// Which entry of a table of `level` (1 is the lowest) an address goes through.
#[inline(always)]
pub(crate) fn entry_index(address: u64, level: u32) -> usize {
    (address >> (3 + 9 * level)) as usize % ENTRIES
}

/// Builds the kernel's own tables and switches to them; the stub's map, and the identity map with it, is gone then.
/// `ram` are the ranges of RAM; `new_table` gives zeroed frames.
pub(crate) fn start(
    ram: impl Iterator<Item = Range<u64>>,
    symbols_length: u64,
    mut new_table: impl FnMut() -> PhysAddr,
) {
    let root = new_table();
    for slot in [STACKS, WINDOWS] {
        // SAFETY: the table was just made.
        let top = unsafe { table_at(root) };
        top[entry_index(slot, 4)].store(new_table().0 | PRESENT | WRITABLE, Ordering::Relaxed);
    }
    let image = image(symbols_length);
    let mut done = 0;
    for range in ram {
        let mut address = (range.start & !(LARGE_PAGE - 1)).max(done);
        while address < range.end {
            if address < image.end && address + LARGE_PAGE > image.start {
                map_around_image(root, address, image.end, &mut new_table);
            } else {
                map(root, PHYSMAP + address, address | WRITABLE | NO_EXECUTE | LARGE, 2, &mut new_table);
            }
            address += LARGE_PAGE;
        }
        done = address.max(done);
    }
    let high = KERNEL + boot_stub().end..KERNEL + image.end;
    for page in high.step_by(PAGE_SIZE).filter(|page| *page != boot_guard()) {
        map(root, page, (page - KERNEL) | image_rights(page, image.end), 1, &mut new_table);
    }
    *TABLES.lock() = root;
    ROOT.store(root.0, Ordering::Release);
    load_root(root);
}

/// The 2 MiB that the kernel's image touches, in small pages: what the image may not write, nobody may by this way.
fn map_around_image(root: PhysAddr, start: u64, image_end: u64, new_table: &mut impl FnMut() -> PhysAddr) {
    for page in (start..start + LARGE_PAGE).step_by(PAGE_SIZE) {
        let rights = image_rights(page + KERNEL, image_end) & WRITABLE | NO_EXECUTE;
        map(root, PHYSMAP + page, page | rights, 1, new_table);
    }
}

/// What may be done with a page of the image, whose physical end is `image_end`: the table of symbols is its last part.
fn image_rights(page: u64, image_end: u64) -> u64 {
    let (text, text_end) = (&raw const __text_start as u64, &raw const __text_end as u64);
    let (rodata, data) = (&raw const __rodata_start as u64, &raw const __data_start as u64);
    let symbols = &raw const __symbols_start as u64;
    if (text..text_end).contains(&page) {
        0
    } else if (rodata..data).contains(&page) || (symbols..KERNEL + image_end).contains(&page) {
        NO_EXECUTE
    } else {
        WRITABLE | NO_EXECUTE
    }
}

/// Sets the entry for `address` at `level`, making tables on the way down.
fn map(root: PhysAddr, address: u64, entry: u64, level: u32, new_table: &mut impl FnMut() -> PhysAddr) {
    let mut table = root;
    for above in (level + 1..=4).rev() {
        // SAFETY: `root` and all that hangs below it are tables that stay.
        let slot = &unsafe { table_at(table) }[entry_index(address, above)];
        if slot.load(Ordering::Relaxed) == 0 {
            slot.store(new_table().0 | PRESENT | WRITABLE, Ordering::Relaxed);
        }
        table = PhysAddr(slot.load(Ordering::Relaxed) & ADDRESS);
    }
    // SAFETY: as above.
    let table = unsafe { table_at(table) };
    table[entry_index(address, level)].store(entry | PRESENT | GLOBAL, Ordering::Release);
}

/// Maps one small page after boot. Tables come from the frame allocator and are never given back.
fn map_page(address: u64, entry: u64) -> Result<()> {
    let mut table = None;
    loop {
        let root = TABLES.lock();
        match missing_table(*root, address) {
            None => {
                map(*root, address, entry, 1, &mut || PhysAddr(0));
                return Ok(());
            }
            Some(slot) => {
                if let Some(table) = table.take() {
                    slot.store(Frame::into_address(table).0 | PRESENT | WRITABLE, Ordering::Release);
                    continue;
                }
            }
        }
        drop(root);
        table = Some(Frame::zeroed()?);
    }
}

/// The entry that wants a table before `address` can be mapped, if there is one.
fn missing_table(root: PhysAddr, address: u64) -> Option<&'static AtomicU64> {
    let mut table = root;
    for level in (2..=4).rev() {
        // SAFETY: kernel tables stay.
        let slot = &unsafe { table_at(table) }[entry_index(address, level)];
        let entry = slot.load(Ordering::Acquire);
        if entry & PRESENT == 0 {
            return Some(slot);
        }
        table = PhysAddr(entry & ADDRESS);
    }
    None
}

/// Takes one small page's mapping away, here and in this CPU's memory of it.
fn unmap_page(address: u64) {
    let root = TABLES.lock();
    let mut table = *root;
    for level in (1..=4).rev() {
        // SAFETY: kernel tables stay.
        let slot = &unsafe { table_at(table) }[entry_index(address, level)];
        if level == 1 {
            slot.store(0, Ordering::Release);
        }
        table = PhysAddr(slot.load(Ordering::Relaxed) & ADDRESS);
        if table.0 == 0 {
            break;
        }
    }
    flush_page(address);
}

/// Forgets one page's translation on this CPU.
pub(crate) fn flush_page(address: u64) {
    // SAFETY: forgetting a translation is always allowed.
    unsafe { asm!("invlpg [{}]", in(reg) address, options(nostack, preserves_flags)) };
}

/// The tables that this CPU has loaded.
pub(crate) fn root_in_use() -> PhysAddr {
    let root: u64;
    // SAFETY: reading CR3 changes nothing.
    unsafe { asm!("mov {}, cr3", out(reg) root, options(nomem, nostack, preserves_flags)) };
    PhysAddr(root & ADDRESS)
}

/// Puts a top-level table into CR3, which forgets all translations but global ones.
pub(crate) fn load_root(root: PhysAddr) {
    // SAFETY: every root has the kernel's slots, so code, stack and data stay where they are.
    unsafe { asm!("mov cr3, {}", in(reg) root.0, options(nostack, preserves_flags)) };
}

/// The top-level table of a CPU that runs no program.
pub(crate) fn root() -> PhysAddr {
    PhysAddr(ROOT.load(Ordering::Acquire))
}

/// Fills the kernel's slots of a new space's top-level table.
pub(crate) fn share_kernel_slots(new_root: &Table) {
    // SAFETY: the kernel's root stays.
    let kernel = unsafe { table_at(root()) };
    for slot in FIRST_KERNEL_SLOT..ENTRIES {
        new_root[slot].store(kernel[slot].load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

/// Whether an address of the kernel's is mapped.
fn is_mapped(address: u64) -> bool {
    let mut table = root();
    for level in (1..=4).rev() {
        // SAFETY: kernel tables stay.
        let entry = unsafe { table_at(table) }[entry_index(address, level)].load(Ordering::Relaxed);
        if entry & PRESENT == 0 {
            return false;
        }
        if level > 1 && entry & LARGE != 0 {
            return true;
        }
        table = PhysAddr(entry & ADDRESS);
    }
    true
}

/// Maps a new kernel stack and returns its top. It is never unmapped: stacks are pooled (fiber.rs).
pub(crate) fn new_stack() -> Result<u64> {
    const PAGES: usize = STACK_SIZE as usize / PAGE_SIZE;
    let mut frames: [Option<Frame>; PAGES] = [const { None }; PAGES];
    for frame in &mut frames {
        *frame = Some(Frame::zeroed()?);
    }
    let slot = NEXT_STACK.fetch_add(STACK_SLOT, Ordering::Relaxed);
    let bottom = slot + STACK_SLOT - STACK_SIZE;
    for (page, frame) in frames.into_iter().flatten().enumerate() {
        map_page(bottom + (page * PAGE_SIZE) as u64, frame.address().0 | WRITABLE | NO_EXECUTE)?;
        let _ = frame.into_address();
    }
    Ok(slot + STACK_SLOT)
}

/// Turns on global pages, once the kernel's own tables are loaded.
pub(crate) fn use_global_pages() {
    use x86_64::registers::control::{Cr4, Cr4Flags};
    // SAFETY: the kernel's pages are the same in all spaces.
    unsafe { Cr4::write(Cr4::read() | Cr4Flags::PAGE_GLOBAL) };
}
