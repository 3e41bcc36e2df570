//! A virtio disk as a `block::Disk`.
//!
//! `start` runs in a task and waits there while the disk's queue is full; the interrupt handler completes requests. The
//! lock protects the disk's queue and which request each transfer in it belongs to.

use crate::block::{Counts, Disk, Operation, Request, Transfer};
use crate::task::{TaskContext, WaitQueue};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;
use machine::virtio::{Block, Refused};
use machine::{heap, irq, pci};

/// The disk.
pub(super) struct VirtioDisk {
    name: String,
    sectors: u64,
    block_size: u32,
    read_only: bool,
    segments: usize,
    /// Whether it must be told to make what was written durable.
    has_cache: bool,
    counts: Counts,
    queue: SpinLock<Queue>,
    /// Tasks that found the queue full.
    room: WaitQueue,
}

struct Queue {
    block: Block,
    /// By `Token::index`.
    requests: [Option<Arc<Request>>; Block::DEPTH],
    /// The queue took no more, and nothing has been completed since.
    full: bool,
}

impl VirtioDisk {
    /// Starts the disk that a device is. `ENXIO` if it has no interrupt line, `EIO` if it does not behave.
    pub(super) fn open(device: pci::Device, name: String) -> Result<Arc<VirtioDisk>> {
        let line = device.interrupt_line().ok_or(Errno::ENXIO)?;
        let block = Block::open(&device)?;
        let disk = Arc::new(VirtioDisk {
            name,
            sectors: block.capacity(),
            block_size: block.block_size(),
            read_only: block.read_only(),
            segments: block.segments(),
            has_cache: block.has_cache(),
            counts: Counts::default(),
            queue: SpinLock::new("virtio disk", Queue { block, requests: [const { None }; Block::DEPTH], full: false }),
            room: WaitQueue::new(),
        });
        let interrupted = disk.clone();
        irq::name(line, "virtio");
        irq::register(line, Box::new(move |_| interrupted.on_interrupt()))?;
        Ok(disk)
    }

    fn on_interrupt(&self) {
        // Others share the line, so this disk may have nothing to say.
        if !self.queue.lock().block.acknowledge() {
            return;
        }
        let mut any = false;
        while let Some((request, transfer, result)) = self.next_completed() {
            self.counts.end(&request);
            request.complete(transfer, result);
            any = true;
        }
        if any {
            self.room.wake_all();
        }
    }

    fn next_completed(&self) -> Option<(Arc<Request>, Transfer, Result<()>)> {
        let mut queue = self.queue.lock();
        let (token, transfer, result) = queue.block.completed()?;
        queue.full = false;
        let request = queue.requests[token.index()].take()?;
        Some((request, transfer, result))
    }

    fn try_submit(&self, request: &Arc<Request>, transfer: Transfer) -> core::result::Result<(), Refused> {
        let mut queue = self.queue.lock();
        let queue = &mut *queue;
        let outcome = queue.block.submit(transfer);
        match outcome {
            Ok(token) => {
                queue.requests[token.index()] = Some(request.clone());
                self.counts.begin(request);
                Ok(())
            }
            Err(refused) => {
                queue.full = refused.why == Errno::EAGAIN;
                Err(refused)
            }
        }
    }
}

impl Disk for VirtioDisk {
    fn name(&self) -> &str {
        &self.name
    }

    fn sectors(&self) -> u64 {
        self.sectors
    }

    fn block_size(&self) -> u32 {
        self.block_size
    }

    fn read_only(&self) -> bool {
        self.read_only
    }

    fn segments(&self) -> usize {
        self.segments
    }

    fn counts(&self) -> &Counts {
        &self.counts
    }

    fn start(&self, ctx: &TaskContext, request: Arc<Request>) -> Result<()> {
        // The queue's lists of segments come from the heap.
        heap::ensure_reserve()?;
        let mut transfer = request.start().ok_or(Errno::EINVAL)?;
        if transfer.operation == Operation::Flush && !self.has_cache {
            request.complete(transfer, Ok(()));
            return Ok(());
        }
        loop {
            match self.try_submit(&request, transfer) {
                Ok(()) => return Ok(()),
                Err(Refused { transfer: again, why: Errno::EAGAIN }) => transfer = again,
                Err(Refused { transfer, why }) => {
                    request.complete(transfer, Err(why));
                    return Ok(());
                }
            }
            self.room.wait_until(ctx, || !self.queue.lock().full);
        }
    }
}

impl fmt::Display for VirtioDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, kilobytes, block) = (&self.name, self.sectors / 2, self.block_size);
        let kind = if self.read_only { "read-only" } else { "read-write" };
        write!(f, "{name}: {kilobytes} KiB in blocks of {block}, {kind}")
    }
}
