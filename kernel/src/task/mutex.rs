//! The lock that sleeps: for what takes longer than a few lines, or sleeps itself. Free, it costs one atomic to take.

use super::{TaskContext, contention};
use core::{
    ops::{Deref, DerefMut},
    sync::atomic::{AtomicUsize, Ordering, fence},
};
use machine::{
    clock,
    list::List,
    lock::{Latch, LatchGuard, SpinLock, assert_none_held},
};

/// A value that one task at a time may touch.
pub struct Mutex<T> {
    value: Latch<T>,
    /// Tasks that want it; read without the lock by who lets go.
    wanted: AtomicUsize,
    /// Has the mutex's name.
    waiters: SpinLock<List<super::Waiter>>,
}

/// The right to touch the value.
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    value: Option<LatchGuard<'a, T>>,
}

impl<T> Mutex<T> {
    /// A mutex that nobody holds, named for what it protects.
    pub const fn new(name: &'static str, value: T) -> Mutex<T> {
        Mutex { value: Latch::new(value), wanted: AtomicUsize::new(0), waiters: SpinLock::new(name, List::new()) }
    }

    /// Sleeps until nobody else holds it. Who holds it already and asks again waits for ever. A signal that comes meanwhile
    /// is kept for the caller's own next wait.
    #[inline]
    pub fn lock(&self, ctx: &TaskContext) -> MutexGuard<'_, T> {
        match self.value.try_lock() {
            Some(value) => MutexGuard { mutex: self, value: Some(value) },
            None => self.lock_slowly(ctx),
        }
    }

    /// Takes it only if nobody holds it.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let value = self.value.try_lock()?;
        Some(MutexGuard { mutex: self, value: Some(value) })
    }

    /// The value, which nobody else can reach.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    #[cold]
    fn lock_slowly(&self, ctx: &TaskContext) -> MutexGuard<'_, T> {
        assert_none_held();
        let began = clock::now();
        let waiter = &ctx.task().mutex_waiter;
        self.wanted.fetch_add(1, Ordering::SeqCst);
        let value = loop {
            self.waiters.lock().push_back(waiter.clone());
            let value = self.value.try_lock();
            if value.is_none() {
                ctx.wait();
            }
            self.waiters.lock().remove(waiter);
            if let Some(value) = value {
                break value;
            }
        };
        self.wanted.fetch_sub(1, Ordering::SeqCst);
        ctx.task().keep_signal();
        contention::note(self.waiters.name(), clock::now().0.saturating_sub(began.0));
        MutexGuard { mutex: self, value: Some(value) }
    }

    #[cold]
    fn wake_next(&self) {
        let first = self.waiters.lock().pop_front();
        if let Some(first) = first {
            first.wake();
        }
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match &self.value {
            Some(value) => value,
            None => unreachable!("only drop takes the value"),
        }
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        match &mut self.value {
            Some(value) => value,
            None => unreachable!("only drop takes the value"),
        }
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.value = None;
        fence(Ordering::SeqCst);
        if self.mutex.wanted.load(Ordering::Relaxed) != 0 {
            self.mutex.wake_next();
        }
    }
}
