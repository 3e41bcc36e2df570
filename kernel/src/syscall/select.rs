//! Waiting for files by sets of bits: select(2), pselect6(2).

use super::arg::Pointer;
use super::caller::Caller;
use super::poll::place_to_tell;
use super::record::TIME_SIZE;
use super::{signal, time};
use crate::fs::poll::{self, Readiness, Watched};
use crate::process::clock;
use crate::process::signal::with_blocked;
use crate::task::Instant;
use alloc::vec::Vec;
use logic::errno::{Errno, Result};
use logic::signal::SignalSet;
use logic::time::TimeSpec;

/// What each of the three sets asks for, and what answers it.
const SETS: [(Readiness, Readiness); 3] = [
    (Readiness::IN, Readiness::IN.union(Readiness::RDNORM).union(Readiness::HUP).union(Readiness::ERR)),
    (Readiness::OUT, Readiness::OUT.union(Readiness::WRNORM).union(Readiness::ERR)),
    (Readiness::PRI, Readiness::PRI),
];

/// select(2)
pub(super) fn select(
    caller: &mut Caller,
    count: i32,
    readable: Pointer,
    writable: Pointer,
    special: Pointer,
    time: Pointer,
) -> Result<u64> {
    let deadline = match time.non_null() {
        Some(from) => {
            let [seconds, micros] = caller.words(from)?;
            let (seconds, micros) = (seconds as i64, micros as i64);
            if seconds < 0 || micros < 0 {
                return Err(Errno::EINVAL);
            }
            let seconds = seconds.saturating_add(micros / 1_000_000);
            let time = TimeSpec::new(seconds, micros % 1_000_000 * 1000)?;
            Some(clock::now_and(time.to_nanoseconds().unwrap_or(u64::MAX)))
        }
        None => None,
    };
    let found = watch(caller, count, [readable, writable, special], deadline, None);
    if let (Some(to), Some(deadline)) = (place_to_tell(caller, time), deadline) {
        let left = TimeSpec::from_nanoseconds(clock::until(deadline));
        // What is left is told as a service; a bad address does not spoil the result.
        let _ = caller.write_words(to, [left.seconds() as u64, u64::from(left.nanoseconds() / 1000)]);
    }
    found
}

/// pselect6(2); the last argument points at a set of signals and its size
pub(super) fn pselect6(
    caller: &mut Caller,
    count: i32,
    readable: Pointer,
    writable: Pointer,
    special: Pointer,
    time: Pointer,
    blocked: Pointer,
) -> Result<u64> {
    let blocked = match blocked.non_null() {
        Some(from) => {
            let [set, size] = caller.words(from)?;
            signal::read_set(caller, Pointer(set), size)?
        }
        None => None,
    };
    let deadline = match time.non_null() {
        Some(from) => Some(clock::now_and(time::decode(caller, Pointer(from))?.to_nanoseconds()?)),
        None => None,
    };
    let found = watch(caller, count, [readable, writable, special], deadline, blocked);
    if let (Some(to), Some(deadline)) = (place_to_tell(caller, time), deadline) {
        let left: [u8; TIME_SIZE] = time::encode(TimeSpec::from_nanoseconds(clock::until(deadline)));
        let _ = caller.write(to, &left);
    }
    found
}

fn watch(
    caller: &Caller,
    count: i32,
    places: [Pointer; 3],
    deadline: Option<Instant>,
    blocked: Option<SignalSet>,
) -> Result<u64> {
    let count = u32::try_from(count).map_err(|_| Errno::EINVAL)?.min(caller.files().capacity());
    let (mut asked, mut answers) = (Sets::new(count)?, Sets::new(count)?);
    for (set, from) in places.into_iter().enumerate().filter_map(|(set, place)| Some((set, place.non_null()?))) {
        caller.space().read(caller.ctx, from, asked.bytes(set))?;
    }
    let mut found = 0;
    if blocked.is_none() {
        // One look, for which nothing is kept: mostly something is ready, or nobody means to wait.
        asked.for_each(|fd, sets| {
            let file = caller.files().get(fd)?;
            file.check_opened()?;
            found += answers.answer(fd, sets, file.readiness());
            Ok(())
        })?;
    }
    if blocked.is_some() || found == 0 && deadline.is_none_or(|deadline| deadline > machine::clock::now()) {
        let (descriptors, mut watched) = gather(caller, &asked)?;
        with_blocked(caller.thread(), blocked, || poll::wait(caller.ctx, &mut watched, deadline))?;
        let answer = |(&(fd, sets), watched): (&Asked, &Watched)| answers.answer(fd, sets, watched.found);
        found = descriptors.iter().zip(&watched).map(answer).sum();
    }
    for (set, to) in places.into_iter().enumerate().filter_map(|(set, place)| Some((set, place.non_null()?))) {
        caller.write(to, answers.bytes(set))?;
    }
    Ok(found)
}

/// A descriptor, and the sets that it was in: a bit for each.
type Asked = (u32, u8);

/// The descriptors that are in any set, in which, and what each is watched for; `EBADF`.
fn gather(caller: &Caller, asked: &Sets) -> Result<(Vec<Asked>, Vec<Watched>)> {
    let (mut descriptors, mut watched) = (Vec::new(), Vec::new());
    asked.for_each(|fd, sets| {
        let file = caller.files().get(fd)?;
        file.check_opened()?;
        descriptors.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        watched.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        let of = SETS.iter().enumerate().filter(|(set, _)| sets & 1 << set != 0);
        let wanted = of.fold(Readiness::empty(), |wanted, (_, (asked, answer))| wanted | *asked | *answer);
        descriptors.push((fd, sets));
        watched.push(Watched { file: Some(file), wanted, found: Readiness::empty() });
        Ok(())
    })?;
    Ok((descriptors, watched))
}

/// Three sets of descriptors, a bit each.
struct Sets {
    /// The sets side by side, eight bits to a byte.
    bits: Vec<u8>,
    /// Bytes of one set: programs give whole words.
    length: usize,
    count: u32,
}

impl Sets {
    /// Empty ones of `count` descriptors; `ENOMEM`.
    fn new(count: u32) -> Result<Sets> {
        let length = (count as usize).div_ceil(64) * 8;
        let mut bits = Vec::new();
        bits.try_reserve_exact(SETS.len() * length).map_err(|_| Errno::ENOMEM)?;
        bits.resize(SETS.len() * length, 0);
        Ok(Sets { bits, length, count })
    }

    fn bytes(&mut self, set: usize) -> &mut [u8] {
        &mut self.bits[set * self.length..][..self.length]
    }

    /// 64 descriptors of a set.
    fn word(&self, set: usize, index: usize) -> u64 {
        let word = self.bits[set * self.length..][..self.length].as_chunks().0.get(index);
        word.map_or(0, |&word| u64::from_le_bytes(word))
    }

    /// Shows each descriptor that is in a set, and in which: a bit for each.
    #[inline]
    fn for_each(&self, mut show: impl FnMut(u32, u8) -> Result<()>) -> Result<()> {
        for index in 0..self.length / 8 {
            let words = [0, 1, 2].map(|set| self.word(set, index));
            let mut left = words[0] | words[1] | words[2];
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                let fd = index as u32 * 64 + bit;
                if fd < self.count {
                    let [first, second, third] = words.map(|word| (word >> bit & 1) as u8);
                    show(fd, first | second << 1 | third << 2)?;
                }
            }
        }
        Ok(())
    }

    /// Puts a descriptor into those of the sets in which it was asked for, for which it is ready; how many those are.
    #[inline]
    fn answer(&mut self, fd: u32, asked: u8, ready: Readiness) -> u64 {
        let mut found = 0;
        for (set, (_, answer)) in SETS.iter().enumerate() {
            if asked & 1 << set != 0 && ready.intersects(*answer) {
                self.bits[set * self.length + fd as usize / 8] |= 1 << (fd % 8);
                found += 1;
            }
        }
        found
    }
}
