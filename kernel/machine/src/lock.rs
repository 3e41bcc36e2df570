//! The spin lock: for a few straight lines of code that nobody may interrupt.
//!
//! Holding one keeps interrupts and preemption away from this CPU (cpu.rs), so an interrupt that is served proves that
//! no spin lock is held there. Nobody sleeps with one: [`assert_none_held`] names the lock that would be.

use crate::cpu;
use core::{
    marker::PhantomData,
    ops::{Deref, DerefMut},
};
use spin::mutex::{SpinMutex, SpinMutexGuard};

/// A value that one CPU at a time may touch.
pub struct SpinLock<T: ?Sized> {
    name: &'static str,
    value: SpinMutex<T>,
}

/// The right to touch the value; interrupts are held as long as it lives.
pub struct SpinGuard<'a, T: ?Sized> {
    value: core::mem::ManuallyDrop<SpinMutexGuard<'a, T>>,
    /// The CPU that took it lets go.
    not_send: PhantomData<*const ()>,
}

impl<T> SpinLock<T> {
    /// A lock named for what it protects.
    pub const fn new(name: &'static str, value: T) -> Self {
        SpinLock { name, value: SpinMutex::new(value) }
    }

    /// The value, without the lock that nobody holds any more.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> SpinLock<T> {
    /// What it protects.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Waits, spinning, until no other CPU holds the lock.
    #[inline]
    pub fn lock(&self) -> SpinGuard<'_, T> {
        cpu::hold();
        let value = match self.value.try_lock() {
            Some(value) => value,
            None => self.lock_slowly(),
        };
        cpu::current().lock_name.set(self.name);
        SpinGuard::new(value)
    }

    /// Takes the lock only if nobody holds it.
    pub fn try_lock(&self) -> Option<SpinGuard<'_, T>> {
        cpu::hold();
        match self.value.try_lock() {
            Some(value) => {
                cpu::current().lock_name.set(self.name);
                Some(SpinGuard::new(value))
            }
            None => {
                cpu::release();
                None
            }
        }
    }

    #[cold]
    fn lock_slowly(&self) -> SpinMutexGuard<'_, T> {
        const PATIENCE: u32 = 200_000_000;
        for _ in 0..PATIENCE {
            if let Some(value) = self.value.try_lock() {
                return value;
            }
            core::hint::spin_loop();
        }
        crate::panic::fatal(format_args!("the spin lock \"{}\" never comes free: a deadlock", self.name))
    }
}

impl<'a, T: ?Sized> SpinGuard<'a, T> {
    #[inline(always)]
    fn new(value: SpinMutexGuard<'a, T>) -> Self {
        SpinGuard { value: core::mem::ManuallyDrop::new(value), not_send: PhantomData }
    }
}

impl<T: ?Sized> Deref for SpinGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: ?Sized> DerefMut for SpinGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: ?Sized> Drop for SpinGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: dropped here once, and not used after: first the lock, then the interrupts.
        unsafe { core::mem::ManuallyDrop::drop(&mut self.value) };
        cpu::release();
    }
}

/// Stops the kernel if this CPU holds a spin lock or serves an interrupt: whoever calls this is about to sleep.
#[inline]
pub fn assert_none_held() {
    let cpu = cpu::current();
    if cpu.holds.get() != 0 {
        crate::panic::fatal(format_args!(
            "sleeping with interrupts held; the spin lock taken last is \"{}\"",
            cpu.lock_name.get()
        ));
    }
}

/// The spin lock that was taken last on this CPU, for people.
pub fn last_taken() -> &'static str {
    cpu::current().lock_name.get()
}

/// A flag around a value, without waiting and without holding interrupts: what a lock that sleeps is made of.
pub struct Latch<T> {
    value: SpinMutex<T>,
}

/// The right to touch the value.
pub type LatchGuard<'a, T> = SpinMutexGuard<'a, T>;

impl<T> Latch<T> {
    /// An open latch.
    pub const fn new(value: T) -> Latch<T> {
        Latch { value: SpinMutex::new(value) }
    }

    /// Closes it, if it is open, until the guard is dropped.
    #[inline(always)]
    pub fn try_lock(&self) -> Option<LatchGuard<'_, T>> {
        self.value.try_lock()
    }

    /// The value, which nobody else can reach.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}
