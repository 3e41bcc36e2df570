//! A virtio disk. Virtio specification 1.2, section 5.2.
//!
//! The driver submits transfers and collects completed ones; a transfer belongs to this value in between, so that its
//! frames stay where the disk reads and writes. Nothing here waits, so all of it may be called with a lock held and
//! from an interrupt handler, but for `submit`: it takes memory from the heap, for the list of segments.

use super::hal::Memory;
use super::slots::{self, Buffers, Slots};
use crate::pci;
use crate::transfer::Transfer;
use alloc::boxed::Box;
use bitflags::bitflags;
use core::mem::ManuallyDrop;
use core::sync::atomic::{Ordering, fence};
use logic::errno::{Errno, Result};
use virtio_drivers::queue::VirtQueue;
use virtio_drivers::transport::pci::PciTransport;
use virtio_drivers::transport::{DeviceStatus, InterruptStatus, Transport};

const QUEUE: u16 = 0;
type Queue = VirtQueue<Memory, { slots::COUNT }>;

bitflags! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct Features: u64 {
        const SEGMENT_LIMIT = 1 << 2;
        const READ_ONLY = 1 << 5;
        const BLOCK_SIZE = 1 << 6;
        const FLUSH = 1 << 9;
        const INDIRECT = 1 << 28;
        const EVENT_INDEX = 1 << 29;
        const VERSION_1 = 1 << 32;
    }
}

/// Places in the disk's configuration.
mod config {
    pub(super) const CAPACITY: usize = 0;
    pub(super) const SEGMENT_LIMIT: usize = 12;
    pub(super) const BLOCK_SIZE: usize = 20;
}

/// A disk.
pub struct Block {
    // First, so that the disk has been reset before the memory that it knows is given back.
    transport: PciTransport,
    queue: Box<Queue>,
    slots: Slots,
    /// The slot behind each head that the queue has given out.
    slot_of: [Option<u8>; slots::COUNT],
    features: Features,
    capacity: u64,
    block_size: u32,
    segments: usize,
    /// The disk does not keep to the rules any more; it has been reset and knows nothing of our memory.
    broken: bool,
}

/// Names a transfer while the disk works on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token(u8);

/// A transfer that was not accepted.
#[derive(Debug)]
pub struct Refused {
    /// What was to be done.
    pub transfer: Transfer,
    /// `EAGAIN` if the queue is full, `EINVAL` if it has too many segments or empty ones, `EIO` if the disk has failed.
    pub why: Errno,
}

impl Token {
    /// A number below `Block::DEPTH` that no other transfer has meanwhile.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl Block {
    /// How many transfers it works on at once at most.
    pub const DEPTH: usize = slots::COUNT;

    /// Starts a disk. `EIO` if it does not behave, `ENOMEM` if there is no memory for its queue.
    pub fn open(device: &pci::Device) -> Result<Block> {
        let mut transport = super::connect(device, "virtio_blk")?;
        let features = transport.begin_init(Features::all());
        if !features.contains(Features::VERSION_1) || !transport.get_status().contains(DeviceStatus::FEATURES_OK) {
            return Err(Errno::EIO);
        }
        let (indirect, events) = (features.contains(Features::INDIRECT), features.contains(Features::EVENT_INDEX));
        let queue =
            Box::new(Queue::new(&mut transport, QUEUE, indirect, events).map_err(|why| queue_error(device, why))?);
        let slots = Slots::new()?;
        let slot_of = [None; slots::COUNT];
        let mut block = Block {
            transport,
            queue,
            slots,
            slot_of,
            features,
            capacity: 0,
            block_size: 512,
            segments: 1,
            broken: false,
        };
        block.read_configuration()?;
        block.transport.finish_init();
        Ok(block)
    }

    fn read_configuration(&mut self) -> Result<()> {
        let transport = &self.transport;
        let halves = transport.read_consistent(|| {
            let low = transport.read_config_space::<u32>(config::CAPACITY)?;
            let high = transport.read_config_space::<u32>(config::CAPACITY + 4)?;
            Ok((low, high))
        });
        let (low, high) = halves.map_err(|_| Errno::EIO)?;
        self.capacity = u64::from(high) << 32 | u64::from(low);
        let size = self.optional(Features::BLOCK_SIZE, config::BLOCK_SIZE).unwrap_or(512);
        self.block_size = if size.is_power_of_two() && size >= 512 { size } else { 512 };
        let limit = self.optional(Features::SEGMENT_LIMIT, config::SEGMENT_LIMIT).unwrap_or(u32::MAX);
        self.segments = slots::SEGMENTS.min(limit as usize).max(1);
        Ok(())
    }

    fn optional(&self, feature: Features, place: usize) -> Option<u32> {
        self.features.contains(feature).then(|| self.transport.read_config_space(place).ok())?
    }

    /// Its size in sectors of 512 bytes.
    pub fn capacity(&self) -> u64 {
        self.capacity
    }

    /// The unit in bytes that it reads and writes: a power of two, at least 512.
    pub fn block_size(&self) -> u32 {
        self.block_size
    }

    /// Whether it refuses writes.
    pub fn read_only(&self) -> bool {
        self.features.contains(Features::READ_ONLY)
    }

    /// Whether written bytes may be lost until they are flushed.
    pub fn has_cache(&self) -> bool {
        self.features.contains(Features::FLUSH)
    }

    /// How many segments a transfer may have.
    pub fn segments(&self) -> usize {
        self.segments
    }

    /// Hands a transfer to the disk.
    pub fn submit(&mut self, transfer: Transfer) -> core::result::Result<Token, Refused> {
        let empty = transfer.segments.iter().any(|segment| segment.length == 0);
        if empty || transfer.segments.len() > self.segments {
            return Err(Refused { transfer, why: Errno::EINVAL });
        }
        if self.broken {
            return Err(Refused { transfer, why: Errno::EIO });
        }
        let slot = self.slots.put(transfer).map_err(|transfer| Refused { transfer, why: Errno::EAGAIN })?;
        self.enqueue(slot).or_else(|why| match self.slots.take(slot) {
            Some(transfer) => Err(Refused { transfer, why }),
            None => Ok(Token(slot)),
        })
    }

    fn enqueue(&mut self, slot: u8) -> Result<Token> {
        let Some(mut buffers) = self.slots.buffers(slot) else { return Err(Errno::EINVAL) };
        // SAFETY: all of it belongs to the slot until `pop` has taken the same chain back, or the disk has been reset.
        let head = unsafe { self.queue.add(&buffers.read, &mut buffers.written) }.map_err(|_| Errno::EAGAIN)?;
        self.slot_of[usize::from(head)] = Some(slot);
        // The new entry must be seen before the disk's wish to be told is read, or both sides wait for each other.
        fence(Ordering::SeqCst);
        if self.queue.should_notify() {
            self.transport.notify(QUEUE);
        }
        Ok(Token(slot))
    }

    /// The next transfer that the disk is done with, and how it went.
    pub fn completed(&mut self) -> Option<(Token, Transfer, Result<()>)> {
        // What `pop` said about interrupts must be seen before the queue is read again: same reason as in `enqueue`.
        fence(Ordering::SeqCst);
        if self.broken {
            return self.abandoned();
        }
        let head = self.queue.peek_used()?;
        let slot = self.slot_of.get(usize::from(head)).copied().flatten();
        match slot.filter(|&slot| self.pop(head, slot)) {
            Some(slot) => {
                self.slot_of[usize::from(head)] = None;
                let answer = self.slots.answer(slot);
                self.slots.take(slot).map(|transfer| (Token(slot), transfer, answer))
            }
            None => {
                log::error!("a disk gave back a transfer that it never had; it is not used any more");
                self.give_up();
                self.abandoned()
            }
        }
    }

    fn pop(&mut self, head: u16, slot: u8) -> bool {
        let Some(buffers) = self.slots.buffers(slot) else { return false };
        // The queue wants them borrowed for as long as they live; lists of references need no dropping.
        let mut buffers = ManuallyDrop::new(buffers);
        let Buffers { read, written } = &mut *buffers;
        // SAFETY: these are the buffers that `enqueue` added under this head.
        unsafe { self.queue.pop_used(head, read, written) }.is_ok()
    }

    /// One of the transfers that a broken disk has left undone.
    fn abandoned(&mut self) -> Option<(Token, Transfer, Result<()>)> {
        (0..slots::COUNT as u8).find_map(|slot| Some((Token(slot), self.slots.take(slot)?, Err(Errno::EIO))))
    }

    /// Takes back the disk's interrupt; whether it had raised one. A disk that asks to be reset has failed.
    pub fn acknowledge(&mut self) -> bool {
        let raised = self.transport.ack_interrupt();
        if raised.contains(InterruptStatus::DEVICE_CONFIGURATION_INTERRUPT)
            && self.transport.get_status().contains(DeviceStatus::DEVICE_NEEDS_RESET)
        {
            log::error!("a disk has failed; it is not used any more");
            self.give_up();
        }
        !raised.is_empty()
    }

    /// Resets the disk, so that it lets go of our memory.
    fn give_up(&mut self) {
        self.broken = true;
        self.transport.set_status(DeviceStatus::empty());
        while !self.transport.get_status().is_empty() {
            core::hint::spin_loop();
        }
    }
}

fn queue_error(device: &pci::Device, why: virtio_drivers::Error) -> Errno {
    log::error!("{device}: no queue of {} entries: {why}", slots::COUNT);
    match why {
        virtio_drivers::Error::DmaError => Errno::ENOMEM,
        _ => Errno::EIO,
    }
}
