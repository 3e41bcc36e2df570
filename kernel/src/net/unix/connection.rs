//! How a socket gets a name and a peer, and how it loses them: bind(2), listen(2), connect(2), accept(2), close(2).

use super::address::{self, Meaning};
use super::{BOTH, Phase, RECEIVE, Type, Unix};
use super::{flight, names};
use crate::fs::Lookup;
use crate::net::message::{Address, Sender};
use crate::task::TaskContext;
use alloc::sync::{Arc, Weak};
use core::sync::atomic::{AtomicU32, Ordering};
use logic::errno::{Errno, Result};

/// The most that may wait to be accepted: net.core.somaxconn.
const MOST_WAITING: u32 = 4096;

/// Names that the kernel chooses have five hexadecimal digits.
const CHOSEN: u32 = 1 << 20;

impl Unix {
    /// Gives it a name.
    pub(super) fn bind_to(&self, ctx: &TaskContext, who: &Lookup, address: &[u8]) -> Result<()> {
        match Meaning::new(address)? {
            Meaning::Any => self.bind_somewhere(),
            _ if self.state.lock().name.is_some() => Err(Errno::EINVAL),
            Meaning::Abstract(name) => self.bind_abstract(&Address::from(name)),
            Meaning::Path(path) => {
                let place = who.make_socket(ctx, path)?;
                let id = place.dentry.inode().id();
                let mut state = self.state.lock();
                if state.name.is_some() {
                    // Another thread was faster; the name in the file system stays, as that of any socket that is gone.
                    return Err(Errno::EINVAL);
                }
                state.name = Some(address::of_path(path));
                state.place = Some(place);
                drop(state);
                names::enter_place(id, self.own.clone());
                Ok(())
            }
        }
    }

    /// Gives it an abstract name that is free, unless it has one.
    pub(super) fn bind_somewhere(&self) -> Result<()> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        if self.state.lock().name.is_some() {
            return Ok(());
        }
        for _ in 0..CHOSEN {
            let number = NEXT.fetch_add(1, Ordering::Relaxed) % CHOSEN;
            let name = Address::from(alloc::format!("\0{number:05x}").into_bytes());
            match self.bind_abstract(&name) {
                Err(Errno::EADDRINUSE) => {}
                done => return done,
            }
        }
        Err(Errno::ENOSPC)
    }

    fn bind_abstract(&self, name: &Address) -> Result<()> {
        names::enter(self.kind, name, self.own.clone())?;
        let mut state = self.state.lock();
        if state.name.is_some() {
            drop(state);
            names::leave(self.kind, name, self);
            return Err(Errno::EINVAL);
        }
        state.name = Some(name.clone());
        Ok(())
    }

    pub(super) fn begin_to_listen(&self, ctx: &TaskContext, backlog: u32) -> Result<()> {
        if !self.kind.connects() {
            return Err(Errno::EOPNOTSUPP);
        }
        let own = Sender::effective(ctx);
        let mut state = self.state.lock();
        if state.name.is_none() || !matches!(state.phase, Phase::Idle | Phase::Listening) {
            return Err(Errno::EINVAL);
        }
        state.phase = Phase::Listening;
        state.most = backlog.min(MOST_WAITING) as usize;
        state.peer_sender = Some(own);
        drop(state);
        self.blocked.wake_all();
        Ok(())
    }

    pub(super) fn next_accepted(&self) -> Result<Arc<Unix>> {
        if !self.kind.connects() {
            return Err(Errno::EOPNOTSUPP);
        }
        let mut state = self.state.lock();
        if state.phase != Phase::Listening {
            return Err(Errno::EINVAL);
        }
        let accepted = state.backlog.pop_front();
        drop(state);
        match accepted {
            Some(accepted) => {
                accepted.state.lock().waits_at = Weak::new();
                self.blocked.wake_all();
                Ok(accepted)
            }
            None if self.is_shut(RECEIVE) => Err(Errno::EINVAL),
            None => Err(Errno::EAGAIN),
        }
    }

    /// Connects to one that listens; `EAGAIN` if too many wait there already.
    pub(super) fn connect_stream(&self, ctx: &TaskContext, who: &Lookup, address: Option<&[u8]>) -> Result<()> {
        let address = address.filter(|address| !address.is_empty()).ok_or(Errno::EINVAL)?;
        self.name_if_telling()?;
        let listener = names::find(ctx, who, self.kind, address)?;
        // While this one is in the middle of it, nobody else changes its peer; so never two states are locked.
        let mut state = self.state.lock();
        match state.phase {
            Phase::Idle => state.phase = Phase::Connecting,
            Phase::Connected => return Err(Errno::EISCONN),
            Phase::Connecting | Phase::Listening => return Err(Errno::EINVAL),
        }
        drop(state);
        let accepted = self.wait_in_line(ctx, &listener);
        let mut state = self.state.lock();
        match accepted {
            Ok((accepted, sender)) => {
                state.connect(&accepted, sender);
                state.waits_at = Weak::new();
                drop(state);
                listener.changed.wake_all();
                Ok(())
            }
            Err(errno) => {
                state.phase = Phase::Idle;
                state.waits_at = Arc::downgrade(&listener);
                Err(errno)
            }
        }
    }

    /// Makes the other end and puts it among those to be accepted. That end, and who listens.
    fn wait_in_line(&self, ctx: &TaskContext, listener: &Arc<Unix>) -> Result<(Arc<Unix>, Option<Sender>)> {
        let other = Unix::new(self.kind);
        let (own, sender) = (self.own.upgrade().ok_or(Errno::ECONNREFUSED)?, Sender::effective(ctx));
        // It is whole before anybody can accept it.
        let (name, place) = {
            let line = listener.state.lock();
            (line.name.clone(), line.place.clone())
        };
        {
            let mut state = other.state.lock();
            state.connect(&own, Some(sender));
            state.waits_at = Arc::downgrade(listener);
            (state.name, state.place) = (name, place);
        }
        let mut line = listener.state.lock();
        if line.phase != Phase::Listening || listener.is_shut(RECEIVE) {
            return Err(Errno::ECONNREFUSED);
        }
        if line.backlog.len() > line.most {
            return Err(Errno::EAGAIN);
        }
        line.backlog.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        let theirs = line.peer_sender;
        line.backlog.push_back(other.clone());
        drop(line);
        Ok((other, theirs))
    }

    /// Chooses whom messages go to by default; `None`: nobody.
    pub(super) fn connect_datagrams(&self, ctx: &TaskContext, who: &Lookup, address: Option<&[u8]>) -> Result<()> {
        let peer = match address {
            None => None,
            Some([]) => return Err(Errno::EINVAL),
            Some(address) => {
                self.name_if_telling()?;
                let peer = names::find(ctx, who, self.kind, address)?;
                if !self.may_reach(&peer) {
                    return Err(Errno::EPERM);
                }
                Some(peer)
            }
        };
        let mut state = self.state.lock();
        let old = core::mem::replace(&mut state.peer, peer.as_ref().map_or(Weak::new(), Arc::downgrade));
        state.phase = if peer.is_some() { Phase::Connected } else { Phase::Idle };
        drop(state);
        let old = old.upgrade().filter(|old| !peer.as_ref().is_some_and(|peer| Arc::ptr_eq(old, peer)));
        if let Some(old) = old {
            // What the old peer sent is not for the new one's conversation.
            self.inbox.empty(ctx);
            self.blocked.wake_all();
            if old.has_peer(self) {
                old.options.fail(Errno::ECONNRESET);
                old.changed.wake_all();
            }
        }
        Ok(())
    }

    /// Whether it may send to another: one that is connected takes messages from its peer only.
    pub(super) fn may_reach(&self, target: &Unix) -> bool {
        let state = target.state.lock();
        state.peer.strong_count() == 0 || core::ptr::eq(state.peer.as_ptr(), self)
    }

    /// Lets go of everything: nobody has it open any more, or it will never be accepted.
    pub(super) fn end(&self) {
        let mut state = self.state.lock();
        let waited = state.waits_at.strong_count() > 0 && state.phase == Phase::Connected;
        let (name, place) = (state.name.take(), state.place.take());
        let peer = core::mem::take(&mut state.peer).upgrade();
        let backlog = core::mem::take(&mut state.backlog);
        state.phase = Phase::Idle;
        drop(state);
        self.number.store(0, Ordering::Relaxed);
        // One that was accepted has its listener's name, which is not its own to take away.
        match (&name, &place) {
            (_, Some(place)) => names::leave_place(place.dentry.inode().id(), self),
            (Some(name), None) => names::leave(self.kind, name, self),
            (None, None) => {}
        }
        let unread = self.inbox.close() || waited;
        self.shut_down(BOTH);
        if let Some(peer) = peer.filter(|_| self.kind != Type::Datagram) {
            if unread {
                peer.options.fail(Errno::ECONNRESET);
            }
            peer.shut_down(BOTH);
        }
        for waiting in backlog {
            waiting.end();
        }
        flight::look_for_cycles();
    }
}
