//! What a thread has of files: a table of descriptors, and a viewpoint from which it looks for paths. Threads of a process share both by
//! custom, and clone(2) and unshare(2) say who does: so they belong to threads, not to processes.
//!
//! `Thread` keeps them for others to look at, `Running` for the thread itself. A viewpoint's lock protects what it looks like.

use super::process::Process;
use super::thread::Running;
use crate::fs::credentials::Credentials;
use crate::fs::descriptors::Descriptors;
use crate::fs::lookup::Lookup;
use crate::task::TaskContext;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicBool, Ordering};
use logic::errno::Result;
use machine::lock::SpinLock;

/// What a thread has of files.
#[derive(Clone)]
pub struct Belongings {
    /// Its descriptors.
    pub files: Arc<Descriptors>,
    /// From where it looks for files.
    pub viewpoint: Arc<Viewpoint>,
}

/// Root, working directory and umask of threads that share them.
pub struct Viewpoint {
    /// With the ids of the one process whose threads these are; replaced as a whole.
    lookup: SpinLock<Arc<Lookup>>,
    /// Threads of several processes share it, so the ids in it are not everybody's.
    spans_processes: AtomicBool,
}

impl Belongings {
    /// Those of the first thread of a process.
    pub(super) fn new(files: Arc<Descriptors>, lookup: Arc<Lookup>) -> Belongings {
        Belongings { files, viewpoint: Arc::new(Viewpoint::new(lookup)) }
    }

    /// For another thread of that process, which gets the same or copies. `ENOMEM`.
    pub(super) fn for_another(
        &self,
        process: &Process,
        shares_files: bool,
        shares_viewpoint: bool,
    ) -> Result<Belongings> {
        let files = if shares_files { self.files.share() } else { Arc::new(self.files.copy()?) };
        let viewpoint = if shares_viewpoint { self.viewpoint.clone() } else { Arc::new(self.viewpoint.copy(process)) };
        Ok(Belongings { files, viewpoint })
    }

    /// Gives them up, at the end of a thread; the last who has a table closes what is in it.
    pub(super) fn let_go(self, ctx: &TaskContext) {
        if self.files.let_go() {
            self.files.close_all(ctx);
        }
    }
}

impl Viewpoint {
    fn new(lookup: Arc<Lookup>) -> Viewpoint {
        Viewpoint { lookup: SpinLock::new("viewpoint", lookup), spans_processes: AtomicBool::new(false) }
    }

    fn copy(&self, process: &Process) -> Viewpoint {
        Viewpoint::new(self.lookup(process))
    }

    /// How a thread of that process looks for files from here.
    pub fn lookup(&self, process: &Process) -> Arc<Lookup> {
        let lookup = self.lookup.lock().clone();
        if !self.spans_processes.load(Ordering::Relaxed) {
            return lookup;
        }
        Arc::new(Lookup { credentials: process.file_ids(), ..(*lookup).clone() })
    }

    /// Changes it; who is looking now is not disturbed.
    pub fn change(&self, change: impl FnOnce(&mut Lookup)) {
        let mut new = (**self.lookup.lock()).clone();
        change(&mut new);
        let old = core::mem::replace(&mut *self.lookup.lock(), Arc::new(new));
        drop(old);
    }

    /// Sets the permissions that new files do not get, and tells what they were: in place, where nobody is looking.
    pub fn set_umask(&self, umask: u16) -> u16 {
        let mut lookup = self.lookup.lock();
        let old = lookup.umask;
        if let Some(lookup) = Arc::get_mut(&mut lookup) {
            lookup.umask = umask;
            return old;
        }
        drop(lookup);
        self.change(|lookup| lookup.umask = umask);
        old
    }

    /// Says that threads of another process share it too.
    pub(super) fn span_processes(&self) {
        self.spans_processes.store(true, Ordering::Relaxed);
    }

    /// Takes over other ids of the process whose it is.
    fn adopt(&self, ids: &Arc<Credentials>) {
        if !self.spans_processes.load(Ordering::Relaxed) {
            self.change(|lookup| lookup.credentials = ids.clone());
        }
    }
}

impl Running {
    /// Takes a copy of the table of descriptors, if others have it too. `ENOMEM`.
    pub fn own_files(&mut self, ctx: &TaskContext) -> Result<()> {
        if self.belongings.files.is_shared() {
            self.exchange(self.belongings.for_another(&self.thread.process, false, true)?).let_go(ctx);
        }
        Ok(())
    }

    /// Takes a copy of the viewpoint.
    pub fn own_viewpoint(&mut self) {
        let viewpoint = Arc::new(self.belongings.viewpoint.copy(&self.thread.process));
        self.exchange(Belongings { viewpoint, ..self.belongings.clone() });
    }

    /// Says what it has from now on; the result is what it had.
    fn exchange(&mut self, new: Belongings) -> Belongings {
        self.thread.set_belongings(Some(new.clone()));
        core::mem::replace(&mut self.belongings, new)
    }
}

impl Process {
    /// The ids that files see.
    pub fn file_ids(&self) -> Arc<Credentials> {
        self.file_ids.lock().clone()
    }

    /// Changes the ids that files see.
    pub fn change_file_ids(&self, change: impl FnOnce(&mut Credentials)) {
        let mut new = (*self.file_ids()).clone();
        change(&mut new);
        let new = Arc::new(new);
        let old = core::mem::replace(&mut *self.file_ids.lock(), new.clone());
        drop(old);
        self.threads().filter_map(|thread| thread.belongings().ok()).for_each(|own| own.viewpoint.adopt(&new));
    }
}
