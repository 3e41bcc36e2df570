//! SIGIO: signals when a file becomes ready; `O_ASYNC` of open(2), `F_SETOWN` of fcntl(2).

use super::info::{Detail, Info};
use super::send::{send_to_process, send_to_thread};
use crate::fs::whom::{Told, Whom};
use crate::fs::{OpenFile, Readiness};
use crate::process::process::Process;
use crate::process::session;
use crate::process::table::{self, Pid};
use crate::process::thread::find_thread;
use crate::task::{Waiter, Wake};
use alloc::sync::{Arc, Weak};
use core::sync::atomic::{AtomicU32, Ordering};
use linux_raw_sys::general as linux;
use logic::signal::Signal;
use machine::list::Node;

/// POLL_IN and POLL_OUT, `si_code`s.
const READABLE: i32 = 1;
const WRITABLE: i32 = 2;

/// What waits in the queue of an open file.
struct Sender {
    file: Weak<OpenFile>,
    waiter: Arc<Node<Waiter>>,
    /// What was ready when it looked last.
    ready: AtomicU32,
    /// The descriptor that it was asked by.
    descriptor: u32,
}

/// Has an open file tell its owner from now on, or not any more.
pub fn set_notices(file: &Arc<OpenFile>, descriptor: u32, wanted: bool) {
    let sender = wanted.then(|| {
        Arc::new_cyclic(|own: &Weak<Sender>| Sender {
            file: Arc::downgrade(file),
            waiter: Waiter::other(own.clone()),
            ready: AtomicU32::new(file.readiness().bits()),
            descriptor,
        })
    });
    if let (Some(queue), Some(sender)) = (file.file().queue(), &sender) {
        queue.join(sender.waiter.clone());
    }
    drop(file.set_notice_sender(sender.map(|sender| sender as Arc<dyn Wake>)));
}

impl Sender {
    fn tell(&self, whom: &Whom, code: i32, ready: Readiness) {
        let info = match Signal::new(whom.signal.into()) {
            Ok(signal) => {
                let detail = Detail::Ready { band: ready.bits(), descriptor: self.descriptor };
                Info { signal, code, detail }
            }
            Err(_) => Info { code: linux::SI_KERNEL as i32, ..Info::kernel(Signal::IO) },
        };
        let send = |process: &Process| {
            if may_tell(whom, process) {
                send_to_process(process, info);
            }
        };
        match whom.told {
            Told::Nobody => {}
            Told::Process(pid) => {
                table::find(Pid(pid)).iter().for_each(|process| send(process));
            }
            Told::Thread(pid) => {
                if let Ok(thread) = find_thread(None, Pid(pid))
                    && may_tell(whom, &thread.process)
                {
                    send_to_thread(&thread, info);
                }
            }
            Told::Group(group) => {
                session::find_map(|process| {
                    if process.group() == Pid(group) {
                        send(process);
                    }
                    None::<()>
                });
            }
        }
    }
}

impl Wake for Sender {
    fn wake(&self) {
        let Some(file) = self.file.upgrade() else { return };
        if let Some(queue) = file.file().queue() {
            queue.join(self.waiter.clone());
        }
        let ready = file.readiness();
        let before = Readiness::from_bits_retain(self.ready.swap(ready.bits(), Ordering::AcqRel));
        let whom = file.whom();
        if ready.intersects(Readiness::READ) {
            self.tell(&whom, READABLE, ready);
        } else if (ready - before).intersects(Readiness::OUT) {
            self.tell(&whom, WRITABLE, ready);
        }
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        if let Some(file) = self.file.upgrade()
            && let Some(queue) = file.file().queue()
        {
            queue.leave(&self.waiter);
        }
    }
}

fn may_tell(whom: &Whom, process: &Process) -> bool {
    let theirs = process.credentials().user;
    let (real, effective) = whom.users;
    effective == 0 || [real, effective].iter().any(|&id| id == theirs.real || id == theirs.saved)
}
