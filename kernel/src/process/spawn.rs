//! New processes that run a program from the start: Cor's own spawn call, and the first process.

use super::belongings::Belongings;
use super::credentials::Credentials;
use super::exec::{self, Request, Starter};
use super::process::{Inheritance, Process};
use super::session::Membership;
use super::signal::Actions;
use super::table;
use super::thread::{Running, Thread};
use crate::fs::credentials::Want;
use crate::fs::descriptors::Descriptors;
use crate::fs::lookup::{Follow, Lookup};
use crate::fs::open_file::OpenFlags;
use crate::log::warn;
use crate::task::TaskContext;
use alloc::sync::Arc;
use core::sync::atomic::Ordering;
use logic::errno::{Errno, Result};
use logic::signal::SignalSet;

/// The descriptors that a child gets.
const STANDARD: u32 = 3;

/// The terminal of the first process.
const CONSOLE: &[u8] = b"/dev/console";

/// Makes a child of a process that runs a program, in `folder` if that is given; it has the parent's first three descriptors. The result
/// is its only thread, ready to be started by whoever runs threads, or to be given to [`abandon`].
pub fn spawn(ctx: &TaskContext, parent: &Process, request: &Request, folder: Option<&[u8]>) -> Result<Running> {
    let mut lookup = (*parent.lookup()?).clone();
    if let Some(folder) = folder {
        lookup.cwd = lookup.find(ctx, None, folder, Follow::Yes)?;
        let inode = &**lookup.cwd.dentry.inode();
        if !inode.kind().is_directory() {
            return Err(Errno::ENOTDIR);
        }
        lookup.credentials.check(inode, Want::EXECUTE)?;
    }
    let files = Descriptors::new();
    let files_of_parent = parent.belongings()?.files;
    for descriptor in 0..STANDARD {
        if let Ok(file) = files_of_parent.get(descriptor) {
            files.set(descriptor, file, STANDARD, false)?;
        }
    }
    let inheritance = Inheritance {
        file_ids: parent.file_ids(),
        actions: Arc::new(Actions::new()?),
        credentials: parent.credentials(),
        limits: parent.limits(),
        traced: parent.traced.load(Ordering::Relaxed),
        membership: parent.membership(),
    };
    begin(ctx, request, inheritance, files, lookup, Some(parent))
}

/// Makes the first process, which runs a program on the console. As `spawn`.
pub fn start_first(ctx: &TaskContext, lookup: Lookup, request: &Request) -> Result<Running> {
    let files = Descriptors::new();
    match lookup.open(ctx, None, CONSOLE, OpenFlags::READ_WRITE, 0) {
        Ok(console) => {
            for descriptor in 0..STANDARD {
                files.set(descriptor, console.clone(), STANDARD, false)?;
            }
        }
        Err(error) => warn!("the first process has no console: {error}"),
    }
    let inheritance = Inheritance {
        file_ids: lookup.credentials.clone(),
        actions: Arc::new(Actions::new()?),
        credentials: Credentials::ROOT,
        limits: Default::default(),
        traced: false,
        membership: Membership::none(),
    };
    begin(ctx, request, inheritance, files, lookup, None)
}

/// Takes back a thread that could not be started, and with the first thread of a process the process.
pub fn abandon(ctx: &TaskContext, running: Running) {
    let Running { thread, belongings, .. } = running;
    thread.set_belongings(None);
    belongings.let_go(ctx);
    let process = thread.process.clone();
    let mut life = process.life.lock();
    life.threads.retain(|other| !Arc::ptr_eq(other, &thread));
    let is_empty = life.threads.is_empty();
    drop(life);
    if is_empty {
        table::withdraw(process.pid());
    }
}

fn begin(
    ctx: &TaskContext,
    request: &Request,
    inheritance: Inheritance,
    files: Descriptors,
    lookup: Lookup,
    parent: Option<&Process>,
) -> Result<Running> {
    let limits = inheritance.limits.clone();
    let starter =
        Starter { lookup: &lookup, credentials: inheritance.credentials, limits: &limits, fixed_addresses: false };
    let image = exec::build(ctx, &starter, request)?;
    let space = image.program.space.clone();
    let process = Process::new(image.program, image.name, inheritance)?;
    let id = process.own_pid().clone();
    let belongings = Belongings::new(Arc::new(files), Arc::new(lookup));
    let thread = Thread::new(&process, id, image.name, &belongings, SignalSet::EMPTY)?;
    table::enter(process, parent.map(Process::pid));
    Ok(Running::new(thread, image.user, space, belongings))
}
