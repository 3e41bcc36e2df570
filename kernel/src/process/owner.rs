//! Who is told of a file's news: `F_SETOWN` of fcntl(2).

use super::Pid;
use super::credentials::Credentials;
use super::process::Process;
use super::session;
use super::signal::{self, Detail, Info};
use super::table;
use super::thread::find_thread;
use crate::fs::notice::{Addressee, News};
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};
use logic::signal::Signal;

/// A thread, a process or a group of them.
pub struct Owner {
    kind: u32,
    id: i32,
    /// Of who said so: he can have signals sent only to those whom he may send some himself.
    credentials: Credentials,
}

impl Owner {
    /// The one of this kind (`F_OWNER_TID`, `F_OWNER_PID`, `F_OWNER_PGRP`) and number: `ESRCH` if there is none, `EINVAL` for another
    /// kind.
    pub fn new(kind: u32, id: i32, by: &Process) -> Result<Owner> {
        let pid = Pid(u32::try_from(id).map_err(|_| Errno::ESRCH)?);
        match kind {
            linux::F_OWNER_TID => find_thread(None, pid).map(drop)?,
            linux::F_OWNER_PID => table::find(pid).map(drop)?,
            linux::F_OWNER_PGRP => session::session_of_group(pid).map(drop).ok_or(Errno::ESRCH)?,
            _ => return Err(Errno::EINVAL),
        }
        Ok(Owner { kind, id, credentials: by.credentials() })
    }

    fn may(&self, process: &Process) -> bool {
        self.credentials.may_signal(&process.credentials())
    }
}

impl Addressee for Owner {
    fn tell(&self, signal: u32, news: News) {
        let detail = Detail::File { band: news.event.band(), descriptor: news.descriptor };
        let info = match Signal::new(u64::from(signal)) {
            Ok(signal) => Info { signal, code: news.event as i32, detail },
            Err(_) => Info::kernel(Signal::IO),
        };
        let pid = Pid(self.id as u32);
        match self.kind {
            linux::F_OWNER_TID => {
                if let Some(thread) = find_thread(None, pid).ok().filter(|thread| self.may(&thread.process)) {
                    signal::send_to_thread(&thread, info);
                }
            }
            linux::F_OWNER_PID => {
                if let Some(process) = table::find(pid).ok().filter(|process| self.may(process)) {
                    signal::send_to_process(&process, info);
                }
            }
            _ => {
                session::find_map(|process| {
                    if process.group() == pid && self.may(process) {
                        signal::send_to_process(process, info);
                    }
                    None::<()>
                });
            }
        }
    }

    fn name(&self) -> (u32, i32) {
        (self.kind, self.id)
    }
}
