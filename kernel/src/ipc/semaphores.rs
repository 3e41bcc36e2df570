//! Sets of semaphores: semget(2), semop(2), semctl(2).
//!
//! What a process is to have undone at its end is kept with the set, by process.

use super::owner::{Asker, Owner, READ, WRITE};
use super::queue::wait_for;
use super::seconds;
use super::table::{AT_ONCE, Object, Table};
use crate::process::Process;
use crate::task::{Instant, TaskContext, WaitQueue};
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

/// The largest value: SEMVMX.
pub const LARGEST: i32 = 32767;
/// How many sets there can be, how many semaphores in a set, and how many operations in a call: semmni, semmsl, semopm.
pub const MOST: usize = 32000;
/// semmsl
pub const MOST_IN_SET: u32 = 32000;
/// semopm
pub const MOST_STEPS: u64 = 500;

/// SEM_UNDO.
const UNDO: u32 = 0x1000;

/// All sets.
pub static SETS: Table<Set> = Table::new("semaphores", MOST);

/// How many processes have something to be undone in some set.
static UNDOS: AtomicUsize = AtomicUsize::new(0);

/// A set.
pub struct Set {
    owner: SpinLock<Owner>,
    state: SpinLock<State>,
    changed: WaitQueue,
}

struct State {
    semaphores: Vec<Semaphore>,
    undo: BTreeMap<u32, Vec<i16>>,
    /// When it was last operated on, and last changed.
    times: (i64, i64),
    removed: bool,
}

/// One of a set.
#[derive(Clone, Copy, Default)]
pub struct Semaphore {
    /// Its value.
    pub value: i32,
    /// Which process operated on it last.
    pub process: u32,
    /// How many wait for more.
    pub wait_for_more: u32,
    /// How many wait for zero.
    pub wait_for_zero: u32,
}

/// One operation: `struct sembuf`.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Which semaphore.
    pub index: u16,
    /// What is added; 0 waits for zero.
    pub change: i16,
    /// `IPC_NOWAIT`, `SEM_UNDO`.
    pub flags: u16,
}

/// Why a call does not get through: at which step, and whether that is not to wait.
struct Blocked {
    step: Step,
}

impl Step {
    fn waits(self) -> bool {
        u32::from(self.flags) & AT_ONCE == 0
    }

    fn is_undone(self) -> bool {
        u32::from(self.flags) & UNDO != 0
    }
}

impl Set {
    /// A set of so many, all 0.
    pub fn new(owner: Owner, count: u32) -> Result<Set> {
        let mut semaphores = Vec::new();
        semaphores.try_reserve_exact(count as usize).map_err(|_| Errno::ENOMEM)?;
        semaphores.resize(count as usize, Semaphore::default());
        let state = State { semaphores, undo: BTreeMap::new(), times: (0, seconds()), removed: false };
        Ok(Set {
            owner: SpinLock::new("semaphores' owner", owner),
            state: SpinLock::new("semaphores' values", state),
            changed: WaitQueue::new(),
        })
    }

    /// How many are in it.
    pub fn count(&self) -> u32 {
        self.state.lock().semaphores.len() as u32
    }

    /// When it was last operated on, and last changed.
    pub fn times(&self) -> (i64, i64) {
        self.state.lock().times
    }

    /// One of them; `EINVAL`.
    pub fn get(&self, index: i32) -> Result<Semaphore> {
        let state = self.state.lock();
        usize::try_from(index).ok().and_then(|index| state.semaphores.get(index).copied()).ok_or(Errno::EINVAL)
    }

    /// All values.
    pub fn values(&self) -> Result<Vec<u16>> {
        let mut values = Vec::new();
        values.try_reserve_exact(self.count() as usize).map_err(|_| Errno::ENOMEM)?;
        values.extend(self.state.lock().semaphores.iter().map(|semaphore| semaphore.value as u16));
        Ok(values)
    }

    /// Does all steps at once, waiting until it can.
    pub fn operate(
        &self,
        ctx: &TaskContext,
        asker: &Asker<'_>,
        steps: &[Step],
        deadline: Option<Instant>,
    ) -> Result<()> {
        if steps.iter().any(|step| u32::from(step.index) >= self.count()) {
            return Err(Errno::EFBIG);
        }
        let wanted = if steps.iter().any(|step| step.change != 0) { WRITE } else { READ };
        self.owner.lock().check(asker, wanted)?;
        match self.attempt(steps, asker.process)? {
            None => return Ok(()),
            Some(blocked) if !blocked.step.waits() => return Err(Errno::EAGAIN),
            Some(_) => {}
        }
        let mut counted: Option<Step> = None;
        let done = wait_for(ctx, &self.changed, deadline, || {
            let blocked = self.attempt(steps, asker.process)?;
            self.count_waiting(counted.take(), -1);
            let Some(Blocked { step }) = blocked else { return Ok(true) };
            if !step.waits() {
                return Ok(false);
            }
            self.count_waiting(Some(step), 1);
            counted = Some(step);
            Err(Errno::EAGAIN)
        });
        self.count_waiting(counted, -1);
        if done? { Ok(()) } else { Err(Errno::EAGAIN) }
    }

    /// Does all steps, or none of them and tells which one would have to wait.
    fn attempt(&self, steps: &[Step], process: u32) -> Result<Option<Blocked>> {
        let mut state = self.state.lock();
        if state.removed {
            return Err(Errno::EIDRM);
        }
        for (done, &step) in steps.iter().enumerate() {
            let semaphore = &mut state.semaphores[usize::from(step.index)];
            let value = semaphore.value + i32::from(step.change);
            let refusal = match () {
                () if step.change == 0 && semaphore.value != 0 || value < 0 => Ok(Some(Blocked { step })),
                () if value > LARGEST => Err(Errno::ERANGE),
                () => {
                    semaphore.value = value;
                    continue;
                }
            };
            for step in &steps[..done] {
                state.semaphores[usize::from(step.index)].value -= i32::from(step.change);
            }
            return refusal;
        }
        for step in steps {
            state.semaphores[usize::from(step.index)].process = process;
            if step.is_undone() {
                state.note_undo(process, *step);
            }
        }
        state.times.0 = seconds();
        drop(state);
        if steps.iter().any(|step| step.change != 0) {
            self.changed.wake_all();
        }
        Ok(None)
    }

    fn count_waiting(&self, step: Option<Step>, change: i32) {
        let Some(step) = step else { return };
        let mut state = self.state.lock();
        let Some(semaphore) = state.semaphores.get_mut(usize::from(step.index)) else { return };
        let count = if step.change == 0 { &mut semaphore.wait_for_zero } else { &mut semaphore.wait_for_more };
        *count = count.saturating_add_signed(change);
    }

    /// Sets one value, or all: SETVAL, SETALL. What was to be undone of them is forgotten. `ERANGE`.
    pub fn set(&self, first: usize, values: &[i32], process: u32) -> Result<()> {
        if values.iter().any(|value| !(0..=LARGEST).contains(value)) {
            return Err(Errno::ERANGE);
        }
        let mut state = self.state.lock();
        if state.removed {
            return Err(Errno::EIDRM);
        }
        for (index, &value) in (first..).zip(values) {
            let semaphore = state.semaphores.get_mut(index).ok_or(Errno::EINVAL)?;
            (semaphore.value, semaphore.process) = (value, process);
            state.undo.values_mut().filter_map(|undo| undo.get_mut(index)).for_each(|undo| *undo = 0);
        }
        state.times.1 = seconds();
        drop(state);
        self.changed.wake_all();
        Ok(())
    }

    /// Gives it to somebody else, with another mode.
    pub fn change(&self, user: u32, group: u32, mode: u16) {
        self.owner.lock().change(user, group, mode);
        self.state.lock().times.1 = seconds();
    }

    fn undo(&self, process: u32) {
        let mut state = self.state.lock();
        let Some(undo) = state.undo.remove(&process) else { return };
        UNDOS.fetch_sub(1, Ordering::Relaxed);
        for (semaphore, change) in state.semaphores.iter_mut().zip(&undo).filter(|(_, change)| **change != 0) {
            semaphore.value = (semaphore.value + i32::from(*change)).clamp(0, LARGEST);
            semaphore.process = process;
        }
        state.times.0 = seconds();
        drop(state);
        self.changed.wake_all();
    }
}

impl State {
    fn note_undo(&mut self, process: u32, step: Step) {
        let count = self.semaphores.len();
        let undo = self.undo.entry(process).or_insert_with(|| {
            UNDOS.fetch_add(1, Ordering::Relaxed);
            Vec::new()
        });
        // Without memory nothing will be undone; there is no harm to others in that.
        if undo.len() < count && undo.try_reserve_exact(count - undo.len()).is_ok() {
            undo.resize(count, 0);
        }
        if let Some(undo) = undo.get_mut(usize::from(step.index)) {
            *undo = undo.saturating_sub(step.change);
        }
    }
}

/// Takes a set away; who waits is told `EIDRM`.
pub fn remove(set: &Arc<Set>) {
    SETS.remove(set);
    let mut state = set.state.lock();
    state.removed = true;
    let undo = core::mem::take(&mut state.undo);
    drop(state);
    UNDOS.fetch_sub(undo.len(), Ordering::Relaxed);
    set.changed.wake_all();
}

/// Undoes what a process wants undone that is at its end.
pub fn undo_all(_ctx: &TaskContext, process: &Process) {
    if UNDOS.load(Ordering::Relaxed) > 0 {
        SETS.for_each(|_, set| set.undo(process.pid().0));
    }
}

impl Object for Set {
    fn owner(&self) -> &SpinLock<Owner> {
        &self.owner
    }
}
