//! What epoll_wait(2) tells.

use alloc::vec::Vec;
use arrayvec::ArrayVec;

/// What `struct epoll_event` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Event {
    /// Bits of poll(2), and of [`Manner`](super::Manner).
    pub events: u32,
    /// What the program wants to be told with them.
    pub data: u64,
}

/// So many events are told without asking for memory.
const HANDFUL: usize = 16;

/// Some of them.
#[derive(Default)]
pub struct Events {
    first: ArrayVec<Event, HANDFUL>,
    more: Vec<Event>,
}

impl Events {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Event> {
        self.first.iter().chain(&self.more)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.first.len() + self.more.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Whether there is memory for one more; then it can be pushed.
    pub(super) fn has_room(&mut self) -> bool {
        !self.first.is_full() || self.more.try_reserve(1).is_ok()
    }

    /// Adds one; there is room.
    pub(super) fn push(&mut self, event: Event) {
        if let Err(full) = self.first.try_push(event) {
            self.more.push(full.element());
        }
    }
}
