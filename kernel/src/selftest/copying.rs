//! Copying from and to a program stops at the very byte where it may not go on.

use super::{
    Outcome,
    check::check,
    pages::{BASE, PAGE, READ, READ_WRITE, at, frame_of},
    program::Program,
    random::Random,
};
use crate::task::TaskContext;
use logic::{
    address::{PAGE_SIZE, USER_END},
    errno::Result,
};
use machine::user_space::{Access, UserSpace};

/// A program's space with pages that may be written, read, neither, and none, beside each other; what each page holds.
const LAYOUT: [(u64, Option<Access>); 5] =
    [(0, Some(READ_WRITE)), (1, Some(READ_WRITE)), (2, Some(READ)), (3, Some(Access::empty())), (4, None)];

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
