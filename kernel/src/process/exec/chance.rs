//! Where a program's parts come to lie is left to chance, so that who attacks it cannot know (address space layout randomisation):
//! `kernel.randomize_va_space` in proc(5), personality(2).
//!
//! Stack and heap lie elsewhere in every program that is started. Code, which is the program itself and its libraries, is moved by
//! distances that are drawn once, at the boot: the same library then has the same address in every run of a program, and what a
//! processor keeps of code by its address stays good. QEMU keeps its translations so, and would make them anew for each program that is
//! started. A program that acts for another user than its caller has distances of its own, and all have with the setting 2.

use super::Starter;
use crate::fs::proc::{Contents, Text};
use crate::fs::random;
use crate::task::TaskContext;
use core::fmt::Write;
use core::sync::atomic::{AtomicU8, Ordering};
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};

/// Nothing is left to chance; code is moved once, at the boot; everything is moved in each program.
const NOTHING: u8 = 0;
const CODE_AT_BOOT: u8 = 1;
const EVERYTHING: u8 = 2;

static SETTING: AtomicU8 = AtomicU8::new(CODE_AT_BOOT);

/// The distances that code is moved by in all programs.
static OF_THE_BOOT: spin::Once<Code> = spin::Once::new();

/// The setting, as a file of /proc/sys/kernel.
pub(in crate::process) struct Randomisation;

/// How far things are moved.
pub(super) struct Chance {
    /// For the C library (`AT_RANDOM`).
    pub(super) seed: [u8; 16],
    pub(super) code: Code,
    pub(super) heap: u32,
    pub(super) stack: u32,
}

/// How far code is moved: numbers of which `pages_of` makes distances.
#[derive(Clone, Copy, Default)]
pub(super) struct Code {
    pub(super) program: u32,
    pub(super) mappings: u32,
}

impl Chance {
    /// All of it is drawn at once: random bytes are dear.
    pub(super) fn draw(starter: &Starter) -> Chance {
        let drawn = Chance::of(random::bytes());
        match SETTING.load(Ordering::Relaxed) {
            NOTHING => drawn.fixed(),
            _ if starter.fixed_addresses => drawn.fixed(),
            CODE_AT_BOOT if !starter.credentials.is_secure() => {
                Chance { code: *OF_THE_BOOT.call_once(|| drawn.code), ..drawn }
            }
            _ => drawn,
        }
    }

    fn of(bytes: [u8; 32]) -> Chance {
        let number = |at: usize| bytes[at..at + 4].iter().fold(0, |number, &byte| number << 8 | u32::from(byte));
        let mut seed = [0; 16];
        seed.copy_from_slice(&bytes[..16]);
        let code = Code { program: number(16), mappings: number(20) };
        Chance { seed, code, heap: number(24), stack: number(28) }
    }

    /// Only the seed is left to chance.
    fn fixed(self) -> Chance {
        Chance { code: Code::default(), heap: 0, stack: 0, ..self }
    }
}

/// Of a number that was left to chance, fewer than `limit` pages, in bytes.
pub(super) fn pages_of(number: u32, limit: u32) -> u64 {
    u64::from(number % limit) * PAGE_SIZE as u64
}

impl Contents for Randomisation {
    fn show(&self, _ctx: &TaskContext, text: &mut Text) -> Result<()> {
        writeln!(text, "{}", SETTING.load(Ordering::Relaxed)).map_err(|_| Errno::ENOMEM)
    }

    fn store(&self, _ctx: &TaskContext, bytes: &[u8]) -> Result<()> {
        let number = core::str::from_utf8(bytes).ok().and_then(|text| text.trim().parse().ok());
        let setting = number.filter(|setting| (NOTHING..=EVERYTHING).contains(setting)).ok_or(Errno::EINVAL)?;
        SETTING.store(setting, Ordering::Relaxed);
        Ok(())
    }
}
