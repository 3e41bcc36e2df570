//! Random numbers: random(7), getrandom(2).
//!
//! A ChaCha20 generator, stirred at first with the time and with what the CPU has to offer. Each read takes a key of its own from
//! it under the lock, and makes its bytes with that outside; so a long read holds nothing up, and what is in memory later
//! tells nothing of what was handed out before.

use crate::memory::Sink;
use crate::task::TaskContext;
use logic::errno::Result;
use machine::lock::SpinLock;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

type Key = [u8; 32];

/// The key of the generator to come.
static KEY: SpinLock<Key> = SpinLock::new("random numbers", [0; 32]);

/// Fills `into` with random bytes.
pub fn fill(into: &mut [u8]) {
    ChaCha20Rng::from_seed(next_key()).fill_bytes(into);
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
    let mut generator = ChaCha20Rng::from_seed(next_key());
    let mut bytes = [0; 256];
    let mut count = 0;
    while into.remaining() > 0 {
        let part = into.remaining().min(bytes.len());
        generator.fill_bytes(&mut bytes[..part]);
        match into.write(ctx, &bytes[..part]) {
            Ok(went) => count += went,
            Err(errno) if count == 0 => return Err(errno),
            Err(_) => break,
        }
    }
    Ok(count)
}

/// Makes the numbers to come depend on these bytes too. `init` calls it with what the CPU's own generator gives.
pub fn stir(bytes: &[u8]) {
    for piece in bytes.chunks(16) {
        let mut seed = next_key();
        for (old, new) in seed.iter_mut().zip(piece) {
            *old ^= new;
        }
        *KEY.lock() = block(seed).0;
    }
}

/// A key for one who asks; another takes its place.
fn next_key() -> Key {
    let time = (machine::clock::now().0).to_le_bytes();
    let mut key = KEY.lock();
    for (old, new) in key.iter_mut().zip(time) {
        *old ^= new;
    }
    let (next, given) = block(*key);
    *key = next;
    given
}

fn block(seed: Key) -> (Key, Key) {
    let mut generator = ChaCha20Rng::from_seed(seed);
    let (mut first, mut second) = ([0; 32], [0; 32]);
    generator.fill_bytes(&mut first);
    generator.fill_bytes(&mut second);
    (first, second)
}
