//! /proc/sysvipc, and what /proc/sys/kernel tells of the limits.

use super::messages::{self, QUEUES};
use super::posix_queue;
use super::semaphores::{self, SETS};
use super::shared_memory::{self, SEGMENTS};
use super::table::Object;
use crate::fs::proc::{self, Fixed, Text};
use crate::task::TaskContext;
use alloc::format;
use core::fmt::{self, Write};
use logic::address::PAGE_SIZE;
use logic::errno::Result;

pub(super) fn register() -> Result<()> {
    proc::register("sysvipc/msg", show_queues)?;
    proc::register("sysvipc/sem", show_sets)?;
    proc::register("sysvipc/shm", show_segments)?;
    let kernel = |name: &str, value: u64| proc::register(&format!("sys/kernel/{name}"), Fixed(value));
    kernel("msgmax", messages::LONGEST as u64)?;
    kernel("msgmnb", messages::BYTES)?;
    kernel("msgmni", messages::MOST as u64)?;
    kernel("shmmax", shared_memory::LARGEST)?;
    kernel("shmall", shared_memory::LARGEST)?;
    kernel("shmmni", shared_memory::MOST as u64)?;
    let queue = |name: &str, value: u64| proc::register(&format!("sys/fs/mqueue/{name}"), Fixed(value));
    queue("msg_max", posix_queue::MESSAGES)?;
    queue("msg_default", posix_queue::MESSAGES)?;
    queue("msgsize_max", posix_queue::LONGEST)?;
    queue("msgsize_default", posix_queue::LONGEST)?;
    queue("queues_max", posix_queue::MOST as u64)?;
    let (set, steps, sets) = (u64::from(semaphores::MOST_IN_SET), semaphores::MOST_STEPS, semaphores::MOST);
    proc::register("sys/kernel/sem", Fixed(format!("{set}\t{}\t{steps}\t{sets}", set * sets as u64)))
}

fn show_queues(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    writeln!(
        text,
        "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime      rtime      ctime"
    )?;
    let mut shown = Ok(());
    QUEUES.for_each(|number, queue| {
        let (owner, facts) = (*queue.owner().lock(), queue.facts());
        let (bytes, count, changed) = (facts.bytes, facts.count, facts.changed);
        let ((sent, sender), (received, receiver)) = (facts.sent, facts.received);
        let line = writeln!(
            text,
            "{:10} {number:10}  {:4o}  {bytes:10} {count:10} {sender:5} {receiver:5} {:5} {:5} {:5} {:5} {sent:10} {received:10} {changed:10}",
            owner.key, owner.mode, owner.user, owner.group, owner.maker_user, owner.maker_group,
        );
        shown = shown.and(line);
    });
    shown
}

fn show_sets(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    writeln!(text, "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime")?;
    let mut shown = Ok(());
    SETS.for_each(|number, set| {
        let (owner, count, (operated, changed)) = (*set.owner().lock(), set.count(), set.times());
        let line = writeln!(
            text,
            "{:10} {number:10}  {:4o} {count:10} {:5} {:5} {:5} {:5} {operated:10} {changed:10}",
            owner.key, owner.mode, owner.user, owner.group, owner.maker_user, owner.maker_group,
        );
        shown = shown.and(line);
    });
    shown
}

fn show_segments(ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    writeln!(
        text,
        "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap"
    )?;
    shared_memory::sweep(ctx);
    let mut shown = Ok(());
    SEGMENTS.for_each(|number, segment| {
        let (owner, facts, attached) = (*segment.owner().lock(), segment.facts(), segment.attachments(ctx));
        let resident = segment.pages() * PAGE_SIZE as u64;
        let line = writeln!(
            text,
            "{:10} {number:10}  {:4o} {:21} {:5} {:5}  {attached:5} {:5} {:5} {:5} {:5} {:10} {:10} {:10} {resident:21} {:21}",
            owner.key,
            owner.mode,
            segment.size,
            facts.maker,
            facts.last,
            owner.user,
            owner.group,
            owner.maker_user,
            owner.maker_group,
            facts.attached,
            facts.detached,
            facts.changed,
            0
        );
        shown = shown.and(line);
    });
    shown
}
