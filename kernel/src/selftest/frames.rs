//! Frames, blocks of them and the reserve: what is taken comes back whole, and what has run out is said and not fatal.

use super::{
    Outcome,
    check::check,
    pages::{PAGE, READ_WRITE, SLACK, at},
    program::Program,
};
use crate::task::{self, TaskContext};
use alloc::{boxed::Box, vec::Vec};
use logic::errno::{Errno, Result};
use machine::{
    fiber,
    frame::{self, Contiguous, Frame},
    heap,
    user_space::UserSpace,
};

/// A frame is counted, and given back by its last owner.
pub(super) fn frames(_: &TaskContext) -> Outcome {
    let free = frame::free_frames();
    let one = Frame::zeroed()?;
    check!(frame::free_frames(), ==, free - 1);
    check!(one.count(), ==, 1);
    let same = one.clone();
    check!((one.count(), same.count()), ==, (2, 2));
    check!(frame::free_frames(), ==, free - 1);
    same.copy_in(4000, &[7; 96]);
    let mut bytes = [1; 97];
    one.copy_out(3999, &mut bytes);
    check!((bytes[0], bytes[1], bytes[96]), ==, (0, 7, 7));
    drop(one);
    check!(same.count(), ==, 1);
    let copy = Frame::new()?;
    copy.copy_from(&same);
    copy.zero(4090, 6);
    copy.copy_out(3999, &mut bytes);
    check!((bytes[0], bytes[1], bytes[90], bytes[91], bytes[96]), ==, (0, 7, 7, 0, 0));
    check!(copy.address() != same.address());
    drop((same, copy));
    check!(frame::free_frames(), ==, free);
    check!(free, <=, frame::total_frames());
    Ok(())
}

/// Blocks lie at multiples of their size, are zero at birth, and come back whole.
pub(super) fn blocks(_: &TaskContext) -> Outcome {
    let free = frame::free_frames();
    let mut held = Vec::new();
    for order in 0..8 {
        for _ in 0..2 {
            let block = Contiguous::new(order)?;
            check!(block.pages(), ==, 1 << order);
            check!(block.address().0 % (PAGE << order), ==, 0);
            held.push(block);
        }
    }
    check!(frame::free_frames(), <=, free - 2 * 255);
    for (index, one) in held.iter().enumerate() {
        for other in &held[index + 1..] {
            let (start, end) = (one.address().0, one.address().0 + one.pages() as u64 * PAGE);
            check!(other.address().0 >= end || other.address().0 + other.pages() as u64 * PAGE <= start);
        }
    }
    for order in [13, 20, 40, 63] {
        check!(Contiguous::new(order).err(), ==, Some(Errno::ENOMEM));
    }
    drop(held);
    check!(frame::free_frames() + SLACK, >=, free);
    Ok(())
}

/// Takes every frame there is.
fn take_all() -> Result<Vec<Frame>> {
    let mut all = Vec::new();
    all.try_reserve_exact(frame::free_frames()).map_err(|_| Errno::ENOMEM)?;
    while let Ok(frame) = Frame::new() {
        all.push(frame);
    }
    Ok(all)
}

/// Takes what the allocator keeps for the heap.
fn take_kept() -> Vec<Contiguous> {
    let mut kept = Vec::with_capacity(2 * frame::kept_frames());
    while kept.len() < kept.capacity()
        && let Ok(frame) = Contiguous::new(0)
    {
        kept.push(frame);
    }
    kept
}

/// With all frames taken, or all but a few, everything that needs more says so, and nothing is lost by that.
pub(super) fn no_frames_left(ctx: &TaskContext) -> Outcome {
    let space = UserSpace::new()?;
    for _ in 0..2 {
        drop(task::spawn("warm", |_| {})?);
        ctx.yield_now();
    }
    for few in 0..12 {
        heap::ensure_reserve()?;
        let (free, (stacks, _)) = (frame::free_frames(), fiber::stacks());
        let mut all = take_all()?;
        let kept = take_kept();
        let none = frame::free_frames();
        let frame = all.pop().ok_or(Errno::ENOMEM)?;
        let mapped = space.batch().map(at(Program::DATA)?, frame, READ_WRITE);
        let block = Contiguous::new(4).err();
        all.truncate(all.len() - few);
        let mut made = Vec::new();
        let mut spawned = Ok(());
        while spawned.is_ok() && made.len() < 100 {
            spawned = task::spawn("one too many", |_| {}).map(|task| made.push(task));
        }
        let mut spaces = Vec::new();
        while let Ok(space) = UserSpace::new() {
            spaces.push(space);
        }
        let room = all.len();
        drop((all, spaces, kept));
        check!((few, none, room > 0), ==, (few, 0, true));
        check!(mapped, ==, Err(Errno::ENOMEM));
        check!(block, ==, Some(Errno::ENOMEM));
        check!(spawned, ==, Err(Errno::ENOMEM));
        made.iter().for_each(|task| task.join(ctx));
        ctx.yield_now();
        drop(made);
        heap::ensure_reserve()?;
        let (stacks_now, frames_each) = fiber::stacks();
        let kept = (stacks_now - stacks) * frames_each + SLACK;
        check!((few, frame::free_frames() + kept), >=, (few, free));
    }
    Ok(())
}

/// Frames that lie side by side make a block again, though they were given back one by one.
pub(super) fn frames_join(_: &TaskContext) -> Outcome {
    let mut all = take_all()?;
    all.sort_unstable_by_key(Frame::address);
    let side_by_side = |frames: &[Frame]| frames[15].address().0 == frames[0].address().0 + 15 * PAGE;
    let start = all.windows(16).position(side_by_side);
    let given = start.map(|start| all.splice(start..start + 16, None).count());
    let block = Contiguous::new(2).map(|_| ());
    drop(all);
    check!((given, block), ==, (Some(16), Ok(())));
    Ok(())
}

/// With all frames taken small objects still come from the reserve; and with the reserve begun nothing new may begin.
pub(super) fn the_reserve_holds(_: &TaskContext) -> Outcome {
    heap::ensure_reserve()?;
    let free = frame::free_frames();
    let mut objects = Vec::with_capacity(2000);
    let mut all = take_all()?;
    let kept = take_kept();
    let ready = heap::ensure_reserve();
    for size in [24, 100, 400, 1000, 2000] {
        for _ in 0..20_000 / size {
            objects.push(Box::<[u8]>::from(alloc::vec![size as u8; size]));
        }
    }
    let begun = heap::ensure_reserve();
    let large = Vec::<u8>::new().try_reserve_exact(100_000);
    for object in &objects {
        check!(object.iter().all(|byte| *byte == object.len() as u8));
    }
    all.truncate(all.len() / 2);
    let refilled = heap::ensure_reserve();
    drop((all, objects, kept));
    check!(ready, ==, Ok(()));
    check!(begun, ==, Err(Errno::ENOMEM));
    check!(large.is_err());
    check!(refilled, ==, Ok(()));
    check!(frame::free_frames() + 5 * SLACK, >=, free); // slabs of five sizes, some of four frames
    Ok(())
}
