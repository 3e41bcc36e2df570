//! What lies on a program's stack when it starts, laid out as Linux does (System V ABI for x86-64, 3.4.1; getauxval(3)):
//!
//! ```text
//!   top        8 bytes of zeros
//!              the file name, the environment, the arguments      strings, the arguments lowest
//!              "x86_64", 16 random bytes
//!              auxiliary vector, pointers to the environment and to the arguments, their number
//!   pointer    (a multiple of 16)
//! ```
//!
//! `process::exec` places the image and then writes it, from the bottom up, into the new address space. Nothing is allocated.

use crate::address::USER_END;
use crate::errno::{Errno, Result};
use crate::strings::Strings;
use linux_raw_sys::auxvec;

/// What the image is made of.
#[derive(Clone, Copy, Debug)]
pub struct StackImage<'a> {
    /// The arguments.
    pub arguments: &'a Strings,
    /// The environment.
    pub environment: &'a Strings,
    /// The file's name, without NUL (`AT_EXECFN`).
    pub file_name: &'a [u8],
    /// Random bytes for the C library (`AT_RANDOM`).
    pub random: [u8; 16],
    /// Types and values of the auxiliary vector, without those that point into the image and without the `AT_NULL` at its end.
    pub auxiliary: &'a [(u64, u64)],
}

/// Where everything lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Placement {
    /// The lowest byte of the image: the stack pointer with which the program starts.
    pub pointer: u64,
    /// The random bytes.
    pub random: u64,
    /// The name of the processor's kind.
    pub platform: u64,
    /// The first argument; the environment follows the last.
    pub arguments: u64,
    /// The first string of the environment.
    pub environment: u64,
    /// The file's name, which follows the environment.
    pub file_name: u64,
    /// The end of the image.
    pub top: u64,
}

const PLATFORM: &[u8] = b"x86_64\0";

/// The zeros at the top.
const END: [u8; 8] = [0; 8];

/// How many entries of the auxiliary vector point into the image, or end it.
const OWN_AUXILIARY: usize = 4;

impl StackImage<'_> {
    /// Finds the place for everything below `top`, a multiple of 16 in a program's half; `E2BIG` if it is larger than `limit` bytes.
    pub fn place(&self, top: u64, limit: u64) -> Result<Placement> {
        if !top.is_multiple_of(16) || top > USER_END {
            return Err(Errno::EINVAL);
        }
        let below = |from: u64, bytes: usize| from.checked_sub(bytes as u64).ok_or(Errno::E2BIG);
        let file_name = below(top, END.len() + self.file_name.len() + 1)?;
        let environment = below(file_name, self.environment.bytes().len())?;
        let arguments = below(environment, self.arguments.bytes().len())?;
        let platform = below(arguments / 16 * 16, PLATFORM.len())?;
        let random = below(platform, self.random.len())?;
        let pointer = below(random, 8 * self.words())? / 16 * 16;
        if top - pointer > limit {
            return Err(Errno::E2BIG);
        }
        Ok(Placement { pointer, random, platform, arguments, environment, file_name, top })
    }

    /// Hands over the image, in pieces that follow each other from the stack pointer up to the top.
    pub fn write(&self, place: &Placement, put: &mut impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut words = Words::new(put);
        words.add(self.arguments.len() as u64)?;
        words.add_pointers(place.arguments, self.arguments)?;
        words.add_pointers(place.environment, self.environment)?;
        let own: [(u32, u64); OWN_AUXILIARY] = [
            (auxvec::AT_RANDOM, place.random),
            (auxvec::AT_EXECFN, place.file_name),
            (auxvec::AT_PLATFORM, place.platform),
            (auxvec::AT_NULL, 0),
        ];
        let own = own.map(|(kind, value)| (u64::from(kind), value));
        for &(kind, value) in self.auxiliary.iter().chain(&own) {
            words.add(kind)?;
            words.add(value)?;
        }
        words.flush()?;
        put_zeros(place.random - place.pointer - 8 * self.words() as u64, put)?;
        put(&self.random)?;
        put(PLATFORM)?;
        put_zeros(place.arguments - place.platform - PLATFORM.len() as u64, put)?;
        put(self.arguments.bytes())?;
        put(self.environment.bytes())?;
        put(self.file_name)?;
        put(&[0])?;
        put(&END)
    }

    /// How many words of 8 bytes there are before the padding.
    fn words(&self) -> usize {
        let pointers = self.arguments.len() + 1 + self.environment.len() + 1;
        1 + pointers + 2 * (self.auxiliary.len() + OWN_AUXILIARY)
    }
}

/// Fewer than 32 zeros.
fn put_zeros(count: u64, put: &mut impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    put([0; 32].get(..count as usize).unwrap_or_default())
}

/// Gathers words, so that they are handed over many at a time.
struct Words<'a, F> {
    put: &'a mut F,
    bytes: [u8; 512],
    length: usize,
}

impl<'a, F: FnMut(&[u8]) -> Result<()>> Words<'a, F> {
    fn new(put: &'a mut F) -> Self {
        Words { put, bytes: [0; 512], length: 0 }
    }

    /// A pointer to each string, the first of which is at `address`, and a null pointer.
    fn add_pointers(&mut self, mut address: u64, strings: &Strings) -> Result<()> {
        for string in strings.iter() {
            self.add(address)?;
            address += string.len() as u64 + 1;
        }
        self.add(0)
    }

    fn add(&mut self, word: u64) -> Result<()> {
        if self.length == self.bytes.len() {
            self.flush()?;
        }
        self.bytes[self.length..self.length + 8].copy_from_slice(&word.to_le_bytes());
        self.length += 8;
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        (self.put)(&self.bytes[..self.length])?;
        self.length = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use alloc::vec::Vec;

    const TOP: u64 = 0x7fff_ffff_e000;

    /// Reads an image as a program does.
    struct Reader<'a> {
        pointer: u64,
        bytes: &'a [u8],
    }

    impl Reader<'_> {
        fn word(&self, address: u64) -> u64 {
            let at = (address - self.pointer) as usize;
            u64::from_le_bytes(self.bytes[at..at + 8].try_into().unwrap())
        }

        fn string(&self, address: u64) -> &[u8] {
            self.bytes[(address - self.pointer) as usize..].split(|&byte| byte == 0).next().unwrap()
        }

        /// The strings to which pointers lead from an address on, and the address behind the null pointer.
        fn strings(&self, mut address: u64) -> (Vec<&[u8]>, u64) {
            let mut strings = Vec::new();
            while self.word(address) != 0 {
                strings.push(self.string(self.word(address)));
                address += 8;
            }
            (strings, address + 8)
        }
    }

    fn check(arguments: &Strings, environment: &Strings, file_name: &[u8], auxiliary: &[(u64, u64)]) {
        let random = *b"0123456789abcdef";
        let image = StackImage { arguments, environment, file_name, random, auxiliary };
        let place = image.place(TOP, 8 << 20).unwrap();
        let mut bytes = Vec::new();
        image
            .write(&place, &mut |piece| {
                bytes.extend_from_slice(piece);
                Ok(())
            })
            .unwrap();
        assert_eq!(bytes.len() as u64, TOP - place.pointer);
        assert_eq!(image.place(TOP, bytes.len() as u64), Ok(place));
        assert_eq!(image.place(TOP, bytes.len() as u64 - 1), Err(Errno::E2BIG));
        assert_eq!(image.place(bytes.len() as u64 / 2 / 16 * 16, u64::MAX), Err(Errno::E2BIG));

        let reader = Reader { pointer: place.pointer, bytes: &bytes };
        assert_eq!(place.pointer % 16, 0);
        assert_eq!(reader.word(place.pointer), arguments.len() as u64);
        let (found, next) = reader.strings(place.pointer + 8);
        assert_eq!(found, arguments.iter().collect::<Vec<_>>());
        let (found, mut next) = reader.strings(next);
        assert_eq!(found, environment.iter().collect::<Vec<_>>());
        let mut vector = Vec::new();
        while reader.word(next) != 0 {
            vector.push((reader.word(next), reader.word(next + 8)));
            next += 16;
        }
        let value = |kind: u32| vector.iter().find(|&&(found, _)| found == u64::from(kind)).unwrap().1;
        assert_eq!(&vector[..auxiliary.len()], auxiliary);
        assert_eq!(reader.string(value(auxvec::AT_EXECFN)), file_name);
        assert_eq!(reader.string(value(auxvec::AT_PLATFORM)), b"x86_64");
        assert!(reader.string(value(auxvec::AT_RANDOM)).starts_with(&random));
        assert_eq!(reader.string(place.file_name), file_name);
        assert_eq!(reader.word(TOP - 8), 0);
        assert_eq!(place.file_name - place.arguments, (arguments.bytes().len() + environment.bytes().len()) as u64);
        assert_eq!(place.environment - place.arguments, arguments.bytes().len() as u64);
    }

    #[test]
    fn what_is_written_can_be_read_back() {
        let mut random = Random(64);
        for _ in 0..200 {
            let mut lists = [Strings::new(), Strings::new()];
            for strings in &mut lists {
                for _ in 0..random.below(80) {
                    let string: Vec<u8> = (0..random.below(30)).map(|_| 1 + random.below(255) as u8).collect();
                    strings.push(&string).unwrap();
                }
            }
            let auxiliary: Vec<_> = (0..random.below(20)).map(|kind| (kind + 100, random.next())).collect();
            check(&lists[0], &lists[1], b"/bin/program", &auxiliary);
        }
        check(&Strings::new(), &Strings::new(), b"", &[]);
    }

    #[test]
    fn what_fails_and_what_cannot_be() {
        let none = Strings::new();
        let image =
            StackImage { arguments: &none, environment: &none, file_name: b"x", random: [0; 16], auxiliary: &[] };
        assert_eq!(image.place(TOP + 8, 4096), Err(Errno::EINVAL));
        assert_eq!(image.place(USER_END + 4096, 4096), Err(Errno::EINVAL));
        let place = image.place(TOP, 4096).unwrap();
        assert_eq!(image.write(&place, &mut |_| Err(Errno::EFAULT)), Err(Errno::EFAULT));
    }
}
