//! The second disk, if there is one, which is overwritten: what is written is read again, in any pieces; what cannot be done
//! is said.

use super::{
    Outcome,
    check::{Failure, check},
    random::Random,
};
use crate::{
    block::{self, Disk, Operation, Request, SECTOR, Segment},
    task::{self, TaskContext},
};
use alloc::{sync::Arc, vec::Vec};
use logic::errno::{Errno, Result};
use machine::{frame::Frame, lock::SpinLock};

const PAGE: u64 = 4096;
const DISK: &str = "vdb";

fn second_disk() -> core::result::Result<Arc<dyn Disk>, Failure> {
    block::find(DISK).ok_or_else(|| Failure::skipped("there is no disk vdb"))
}

/// A segment of a whole frame, full of bytes that tell where they belong.
fn page_of(seed: u64) -> Result<Segment> {
    let frame = Frame::new()?;
    let mut random = Random(seed + 1);
    for offset in (0..PAGE as usize).step_by(8) {
        frame.copy_in(offset, &random.next().to_le_bytes());
    }
    Ok(Segment { frame, offset: 0, length: PAGE as u16 })
}

fn pages(first: u64, count: u64) -> Result<Vec<Segment>> {
    (first..first + count).map(page_of).collect()
}

fn empty(count: u64) -> Result<Vec<Segment>> {
    (0..count).map(|_| Ok(Segment { frame: Frame::zeroed()?, offset: 0, length: PAGE as u16 })).collect()
}

fn same(one: &Frame, other: &Frame) -> bool {
    let (mut bytes, mut others) = ([0; 512], [0; 512]);
    (0..PAGE as usize).step_by(512).all(|offset| {
        one.copy_out(offset, &mut bytes);
        other.copy_out(offset, &mut others);
        bytes == others
    })
}

fn check_pages(found: &[Frame], first: u64) -> Outcome {
    for (index, frame) in found.iter().enumerate() {
        let expected = page_of(first + index as u64)?;
        check!((first, index, same(frame, &expected.frame)), ==, (first, index, true));
    }
    Ok(())
}

fn frames(segments: &[Segment]) -> Vec<Frame> {
    segments.iter().map(|segment| segment.frame.clone()).collect()
}

/// Writes many pages in one go, and reads them again, as they were and in small pieces.
pub(super) fn written_and_read(ctx: &TaskContext) -> Outcome {
    let disk = second_disk()?;
    let count = (disk.sectors() * SECTOR / PAGE).min(100);
    block::write(ctx, &*disk, 0, pages(0, count)?)?;
    block::flush(ctx, &*disk)?;
    let segments = empty(count)?;
    let read = frames(&segments);
    block::read(ctx, &*disk, 0, segments)?;
    check_pages(&read, 0)?;

    let whole = Frame::zeroed()?;
    let parts = (0..8).map(|part| Segment { frame: whole.clone(), offset: part * 512, length: 512 });
    block::read(ctx, &*disk, 3 * PAGE / SECTOR, parts.collect())?;
    check_pages(&[whole], 3)
}

/// Several tasks read and write at once, each its own part, with more requests than the disk takes.
pub(super) fn many_at_once(ctx: &TaskContext) -> Outcome {
    const TASKS: u64 = 6;
    const SHARE: u64 = 16;
    let disk = second_disk()?;
    if disk.sectors() * SECTOR < TASKS * SHARE * PAGE {
        return Err(Failure::skipped("the disk is too small"));
    }
    let wrong = Arc::new(SpinLock::new("what went wrong", Vec::new()));
    let mut tasks = Vec::new();
    for part in 0..TASKS {
        let (disk, wrong) = (disk.clone(), wrong.clone());
        tasks.push(task::spawn("disk user", move |ctx| {
            for round in 0..4 {
                let outcome = use_part(ctx, &*disk, part * SHARE, SHARE, 1000 * (round + 1));
                wrong.lock().extend(outcome.err());
            }
        })?);
    }
    tasks.iter().for_each(|task| task.join(ctx));
    wrong.lock().pop().map_or(Ok(()), Err)
}

/// Starts a request a page, all at once, and waits for them.
fn use_part(ctx: &TaskContext, disk: &dyn Disk, first: u64, count: u64, seed: u64) -> Outcome {
    let mut started = Vec::new();
    for (page, segment) in (first..).zip(pages(seed + first, count)?) {
        let request = Request::new(Operation::Write, page * PAGE / SECTOR, Vec::from([segment]));
        disk.submit(ctx, request.clone())?;
        started.push(request);
    }
    for request in started {
        request.wait(ctx)?;
    }
    let segments = empty(count)?;
    let read = frames(&segments);
    block::read(ctx, disk, first * PAGE / SECTOR, segments)?;
    check_pages(&read, seed + first)
}

/// Beyond the end, in half sectors, and nothing at all: refused, and the disk goes on.
pub(super) fn refusals(ctx: &TaskContext) -> Outcome {
    let disk = second_disk()?;
    let end = disk.sectors();
    for (sector, expected) in
        [(end, Errno::ENXIO), (end - 1, Errno::ENXIO), (u64::MAX, Errno::ENXIO), (u64::MAX / 512, Errno::ENXIO)]
    {
        check!(block::read(ctx, &*disk, sector, empty(1)?), ==, Err(expected));
        check!(block::write(ctx, &*disk, sector, empty(1)?), ==, Err(expected));
    }
    let half = Segment { frame: Frame::zeroed()?, offset: 0, length: 100 };
    check!(block::read(ctx, &*disk, 0, Vec::from([half])), ==, Err(Errno::EINVAL));
    let nothing = Request::new(Operation::Read, 0, Vec::new());
    check!(disk.submit(ctx, nothing), ==, Err(Errno::EINVAL));
    let last = Segment { frame: Frame::zeroed()?, offset: 0, length: 512 };
    check!(block::read(ctx, &*disk, end - 1, Vec::from([last])), ==, Ok(()));
    Ok(())
}
