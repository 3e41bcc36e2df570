//! A program with values of all kinds, for tests.rs to look into: compiled there, with its debugging information.
#![allow(dead_code)]

use std::cell::UnsafeCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// As the kernel's is.
pub struct SpinLock<T> {
    name: &'static str,
    value: SpinMutex<T>,
}

pub struct SpinMutex<T> {
    lock: AtomicU64,
    data: UnsafeCell<T>,
}

unsafe impl<T> Sync for SpinLock<T> {}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pid(u32);

pub enum State {
    Ready,
    Waiting { since: i64, patient: bool },
    Ended(Pid),
}

pub struct Task {
    id: Pid,
    state: State,
    parent: Option<Arc<Task>>,
    files: Vec<u16>,
    letter: char,
}

pub struct All {
    last: u32,
    by_number: BTreeMap<Pid, Box<Task>>,
    taken: BTreeSet<u64>,
    turns: VecDeque<u32>,
    kind: Kind,
}

#[repr(u8)]
pub enum Kind {
    Small = 3,
    Large = 200,
}

pub static COUNT: AtomicU64 = AtomicU64::new(1500);
pub static ARRAY: [i32; 3] = [1, -2, 3];
pub static ALL: SpinLock<Option<All>> =
    SpinLock { name: "all", value: SpinMutex { lock: AtomicU64::new(7), data: UnsafeCell::new(None) } };
pub static ONCE: OnceLock<&'static [u8]> = OnceLock::new();

fn main() {
    let first = Arc::new(Task { id: Pid(1), state: State::Ready, parent: None, files: vec![], letter: 'ä' });
    let task = |n: u32| {
        let state = if n == 40 { State::Waiting { since: -5, patient: true } } else { State::Ended(Pid(n + 1)) };
        Box::new(Task { id: Pid(n), state, parent: Some(first.clone()), files: vec![7, 8, 9], letter: 'x' })
    };
    let by_number = (2..200).map(|n| (Pid(n), task(n))).collect();
    let mut turns: VecDeque<u32> = (0..7).collect();
    turns.rotate_left(5);
    let all = All { last: 199, by_number, taken: (5..100).collect(), turns, kind: Kind::Large };
    // SAFETY: nobody else runs.
    unsafe { *ALL.value.data.get() = Some(all) };
    let _ = ONCE.set(&[5, 6]);
    println!("{} {}", COUNT.load(Ordering::Relaxed), ARRAY[std::env::args().count()]);
    let _ = std::io::stdin().read(&mut [0]);
}
