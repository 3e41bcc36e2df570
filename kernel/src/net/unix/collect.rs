//! Looking for files on their way that nobody can receive: sockets that only flights refer to, whose own inboxes hold those flights.
//!
//! A socket in flight is reachable if somebody else refers to it, or if it is on its way to one that is reachable. A task of its own
//! looks, since closing a socket must not sleep.

use super::flight::{self, Flight};
use super::{Phase, Unix};
use crate::fs::OpenFile;
use crate::net::socket::socket_of;
use crate::task::{self, Patience, TaskContext, WaitQueue};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use logic::errno::{Errno, Result};
use machine::clock;

/// How long to wait before looking again while anything is on its way.
const PAUSE: Duration = Duration::from_secs(1);

static WANTED: AtomicBool = AtomicBool::new(false);
static NEWS: WaitQueue = WaitQueue::new();

/// A socket that is on its way, perhaps several times.
struct Traveller {
    /// Where it lies, to know it by.
    address: usize,
    /// How many flights it is in, and how many refer to it in all.
    flights: usize,
    references: usize,
    reached: bool,
}

/// Starts the task.
pub(super) fn start() -> Result<()> {
    task::spawn("net", |ctx| {
        loop {
            // A descriptor of a socket that is on its way, too, is closed without anybody's noticing: so it looks now and then.
            let deadline = flight::are_there().then(|| clock::now() + PAUSE);
            let patience = Patience { interruptible: false, deadline };
            // That nobody called is as good a reason.
            let _ = NEWS.wait(ctx, patience, || WANTED.swap(false, Ordering::AcqRel).then_some(()));
            // Without memory it is for the next time: nobody waits for it.
            let _ = now(ctx);
        }
    })
    .map(drop)
}

/// Has the task look.
pub(super) fn soon() {
    WANTED.store(true, Ordering::Release);
    NEWS.wake_all();
}

/// Looks, and drops what nobody can receive. `ENOMEM` without memory for that.
pub(super) fn now(ctx: &TaskContext) -> Result<()> {
    let landing = flight::LANDING.lock(ctx);
    let flights = flight::all()?;
    let mut travellers = travellers(&flights)?;
    while spread(&flights, &mut travellers) {}
    for flight in &flights {
        if !is_reached(flight, &travellers) {
            flight.crash();
        }
    }
    drop(landing);
    Ok(())
}

/// The sockets among the files, in the order of their addresses.
fn travellers(flights: &[Arc<Flight>]) -> Result<Vec<Traveller>> {
    let mut all: Vec<Traveller> = Vec::new();
    for flight in flights {
        let mut room = true;
        flight.for_each(|file| {
            let Some(address) = address_of(file) else { return };
            match all.binary_search_by_key(&address, |known| known.address) {
                Ok(place) => all[place].flights += 1,
                Err(_) if all.try_reserve(1).is_err() => room = false,
                Err(place) => {
                    let references = Arc::strong_count(file);
                    all.insert(place, Traveller { address, flights: 1, references, reached: false });
                }
            }
        });
        if !room {
            return Err(Errno::ENOMEM);
        }
    }
    for traveller in &mut all {
        traveller.reached = traveller.references > traveller.flights;
    }
    Ok(all)
}

/// Marks what is on its way to a reachable socket; says whether that was news.
fn spread(flights: &[Arc<Flight>], travellers: &mut [Traveller]) -> bool {
    let mut news = false;
    for flight in flights {
        if !is_reached(flight, travellers) {
            continue;
        }
        flight.for_each(|file| {
            let found = address_of(file).and_then(|address| find(travellers, address));
            if let Some(place) = found.filter(|&place| !travellers[place].reached) {
                travellers[place].reached = true;
                news = true;
            }
        });
    }
    news
}

/// Whether somebody can receive it. A socket that waits to be accepted is reached by way of the one that listens.
fn is_reached(flight: &Flight, travellers: &[Traveller]) -> bool {
    let Some(holder) = flight.holder().upgrade() else { return true };
    let known =
        |socket: &Arc<Unix>| find(travellers, Arc::as_ptr(socket).addr()).map(|place| travellers[place].reached);
    if let Some(reached) = known(&holder) {
        return reached;
    }
    let listener = {
        let state = holder.state.lock();
        if state.phase == Phase::Connected { state.waits_at.upgrade() } else { None }
    };
    listener.and_then(|listener| known(&listener)).unwrap_or(true)
}

fn find(travellers: &[Traveller], address: usize) -> Option<usize> {
    travellers.binary_search_by_key(&address, |known| known.address).ok()
}

fn address_of(file: &Arc<OpenFile>) -> Option<usize> {
    socket_of(file).ok().map(|socket| Arc::as_ptr(socket).addr())
}
