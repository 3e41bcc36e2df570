//! The files of /proc that tell of the machine: memory, interrupts, disks; and what file systems there are.

use super::{Contents, Fixed, READ_ONLY, Text, TextFile, add, new_identity, no_memory, register};
use crate::block;
use crate::fs::descriptors::MAX_DESCRIPTORS;
use crate::fs::inode::Permissions;
use crate::fs::{dev, leases, mounting, pipe, random, tmpfs};
use crate::task::TaskContext;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt::{self, Write};
use core::sync::atomic::Ordering;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use machine::{frame, heap, irq};

/// Sizes of blocks that free memory is kept in: up to 2^10 pages.
const ORDERS: usize = 11;

/// Registers them.
pub(super) fn register_all() -> Result<()> {
    register("meminfo", memory)?;
    register("filesystems", file_systems)?;
    register("buddyinfo", free_blocks)?;
    add(
        "slabinfo",
        Arc::new(TextFile::new(new_identity(), Permissions { mode: 0o400, ..READ_ONLY }, Arc::new(heap_sizes))),
    )?;
    register("partitions", partitions)?;
    register("swaps", swaps)?;
    register("interrupts", interrupts)?;
    register("devices", dev::show_numbers)?;
    register("sys/kernel/random/uuid", uuid)?;
    register("sys/kernel/random/boot_id", Fixed(random_id()))?;
    register("sys/kernel/random/poolsize", Fixed("256"))?;
    register("sys/kernel/random/entropy_avail", Fixed("256"))?;
    const WRITABLE: Permissions = Permissions { mode: 0o644, user: 0, group: 0 };
    add("sys/fs/lease-break-time", Arc::new(TextFile::new(new_identity(), WRITABLE, Arc::new(LeaseTime))))?;
    register("sys/fs/nr_open", Fixed(MAX_DESCRIPTORS))?;
    register("sys/fs/file-max", Fixed(i64::MAX))?;
    register("sys/fs/pipe-max-size", Fixed(pipe::LARGEST))
}

/// What the machine has and what is left. Files that only memory holds are "cached" here as on Linux, and cannot be had back.
fn memory(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    let kilobytes = |frames: usize| frames * (PAGE_SIZE / 1024);
    let (total, free) = (kilobytes(frame::total_frames()), kilobytes(frame::free_frames()));
    let files = kilobytes(tmpfs::pages() as usize);
    let heap = heap::statistics().iter().map(|(_, slabs, frames)| slabs * frames).sum();
    let lines = [
        ("MemTotal", total),
        ("MemFree", free),
        ("MemAvailable", free),
        ("Buffers", 0),
        ("Cached", files),
        ("SwapCached", 0),
        ("SwapTotal", 0),
        ("SwapFree", 0),
        ("Shmem", files),
        ("Slab", kilobytes(heap)),
        ("SReclaimable", 0),
        ("SUnreclaim", kilobytes(heap)),
    ];
    for (name, size) in lines {
        writeln!(text, "{name}:{size:>width$} kB", width = 23 - name.len())?;
    }
    Ok(())
}

/// Free memory by the size of what lies together: so many blocks of 1, 2, 4 pages and on.
fn free_blocks(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    text.write_str("Node 0, zone   Normal ")?;
    for order in 0..ORDERS {
        write!(text, "{:6} ", frame::blocks(order))?;
    }
    writeln!(text)
}

/// The kernel's heap, a line for each size of objects. Which objects are in use is not counted, so all count as active.
fn heap_sizes(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    writeln!(text, "slabinfo - version: 2.1")?;
    write!(text, "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables ")?;
    writeln!(text, "<limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>")?;
    for (size, slabs, frames) in heap::statistics() {
        let name = Name(size);
        let each = frames * PAGE_SIZE / size.max(1);
        let objects = slabs * each;
        write!(text, "{name:<17} {objects:6} {objects:6} {size:6} {each:4} {frames:4} : tunables    0    0    0")?;
        writeln!(text, " : slabdata {slabs:6} {slabs:6}      0")?;
    }
    Ok(())
}

struct Name(usize);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(format!("kmalloc-{}", self.0).as_str())
    }
}

fn partitions(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    writeln!(text, "major minor  #blocks  name\n")?;
    for (index, disk) in block::disks().iter().enumerate() {
        let number = dev::disk_number(index);
        writeln!(text, "{:4}  {:7} {:10} {}", number.major, number.minor, disk.sectors() / 2, disk.name())?;
    }
    Ok(())
}

fn swaps(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    writeln!(text, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority")
}

fn interrupts(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    writeln!(text, "            CPU0       ")?;
    for (line, (count, name)) in irq::counts().iter().enumerate().filter_map(|(line, count)| Some((line, (*count)?))) {
        writeln!(text, "{line:3}: {count:10}    XT-PIC  {name}")?;
    }
    Ok(())
}

/// A new one at each look.
fn uuid(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    writeln!(text, "{}", random_id())
}

/// A random number in the form of RFC 4122, version 4.
fn random_id() -> String {
    let mut bytes = random::bytes::<16>();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let number = u128::from_be_bytes(bytes);
    let part = |from: u32, digits: u32| (number >> (from * 4)) & ((1 << (digits * 4)) - 1);
    format!("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", part(24, 8), part(20, 4), part(16, 4), part(12, 4), part(0, 12))
}

/// How long the holder of a lease has to give it up, in seconds.
struct LeaseTime;

impl Contents for LeaseTime {
    fn show(&self, _ctx: &TaskContext, text: &mut Text) -> Result<()> {
        writeln!(text, "{}", leases::PATIENCE.load(Ordering::Relaxed)).map_err(no_memory)
    }

    fn store(&self, _ctx: &TaskContext, bytes: &[u8]) -> Result<()> {
        let number = core::str::from_utf8(bytes).ok().and_then(|text| text.trim().parse().ok());
        leases::PATIENCE.store(number.ok_or(Errno::EINVAL)?, Ordering::Relaxed);
        Ok(())
    }
}

fn file_systems(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    for name in mounting::TYPES {
        writeln!(text, "nodev\t{name}")?;
    }
    Ok(())
}
