//! Random words from the CPU's own generators: RDSEED and RDRAND (SDM volume 1, 7.3.17).

use crate::cpu;
use core::arch::asm;

/// How often in a row a generator may have nothing ready before it counts as broken.
const TRIES: usize = 16;

/// A random word, of the better generator if there are both; `None` if there is none, or nothing comes of it.
pub fn word() -> Option<u64> {
    let features = cpu::features();
    let seed = || if features.rdseed { (0..TRIES).find_map(|_| seed()) } else { None };
    let random = || if features.rdrand { (0..TRIES).find_map(|_| random()) } else { None };
    seed().or_else(random)
}

fn seed() -> Option<u64> {
    let (word, valid): (u64, u8);
    // SAFETY: the caller saw that the CPU has the instruction, which changes a register and the flags.
    unsafe { asm!("rdseed {}", "setc {}", out(reg) word, out(reg_byte) valid, options(nomem, nostack)) };
    (valid != 0).then_some(word)
}

fn random() -> Option<u64> {
    let (word, valid): (u64, u8);
    // SAFETY: as in `seed`.
    unsafe { asm!("rdrand {}", "setc {}", out(reg) word, out(reg_byte) valid, options(nomem, nostack)) };
    (valid != 0).then_some(word)
}
