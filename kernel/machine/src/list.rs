//! A list whose links lie in its members: joining and leaving allocate nothing and take the same time however long it is.
//!
//! A member is an `Arc<Node<T>>`; it can be in one list at a time. Whoever owns the list puts it behind a lock.

use alloc::sync::Arc;
use core::{
    ops::Deref,
    sync::atomic::{AtomicU64, Ordering},
};
use intrusive_collections::{LinkedList, LinkedListAtomicLink, intrusive_adapter};

/// A value that can be a member of a [`List`].
pub struct Node<T> {
    link: LinkedListAtomicLink,
    /// The list that it is in, by its number; 0 in none.
    list: AtomicU64,
    value: T,
}

intrusive_adapter!(Adapter<T> = Arc<Node<T>>: Node<T> { link => LinkedListAtomicLink });

/// The list, first in, first out unless asked otherwise.
pub struct List<T> {
    /// Unlike every other list's; given when the first member comes, so that an empty list is a constant.
    number: u64,
    length: usize,
    members: LinkedList<Adapter<T>>,
}

impl<T> Node<T> {
    /// A node in no list.
    pub const fn new(value: T) -> Self {
        Node { link: LinkedListAtomicLink::new(), list: AtomicU64::new(0), value }
    }
}

impl<T> Deref for Node<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        List::new()
    }
}

impl<T> List<T> {
    /// An empty list.
    pub const fn new() -> Self {
        List { number: 0, length: 0, members: LinkedList::new(Adapter::NEW) }
    }

    /// How many members it has.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether it has no members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Makes the node the last member. It must not be in a list.
    pub fn push_back(&mut self, node: Arc<Node<T>>) {
        self.claim(&node);
        self.members.push_back(node);
    }

    /// Makes the node the first member. It must not be in a list.
    pub fn push_front(&mut self, node: Arc<Node<T>>) {
        self.claim(&node);
        self.members.push_front(node);
    }

    /// Takes out the first member.
    pub fn pop_front(&mut self) -> Option<Arc<Node<T>>> {
        let node = self.members.pop_front()?;
        self.length -= 1;
        node.list.store(0, Ordering::Release);
        Some(node)
    }

    /// Takes the node out; says whether it was in this list.
    pub fn remove(&mut self, node: &Arc<Node<T>>) -> bool {
        if !self.holds(node) {
            return false;
        }
        // SAFETY: the number says that the node is a member of this very list.
        let mut cursor = unsafe { self.members.cursor_mut_from_ptr(Arc::as_ptr(node)) };
        cursor.remove();
        self.length -= 1;
        node.list.store(0, Ordering::Release);
        true
    }

    /// Whether the node is in this list.
    pub fn holds(&self, node: &Node<T>) -> bool {
        self.number != 0 && node.list.load(Ordering::Acquire) == self.number
    }

    /// Looks at each member in order.
    pub fn iter(&self) -> impl Iterator<Item = &Node<T>> {
        self.members.iter()
    }

    fn claim(&mut self, node: &Node<T>) {
        if self.number == 0 {
            static LAST: AtomicU64 = AtomicU64::new(0);
            self.number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        }
        let claimed = node.list.compare_exchange(0, self.number, Ordering::AcqRel, Ordering::Relaxed);
        assert!(claimed.is_ok(), "a node can be in one list at a time");
        self.length += 1;
    }
}

impl<T> Drop for List<T> {
    fn drop(&mut self) {
        while self.pop_front().is_some() {}
    }
}
