//! Signals that end a run arrive as events, so that the machine and the private folder go in order.

use super::session::Event;
use anyhow::{Context, Result};
use nix::sys::signal::{SigSet, Signal};
use std::sync::mpsc::Sender;
use std::thread;

/// The signals that end a run.
fn ending() -> SigSet {
    [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT].into_iter().collect()
}

/// Holds them back; to be called first, so that every thread inherits it.
pub fn hold() -> Result<()> {
    ending().thread_block().context("cannot hold signals back")
}

/// Turns them into events from now on.
pub fn watch(events: Sender<Event>) {
    thread::spawn(move || {
        while let Ok(signal) = ending().wait() {
            if events.send(Event::Signal(signal)).is_err() {
                break;
            }
        }
    });
}
