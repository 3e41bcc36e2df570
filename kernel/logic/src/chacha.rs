//! The stream cipher ChaCha20 as a source of random bytes: RFC 8439. `fs::random` keeps the keys.
//!
//! The rounds stand in one function with all of the state in local variables, which the compiler keeps in registers as far as there are
//! any: the kernel has no vectors to compute with, and this is all the time that reading /dev/urandom takes.

/// What a key is.
pub type Key = [u8; 32];

/// How many bytes are made at once.
pub const BLOCK: usize = 64;

/// "expand 32-byte k"
const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// Bytes that a key determines, and that tell nothing of it.
pub struct Generator {
    /// Constants, key, and which block comes next.
    state: [u32; 16],
}

impl Generator {
    /// From a key that is used for nothing else.
    pub fn new(key: &Key) -> Generator {
        let mut state = [0; 16];
        state[..4].copy_from_slice(&CONSTANTS);
        for (word, bytes) in state[4..12].iter_mut().zip(key.chunks_exact(4)) {
            *word = bytes.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte));
        }
        Generator { state }
    }

    /// The next bytes. What is left of the last block is thrown away.
    pub fn fill(&mut self, into: &mut [u8]) {
        for piece in into.chunks_mut(BLOCK) {
            let block = self.block();
            match piece.first_chunk_mut::<BLOCK>() {
                Some(whole) => *whole = block,
                None => piece.copy_from_slice(&block[..piece.len()]),
            }
        }
    }

    fn block(&mut self) -> [u8; BLOCK] {
        let mut bytes = [0; BLOCK];
        for ((into, word), old) in bytes.chunks_exact_mut(4).zip(rounds(&self.state)).zip(self.state) {
            into.copy_from_slice(&word.wrapping_add(old).to_le_bytes());
        }
        let next = (u64::from(self.state[13]) << 32 | u64::from(self.state[12])).wrapping_add(1);
        (self.state[12], self.state[13]) = (next as u32, (next >> 32) as u32);
        bytes
    }
}

/// Ten times a round over the columns and one over the diagonals.
fn rounds(state: &[u32; 16]) -> [u32; 16] {
    let [
        mut a0,
        mut a1,
        mut a2,
        mut a3,
        mut b0,
        mut b1,
        mut b2,
        mut b3,
        mut c0,
        mut c1,
        mut c2,
        mut c3,
        mut d0,
        mut d1,
        mut d2,
        mut d3,
    ] = *state;
    for _ in 0..10 {
        quarter(&mut a0, &mut b0, &mut c0, &mut d0);
        quarter(&mut a1, &mut b1, &mut c1, &mut d1);
        quarter(&mut a2, &mut b2, &mut c2, &mut d2);
        quarter(&mut a3, &mut b3, &mut c3, &mut d3);
        quarter(&mut a0, &mut b1, &mut c2, &mut d3);
        quarter(&mut a1, &mut b2, &mut c3, &mut d0);
        quarter(&mut a2, &mut b3, &mut c0, &mut d1);
        quarter(&mut a3, &mut b0, &mut c1, &mut d2);
    }
    [a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3]
}

#[inline(always)]
fn quarter(a: &mut u32, b: &mut u32, c: &mut u32, d: &mut u32) {
    *a = a.wrapping_add(*b);
    *d = (*d ^ *a).rotate_left(16);
    *c = c.wrapping_add(*d);
    *b = (*b ^ *c).rotate_left(12);
    *a = a.wrapping_add(*b);
    *d = (*d ^ *a).rotate_left(8);
    *c = c.wrapping_add(*d);
    *b = (*b ^ *c).rotate_left(7);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8439, A.1, test vectors 1 and 2: a key of zeros, blocks 0 and 1.
    #[test]
    fn makes_the_standards_bytes() {
        let mut bytes = [0; 128];
        Generator::new(&[0; 32]).fill(&mut bytes);
        let first = [0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28];
        let second = [0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a, 0x98, 0xba, 0x97, 0x7c, 0x73, 0x2d, 0x08, 0x0d];
        assert_eq!(bytes[..16], first);
        assert_eq!(bytes[64..80], second);
    }

    #[test]
    fn fills_what_is_no_whole_block() {
        let (mut short, mut long) = ([0; 70], [0; 128]);
        Generator::new(&[7; 32]).fill(&mut short);
        Generator::new(&[7; 32]).fill(&mut long);
        assert_eq!(short[..], long[..70]);
    }

    #[test]
    fn depends_on_every_byte_of_the_key() {
        let of = |key: &Key| {
            let mut bytes = [0; 16];
            Generator::new(key).fill(&mut bytes);
            bytes
        };
        for at in 0..32 {
            let mut key = [0; 32];
            key[at] = 1;
            assert_ne!(of(&key), of(&[0; 32]), "byte {at}");
        }
    }
}
