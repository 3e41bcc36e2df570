//! The clock of a machine that is recorded: the number of instructions. A thread sees to it that the machine does not oversleep: QEMU 7.2 now
//! and then does not notice, while the processor sleeps, that a disk has answered or that the serial port has set a timer.

use super::qmp::Qmp;
use serde_json::json;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How often we look.
const GLANCE: Duration = Duration::from_millis(10);
/// After how many looks at a machine that stands still it is woken; each time it is in vain, twice as many.
const FIRST: u32 = 5;
const LAST: u32 = 200;

/// The number of instructions, for whoever wants to know.
#[derive(Clone)]
pub struct Clock(Arc<Mutex<Qmp>>);

impl Clock {
    /// The clock of the machine that this connection controls, which is woken from now on.
    pub fn start(qmp: Qmp) -> Clock {
        let clock = Clock(Arc::new(Mutex::new(qmp)));
        let own = clock.clone();
        // It ends when the machine does.
        thread::spawn(move || own.keep_awake());
        clock
    }

    /// How many there have been.
    pub fn instructions(&self) -> io::Result<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).instructions().map_err(io::Error::other)
    }

    fn keep_awake(&self) -> io::Result<()> {
        let (mut last, mut looks, mut patience) = (0, 0, FIRST);
        loop {
            thread::sleep(GLANCE);
            let now = self.instructions()?;
            looks += 1;
            if now != last {
                (last, looks, patience) = (now, 0, FIRST);
            } else if looks >= patience {
                self.wake()?;
                (looks, patience) = (0, (patience * 2).min(LAST));
            }
        }
    }

    /// Stops the machine and lets it go on: then QEMU looks at everything.
    fn wake(&self) -> io::Result<()> {
        let mut qmp = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ["stop", "cont"]
            .into_iter()
            .try_for_each(|command| qmp.execute(command, json!({})).map(drop).map_err(io::Error::other))
    }
}
