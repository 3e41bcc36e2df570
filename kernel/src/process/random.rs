//! STAND-IN: chance.
use machine::clock;
use machine::lock::SpinLock;
static STATE: SpinLock<u64> = SpinLock::new("random", 0x9e37_79b9_7f4a_7c15);
fn next() -> u64 {
    let mut state = STATE.lock();
    *state = state.wrapping_add(clock::now().0 | 1);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
/// Fills bytes.
pub fn fill(into: &mut [u8]) {
    for piece in into.chunks_mut(8) {
        piece.copy_from_slice(&next().to_le_bytes()[..piece.len()]);
    }
}
/// Fills a sink.
pub fn read(ctx: &crate::task::TaskContext, into: &mut crate::memory::Sink) -> logic::errno::Result<usize> {
    while into.remaining() > 0 {
        let piece: [u8; 256] = bytes();
        if into.write(ctx, &piece)? < piece.len() {
            break;
        }
    }
    Ok(into.written())
}
/// Some bytes.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}
/// A number below a limit.
pub fn below(limit: u64) -> u64 {
    next() % limit.max(1)
}
