//! Random numbers: random(7), getrandom(2).
//!
//! A ChaCha20 generator, stirred at first with the time and with what the CPU has to offer. Small requests are served from a block
//! that was made ahead; each byte of it is wiped when it is handed out, and each block begins with the key of the next. A long read
//! takes a key of its own and makes its bytes outside the lock. So nothing is held up, and what is in memory later tells nothing
//! of what was handed out before.

use crate::memory::Sink;
use crate::task::TaskContext;
use logic::errno::Result;
use machine::lock::SpinLock;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

type Key = [u8; 32];

/// What the generator makes at once: as much as costs the same as a single byte.
const BLOCK: usize = 256;

/// The bytes that are ready, and the key for those to come.
struct Pool {
    key: Key,
    ready: [u8; BLOCK],
    /// How many of them were handed out.
    used: usize,
}

static POOL: SpinLock<Pool> = SpinLock::new("random numbers", Pool { key: [0; 32], ready: [0; BLOCK], used: BLOCK });

/// Fills `into` with random bytes.
pub fn fill(into: &mut [u8]) {
    if into.len() > BLOCK {
        return ChaCha20Rng::from_seed(bytes()).fill_bytes(into);
    }
    let mut pool = POOL.lock();
    let mut done = 0;
    while done < into.len() {
        done += pool.take(&mut into[done..]);
    }
}

/// Some random bytes.
pub fn bytes<const COUNT: usize>() -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    fill(&mut bytes);
    bytes
}

/// A number from 0 on and below `limit`.
pub fn below(limit: u64) -> u64 {
    // So much wider than any limit in use that the first numbers come no more often than the others.
    let wide = u128::from_le_bytes(bytes());
    (wide % u128::from(limit.max(1))) as u64
}

/// Fills a sink with random bytes.
pub fn read(ctx: &TaskContext, into: &mut Sink<'_>) -> Result<usize> {
    let mut long = (into.remaining() > BLOCK).then(|| ChaCha20Rng::from_seed(bytes()));
    let mut bytes = [0; BLOCK];
    let mut count = 0;
    while into.remaining() > 0 {
        let part = into.remaining().min(BLOCK);
        match &mut long {
            Some(generator) => generator.fill_bytes(&mut bytes[..part]),
            None => fill(&mut bytes[..part]),
        }
        match into.write(ctx, &bytes[..part]) {
            Ok(went) => count += went,
            Err(errno) if count == 0 => return Err(errno),
            Err(_) => break,
        }
        // Linux looks for signals once in a page.
        if count > 0 && count.is_multiple_of(4096) && ctx.task().is_interrupted() {
            break;
        }
    }
    Ok(count)
}

/// Makes the numbers to come depend on these bytes too.
pub fn stir(bytes: &[u8]) {
    let mut pool = POOL.lock();
    for piece in bytes.chunks(size_of::<Key>()) {
        for (old, new) in pool.key.iter_mut().zip(piece) {
            *old ^= new;
        }
        pool.refill();
    }
}

/// Stirs in what the CPU's own generators give, if it has any. Called once, before the first program.
pub fn start() {
    for _ in 0..8 {
        if let Some(word) = machine::entropy::word() {
            stir(&word.to_le_bytes());
        }
    }
}

impl Pool {
    /// Hands out bytes that are ready, after making some if there are none; how many.
    fn take(&mut self, into: &mut [u8]) -> usize {
        if self.used == BLOCK {
            self.refill();
        }
        let count = into.len().min(BLOCK - self.used);
        let given = &mut self.ready[self.used..self.used + count];
        into[..count].copy_from_slice(given);
        given.fill(0);
        self.used += count;
        count
    }

    /// A new block, from the key and the time; its first bytes are the next key.
    fn refill(&mut self) {
        let time = machine::clock::now().0.to_le_bytes();
        for (old, new) in self.key.iter_mut().zip(time) {
            *old ^= new;
        }
        ChaCha20Rng::from_seed(self.key).fill_bytes(&mut self.ready);
        self.key.copy_from_slice(&self.ready[..size_of::<Key>()]);
        self.ready[..size_of::<Key>()].fill(0);
        self.used = size_of::<Key>();
    }
}
