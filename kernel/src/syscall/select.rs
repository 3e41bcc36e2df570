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

/// The bits of one set, eight to a byte; empty where the program has none.
type Bits = Vec<u8>;

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
    let count = u32::try_from(count).map_err(|_| Errno::EINVAL)?.min(caller.process().files.capacity());
    let mut sets = [Bits::new(), Bits::new(), Bits::new()];
    for (set, place) in sets.iter_mut().zip(places) {
        if let Some(from) = place.non_null() {
            // Programs give whole words.
            let length = (count as usize).div_ceil(64) * 8;
            set.try_reserve_exact(length).map_err(|_| Errno::ENOMEM)?;
            set.resize(length, 0);
            caller.space().read(caller.ctx, from, set)?;
        }
    }
    let (descriptors, mut watched) = gather(caller, count, &sets)?;
    signal_free(caller, &mut watched, deadline, blocked)?;
    let mut found = 0;
    for ((set, place), (_, answer)) in sets.iter_mut().zip(places).zip(SETS) {
        let Some(to) = place.non_null() else { continue };
        let wanted = core::mem::take(set);
        let mut ready = wanted.clone();
        ready.fill(0);
        for (&fd, watched) in descriptors.iter().zip(&watched) {
            if has(&wanted, fd) && watched.found.intersects(answer) {
                ready[fd as usize / 8] |= 1 << (fd % 8);
                found += 1;
            }
        }
        caller.write(to, &ready)?;
    }
    Ok(found)
}

fn signal_free(
    caller: &Caller,
    watched: &mut [Watched],
    deadline: Option<Instant>,
    blocked: Option<SignalSet>,
) -> Result<usize> {
    with_blocked(caller.thread(), blocked, || poll::wait(caller.ctx, watched, deadline))
}

/// The descriptors that are in any set, and what each is watched for; `EBADF`.
fn gather(caller: &Caller, count: u32, sets: &[Bits; 3]) -> Result<(Vec<u32>, Vec<Watched>)> {
    let (mut descriptors, mut watched) = (Vec::new(), Vec::new());
    for fd in 0..count {
        let wanted = sets.iter().zip(SETS).filter(|(set, _)| has(set, fd));
        let wanted = wanted.fold(Readiness::empty(), |wanted, (_, (asked, answer))| wanted | asked | answer);
        if wanted.is_empty() {
            continue;
        }
        let file = caller.process().files.get(fd)?;
        file.check_opened()?;
        descriptors.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        watched.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        descriptors.push(fd);
        watched.push(Watched { file: Some(file), wanted, found: Readiness::empty() });
    }
    Ok((descriptors, watched))
}

fn has(set: &Bits, fd: u32) -> bool {
    set.get(fd as usize / 8).is_some_and(|byte| byte & 1 << (fd % 8) != 0)
}
