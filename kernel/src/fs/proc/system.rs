//! The files of /proc that tell of the machine: memory, interrupts, disks; and what file systems there are.

use super::{READ_ONLY, Text, TextFile, add, new_identity, register};
use crate::block;
use crate::fs::inode::Permissions;
use crate::fs::{dev, mounting};
use crate::task::TaskContext;
use alloc::format;
use alloc::sync::Arc;
use core::fmt::{self, Write};
use logic::errno::Result;
use machine::{frame, heap, irq};

/// Registers them.
pub(super) fn register_all() -> Result<()> {
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
    register("diskstats", disk_counts)?;
    register("modules", nothing)?;
    register("execdomains", |_: &TaskContext, text: &mut Text| writeln!(text, "0-0\tLinux           \t[kernel]"))?;
    register("misc", nothing)
}

/// There are no modules, and no devices without a major number of their own.
fn nothing(_ctx: &TaskContext, _text: &mut Text) -> fmt::Result {
    Ok(())
}

/// What each disk has done.
fn disk_counts(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    for (index, disk) in block::disks().iter().enumerate() {
        let number = dev::disk_number(index);
        writeln!(text, "{:4} {:7} {} {}", number.major, number.minor, disk.name(), disk.counts())?;
    }
    Ok(())
}

/// Free memory by the size of what lies together: so many blocks of 1, 2, 4 pages and on.
fn free_blocks(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    text.write_str("Node 0, zone   Normal ")?;
    for blocks in frame::free_blocks() {
        write!(text, "{blocks:6} ")?;
    }
    writeln!(text)
}

/// The kernel's heap, a line for each size of objects.
fn heap_sizes(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    writeln!(text, "slabinfo - version: 2.1")?;
    write!(text, "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables ")?;
    writeln!(text, "<limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>")?;
    for heap::Statistics { size, slabs, frames_each, objects_each, used } in heap::statistics() {
        let (name, objects) = (Name(size), slabs * objects_each);
        write!(text, "{name:<17} {used:6} {objects:6} {size:6} {objects_each:4} {frames_each:4}")?;
        write!(text, " : tunables    0    0    0")?;
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

fn file_systems(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    for name in mounting::TYPES {
        writeln!(text, "nodev\t{name}")?;
    }
    Ok(())
}
