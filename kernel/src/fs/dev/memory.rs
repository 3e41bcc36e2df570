//! The devices that are no devices: null(4), full(4), random(4).

use super::{Device, Shared, character, register};
use crate::fs::file::File;
use crate::fs::random;
use crate::memory::{Sink, Source};
use crate::task::TaskContext;
use alloc::sync::Arc;
use logic::errno::{Errno, Result};

/// The major number of them all.
const MAJOR: u32 = 1;

struct Null;
struct Zero;
struct Full;
struct Random;

/// Registers them.
pub(super) fn register_all(ctx: &TaskContext) -> Result<()> {
    let devices: [(&'static str, u32, Arc<dyn File>); 5] = [
        ("null", 3, Arc::new(Null)),
        ("zero", 5, Arc::new(Zero)),
        ("full", 7, Arc::new(Full)),
        ("random", 8, Arc::new(Random)),
        ("urandom", 9, Arc::new(Random)),
    ];
    for (name, minor, file) in devices {
        let device: Arc<dyn Device> = Arc::new(Shared(file));
        register(ctx, name, character(MAJOR, minor), 0o666, device)?;
    }
    Ok(())
}

impl File for Null {
    fn read(&self, _ctx: &TaskContext, _position: u64, _into: &mut Sink<'_>) -> Result<usize> {
        Ok(0)
    }

    fn write(&self, _ctx: &TaskContext, _position: u64, from: &mut Source<'_>) -> Result<usize> {
        Ok(from.remaining())
    }
}

impl File for Zero {
    fn shows_zeros(&self) -> bool {
        true
    }

    fn read(&self, ctx: &TaskContext, _position: u64, into: &mut Sink<'_>) -> Result<usize> {
        into.zero(ctx, into.remaining())
    }

    fn write(&self, _ctx: &TaskContext, _position: u64, from: &mut Source<'_>) -> Result<usize> {
        Ok(from.remaining())
    }
}

impl File for Full {
    fn read(&self, ctx: &TaskContext, _position: u64, into: &mut Sink<'_>) -> Result<usize> {
        into.zero(ctx, into.remaining())
    }

    fn write(&self, _ctx: &TaskContext, _position: u64, from: &mut Source<'_>) -> Result<usize> {
        if from.remaining() > 0 { Err(Errno::ENOSPC) } else { Ok(0) }
    }
}

impl File for Random {
    fn read(&self, ctx: &TaskContext, _position: u64, into: &mut Sink<'_>) -> Result<usize> {
        random::read(ctx, into)
    }

    /// What is written is stirred in, so it can do no harm whoever writes it.
    fn write(&self, ctx: &TaskContext, _position: u64, from: &mut Source<'_>) -> Result<usize> {
        let mut bytes = [0; 64];
        let mut count = 0;
        while from.remaining() > 0 {
            let taken = from.read(ctx, &mut bytes)?;
            random::stir(&bytes[..taken]);
            count += taken;
        }
        Ok(count)
    }
}
