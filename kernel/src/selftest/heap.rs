//! The heap: objects of every size and alignment keep their bytes.

use super::{Outcome, check::check, random::Random};
use crate::task::TaskContext;
use alloc::{boxed::Box, vec::Vec};
use logic::errno::Errno;
use machine::frame::{self};

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
