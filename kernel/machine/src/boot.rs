//! From the stub's last jump to a machine that the kernel proper can stand on.
//!
//! [`start`] is the story in order. Until it calls the kernel, one CPU runs with interrupts held.

mod loader;

use crate::{
    clock,
    clock::Instant,
    clock_event, cpu, early_console, frame,
    frame::Frame,
    kernel_space::{self, physmap},
    lock::SpinLock,
    panic, pic, power, text_memory, trap, user, vector,
};
use alloc::vec::Vec;
use arrayvec::ArrayVec;
use core::ops::Range;
use logic::{
    address::{PAGE_SIZE, PhysAddr},
    boot_info::{BootInfo, Format, Module},
    errno::{Errno, Result},
    memory_map::{Kind, MemoryMap},
};
use spin::Once;

static INFO: Once<BootInfo> = Once::new();

/// What had been done, and the TSC then; by the first CPU, before there is a log.
static STEPS: SpinLock<ArrayVec<(&str, u64), 8>> = SpinLock::new("boot's steps", ArrayVec::new_const());

/// What the stub can see: the first 4 GiB.
const STUB_SEES: u64 = 4 << 30;

/// Brings the machine up and calls the kernel. `protocol` and `information` are what the stub found in its registers.
pub fn start(protocol: u32, information: u32, kernel: fn(&'static BootInfo) -> !) -> ! {
    let cpu = cpu::start();
    cpu.task_state.load();
    trap::load();
    early_console::start();
    clock::start();
    cpu::enable_features();
    vector::enable();
    done("boot: the processor is set up");

    let info = match read_info(protocol, information) {
        Ok(info) => INFO.call_once(|| info),
        Err(why) => refuse(why),
    };
    done("boot: memory is taken over");
    if info.framebuffer.is_none_or(|screen| screen.format == Format::Text) {
        // SAFETY: a PC's screen is in text mode unless the loader says otherwise, and the first MiB is in the physmap.
        unsafe { text_memory::set_address(physmap(PhysAddr(text_memory::ADDRESS)) as usize) };
    }
    prepare_devices(info);
    cpu::enable_interrupts();
    cpu::release();
    kernel(info)
}

fn refuse(why: &str) -> ! {
    use core::fmt::Write;
    let _ = writeln!(early_console::Text, "Cor cannot boot: {why}");
    early_console::write_status_part(b"failed ");
    early_console::write_status(why);
    power::fail()
}

/// Reads what the loader left and takes possession of memory.
fn read_info(protocol: u32, information: u32) -> core::result::Result<BootInfo, &'static str> {
    let mut info = loader::read(protocol, PhysAddr(u64::from(information)))?;
    let image = kernel_space::image(panic::symbols_length());
    if info.memory.top().0 < image.end {
        return Err("there is too little memory for the kernel and its symbols");
    }
    info.memory.reserve(image.start, image.end - image.start);
    for module in &info.modules {
        info.memory.reserve(module.range.start.0, module.range.length());
    }
    info.validate()?;
    take_memory(&mut info.memory)?;
    Ok(info)
}

/// Builds the kernel's own page tables and the frame allocator over the memory map.
fn take_memory(memory: &mut MemoryMap) -> core::result::Result<(), &'static str> {
    let frames = memory.top().frame() as usize;
    let tables = take_early(memory, frame::bytes_for_tables(frames) as u64)?;
    // A large page needs 8 bytes of table; each GiB, the image and each top-level slot a table or two of their own.
    let gib = frames as u64 * PAGE_SIZE as u64 / (1 << 30) + 1;
    let spare = take_early(memory, (gib + 16) * PAGE_SIZE as u64)?;
    let mut next = spare.start;
    let ram: arrayvec::ArrayVec<Range<u64>, 256> = ram(memory).collect();
    kernel_space::start(ram.into_iter(), panic::symbols_length(), || {
        let table = PhysAddr(next);
        next += PAGE_SIZE as u64;
        table
    });
    // SAFETY: zeroed, as long as asked, and taken out of the memory map.
    unsafe { frame::start(physmap(PhysAddr(tables.start)), frames) };
    let stub = kernel_space::boot_stub();
    for range in memory.usable().map(|range| range.start.0..range.end.0).chain([next..spare.end, stub]) {
        let frames = range.start.div_ceil(PAGE_SIZE as u64)..range.end / PAGE_SIZE as u64;
        // SAFETY: usable memory that nobody has taken, the tables that were too many, and the stub, which is done.
        unsafe { frame::release(frames) };
    }
    kernel_space::use_global_pages();
    Ok(())
}

/// What is to be seen in the physmap: all that is RAM, and the first MiB, where firmware leaves things.
fn ram(memory: &MemoryMap) -> impl Iterator<Item = Range<u64>> {
    let areas = memory.areas().iter().filter(|area| area.kind < Kind::Reserved);
    core::iter::once(0..1 << 20).chain(areas.map(|area| area.range.start.0..area.range.end.0))
}

/// Takes zeroed memory out of the map, from the end of a range, so that the map does not fall to pieces.
fn take_early(memory: &mut MemoryMap, bytes: u64) -> core::result::Result<Range<u64>, &'static str> {
    let bytes = bytes.next_multiple_of(PAGE_SIZE as u64);
    let fits = |range: &logic::address::PhysRange| range.length() >= bytes && range.end.0 <= STUB_SEES;
    let range = memory.usable().filter(fits).last().ok_or("there is too little memory for the kernel's tables")?;
    let start = range.end.0 - bytes;
    memory.reserve(start, bytes);
    // SAFETY: free memory that the stub has mapped, and ours from now on.
    unsafe { physmap(PhysAddr(start)).write_bytes(0, bytes as usize) };
    Ok(start..start + bytes)
}

fn prepare_devices(info: &BootInfo) {
    user::open_gates();
    let started = trap::use_own_stacks().and_then(|()| {
        pic::start(trap::FIRST_IRQ);
        done("boot: stacks and interrupts are ready");
        clock::calibrate();
        done("boot: the clock is measured");
        clock_event::start()
    });
    if started.is_err() {
        refuse("there is too little memory to start");
    }
    power::prepare(info.acpi_root);
    done("boot: ACPI tables are read");
}

fn done(what: &'static str) {
    // Should there be more than it has room for, the next one takes their time.
    let _ = STEPS.lock().try_push((what, clock::tsc()));
}

/// What was done before the kernel was called, and when.
pub fn steps() -> impl Iterator<Item = (&'static str, Instant)> {
    STEPS.lock().clone().into_iter().map(|(what, tsc)| (what, clock::at(tsc)))
}

/// What the loader told, once it has been read.
pub(crate) fn info() -> Option<&'static BootInfo> {
    INFO.get()
}

/// The frames of a boot module, owned by the caller from now on; what lies behind its end in the last one is zeroed. A
/// module that does not begin on a page is copied. Each module may be taken once; `EBUSY` the second time.
pub fn take_module(module: &Module) -> Result<Vec<Frame>> {
    static TAKEN: crate::lock::SpinLock<arrayvec::ArrayVec<u64, 8>> =
        crate::lock::SpinLock::new("boot modules", arrayvec::ArrayVec::new_const());
    let (start, length) = (module.range.start, module.range.length());
    let known = INFO.get().is_some_and(|info| info.modules.iter().any(|other| other.range == module.range));
    let mut taken = TAKEN.lock();
    if !known || taken.contains(&start.0) || taken.try_push(start.0).is_err() {
        return Err(Errno::EBUSY);
    }
    drop(taken);
    let pages = length.div_ceil(PAGE_SIZE as u64) as usize;
    if !start.0.is_multiple_of(PAGE_SIZE as u64) {
        return copy_module(start, length as usize, pages);
    }
    // SAFETY: boot reserved whole pages for the module, which is RAM, and it is taken once.
    let frames = unsafe { frame::adopt(start, pages)? };
    let tail = length as usize % PAGE_SIZE;
    if let Some(last) = frames.last()
        && tail > 0
    {
        last.zero(tail, PAGE_SIZE - tail);
    }
    Ok(frames)
}

fn copy_module(start: PhysAddr, length: usize, pages: usize) -> Result<Vec<Frame>> {
    let mut frames = Vec::new();
    frames.try_reserve_exact(pages).map_err(|_| Errno::ENOMEM)?;
    // SAFETY: the module is RAM, reserved, and written by nobody.
    let bytes = unsafe { core::slice::from_raw_parts(physmap(start), length) };
    for piece in bytes.chunks(PAGE_SIZE) {
        let frame = Frame::zeroed()?;
        frame.copy_in(0, piece);
        frames.push(frame);
    }
    Ok(frames)
}
