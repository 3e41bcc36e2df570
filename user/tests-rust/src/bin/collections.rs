//! Collections on the heap: hashed by random keys, sorted, shared, large.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::rc::Rc;

fn main() {
    let squares: HashMap<u64, u64> = (0..100_000).map(|n| (n, n * n)).collect();
    assert_eq!(squares.len(), 100_000);
    assert!((0..100_000).all(|n| squares[&n] == n * n));
    let (one, other) = (RandomState::new().hash_one("x"), RandomState::new().hash_one("x"));
    assert_ne!(one, other, "two maps have the same keys");

    let mut numbers: Vec<u64> = (0..1_000_000).map(|n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
    numbers.sort_unstable();
    assert!(numbers.is_sorted());
    let distinct: HashSet<_> = numbers.iter().collect();
    assert_eq!(distinct.len(), numbers.len());

    let mut words = BTreeMap::new();
    for word in "the quick brown fox jumps over the lazy dog and the cat".split(' ') {
        *words.entry(word).or_insert(0) += 1;
    }
    assert_eq!(words["the"], 3);
    assert_eq!(words.keys().next(), Some(&"and"));

    let shared = Rc::new(vec![1_u8; 1 << 24]);
    let queue: VecDeque<_> = (0..1000).map(|_| Rc::clone(&shared)).collect();
    assert_eq!(Rc::strong_count(&shared), queue.len() + 1);
}
