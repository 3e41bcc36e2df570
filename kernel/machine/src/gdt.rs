//! Segments and the task state: the little that 64-bit mode has left of them.
//!
//! The selectors are those of Linux, since a program can see its own (in a signal frame, say).

use core::{arch::asm, cell::UnsafeCell};
use x86_64::{
    VirtAddr,
    instructions::tables::load_tss,
    registers::segmentation::{CS, SS, Segment},
    structures::{
        gdt::{Descriptor, DescriptorFlags, GlobalDescriptorTable, SegmentSelector},
        tss::TaskStateSegment,
    },
};

pub(crate) const KERNEL_CODE: u16 = 0x10;
pub(crate) const KERNEL_STACK: u16 = 0x18;
/// What SYSRET counts from: 8 further is the program's stack segment, 16 further its code segment (SDM volume 2).
pub(crate) const SYSRET_BASE: u16 = 0x20 | 3;
pub(crate) const USER_STACK: u16 = 0x28 | 3;
pub(crate) const USER_CODE: u16 = 0x30 | 3;

/// Exceptions that may come when the stack cannot be trusted run on stacks of their own: the number in a gate, less one.
#[derive(Clone, Copy)]
pub(crate) enum OwnStack {
    Debug,
    NonMaskable,
    DoubleFault,
    MachineCheck,
}

/// The task state segment of one CPU, and the descriptor table that names it.
pub(crate) struct TaskState {
    state: UnsafeCell<TaskStateSegment>,
    table: UnsafeCell<GlobalDescriptorTable<10>>,
}

impl TaskState {
    /// Where in this structure the stack for entries from ring 3 stands (SDM volume 3, 8.7).
    pub(crate) const RSP0: usize = core::mem::offset_of!(TaskState, state) + 4;

    pub(crate) const fn new() -> TaskState {
        TaskState {
            state: UnsafeCell::new(TaskStateSegment::new()),
            table: UnsafeCell::new(GlobalDescriptorTable::empty()),
        }
    }

    /// Builds and loads this CPU's segments. Called once on each CPU, before any gate is used.
    pub(crate) fn load(&'static self) {
        // SAFETY: the CPU that calls is the only one that knows this table, and it does not use it yet.
        let table = unsafe { &mut *self.table.get() };
        // SAFETY: the state is a static's, so it stays where it is.
        let state = unsafe { Descriptor::tss_segment_unchecked(self.state.get()) };
        let unused = || Descriptor::UserSegment(0);
        table.append(unused());
        table.append(Descriptor::UserSegment(DescriptorFlags::KERNEL_CODE64.bits()));
        table.append(Descriptor::UserSegment(DescriptorFlags::KERNEL_DATA.bits()));
        table.append(unused());
        table.append(Descriptor::UserSegment(DescriptorFlags::USER_DATA.bits()));
        table.append(Descriptor::UserSegment(DescriptorFlags::USER_CODE64.bits()));
        let state = table.append(state);
        // SAFETY: as above: a static, and complete.
        unsafe { table.load_unsafe() };
        // SAFETY: the selector names a 64-bit code segment of ring 0 in the table just loaded.
        unsafe { CS::set_reg(SegmentSelector(KERNEL_CODE)) };
        // SAFETY: likewise a data segment.
        unsafe { SS::set_reg(SegmentSelector(KERNEL_STACK)) };
        // SAFETY: the selector names the task state.
        unsafe { load_tss(state) };
        // A CPU is born with a local descriptor table at address 0, which is a program's.
        // SAFETY: a null selector is always allowed, and means that there is none.
        unsafe { asm!("lldt {0:x}", in(reg) 0, options(nostack, preserves_flags)) };
        // SAFETY: a null selector is always allowed; GS is not touched, for its base is in use.
        unsafe {
            asm!("mov ds, {0:e}", "mov es, {0:e}", "mov fs, {0:e}", in(reg) 0, options(nostack, preserves_flags))
        };
    }

    /// Gives the exceptions that need one a stack of their own.
    pub(crate) fn set_own_stack(&self, which: OwnStack, top: u64) {
        // SAFETY: only this CPU uses its state, and the gates that read this field are not yet told to.
        let state = unsafe { &mut *self.state.get() };
        state.interrupt_stack_table[which as usize] = VirtAddr::new(top);
    }

    /// The tops of those stacks.
    pub(crate) fn own_stacks(&self) -> [u64; 4] {
        // SAFETY: written at boot alone, by this CPU.
        let state = unsafe { &*self.state.get() };
        core::array::from_fn(|which| state.interrupt_stack_table[which].as_u64())
    }
}
