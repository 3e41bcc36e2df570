//! What a process wants done about each signal: sigaction(2).

use alloc::vec::Vec;
use bitflags::bitflags;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::signal::{DefaultAction, Signal, SignalSet};
use machine::lock::SpinLock;

bitflags! {
    /// How a handler is called, `sa_flags`. What is not here is forgotten, so that a program can find out what there is.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct ActionFlags: u64 {
        /// SIGCHLD only when a child ends, not when it stops.
        const NO_CHILD_STOP = linux::SA_NOCLDSTOP as u64;
        /// Children leave nothing to be waited for.
        const NO_CHILD_WAIT = linux::SA_NOCLDWAIT as u64;
        /// The handler looks at the `siginfo`.
        const INFO = linux::SA_SIGINFO as u64;
        /// The handler runs on the alternate stack.
        const ON_STACK = linux::SA_ONSTACK as u64;
        /// Interrupted calls begin again.
        const RESTART = linux::SA_RESTART as u64;
        /// The signal is not blocked while its handler runs.
        const NO_DEFER = linux::SA_NODEFER as u64;
        /// The action becomes the default when the handler is called.
        const RESET = linux::SA_RESETHAND as u64;
        /// `restorer` is set.
        const RESTORER = linux::SA_RESTORER as u64;
        /// Asks for tags in addresses, which this processor's addresses do not have.
        const TAGS = linux::SA_EXPOSE_TAGBITS as u64;
    }
}

/// What to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Handler {
    /// What the signal does by default.
    Default,
    /// Nothing.
    Ignore,
    /// Call the program's function at this address.
    Function(u64),
}

/// What to do about a signal, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Action {
    /// What.
    pub handler: Handler,
    /// How.
    pub flags: ActionFlags,
    /// Where the handler returns to: code of the C library that calls rt_sigreturn(2).
    pub restorer: u64,
    /// What is blocked while the handler runs.
    pub mask: SignalSet,
}

/// How many signals there are.
const SIGNALS: usize = 64;

/// The actions of a process, shared by its threads.
pub struct Actions {
    list: SpinLock<Vec<Action>>,
}

impl Action {
    const DEFAULT: Action =
        Action { handler: Handler::Default, flags: ActionFlags::empty(), restorer: 0, mask: SignalSet::EMPTY };

    /// Whether a signal with this action does nothing at all.
    pub fn ignores(&self, signal: Signal) -> bool {
        let nothing = matches!(signal.default_action(), DefaultAction::Ignore | DefaultAction::Continue);
        self.handler == Handler::Ignore || self.handler == Handler::Default && nothing
    }
}

impl Actions {
    /// Defaults all over; `ENOMEM`.
    pub fn new() -> Result<Actions> {
        let mut list = Vec::new();
        list.try_reserve_exact(SIGNALS).map_err(|_| Errno::ENOMEM)?;
        list.resize(SIGNALS, Action::DEFAULT);
        Ok(Actions { list: SpinLock::new("signal actions", list) })
    }

    /// What to do about a signal.
    pub fn get(&self, signal: Signal) -> Action {
        self.list.lock()[index(signal)]
    }

    /// Sets an action and gives the old one; `EINVAL` for what cannot be caught.
    pub fn set(&self, signal: Signal, mut action: Action) -> Result<Action> {
        if signal.is_unstoppable() {
            return Err(Errno::EINVAL);
        }
        action.mask = action.mask & !SignalSet::UNSTOPPABLE;
        Ok(core::mem::replace(&mut self.list.lock()[index(signal)], action))
    }

    /// The action for a delivery: one that is for once only becomes the default.
    pub fn take(&self, signal: Signal) -> Action {
        let mut list = self.list.lock();
        let action = list[index(signal)];
        if action.flags.contains(ActionFlags::RESET) && matches!(action.handler, Handler::Function(_)) {
            list[index(signal)] = Action { handler: Handler::Default, ..action };
        }
        action
    }

    /// Makes an action the default.
    pub fn forget(&self, signal: Signal) {
        self.list.lock()[index(signal)] = Action::DEFAULT;
    }

    /// What execve(2) does: functions of the old program are gone, ignored stays ignored.
    pub fn reset(&self) {
        for action in self.list.lock().iter_mut() {
            let handler = if action.handler == Handler::Ignore { Handler::Ignore } else { Handler::Default };
            *action = Action { handler, ..Action::DEFAULT };
        }
    }

    /// A copy, for a child; `ENOMEM`.
    pub fn copy(&self) -> Result<Actions> {
        let copy = Actions::new()?;
        copy.list.lock().copy_from_slice(&self.list.lock());
        Ok(copy)
    }
}

fn index(signal: Signal) -> usize {
    usize::from(signal.number()) - 1
}
