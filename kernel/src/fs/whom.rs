//! Whom an open file tells by a signal that it is ready: `F_SETOWN`, `F_SETSIG` of fcntl(2). What sends the signals is above.

use crate::task::Wake;
use alloc::sync::Arc;
use machine::lock::SpinLock;

/// Who is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Told {
    /// Nobody.
    #[default]
    Nobody,
    /// A thread.
    Thread(u32),
    /// A process.
    Process(u32),
    /// A group of processes.
    Group(u32),
}

/// Who is told, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Whom {
    /// Who.
    pub told: Told,
    /// The signal's number; 0: SIGIO, without a reason.
    pub signal: u8,
    /// The real and the effective user of who said so.
    pub users: (u32, u32),
}

/// What an open file keeps of it.
pub(super) struct Notices {
    pub(super) whom: SpinLock<Whom>,
    /// What waits in the file's queue and sends the signals, while `O_ASYNC` is set.
    pub(super) sender: SpinLock<Option<Arc<dyn Wake>>>,
}

impl Notices {
    pub(super) const fn new() -> Notices {
        let whom = Whom { told: Told::Nobody, signal: 0, users: (0, 0) };
        Notices { whom: SpinLock::new("file's owner", whom), sender: SpinLock::new("file's notices", None) }
    }
}
