//! Telling a program by a signal what has become of a file: `F_SETOWN`, `F_SETSIG` and `O_ASYNC` of fcntl(2), and leases.
//!
//! The open file keeps who is to be told; whoever that is sends the signal, since signals are known only above (`process`). With
//! `O_ASYNC` an [`Ear`] waits in the file's queue like anybody else. The lock `notice` of an open file protects both.

use super::open_file::{OpenFile, OpenFlags};
use super::poll::Readiness;
use crate::task::{Waiter, Wake};
use alloc::boxed::Box;
use alloc::sync::{Arc, Weak};
use linux_raw_sys::general as linux;
use machine::list::Node;

/// Somebody who can be told, by a signal.
pub trait Addressee: Send + Sync {
    /// Sends the signal of this number (0: SIGIO, that says nothing more) with the news. Never sleeps.
    fn tell(&self, signal: u32, news: News);

    /// Who it is: what `F_SETOWN_EX` was given.
    fn name(&self) -> (u32, i32);
}

/// What has become of a file.
#[derive(Clone, Copy, Debug)]
pub struct News {
    /// The descriptor, as it was when the program asked to be told.
    pub descriptor: u32,
    /// What happened.
    pub event: Event,
}

/// What can happen to a file; the numbers are `POLL_IN` and so on of sigaction(2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// There is something to read.
    Readable = 1,
    /// There is room to write.
    Writable = 2,
    /// Somebody breaks a lease.
    Message = 3,
    /// Something failed.
    Error = 4,
    /// The other side has hung up.
    HangUp = 6,
}

impl Event {
    /// The same in bits of poll(2): `si_band`.
    pub fn band(self) -> u32 {
        match self {
            Event::Readable => linux::POLLIN | linux::POLLRDNORM,
            Event::Writable => linux::POLLOUT | linux::POLLWRNORM | linux::POLLWRBAND,
            Event::Message => linux::POLLIN | linux::POLLRDNORM | linux::POLLMSG,
            Event::Error => linux::POLLERR,
            Event::HangUp => linux::POLLHUP | linux::POLLERR,
        }
    }

    fn of(ready: Readiness) -> Event {
        match () {
            () if ready.contains(Readiness::IN) => Event::Readable,
            () if ready.contains(Readiness::OUT) => Event::Writable,
            () if ready.contains(Readiness::HUP) => Event::HangUp,
            () => Event::Error,
        }
    }
}

/// Who is told of an open file, and how.
#[derive(Default)]
pub(super) struct Notice {
    addressee: Option<Arc<dyn Addressee>>,
    signal: u32,
    descriptor: u32,
    ear: Option<Arc<Ear>>,
}

/// What waits for an open file's news in the place of whom to tell.
pub(super) struct Ear {
    file: Weak<OpenFile>,
    waiter: Arc<Node<Waiter>>,
}

impl OpenFile {
    /// Who is told, if anybody.
    pub fn addressee(&self) -> Option<(u32, i32)> {
        self.notice.lock().as_ref()?.addressee.as_ref().map(|addressee| addressee.name())
    }

    /// Sets who is told.
    pub fn set_addressee(&self, addressee: Option<Arc<dyn Addressee>>) {
        drop(self.change_notice(|notice| core::mem::replace(&mut notice.addressee, addressee)));
    }

    /// Sets which descriptor is told of.
    pub fn set_notice_descriptor(&self, descriptor: u32) {
        self.change_notice(|notice| notice.descriptor = descriptor);
    }

    /// By which signal; 0 is SIGIO without more.
    pub fn notice_signal(&self) -> u32 {
        self.notice.lock().as_ref().map_or(0, |notice| notice.signal)
    }

    /// Sets by which.
    pub fn set_notice_signal(&self, signal: u32) {
        self.change_notice(|notice| notice.signal = signal);
    }

    /// Begins or ends telling what can be done with the file, under this descriptor, as the flags say.
    pub fn listen(self: &Arc<Self>, descriptor: u32) {
        let wanted = self.flags().contains(OpenFlags::ASYNC);
        let Some(queue) = self.file().queue() else { return };
        if wanted {
            let ear = Ear::new(self);
            let waiter = ear.waiter.clone();
            let old = self.change_notice(|notice| {
                notice.descriptor = descriptor;
                notice.ear.replace(ear)
            });
            leave(self, old);
            queue.join(waiter);
        } else if self.notice.lock().is_some() {
            let old = self.change_notice(|notice| notice.ear.take());
            leave(self, old);
        }
    }

    /// Tells whoever is to be told.
    pub(super) fn tell(&self, event: Event) {
        let told = self.notice.lock().as_ref().map(|notice| {
            let news = News { descriptor: notice.descriptor, event };
            (notice.addressee.clone(), notice.signal, news)
        });
        if let Some((Some(addressee), signal, news)) = told {
            addressee.tell(signal, news);
        }
    }

    /// Ends all telling, at the file's end.
    pub(super) fn drop_notice(&mut self) {
        let notice = self.notice.lock().take();
        if let Some(ear) = notice.and_then(|mut notice| notice.ear.take())
            && let Some(queue) = self.file().queue()
        {
            queue.leave(&ear.waiter);
        }
    }

    fn change_notice<R>(&self, change: impl FnOnce(&mut Notice) -> R) -> R {
        let mut fresh = Some(Box::<Notice>::default());
        let mut notice = self.notice.lock();
        let result = change(notice.get_or_insert_with(|| fresh.take().unwrap_or_default()));
        drop(notice);
        drop(fresh);
        result
    }
}

fn leave(file: &OpenFile, ear: Option<Arc<Ear>>) {
    if let (Some(ear), Some(queue)) = (ear, file.file().queue()) {
        queue.leave(&ear.waiter);
    }
}

impl Ear {
    fn new(file: &Arc<OpenFile>) -> Arc<Ear> {
        Arc::new_cyclic(|ear: &Weak<Ear>| {
            let whom: Weak<dyn Wake> = ear.clone();
            Ear { file: Arc::downgrade(file), waiter: Waiter::other(whom) }
        })
    }
}

impl Wake for Ear {
    fn wake(&self) {
        let Some(file) = self.file.upgrade() else { return };
        let flags = file.flags();
        let readable = if flags.readable() { Readiness::READ } else { Readiness::empty() };
        let writable = if flags.writable() { Readiness::WRITE } else { Readiness::empty() };
        let ready = file.readiness() & (readable | writable);
        if let Some(queue) = file.file().queue() {
            queue.join(self.waiter.clone());
        }
        if !ready.is_empty() {
            file.tell(Event::of(ready));
        }
    }
}
