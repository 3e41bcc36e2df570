//! A program's vector and floating-point state, between the times that it is in the registers.

use crate::cpu::features;
use alloc::alloc::{Layout, alloc_zeroed, dealloc};
use core::{
    arch::{asm, x86_64::__cpuid_count},
    ptr::NonNull,
};
use logic::errno::{Errno, Result};
use spin::Once;

/// x87, SSE, AVX, AVX-512: the parts that are switched on where the CPU has them (SDM volume 1, 13.1).
const WANTED: u64 = 0b1110_0111;
const FXSAVE_SIZE: usize = 512;
const MXCSR: usize = 24;
/// Where XSAVE's header tells which parts are there; the rest of the header is zero in the standard form.
const XSTATE_BV: usize = 512;
const HEADER_END: usize = 576;
/// Bits of MXCSR that no CPU lets set.
const MXCSR_RESERVED: u32 = 0xffff_0000;
const MXCSR_AT_START: u32 = 0x1f80;
const FCW_AT_START: u16 = 0x037f;

#[derive(Clone, Copy)]
struct Shape {
    /// The parts that are on; 0 without XSAVE.
    parts: u64,
    size: usize,
}

static SHAPE: Once<Shape> = Once::new();

/// The save area of one program: what XSAVE writes, or FXSAVE on a CPU without it.
pub struct VectorState {
    area: NonNull<u8>,
}

// SAFETY: it owns its memory.
unsafe impl Send for VectorState {}
// SAFETY: nothing changes through a shared reference.
unsafe impl Sync for VectorState {}

/// Switches vector state on on this CPU and learns how large it is.
pub(crate) fn enable() {
    let features = features();
    if !features.xsave {
        SHAPE.call_once(|| Shape { parts: 0, size: FXSAVE_SIZE });
        return;
    }
    let leaf = __cpuid_count(0xd, 0);
    let mut parts = (u64::from(leaf.edx) << 32 | u64::from(leaf.eax)) & WANTED;
    if parts & 0b1110_0000 != 0b1110_0000 {
        parts &= 0b111; // AVX-512 is three parts, all or none
    }
    // SAFETY: XSAVE is on, and the parts are ones that the CPU offers, each with those that it needs.
    unsafe { asm!("xsetbv", in("ecx") 0, in("eax") parts as u32, in("edx") (parts >> 32) as u32, options(nostack)) };
    let size = __cpuid_count(0xd, 0).ebx as usize;
    SHAPE.call_once(|| Shape { parts, size });
}

fn shape() -> Shape {
    SHAPE.get().copied().unwrap_or(Shape { parts: 0, size: FXSAVE_SIZE })
}

fn layout() -> Layout {
    Layout::from_size_align(shape().size, 64).unwrap_or(Layout::new::<[u64; 64]>())
}

impl VectorState {
    /// The state that a program starts with.
    pub fn new() -> Result<VectorState> {
        // SAFETY: the layout's size is not zero.
        let area = unsafe { alloc_zeroed(layout()) };
        let mut state = VectorState { area: NonNull::new(area).ok_or(Errno::ENOMEM)? };
        let bytes = state.bytes_mut();
        bytes[..2].copy_from_slice(&FCW_AT_START.to_le_bytes());
        bytes[MXCSR..MXCSR + 4].copy_from_slice(&MXCSR_AT_START.to_le_bytes());
        Ok(state)
    }

    /// A copy, for a program that forks.
    pub fn try_clone(&self) -> Result<VectorState> {
        let mut copy = VectorState::new()?;
        copy.bytes_mut().copy_from_slice(self.bytes());
        Ok(copy)
    }

    /// The saved bytes, in XSAVE's standard form (or FXSAVE's, 512 bytes).
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the area is ours, that long, and initialised since birth.
        unsafe { core::slice::from_raw_parts(self.area.as_ptr(), shape().size) }
    }

    /// The parts that are saved, as in XCR0; 0 if only FXSAVE is there.
    pub fn parts(&self) -> u64 {
        shape().parts
    }

    /// Takes bytes that a program gave, if loading them cannot fault (SDM volume 1, 13.8.1): `EINVAL`.
    pub(crate) fn set(&mut self, bytes: &[u8]) -> Result<()> {
        let word =
            |at: usize| bytes.get(at..at + 8).and_then(|word| word.try_into().ok()).map_or(0, u64::from_le_bytes);
        let shape = shape();
        let mxcsr_fits = word(MXCSR) as u32 & MXCSR_RESERVED == 0;
        let header_fits = shape.parts == 0
            || word(XSTATE_BV) & !shape.parts == 0 && (XSTATE_BV + 8..HEADER_END).all(|at| bytes.get(at) == Some(&0));
        if bytes.len() != shape.size || !mxcsr_fits || !header_fits {
            return Err(Errno::EINVAL);
        }
        self.bytes_mut().copy_from_slice(bytes);
        Ok(())
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`, and nobody else has a reference.
        unsafe { core::slice::from_raw_parts_mut(self.area.as_ptr(), shape().size) }
    }

    /// Writes the registers into the area.
    pub(crate) fn save(&mut self) {
        let (area, parts) = (self.area.as_ptr(), shape().parts);
        let (low, high) = (parts as u32, (parts >> 32) as u32);
        if parts == 0 {
            // SAFETY: the area is 512 bytes on a multiple of 64.
            unsafe { asm!("fxsave64 [{}]", in(reg) area, options(nostack)) };
        } else if features().xsaveopt {
            // SAFETY: the area is as large as these parts need, on a multiple of 64.
            unsafe { asm!("xsaveopt64 [{}]", in(reg) area, in("eax") low, in("edx") high, options(nostack)) };
        } else {
            // SAFETY: likewise.
            unsafe { asm!("xsave64 [{}]", in(reg) area, in("eax") low, in("edx") high, options(nostack)) };
        }
    }

    /// Loads the registers from the area.
    pub(crate) fn restore(&self) {
        let (area, parts) = (self.area.as_ptr(), shape().parts);
        if parts == 0 {
            // SAFETY: the area holds what FXSAVE wrote, or the start state.
            unsafe { asm!("fxrstor64 [{}]", in(reg) area, options(nostack)) };
        } else {
            // SAFETY: the area holds what XSAVE wrote, or the start state; both are valid.
            unsafe {
                asm!("xrstor64 [{}]", in(reg) area, in("eax") parts as u32, in("edx") (parts >> 32) as u32, options(nostack))
            };
        }
    }
}

impl Drop for VectorState {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with the same layout.
        unsafe { dealloc(self.area.as_ptr(), layout()) };
    }
}
