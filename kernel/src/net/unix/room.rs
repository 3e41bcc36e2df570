//! Room at the other end: who waits for it, and when they are told.
//!
//! A sender that finds an inbox full, or is asked by poll(2) and cannot send, enters itself at the receiver; the receiver wakes those entered
//! once it has taken out enough. So a pair that never fills its buffers never wakes anybody for room.

use super::{Phase, Unix};
use crate::net::message::Route;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};
use machine::lock::SpinLock;

/// How many messages may wait for a receiver that is not connected to the sender: net.unix.max_dgram_qlen.
pub(super) const MOST_MESSAGES: usize = 10;

/// Nobody is entered.
const NOBODY: usize = 0;

/// Those who wait for room at a socket.
pub(super) struct Blocked {
    who: SpinLock<Vec<Weak<Unix>>>,
    /// They are woken when no more than one less than this is in the inbox; `NOBODY`: there are none.
    below: AtomicUsize,
}

impl Blocked {
    pub(super) fn new() -> Blocked {
        Blocked { who: SpinLock::new("blocked senders", Vec::new()), below: AtomicUsize::new(NOBODY) }
    }

    /// Enters one, to be woken once the inbox holds no more than `charge`.
    fn enter(&self, socket: &Weak<Unix>, charge: usize) {
        let mut who = self.who.lock();
        who.retain(|other| other.strong_count() > 0 && !other.ptr_eq(socket));
        // Without memory they are told at the next change of another kind; that is the worst.
        if who.try_reserve(1).is_ok() {
            who.push(socket.clone());
        }
        self.below.fetch_max(charge.saturating_add(1), Ordering::AcqRel);
    }

    /// Wakes them if the inbox holds little enough by now.
    pub(super) fn wake_if(&self, charge: usize) {
        if charge < self.below.load(Ordering::Acquire) {
            self.wake_all();
        }
    }

    /// Wakes them; who still finds no room enters again.
    pub(super) fn wake_all(&self) {
        if self.below.swap(NOBODY, Ordering::AcqRel) == NOBODY {
            return;
        }
        let who = core::mem::take(&mut *self.who.lock());
        for socket in who.iter().filter_map(Weak::upgrade) {
            socket.changed.wake_all();
        }
    }
}

impl Unix {
    /// Whether something could be sent that way (`None`: to the peer); if not, it is woken when it can.
    pub(super) fn has_room(&self, route: Option<&Route>) -> bool {
        let target = match route {
            Some(route) => route.clone().downcast::<Unix>().ok(),
            None => self.peer(),
        };
        let Some(target) = target else { return true };
        if self.finds_room(&target) {
            return true;
        }
        let enough = if self.is_bounded_by_bytes(&target) { self.send_buffer() / 4 } else { usize::MAX - 1 };
        target.blocked.enter(&self.own, enough);
        self.finds_room(&target)
    }

    /// Whether one who connects would find a place; if not, it is woken when it would.
    pub(super) fn has_place_at_listener(&self) -> bool {
        let Some(listener) = self.state.lock().waits_at.upgrade() else { return true };
        if listener.has_place() {
            return true;
        }
        listener.blocked.enter(&self.own, usize::MAX - 1);
        listener.has_place()
    }

    /// Whether one more may wait to be accepted.
    fn has_place(&self) -> bool {
        let state = self.state.lock();
        state.phase != Phase::Listening || state.backlog.len() <= state.most
    }

    /// Senders begin again when three quarters of their buffer are free, so that they do not wake for every byte.
    fn finds_room(&self, target: &Arc<Unix>) -> bool {
        target.is_shut(super::RECEIVE)
            || if self.is_bounded_by_bytes(target) {
                target.inbox.charge() * 4 <= self.send_buffer()
            } else {
                target.inbox.messages() <= MOST_MESSAGES
            }
    }

    /// Between two that are each other's peers bytes count; else messages.
    pub(super) fn is_bounded_by_bytes(&self, target: &Unix) -> bool {
        self.kind.connects() || target.has_peer(self) || core::ptr::eq(self, target)
    }
}
