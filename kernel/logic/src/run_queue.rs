//! Who runs next: the task that has run least, counted in virtual run time.
//!
//! Virtual run time passes more slowly the more a task weighs, and its weight comes from its nice value, so that everyone who is
//! ready gets a share of the processor in proportion to its weight. Whoever slept is set a little behind the others: it runs soon
//! when it wakes, but has not saved up the time that it slept. `task::schedule` has one queue a CPU.
//!
//! Who runs in real time (SCHED_FIFO, SCHED_RR of sched(7)) does not share: the more urgent one always goes first. It stands in the same
//! queue, at a place by its priority, before all virtual run times of others (`real_time_place`).

use crate::errno::{Errno, Result};
use alloc::collections::BinaryHeap;
use core::cmp::Ordering;

/// By how many nanoseconds of virtual run time one who slept may go before those who ran.
pub const WAKE_BONUS: u64 = 10_000_000;

/// Where the virtual run times of those begin who share; before it stand those who run in real time.
const SHARED: u64 = 128;

/// The highest priority of those who run in real time; the lowest is 1.
pub const REAL_TIME_MAX: u8 = 99;

/// The lowest nice value: the largest share.
pub const NICE_MIN: i8 = -20;

/// The highest nice value: the smallest share.
pub const NICE_MAX: i8 = 19;

/// The weight of nice 0.
const NORMAL_WEIGHT: u64 = 1024;

/// The weights from nice -20 to 19, as in Linux: each step is about a quarter, which is a tenth of the CPU between two tasks.
const WEIGHTS: [u32; 40] = [
    88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121, 2501,
    1991, 1586, 1277, 1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
];

/// The weight of a nice value; values outside the limits count as the nearest.
pub fn weight(nice: i8) -> u32 {
    WEIGHTS[(nice.clamp(NICE_MIN, NICE_MAX) - NICE_MIN) as usize]
}

/// The place in the queue of one who runs in real time with a priority.
pub fn real_time_place(priority: u8) -> u64 {
    u64::from(REAL_TIME_MAX - priority.min(REAL_TIME_MAX))
}

/// Whether a place is that of one who runs in real time.
pub fn is_real_time(place: u64) -> bool {
    place < SHARED
}

/// The virtual run time for `elapsed` nanoseconds on the processor.
pub fn charge(elapsed: u64, nice: i8) -> u64 {
    if nice == 0 { elapsed } else { elapsed.saturating_mul(NORMAL_WEIGHT) / u64::from(weight(nice)) }
}

/// Where the numbers of equals begin: there is room on both sides for longer than a machine lasts.
const MIDDLE: u64 = u64::MAX / 2;

/// Those who are ready to run.
pub struct RunQueue<T> {
    heap: BinaryHeap<Ready<T>>,
    /// The virtual run time that the queue has reached; it never falls.
    reached: u64,
    /// The numbers that sort equals: of the last one behind the others, and of the last one before them.
    last: u64,
    first: u64,
}

/// One who is ready; the greatest is the one to run.
struct Ready<T> {
    vruntime: u64,
    number: u64,
    item: T,
}

impl<T> Default for RunQueue<T> {
    fn default() -> Self {
        RunQueue::new()
    }
}

impl<T> RunQueue<T> {
    /// An empty queue without room.
    pub const fn new() -> RunQueue<T> {
        RunQueue { heap: BinaryHeap::new(), reached: SHARED, last: MIDDLE, first: MIDDLE }
    }

    /// Makes room for `tasks` in all, or fails with `ENOMEM`. Reserve whenever a task is made: then pushing never allocates.
    pub fn reserve(&mut self, tasks: usize) -> Result<()> {
        self.heap.try_reserve(tasks.saturating_sub(self.heap.len())).map_err(|_| Errno::ENOMEM)
    }

    /// Adds one who is ready, behind those with the same virtual run time.
    pub fn push(&mut self, item: T, vruntime: u64) {
        self.last += 1;
        self.insert(Ready { vruntime, number: self.last, item });
    }

    /// Adds one who is ready, before those with the same virtual run time.
    pub fn push_first(&mut self, item: T, vruntime: u64) {
        self.first -= 1;
        self.insert(Ready { vruntime, number: self.first, item });
    }

    fn insert(&mut self, ready: Ready<T>) {
        assert!(self.heap.len() < self.heap.capacity(), "more tasks are ready than the run queue has room for");
        self.heap.push(ready);
    }

    /// Takes out those that are meant; says whether there were any.
    pub fn remove(&mut self, is_meant: impl Fn(&T) -> bool) -> bool {
        let before = self.heap.len();
        self.heap.retain(|ready| !is_meant(&ready.item));
        self.heap.len() < before
    }

    /// Takes out the one with the least virtual run time, which it tells as well.
    pub fn pop(&mut self) -> Option<(T, u64)> {
        let Ready { vruntime, item, .. } = self.heap.pop()?;
        self.reached = self.reached.max(vruntime);
        Some((item, vruntime))
    }

    /// Says how far the one has come who runs now: the queue has reached that, or the least of those who are ready. Without
    /// this, who runs alone for long would leave the queue far behind, and whoever came then would run as long alone.
    pub fn advance(&mut self, running: u64) {
        self.reached = self.reached.max(self.least().map_or(running, |least| least.min(running)));
    }

    /// The least virtual run time of those who are ready.
    pub fn least(&self) -> Option<u64> {
        self.heap.peek().map(|ready| ready.vruntime)
    }

    /// The virtual run time that the queue has reached: where a new task begins.
    pub fn min_vruntime(&self) -> u64 {
        self.reached
    }

    /// The virtual run time with which one wakes that had `own` when it went to sleep.
    pub fn wake_vruntime(&self, own: u64) -> u64 {
        own.max(self.reached.saturating_sub(WAKE_BONUS)).max(SHARED)
    }

    /// How many are ready.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nobody is ready.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

impl<T> Ord for Ready<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.vruntime, other.number).cmp(&(self.vruntime, self.number))
    }
}

impl<T> PartialOrd for Ready<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Ready<T> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<T> Eq for Ready<T> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use alloc::vec::Vec;

    #[test]
    fn the_least_first_and_equals_in_order() {
        let mut random = Random(11);
        let mut queue = RunQueue::new();
        queue.reserve(200).unwrap();
        let mut model: Vec<(u64, u32)> = Vec::new();
        for number in 0..10_000 {
            if model.len() < 200 && random.below(2) == 0 {
                let vruntime = SHARED + random.below(10);
                queue.push(number, vruntime);
                let place = model.partition_point(|&(other, _)| other <= vruntime);
                model.insert(place, (vruntime, number));
            } else {
                let expected = (!model.is_empty()).then(|| model.remove(0)).map(|(vruntime, item)| (item, vruntime));
                assert_eq!(queue.pop(), expected);
            }
            assert_eq!(queue.len(), model.len());
            assert_eq!(queue.least(), model.first().map(|&(vruntime, _)| vruntime));
        }
        assert_eq!(queue.min_vruntime(), SHARED + 9);
    }

    #[test]
    fn shares_follow_the_weights() {
        let nices = [0, 0, 5, -5];
        let (mut queue, mut ran) = (RunQueue::new(), [0u64; 4]);
        queue.reserve(4).unwrap();
        (0..4).for_each(|task| queue.push(task, 0));
        let slice = 1_000_000;
        for _ in 0..20_000 {
            let (task, vruntime): (usize, u64) = queue.pop().unwrap();
            ran[task] += slice;
            queue.push(task, vruntime + charge(slice, nices[task]));
        }
        let all: u64 = nices.iter().map(|&nice| u64::from(weight(nice))).sum();
        for task in 0..4 {
            let fair = 20_000 * slice * u64::from(weight(nices[task])) / all;
            assert!(ran[task].abs_diff(fair) < fair / 50, "task {task} ran {} and not {fair}", ran[task]);
        }
    }

    #[test]
    fn who_slept_long_goes_first_but_not_for_long() {
        let mut queue = RunQueue::new();
        queue.reserve(2).unwrap();
        queue.push("busy", 5_000_000_000);
        queue.pop();
        assert_eq!(queue.wake_vruntime(7), 5_000_000_000 - WAKE_BONUS);
        assert_eq!(queue.wake_vruntime(6_000_000_000), 6_000_000_000);
        assert_eq!(RunQueue::<()>::new().wake_vruntime(0), SHARED);
    }

    #[test]
    fn who_comes_late_begins_where_the_others_are() {
        let mut queue = RunQueue::new();
        queue.reserve(2).unwrap();
        queue.advance(700);
        assert_eq!((queue.min_vruntime(), queue.wake_vruntime(0)), (700, SHARED));
        queue.push("ready", 800);
        queue.advance(900);
        assert_eq!(queue.min_vruntime(), 800);
        queue.advance(750);
        assert_eq!(queue.min_vruntime(), 800);
    }

    #[test]
    fn real_time_goes_before_all_who_share() {
        let mut queue = RunQueue::new();
        queue.reserve(6).unwrap();
        queue.push("shares", queue.min_vruntime());
        for (name, priority) in [("low", 1), ("high", 99), ("high too", 99)] {
            queue.push(name, real_time_place(priority));
        }
        queue.push_first("was there before", real_time_place(99));
        assert!(is_real_time(real_time_place(1)) && !is_real_time(queue.min_vruntime()));
        assert!(queue.remove(|&name| name == "low") && !queue.remove(|&name| name == "low"));
        queue.push("lowest", real_time_place(1));
        let order: Vec<_> = core::iter::from_fn(|| queue.pop()).map(|(name, _)| name).collect();
        assert_eq!(order, ["was there before", "high", "high too", "lowest", "shares"]);
        assert_eq!(queue.min_vruntime(), SHARED);
    }

    #[test]
    fn weights() {
        assert_eq!((weight(-20), weight(0), weight(19)), (88761, 1024, 15));
        assert_eq!((weight(i8::MIN), weight(i8::MAX)), (88761, 15));
        assert!(WEIGHTS.is_sorted_by(|a, b| a > b));
        assert_eq!(charge(u64::MAX, -20), u64::MAX / 88761);
    }

    #[test]
    #[should_panic(expected = "has room for")]
    fn pushing_without_room_is_noticed() {
        RunQueue::new().push((), 0);
    }
}
