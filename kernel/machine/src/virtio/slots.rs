//! The transfers that a disk is working on, each with its header and its answer in memory that the disk reads and
//! writes. Virtio specification 1.2, section 5.2.6.

use crate::frame::Contiguous;
use crate::transfer::{Operation, Transfer};
use alloc::vec::Vec;
use arrayvec::ArrayVec;
use core::{ptr, slice};
use logic::errno::{Errno, Result};

/// How many transfers a disk works on at once at most.
pub(super) const COUNT: usize = 64;

const HEADER: usize = 16;
/// A slot's bytes in the shared memory: the header, and the answer behind it.
const STRIDE: usize = 32;
/// Places in a slot.
const KIND: usize = 0;
const SECTOR: usize = 8;
const ANSWER: usize = HEADER;

/// What the answer is before there is one.
const NOT_ANSWERED: u8 = 0xff;
const DONE: u8 = 0;
const NOT_SUPPORTED: u8 = 2;

/// All slots of a disk.
pub(super) struct Slots {
    shared: Contiguous,
    free: Vec<u8>,
    /// The transfer in each slot that is taken.
    taken: Vec<Option<Transfer>>,
}

/// A slot with its transfer's memory, as lists of what the disk reads and of what it writes.
///
/// The slices are made to be turned into addresses; nobody reads or writes through them.
pub(super) struct Buffers<'a> {
    pub(super) read: ArrayVec<&'a [u8], LONGEST>,
    pub(super) written: ArrayVec<&'a mut [u8], LONGEST>,
}

/// The longest list: header or answer, and all segments.
const LONGEST: usize = COUNT - 1;
/// How many segments a transfer may have.
pub(super) const SEGMENTS: usize = LONGEST - 1;

impl Slots {
    pub(super) fn new() -> Result<Slots> {
        let mut free = Vec::new();
        free.try_reserve_exact(COUNT).map_err(|_| Errno::ENOMEM)?;
        free.extend(0..COUNT as u8);
        let mut taken = Vec::new();
        taken.try_reserve_exact(COUNT).map_err(|_| Errno::ENOMEM)?;
        taken.resize_with(COUNT, || None);
        Ok(Slots { shared: Contiguous::new(0)?, free, taken })
    }

    /// Puts a transfer in a free slot, and writes its header; gives it back if there is none.
    pub(super) fn put(&mut self, transfer: Transfer) -> core::result::Result<u8, Transfer> {
        let Some(slot) = self.free.pop() else { return Err(transfer) };
        let kind: u32 = match transfer.operation {
            Operation::Read => 0,
            Operation::Write => 1,
            Operation::Flush => 4,
            Operation::Identify => 8,
        };
        self.write_shared(slot, KIND, &kind.to_le_bytes());
        self.write_shared(slot, SECTOR, &transfer.sector.to_le_bytes());
        self.write_shared(slot, ANSWER, &[NOT_ANSWERED]);
        self.taken[usize::from(slot)] = Some(transfer);
        Ok(slot)
    }

    /// Takes a transfer out of its slot.
    pub(super) fn take(&mut self, slot: u8) -> Option<Transfer> {
        let transfer = self.taken.get_mut(usize::from(slot))?.take()?;
        self.free.push(slot);
        Some(transfer)
    }

    /// What the disk answered.
    pub(super) fn answer(&self, slot: u8) -> Result<()> {
        // SAFETY: it lies in the shared memory; the disk may write it at any time.
        let answer = unsafe { self.shared(slot, ANSWER).read_volatile() };
        match answer {
            DONE => Ok(()),
            NOT_SUPPORTED => Err(Errno::EOPNOTSUPP),
            _ => Err(Errno::EIO),
        }
    }

    /// The memory of a slot's transfer, for the queue. `None` if the slot is free, or its transfer has more segments
    /// than fit.
    pub(super) fn buffers(&self, slot: u8) -> Option<Buffers<'_>> {
        let transfer = self.taken.get(usize::from(slot))?.as_ref()?;
        let mut buffers = Buffers { read: ArrayVec::new(), written: ArrayVec::new() };
        // SAFETY: the header lies in the shared memory.
        buffers.read.push(unsafe { slice::from_raw_parts(self.shared(slot, 0), HEADER) });
        for segment in &transfer.segments {
            let length = usize::from(segment.length);
            let start = segment.frame.pointer(usize::from(segment.offset), length);
            if transfer.operation == Operation::Write {
                // SAFETY: the segment lies in its frame, which the transfer owns.
                buffers.read.try_push(unsafe { slice::from_raw_parts(start, length) }).ok()?;
            } else {
                // SAFETY: as above.
                buffers.written.try_push(unsafe { slice::from_raw_parts_mut(start, length) }).ok()?;
            }
        }
        // SAFETY: the answer lies in the shared memory.
        buffers.written.try_push(unsafe { slice::from_raw_parts_mut(self.shared(slot, ANSWER), 1) }).ok()?;
        Some(buffers)
    }

    /// A place in a slot's part of the shared memory.
    fn shared(&self, slot: u8, offset: usize) -> *mut u8 {
        self.shared.pointer().wrapping_add(usize::from(slot) * STRIDE + offset)
    }

    fn write_shared(&mut self, slot: u8, offset: usize, bytes: &[u8]) {
        let to = self.shared(slot, offset);
        // SAFETY: header and answer lie in the shared memory, and the disk does not look at a slot that it was not told
        // of.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
    }
}
