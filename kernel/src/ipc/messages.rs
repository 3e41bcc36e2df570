//! Message queues: msgget(2), msgop(2), msgctl(2).

use super::owner::{Asker, Owner, READ, WRITE};
use super::queue::wait_for;
use super::seconds;
use super::table::{Object, Table};
use crate::task::{TaskContext, WaitQueue};
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

/// The longest message, the bytes in a queue unless that is changed, and how many queues there can be: msgmax, msgmnb, msgmni.
pub const LONGEST: usize = 8192;
/// msgmnb
pub const BYTES: u64 = 16384;
/// msgmni
pub const MOST: usize = 32000;

/// All queues.
pub static QUEUES: Table<Queue> = Table::new("message queues", MOST);

/// A queue.
pub struct Queue {
    owner: SpinLock<Owner>,
    state: SpinLock<State>,
    changed: WaitQueue,
}

/// What is in a queue, and what is told of it.
pub struct State {
    messages: VecDeque<Message>,
    /// What msgctl(2) tells.
    pub facts: Facts,
    removed: bool,
}

/// What msgctl(2) tells of a queue.
#[derive(Clone, Copy, Default)]
pub struct Facts {
    /// When, and which process, sent last.
    pub sent: (i64, u32),
    /// When, and which process, received last.
    pub received: (i64, u32),
    /// When it was last changed.
    pub changed: i64,
    /// Bytes in it.
    pub bytes: u64,
    /// Messages in it.
    pub count: u64,
    /// How many bytes may be in it.
    pub most: u64,
}

/// A message.
pub struct Message {
    /// Its type, above 0.
    pub kind: i64,
    /// What it says.
    pub text: Vec<u8>,
}

/// Which message is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// The first.
    Any,
    /// The first of that type.
    Kind(i64),
    /// The first of another.
    NotKind(i64),
    /// The first of the lowest type up to this.
    UpTo(i64),
    /// The one at that place, which stays (MSG_COPY).
    Copy(usize),
}

/// How a message is received.
#[derive(Clone, Copy)]
pub struct Manner {
    /// How many bytes there is room for.
    pub room: usize,
    /// What has no room is lost, instead of `E2BIG`.
    pub cuts: bool,
    /// Does not wait.
    pub at_once: bool,
}

impl Queue {
    /// An empty queue.
    pub fn new(owner: Owner) -> Queue {
        let facts = Facts { changed: seconds(), most: BYTES, ..Facts::default() };
        let state = State { messages: VecDeque::new(), facts, removed: false };
        Queue {
            owner: SpinLock::new("message queue's owner", owner),
            state: SpinLock::new("message queue", state),
            changed: WaitQueue::new(),
        }
    }

    /// Adds a message, waiting for room unless it is not to.
    pub fn send(&self, ctx: &TaskContext, asker: &Asker<'_>, message: Message, at_once: bool) -> Result<()> {
        let mut message = Some(message);
        let mut step = || {
            self.owner.lock().check(asker, WRITE)?;
            self.add(&mut message, asker.process)
        };
        let sent = if at_once { step() } else { wait_for(ctx, &self.changed, None, step) };
        if sent.is_ok() {
            self.changed.wake_all();
        }
        sent
    }

    fn add(&self, message: &mut Option<Message>, process: u32) -> Result<()> {
        let mut state = self.state.lock();
        if state.removed {
            return Err(Errno::EIDRM);
        }
        let length = message.as_ref().map_or(0, |message| message.text.len()) as u64;
        let facts = state.facts;
        if facts.bytes + length > facts.most || facts.count + 1 > facts.most {
            return Err(Errno::EAGAIN);
        }
        state.messages.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
        state.messages.extend(message.take());
        state.facts.bytes += length;
        state.facts.count += 1;
        state.facts.sent = (seconds(), process);
        Ok(())
    }

    /// Takes a message, waiting for one unless it is not to (`ENOMSG`).
    pub fn receive(&self, ctx: &TaskContext, asker: &Asker<'_>, wanted: Wanted, manner: Manner) -> Result<Message> {
        let step = || {
            self.owner.lock().check(asker, READ)?;
            self.take(wanted, manner, asker.process)
        };
        let received = if manner.at_once {
            step().map_err(|errno| if errno == Errno::EAGAIN { Errno::ENOMSG } else { errno })
        } else {
            wait_for(ctx, &self.changed, None, step)
        };
        if received.is_ok() {
            self.changed.wake_all();
        }
        received
    }

    fn take(&self, wanted: Wanted, manner: Manner, process: u32) -> Result<Message> {
        let mut state = self.state.lock();
        if state.removed {
            return Err(Errno::EIDRM);
        }
        let place = state.place(wanted).ok_or(Errno::EAGAIN)?;
        let message = state.messages.get(place).ok_or(Errno::EAGAIN)?;
        if message.text.len() > manner.room && !manner.cuts {
            return Err(Errno::E2BIG);
        }
        if let Wanted::Copy(_) = wanted {
            let mut text = Vec::new();
            text.try_reserve_exact(message.text.len()).map_err(|_| Errno::ENOMEM)?;
            text.extend_from_slice(&message.text);
            return Ok(Message { kind: message.kind, text });
        }
        let message = state.messages.remove(place).ok_or(Errno::EAGAIN)?;
        state.facts.bytes -= message.text.len() as u64;
        state.facts.count -= 1;
        state.facts.received = (seconds(), process);
        Ok(message)
    }

    /// What is told of it.
    pub fn facts(&self) -> Facts {
        self.state.lock().facts
    }

    /// Gives it to somebody else, with another mode and size.
    pub fn change(&self, user: u32, group: u32, mode: u16, most: u64) {
        self.owner.lock().change(user, group, mode);
        let mut state = self.state.lock();
        state.facts.most = most;
        state.facts.changed = seconds();
        drop(state);
        self.changed.wake_all();
    }
}

/// Takes a queue away; who waits is told `EIDRM`.
pub fn remove(queue: &Arc<Queue>) {
    QUEUES.remove(queue);
    let mut state = queue.state.lock();
    state.removed = true;
    let messages = core::mem::take(&mut state.messages);
    drop(state);
    drop(messages);
    queue.changed.wake_all();
}

impl State {
    fn place(&self, wanted: Wanted) -> Option<usize> {
        let mut kinds = self.messages.iter().map(|message| message.kind);
        match wanted {
            Wanted::Any => (!self.messages.is_empty()).then_some(0),
            Wanted::Kind(kind) => kinds.position(|other| other == kind),
            Wanted::NotKind(kind) => kinds.position(|other| other != kind),
            Wanted::UpTo(most) => {
                let lowest =
                    kinds.enumerate().filter(|(_, kind)| *kind <= most).min_by_key(|&(place, kind)| (kind, place));
                lowest.map(|(place, _)| place)
            }
            Wanted::Copy(place) => (place < self.messages.len()).then_some(place),
        }
    }
}

impl Object for Queue {
    fn owner(&self) -> &SpinLock<Owner> {
        &self.owner
    }
}
