//! Frames, the heap and page tables: nothing is lost, nothing overlaps, and what has run out is said and not fatal.

use super::{Outcome, check::check, program::Program, random::Random};
use crate::task::{self, TaskContext};
use alloc::{boxed::Box, vec::Vec};
use logic::{
    address::{PAGE_SIZE, PageRange, USER_END, UserAddr},
    errno::{Errno, Result},
};
use machine::{
    fiber,
    frame::{self, Contiguous, Frame},
    heap,
    kernel_space::Window,
    user_space::{Access, UserSpace},
};

const PAGE: u64 = PAGE_SIZE as u64;
const READ: Access = Access::READ;
const READ_WRITE: Access = Access::READ.union(Access::WRITE);
/// Frames that the heap may keep or give back between two looks: one slab of a few sizes.
const SLACK: usize = 8;

fn at(address: u64) -> Result<UserAddr> {
    UserAddr::new(address)
}

/// A frame that is full of one byte.
fn frame_of(byte: u8) -> Result<Frame> {
    let frame = Frame::new()?;
    frame.copy_in(0, &[byte; PAGE_SIZE]);
    Ok(frame)
}

fn first_byte(frame: &Frame) -> u8 {
    let mut byte = [0];
    frame.copy_out(0, &mut byte);
    byte[0]
}

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

/// Objects of each size keep their bytes, whatever lies beside them.
pub(super) fn heap_sizes(_: &TaskContext) -> Outcome {
    let free = frame::free_frames();
    let mut objects: Vec<Vec<u8>> = Vec::new();
    for size in (1..300).chain((300..5000).step_by(61)).chain([8192, 12288, 65536, 70000]) {
        let mut object = Vec::new();
        object.try_reserve_exact(size).map_err(|_| Errno::ENOMEM)?;
        object.resize(size, size as u8);
        objects.push(object);
    }
    for object in &objects {
        check!(object.iter().all(|byte| *byte == object.len() as u8));
    }
    drop(objects);
    check!(frame::free_frames() + 30, >=, free); // a slab of each size may stay
    Ok(())
}

/// Objects lie at multiples of what their type asks for.
pub(super) fn heap_alignments(_: &TaskContext) -> Outcome {
    macro_rules! aligned {
        ($($bytes:literal)*) => {$({
            #[repr(align($bytes))]
            struct Aligned([u8; 3]);
            let objects: Vec<Box<Aligned>> = (0..20).map(|index| Box::new(Aligned([index; 3]))).collect();
            for (index, object) in objects.iter().enumerate() {
                check!(core::ptr::from_ref(&**object).addr() % $bytes, ==, 0);
                check!(object.0, ==, [index as u8; 3]);
            }
        })*};
    }
    aligned!(2 4 8 16 32 64 128 256 512 1024 2048 4096 8192 16384);
    Ok(())
}

/// Thousands of objects come and go in no order, and each keeps its bytes until its end.
pub(super) fn heap_against_a_model(ctx: &TaskContext) -> Outcome {
    let mut random = Random(77);
    let free = frame::free_frames();
    let mut objects: Vec<(u8, Vec<u8>)> = Vec::with_capacity(600);
    for step in 0..30_000u32 {
        if objects.len() < 600 && random.below(2) == 0 {
            let limit = [64, 300, 2100, 20_000][random.below(4) as usize];
            let size = 1 + random.below(limit) as usize;
            let mut object = Vec::new();
            object.try_reserve_exact(size).map_err(|_| Errno::ENOMEM)?;
            object.resize(size, step as u8);
            objects.push((step as u8, object));
        } else if !objects.is_empty() {
            let (byte, object) = objects.swap_remove(random.below(objects.len() as u64) as usize);
            check!(object.iter().all(|found| *found == byte));
        }
        if step.is_multiple_of(1000) {
            ctx.yield_now();
        }
    }
    drop(objects);
    check!(frame::free_frames() + 40, >=, free);
    Ok(())
}

/// A size that cannot be had is an error, however large.
pub(super) fn heap_too_large(_: &TaskContext) -> Outcome {
    for size in [1 << 24, (1 << 24) + 1, 1 << 30, 1 << 40, 1 << 62, isize::MAX as usize, usize::MAX] {
        let mut bytes = Vec::<u8>::new();
        check!(size == 1 << 24 || bytes.try_reserve_exact(size).is_err());
    }
    let mut bytes = Vec::<u8>::new();
    if bytes.try_reserve_exact(1 << 22).is_ok() {
        bytes.resize(1 << 22, 9);
        check!(bytes[(1 << 22) - 1], ==, 9);
    }
    Ok(())
}

/// What is mapped is found, replaced, restricted and taken away; with the space all of it is given back.
pub(super) fn page_tables(_: &TaskContext) -> Outcome {
    let free = frame::free_frames();
    let space = UserSpace::new()?;
    let places = [0, PAGE, 0x1ff000, 0x200000, 0x4000_0000, 0x80_0000_0000, 0x7fff_ffff_e000];
    for (index, place) in places.into_iter().enumerate() {
        space.batch().map(at(place)?, frame_of(index as u8)?, READ_WRITE)?;
    }
    check!(space.resident(), ==, places.len());
    for (index, place) in places.into_iter().enumerate() {
        let Some((frame, access)) = space.lookup(at(place + 123)?) else { return Err(Errno::EFAULT.into()) };
        check!((first_byte(&frame), access, frame.count()), ==, (index as u8, READ_WRITE, 2));
    }
    check!(space.lookup(at(2 * PAGE)?).is_none());
    check!(space.lookup(at(0x100_0000_0000)?).is_none());

    let kept = frame_of(50)?;
    space.batch().map(at(PAGE)?, kept.clone(), READ)?;
    check!((space.resident(), kept.count()), ==, (places.len(), 2));
    space.batch().map(at(PAGE)?, frame_of(51)?, READ)?;
    check!(kept.count(), ==, 1);
    let pages = PageRange::new(PAGE, PAGE)?;
    for access in [Access::empty(), READ, READ | Access::EXECUTE, READ_WRITE] {
        space.batch().protect(pages, access, |_| true);
        let found = space.lookup(at(PAGE)?).map(|(frame, access)| (first_byte(&frame), access));
        check!(found, ==, Some((51, access)));
    }
    space.batch().protect(pages, READ_WRITE, |frame| frame.count() > 2);
    check!(space.lookup(at(PAGE)?).map(|(_, access)| access), ==, Some(READ));
    check!(space.take_accessed(at(PAGE)?));
    check!(!space.take_accessed(at(PAGE)?));

    space.batch().unmap(PageRange::new(PAGE, 0x200000)?);
    check!(space.resident(), ==, places.len() - 3);
    check!(space.lookup(at(0x200000)?).is_none());
    check!(space.lookup(at(0)?).is_some());
    drop((space, kept));
    check!(frame::free_frames() + SLACK, >=, free);
    Ok(())
}

/// Thousands of pages over several tables are mapped and taken away at once.
pub(super) fn many_pages(_: &TaskContext) -> Outcome {
    const PAGES: u64 = 1500;
    let free = frame::free_frames();
    let space = UserSpace::new()?;
    let start = 0x3f_f000 - 700 * PAGE;
    let mut batch = space.batch();
    for page in 0..PAGES {
        batch.map(at(start + page * PAGE)?, Frame::zeroed()?, READ_WRITE)?;
    }
    drop(batch);
    check!(space.resident(), ==, PAGES as usize);
    space.batch().unmap(PageRange::new(start + PAGE, (PAGES - 2) * PAGE)?);
    check!(space.resident(), ==, 2);
    check!(frame::free_frames() + 2 + 10 + SLACK, >=, free);
    drop(space);
    check!(frame::free_frames() + SLACK, >=, free);
    Ok(())
}

/// A fork: the child sees the same frames; with copy-on-write nobody may write them.
pub(super) fn sharing(_: &TaskContext) -> Outcome {
    let free = frame::free_frames();
    let (parent, child) = (UserSpace::new()?, UserSpace::new()?);
    let rights = [Access::empty(), READ, READ_WRITE, READ | Access::EXECUTE];
    for (index, access) in rights.into_iter().enumerate() {
        for half in [0, 0x20_0000] {
            parent.batch().map(at(half + index as u64 * PAGE)?, frame_of(index as u8)?, access)?;
        }
    }
    let (shared, private) = (PageRange::new(0, 0x20_0000)?, PageRange::new(0x20_0000, 0x20_0000)?);
    let (mut ours, mut theirs) = (parent.batch(), child.batch());
    ours.share(&mut theirs, shared, false)?;
    ours.share(&mut theirs, private, true)?;
    drop((ours, theirs));
    check!((parent.resident(), child.resident()), ==, (8, 8));
    for (index, access) in rights.into_iter().enumerate() {
        for (half, expected) in [(0, access), (0x20_0000, access - Access::WRITE)] {
            let place = at(half + index as u64 * PAGE)?;
            for space in [&parent, &child] {
                let found = space.lookup(place).map(|(frame, access)| (first_byte(&frame), access, frame.count()));
                check!(found, ==, Some((index as u8, expected, 3)));
            }
        }
    }
    drop(parent);
    check!(child.lookup(at(0)?).map(|(frame, _)| frame.count()), ==, Some(2));
    drop(child);
    check!(frame::free_frames() + SLACK, >=, free);
    Ok(())
}

/// Moving takes pages along, with their rights; it does not lead out of the programs' half.
pub(super) fn moving(_: &TaskContext) -> Outcome {
    let free = frame::free_frames();
    let space = UserSpace::new()?;
    let old = PageRange::new(0x1f_e000, 5 * PAGE)?;
    for index in [0, 1, 3] {
        space.batch().map(at(old.start() + index * PAGE)?, frame_of(index as u8)?, READ_WRITE)?;
    }
    space.batch().relocate(old, 0x5000_0000)?;
    check!(space.resident(), ==, 3);
    for index in 0..5 {
        check!(space.lookup(at(old.start() + index * PAGE)?).is_none());
        let found = space.lookup(at(0x5000_0000 + index * PAGE)?).map(|(frame, access)| (first_byte(&frame), access));
        check!(found, ==, [0, 1, 3].contains(&index).then_some((index as u8, READ_WRITE)));
    }
    let moved = PageRange::new(0x5000_0000, 5 * PAGE)?;
    for bad in [USER_END, USER_END - PAGE, 0xffff_8000_0000_0000, u64::MAX - PAGE + 1, 5] {
        check!(space.batch().relocate(moved, bad).is_err());
    }
    check!(space.lookup(at(0x5000_0000)?).is_some());
    drop(space);
    check!(frame::free_frames() + SLACK, >=, free);
    Ok(())
}

/// A program's space with pages that may be written, read, neither, and none, beside each other; what each page holds.
const LAYOUT: [(u64, Option<Access>); 5] =
    [(0, Some(READ_WRITE)), (1, Some(READ_WRITE)), (2, Some(READ)), (3, Some(Access::empty())), (4, None)];
const BASE: u64 = 0x1234_5000;

fn spread(space: &UserSpace) -> Result<()> {
    for (page, access) in LAYOUT {
        if let Some(access) = access {
            space.batch().map(at(BASE + page * PAGE)?, frame_of(page as u8)?, access)?;
        }
    }
    Ok(())
}

/// Copies by each way, from every kind of place, and compares how far they came with how far they may come.
fn copy_everywhere(space: &UserSpace) -> Outcome {
    let mut random = Random(3);
    let readable = (BASE + 3 * PAGE) as usize;
    let writable = (BASE + 2 * PAGE) as usize;
    let frame = frame_of(99)?;
    let mut buffer = alloc::vec![0u8; 4 * PAGE_SIZE];
    for round in 0..400 {
        let start = match round % 4 {
            0 => BASE + random.below(4 * PAGE),
            1 => BASE + 3 * PAGE - 1 - random.below(70),
            2 => BASE + 2 * PAGE - 1 - random.below(70),
            _ => BASE + random.below(3) * PAGE + random.below(8),
        };
        let length = if round % 2 == 0 { random.below(3 * PAGE) } else { random.below(100) } as usize;
        let place = at(start)?;
        let can_read = length.min(readable.saturating_sub(start as usize));
        let can_write = length.min(writable.saturating_sub(start as usize));

        buffer.fill(200);
        check!((start, length, space.copy_in(place, &mut buffer[..length])), ==, (start, length, can_read));
        check!(buffer[can_read..].iter().all(|byte| *byte == 200));
        check!(buffer[..can_read].iter().all(|byte| *byte < 100));
        for byte in &mut buffer[..length] {
            *byte = random.below(100) as u8;
        }
        check!((start, length, space.copy_out(place, &buffer[..length])), ==, (start, length, can_write));
        let mut back = alloc::vec![0u8; can_write];
        check!(space.copy_in(place, &mut back), ==, can_write);
        check!(back == buffer[..can_write]);

        let (offset, part) = (random.below(64) as usize, length.min(4000));
        check!(space.copy_out_frame(place, &frame, offset, part), ==, can_write.min(part));
        check!(space.copy_in_frame(place, &frame, offset, part), ==, can_read.min(part));
        let zeroed = length.min(random.below(200) as usize);
        check!(space.zero_out(place, zeroed), ==, can_write.min(zeroed));
        back.resize(can_write.min(zeroed), 1);
        check!(space.copy_in(place, &mut back), ==, back.len().min(can_read));
        check!(back[..can_write.min(zeroed)].iter().all(|byte| *byte == 0));
    }
    let last = at(USER_END - 1)?;
    check!(space.copy_in(last, &mut buffer), ==, 0);
    check!(space.copy_out(last, &buffer), ==, 0);
    check!(space.zero_out(last, 100), ==, 0);
    Ok(())
}

/// Copying from and to a program stops at the very byte where it may not go on, whether its space is loaded or not.
pub(super) fn copying(ctx: &TaskContext) -> Outcome {
    let space = UserSpace::new()?;
    spread(&space)?;
    copy_everywhere(&space)?; // through frames
    let mut program = Program::new(&[0x0f, 0x05])?;
    spread(&program.space)?;
    program.run(ctx)?;
    copy_everywhere(&program.space)?; // through the program's own mappings, whose space is loaded now
    copy_everywhere(&space)?;
    check!(program.space.compare_exchange(at(BASE)?, 1, 2).is_some());
    program.write(BASE, &5u32.to_le_bytes())?;
    check!(program.space.compare_exchange(at(BASE)?, 4, 6), ==, Some(5));
    check!(program.space.compare_exchange(at(BASE)?, 5, 6), ==, Some(5));
    check!(program.word(BASE)? as u32, ==, 6);
    check!(program.space.compare_exchange(at(BASE + 2)?, 0, 6), ==, None);
    check!(program.space.compare_exchange(at(BASE + 2 * PAGE)?, 0, 6), ==, None);
    check!(program.space.compare_exchange(at(BASE + 4 * PAGE)?, 0, 6), ==, None);
    Ok(())
}

/// What the CPU remembers of page tables is forgotten when they change: for one page, for a few, for many.
pub(super) fn translations_are_forgotten(ctx: &TaskContext) -> Outcome {
    let mut program = Program::new(&[0x0f, 0x05])?;
    program.run(ctx)?;
    let space = &program.space;
    for pages in [1, 3, 8, 9, 40, 200] {
        let range = PageRange::new(BASE, pages * PAGE)?;
        let touch = |expected: u8| -> Outcome {
            for page in 0..pages {
                let mut byte = [0];
                check!(space.copy_in(at(BASE + page * PAGE)?, &mut byte), ==, 1);
                check!((page, byte[0]), ==, (page, expected));
            }
            Ok(())
        };
        for content in [1, 2] {
            let mut batch = space.batch();
            for page in 0..pages {
                batch.map(at(BASE + page * PAGE)?, frame_of(content)?, READ_WRITE)?;
            }
            drop(batch);
            touch(content)?;
        }
        let writable =
            || (0..pages).filter(|page| at(BASE + page * PAGE).is_ok_and(|at| space.copy_out(at, &[2]) == 1));
        check!(writable().count() as u64, ==, pages);
        space.batch().protect(range, READ, |_| true);
        check!(writable().count(), ==, 0);
        touch(2)?;
        space.batch().protect(range, READ_WRITE, |_| true);
        check!(writable().count() as u64, ==, pages);
        let child = UserSpace::new()?;
        space.batch().share(&mut child.batch(), range, true)?;
        check!(writable().count(), ==, 0);
        space.batch().relocate(range, BASE + 0x1000_0000)?;
        check!(space.copy_in(at(BASE)?, &mut [0]), ==, 0);
        space.batch().relocate(PageRange::new(BASE + 0x1000_0000, pages * PAGE)?, BASE)?;
        touch(2)?;
        space.batch().unmap(range);
        for page in 0..pages {
            check!(space.copy_in(at(BASE + page * PAGE)?, &mut [0]), ==, 0);
        }
    }
    Ok(())
}

/// A task that runs no program does not copy through the mappings of whoever ran before it.
pub(super) fn spaces_of_others(ctx: &TaskContext) -> Outcome {
    let mut mine = Program::new(&[0x0f, 0x05])?;
    let theirs = Program::new(&[0x0f, 0x05])?;
    mine.write(Program::DATA, &1u64.to_le_bytes())?;
    theirs.write(Program::DATA, &2u64.to_le_bytes())?;
    mine.run(ctx)?;
    check!((mine.word(Program::DATA)?, theirs.word(Program::DATA)?), ==, (1, 2));
    let (space, other) = (mine.space.clone(), theirs.space.clone());
    let place = alloc::sync::Arc::new(machine::lock::SpinLock::new("what was read", Vec::new()));
    let found = place.clone();
    let task = task::spawn("reader", move |ctx| {
        let mut program = Program { user: theirs.user, space: other };
        let read = |space: &UserSpace| {
            let mut byte = [0];
            at(Program::DATA).map(|at| space.copy_in(at, &mut byte)).map(|_| byte[0])
        };
        found.lock().push(read(&space));
        let ran = program.run(ctx);
        found.lock().push(read(&space));
        found.lock().push(read(&program.space));
        machine::fiber::leave_space();
        found.lock().push(ran.map_or(Err(Errno::EFAULT), |_| read(&program.space)));
    })?;
    task.join(ctx);
    check!(*place.lock(), ==, [Ok(1), Ok(1), Ok(2), Ok(2)]);
    check!(mine.word(Program::DATA)?, ==, 1);
    Ok(())
}

/// A window shows frames side by side, if nobody else has them.
pub(super) fn windows(_: &TaskContext) -> Outcome {
    let make = |count: usize| (0..count).map(|index| frame_of(index as u8)).collect::<Result<Vec<Frame>>>();
    drop(Window::new(make(3)?)?); // its page tables stay
    let free = frame::free_frames();
    let shared = make(2)?;
    let other = shared[1].clone();
    check!(Window::new(shared).err(), ==, Some(Errno::EBUSY));
    check!(other.count(), ==, 1);
    drop(other);
    for count in [0, 1, 5, 40] {
        let window = Window::new(make(count)?)?;
        check!(window.len(), ==, count * PAGE_SIZE);
        for (index, page) in window.chunks(PAGE_SIZE).enumerate() {
            check!(page.iter().all(|byte| *byte == index as u8));
        }
        let second = Window::new(make(2)?)?;
        check!((second[0], second[PAGE_SIZE]), ==, (0, 1));
        let frames = window.into_frames();
        check!(frames.len(), ==, count);
        check!(frames.iter().enumerate().all(|(index, frame)| first_byte(frame) == index as u8 && frame.count() == 1));
    }
    check!(frame::free_frames() + SLACK, >=, free);
    Ok(())
}
