//! Page tables of programs: mapping, sharing, moving, and what the CPU remembers of them.

use super::{
    Outcome,
    check::check,
    pages::{BASE, PAGE, READ, READ_WRITE, SLACK, at, first_byte, frame_of},
    program::Program,
};
use crate::task::{self, TaskContext};
use alloc::vec::Vec;
use logic::{
    address::{PAGE_SIZE, PageRange, USER_END},
    errno::{Errno, Result},
};
use machine::{
    frame::{self, Frame},
    kernel_space::Window,
    user_space::{Access, UserSpace},
};

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
