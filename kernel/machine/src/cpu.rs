//! What each CPU has for itself, and its interrupt flag.
//!
//! CPU-local data sits behind GS. "Interrupts off" is lazy: [`hold`] only counts. An interrupt that arrives while the
//! count is not zero is noted, and the CPU's real interrupt flag goes down until the last [`release`] has run what came
//! (trap.rs, irq.rs). So a lock costs two counts and not CLI and STI, which are several times as dear.
//!
//! The rule that follows: outside interrupt handlers and the few lines of assembly at the gates, the real flag is down
//! only while something is noted.

use crate::{fiber::Fiber, gdt::TaskState, user::State, user_space::UserSpace};
use alloc::sync::Arc;
use core::{
    arch::asm,
    cell::Cell,
    mem::offset_of,
    ptr,
    sync::atomic::{AtomicUsize, Ordering},
};

/// How many CPUs the kernel is laid out for; one is started today.
pub const MAX_CPUS: usize = 8;

/// See [`Cpu::left`].
pub(crate) type Left = ([Arc<Fiber>; 2], Option<Arc<UserSpace>>);

/// A CPU's own data. Only its own CPU touches it, and never across a point where the task may move to another.
#[repr(C, align(64))]
pub(crate) struct Cpu {
    /// Its own address, so that it can be had by one load from GS.
    this: Cell<*const Cpu>,
    /// Where `enter_user` left the kernel's stack: what the gates load.
    pub kernel_stack: Cell<u64>,
    /// The program's stack pointer, for the moment in which SYSCALL has no other place for it.
    pub user_stack: Cell<u64>,
    /// How often [`hold`] was called and not yet [`release`]d.
    pub holds: Cell<u32>,
    /// Interrupt lines that asked while held, a bit each.
    pub noted: Cell<u32>,
    /// Whether this CPU knows STAC and CLAC.
    pub has_smap: Cell<bool>,
    /// Somebody wants this CPU to choose again who runs.
    pub reschedule: Cell<bool>,
    pub index: Cell<usize>,
    /// The spin lock that was taken last, for a panic to name it.
    pub lock_name: Cell<&'static str>,
    pub task_state: TaskState,
    /// The fiber that runs here.
    pub fiber: Cell<*const Fiber>,
    /// What the last switch left: the fiber, the one it was left for, and the space that was in CR3. Kept until the latter has
    /// arrived.
    pub left: Cell<Option<Left>>,
    /// The space in CR3, kept alive as long as it is there.
    pub space: Cell<Option<Arc<UserSpace>>>,
    /// Whose vector state and segment bases are in the registers.
    pub owner: Cell<*mut State>,
    /// Whether that vector state was used since it was last saved.
    pub vector_dirty: Cell<bool>,
}

// SAFETY: every CPU uses only its own entry of the array (see `current`).
unsafe impl Sync for Cpu {}

static CPUS: [Cpu; MAX_CPUS] = [const { Cpu::new() }; MAX_CPUS];
static STARTED: AtomicUsize = AtomicUsize::new(0);

pub(crate) const KERNEL_STACK: usize = offset_of!(Cpu, kernel_stack);
pub(crate) const USER_STACK: usize = offset_of!(Cpu, user_stack);
pub(crate) const HAS_SMAP: usize = offset_of!(Cpu, has_smap);
pub(crate) const RSP0: usize = offset_of!(Cpu, task_state) + TaskState::RSP0;
const FIBER: usize = offset_of!(Cpu, fiber);
const HOLDS: usize = offset_of!(Cpu, holds);
const NOTED: usize = offset_of!(Cpu, noted);

impl Cpu {
    const fn new() -> Cpu {
        Cpu {
            this: Cell::new(ptr::null()),
            kernel_stack: Cell::new(0),
            user_stack: Cell::new(0),
            holds: Cell::new(1),
            noted: Cell::new(0),
            has_smap: Cell::new(false),
            reschedule: Cell::new(false),
            index: Cell::new(0),
            lock_name: Cell::new(""),
            task_state: TaskState::new(),
            fiber: Cell::new(ptr::null()),
            left: Cell::new(None),
            space: Cell::new(None),
            owner: Cell::new(ptr::null_mut()),
            vector_dirty: Cell::new(false),
        }
    }
}

/// This CPU's data. The caller must not be moved to another CPU while it uses it: it holds interrupts, or only reads
/// what belongs to its own fiber.
#[inline(always)]
pub(crate) fn current() -> &'static Cpu {
    let this: *const Cpu;
    // SAFETY: GS points to this CPU's entry from `start` on; its first field is its own address.
    unsafe { asm!("mov {}, gs:[0]", out(reg) this, options(nostack, readonly, preserves_flags)) };
    // SAFETY: the entries are statics.
    unsafe { &*this }
}

/// The fiber that runs this code: by one instruction, so that it is right wherever the caller is moved.
#[inline(always)]
pub(crate) fn own_fiber() -> *const Fiber {
    let fiber: *const Fiber;
    // SAFETY: as in `current`.
    unsafe { asm!("mov {}, gs:[{}]", out(reg) fiber, const FIBER, options(nostack, readonly, preserves_flags)) };
    fiber
}

/// Takes the next entry for the CPU that calls, puts GS on it, and leaves interrupts held once.
pub(crate) fn start() -> &'static Cpu {
    let index = STARTED.fetch_add(1, Ordering::Relaxed);
    let cpu = &CPUS[index];
    cpu.this.set(cpu);
    cpu.index.set(index);
    const GS_BASE: u32 = 0xc000_0101;
    write_msr(GS_BASE, ptr::from_ref(cpu) as u64);
    cpu
}

/// Keeps interrupts (and so preemption) away from this CPU until as many calls of [`release`].
#[inline(always)]
pub(crate) fn hold() {
    // SAFETY: one instruction on this CPU's own count.
    unsafe { asm!("inc dword ptr gs:[{}]", const HOLDS, options(nostack)) };
}

/// The other half of [`hold`]; the last one runs what has come meanwhile.
#[inline(always)]
pub(crate) fn release() {
    let noted: u32;
    // SAFETY: one instruction on this CPU's own count, then a load; an interrupt between them finds the count at zero
    // and is served at once, so the load misses nothing.
    unsafe {
        asm!(
            "xor {noted:e}, {noted:e}",
            "dec dword ptr gs:[{holds}]",
            "jnz 2f",
            "mov {noted:e}, gs:[{place}]",
            "2:",
            noted = out(reg) noted,
            holds = const HOLDS,
            place = const NOTED,
            options(nostack),
        );
    }
    if noted != 0 {
        crate::irq::serve_noted();
    }
}

/// Runs `work` with interrupts held.
#[inline]
pub(crate) fn held<R>(work: impl FnOnce(&Cpu) -> R) -> R {
    hold();
    let result = work(current());
    release();
    result
}

/// A value for each CPU, reached with interrupts held.
pub struct CpuLocal<T> {
    values: [T; MAX_CPUS],
}

// SAFETY: each value is used by its own CPU alone, with interrupts held, so never by two at once.
unsafe impl<T: Send> Sync for CpuLocal<T> {}

impl<T> CpuLocal<T> {
    /// One value for each CPU.
    pub const fn new(values: [T; MAX_CPUS]) -> Self {
        CpuLocal { values }
    }

    /// Lends this CPU's value; interrupts are held meanwhile.
    #[inline]
    pub fn with<R>(&self, work: impl FnOnce(&T) -> R) -> R {
        held(|cpu| work(&self.values[cpu.index.get()]))
    }
}

/// Which CPU this is; stale as soon as the caller may be moved.
pub fn index() -> usize {
    current().index.get()
}

/// Says that this CPU should choose again who runs, at its next chance.
pub fn want_reschedule() {
    held(|cpu| cpu.reschedule.set(true));
}

/// Whether that was said, and unsays it.
pub fn take_reschedule() -> bool {
    held(|cpu| cpu.reschedule.replace(false))
}

/// Stops this CPU until the next interrupt has been served, unless `ready` says that there is something to do. Nothing
/// that an interrupt handler changes can slip in between the question and the sleep. `ready` does not sleep: interrupts
/// are off.
pub fn idle_unless(ready: impl FnOnce() -> bool) {
    // SAFETY: the flag goes up again below on every path; STI takes effect after the following instruction, so HLT
    // does not sleep over an interrupt that is already there.
    unsafe { asm!("cli", options(nomem, nostack)) };
    if ready() {
        enable_interrupts();
    } else {
        // SAFETY: as above.
        unsafe { asm!("sti", "hlt", options(nostack)) };
    }
}

/// Puts the real flag up. Only gates, the idle loop and `serve_noted` do that.
#[inline(always)]
pub(crate) fn enable_interrupts() {
    // SAFETY: all gates are set up before the first call.
    unsafe { asm!("sti", options(nostack)) };
}

/// Takes the real flag down. The caller puts it up again.
#[inline(always)]
pub(crate) fn disable_interrupts() {
    // SAFETY: fewer interrupts can do no harm.
    unsafe { asm!("cli", options(nostack)) };
}

/// Stops this CPU for good.
pub fn halt() -> ! {
    loop {
        // SAFETY: nothing wakes a halted CPU whose interrupts are off, but for an NMI, and then the loop goes on.
        unsafe { asm!("cli", "hlt", options(nostack)) };
    }
}

pub(crate) fn write_msr(register: u32, value: u64) {
    // SAFETY: the callers write registers that exist with values that are allowed, and whose effect they account for.
    unsafe {
        asm!("wrmsr", in("ecx") register, in("eax") value as u32, in("edx") (value >> 32) as u32, options(nostack, preserves_flags));
    }
}

pub(crate) fn read_msr(register: u32) -> u64 {
    let (low, high): (u32, u32);
    // SAFETY: the callers read registers that exist.
    unsafe { asm!("rdmsr", in("ecx") register, out("eax") low, out("edx") high, options(nostack, preserves_flags)) };
    u64::from(high) << 32 | u64::from(low)
}

pub use features::{Features, features};

mod features {
    use super::current;
    use core::arch::x86_64::{__cpuid, __cpuid_count};
    use spin::Once;
    use x86_64::registers::control::{Cr0, Cr0Flags, Cr4, Cr4Flags};

    /// What the CPU can do, as far as the kernel cares.
    #[derive(Clone, Copy, Debug)]
    pub struct Features {
        /// CPUID leaf 1, EDX: what `AT_HWCAP` tells a program.
        pub hwcap: u32,
        /// XSAVE, and with it more vector state than SSE.
        pub xsave: bool,
        /// XSAVEOPT.
        pub xsaveopt: bool,
        /// Pages of 1 GiB.
        pub huge_pages: bool,
        /// RDRAND and RDSEED.
        pub rdrand: bool,
        /// RDSEED.
        pub rdseed: bool,
        /// Forbids the kernel to execute programs' pages.
        pub smep: bool,
        /// Forbids the kernel to touch them, but where it says so.
        pub smap: bool,
        /// Forbids programs to ask where descriptor tables are.
        pub umip: bool,
    }

    static FEATURES: Once<Features> = Once::new();

    /// What the CPUs of this machine can do.
    pub fn features() -> Features {
        *FEATURES.call_once(detect)
    }

    fn detect() -> Features {
        let basic = __cpuid(1);
        let extended = __cpuid(0x8000_0001);
        let structured = if __cpuid(0).eax >= 7 { __cpuid_count(7, 0) } else { __cpuid(0x8fff_ffff) };
        let known = __cpuid(0).eax >= 7;
        let xsave = basic.ecx & 1 << 26 != 0;
        Features {
            hwcap: basic.edx,
            xsave,
            xsaveopt: xsave && __cpuid_count(0xd, 1).eax & 1 != 0,
            huge_pages: extended.edx & 1 << 26 != 0,
            rdrand: basic.ecx & 1 << 30 != 0,
            rdseed: known && structured.ebx & 1 << 18 != 0,
            smep: known && structured.ebx & 1 << 7 != 0,
            smap: known && structured.ebx & 1 << 20 != 0,
            umip: known && structured.ecx & 1 << 2 != 0,
        }
    }

    /// Turns on what protects the kernel from programs and from itself (SDM volume 3, 2.5), and vector state.
    pub(crate) fn enable() {
        let features = features();
        let mut cr4 = Cr4::read() | Cr4Flags::OSFXSR | Cr4Flags::OSXMMEXCPT_ENABLE;
        cr4.set(Cr4Flags::SUPERVISOR_MODE_EXECUTION_PROTECTION, features.smep);
        cr4.set(Cr4Flags::SUPERVISOR_MODE_ACCESS_PREVENTION, features.smap);
        cr4.set(Cr4Flags::USER_MODE_INSTRUCTION_PREVENTION, features.umip);
        cr4.set(Cr4Flags::OSXSAVE, features.xsave);
        // SAFETY: each bit is one that CPUID offers; none changes the meaning of the code that runs.
        unsafe { Cr4::write(cr4) };
        let cr0 = (Cr0::read() - Cr0Flags::EMULATE_COPROCESSOR - Cr0Flags::TASK_SWITCHED)
            | Cr0Flags::MONITOR_COPROCESSOR
            | Cr0Flags::NUMERIC_ERROR
            | Cr0Flags::ALIGNMENT_MASK
            | Cr0Flags::WRITE_PROTECT;
        // SAFETY: as above; WP is on since the stub.
        unsafe { Cr0::write(cr0) };
        current().has_smap.set(features.smap);
    }
}

pub(crate) use features::enable as enable_features;
