//! What /proc tells of processes: a folder for each, by its number; proc(5).
//!
//! `folder` is that folder and the one of a thread; `entries` lists what is in it. The files' texts are in `stat`, `memory` and `text`;
//! `links` are the places that a process keeps, `descriptors` its open files. `system` tells of all processes together.

mod about;
mod contents;
mod descriptors;
mod entries;
mod folder;
mod host;
mod links;
mod lock_stat;
mod meminfo;
mod memory;
mod pages;
mod stat;
mod system;
mod tasks;
mod text;

use super::process::{Name, Process};
use super::table::{self, Pid};
use super::thread::{Thread, caller, find_thread};
use crate::fs::descriptors::Descriptors;
use crate::fs::inode::{Inode, InodeId, Kind, Listed, Permissions, Target};
use crate::fs::lookup::Lookup;
use crate::fs::proc::{self, Dynamic, Link};
use crate::task::TaskContext;
use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use logic::errno::{Errno, Result};

/// Whom a file is about.
#[derive(Clone)]
struct Subject {
    process: Arc<Process>,
    /// One thread of it, in its task folder; else the whole process.
    thread: Option<Arc<Thread>>,
}

/// The folders of processes, in /proc itself.
struct Numbers;

/// Registers all of it.
pub fn register() -> Result<()> {
    proc::add("self", Arc::new(Link::new(proc::new_identity(), own_folder)))?;
    proc::add("thread-self", Arc::new(Link::new(proc::new_identity(), own_thread_folder)))?;
    let own_mounts = |_: &TaskContext| Ok(Target::Path(Box::from(*b"self/mounts")));
    proc::add("mounts", Arc::new(Link::new(proc::new_identity(), own_mounts)))?;
    system::register()?;
    lock_stat::register()?;
    meminfo::register()?;
    host::register()?;
    proc::add_dynamic("", Arc::new(Numbers))
}

fn own_folder(ctx: &TaskContext) -> Result<Target> {
    let thread = caller(ctx).ok_or(Errno::ENOENT)?;
    Ok(Target::Path(format!("{}", thread.process.pid()).into_bytes().into_boxed_slice()))
}

fn own_thread_folder(ctx: &TaskContext) -> Result<Target> {
    let thread = caller(ctx).ok_or(Errno::ENOENT)?;
    Ok(Target::Path(format!("{}/task/{}", thread.process.pid(), thread.id()).into_bytes().into_boxed_slice()))
}

impl Dynamic for Numbers {
    fn lookup(&self, _ctx: &TaskContext, name: &[u8]) -> Result<Arc<dyn Inode>> {
        let pid = Pid(number(name)?);
        // A thread's number finds its process, though it is not listed.
        let process = table::find(pid).or_else(|_| find_thread(None, pid).map(|thread| thread.process.clone()));
        let process = process.map_err(|_| Errno::ENOENT)?;
        Ok(Arc::new(folder::Folder::new(Subject { process, thread: None })))
    }

    fn list(&self, _ctx: &TaskContext, cursor: u64, show: &mut dyn FnMut(&Listed<'_>) -> bool) -> Result<()> {
        let mut last = Pid(u32::try_from(cursor).unwrap_or(u32::MAX));
        while let Some(process) = table::next_after(last) {
            last = process.pid();
            let number = Subject { process, thread: None }.id(entries::FOLDER).number;
            if !show(&Listed {
                name: digits(last.0).as_bytes(),
                number,
                kind: Kind::Directory,
                next: u64::from(last.0),
            }) {
                break;
            }
        }
        Ok(())
    }
}

impl Subject {
    /// The number of the process or thread.
    fn number(&self) -> Pid {
        self.thread.as_ref().map_or(self.process.pid(), |thread| thread.id())
    }

    /// What it is called: a thread may have a name of its own.
    fn name(&self) -> Name {
        self.thread.as_ref().map_or_else(|| self.process.name(), |thread| thread.name())
    }

    /// The identity of one of its files.
    fn id(&self, file: u32) -> InodeId {
        let thread = u64::from(self.thread.is_some());
        proc::chosen_identity(u64::from(self.number().0) << 25 | thread << 24 | u64::from(file))
    }

    /// A mode, and whose the process is.
    fn permissions(&self, mode: u16) -> Permissions {
        let credentials = self.process.credentials();
        Permissions { mode, user: credentials.user.effective, group: credentials.group.effective }
    }

    /// `EACCES` unless who looks may see the process's memory and files: ptrace(2), "Ptrace access mode checking".
    fn check(&self, ctx: &TaskContext) -> Result<()> {
        let looker = caller(ctx).ok_or(Errno::ESRCH)?;
        let (mine, theirs) = (looker.process.credentials(), self.process.credentials());
        let same =
            [theirs.user.real, theirs.user.effective, theirs.user.saved].iter().all(|&id| id == mine.user.effective);
        if mine.is_root() || same || Arc::ptr_eq(&looker.process, &self.process) { Ok(()) } else { Err(Errno::EACCES) }
    }

    /// The threads that it is about.
    fn threads(&self) -> usize {
        let mut count = 0;
        self.process.for_each_thread(|_| count += 1);
        count
    }

    /// The thread, or the process's first.
    fn first_thread(&self) -> Option<Arc<Thread>> {
        self.thread.clone().or_else(|| self.process.first_thread())
    }

    /// Its descriptors; `ENOENT` once it has ended.
    fn files(&self) -> Result<Arc<Descriptors>> {
        let thread = self.first_thread().ok_or(Errno::ENOENT)?;
        Ok(thread.belongings().map_err(|_| Errno::ENOENT)?.files)
    }

    /// Where it looks for files; `ENOENT` once it has ended.
    fn lookup(&self) -> Result<Arc<Lookup>> {
        self.first_thread().ok_or(Errno::ENOENT)?.lookup().map_err(|_| Errno::ENOENT)
    }
}

/// A number as a name: no sign, no zeros in front.
fn number(name: &[u8]) -> Result<u32> {
    let plain = name.iter().all(u8::is_ascii_digit) && (name.len() == 1 || name.first() != Some(&b'0'));
    let text = core::str::from_utf8(name).ok().filter(|_| plain).ok_or(Errno::ENOENT)?;
    text.parse().map_err(|_| Errno::ENOENT)
}

/// A number as text, without the heap.
fn digits(number: u32) -> arrayvec::ArrayString<12> {
    let mut text = arrayvec::ArrayString::new();
    // Ten digits fit.
    let _ = core::fmt::Write::write_fmt(&mut text, format_args!("{number}"));
    text
}
