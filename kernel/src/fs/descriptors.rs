//! Descriptors: the numbers by which a process refers to its open files.
//!
//! Threads share one table, whose last user closes what is left; fork(2) makes a copy. A look-up takes one spin lock and counts the file up. The table is
//! made of leaves of 64, so it grows without moving what is in it, and the lowest free number is found by bits.

use super::locks::{self, Owner};
use super::open_file::OpenFile;
use crate::task::TaskContext;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

/// More than any table may have, whatever its limit says: `fs.nr_open`.
pub const MAX_DESCRIPTORS: usize = 1 << 20;

const LEAF: usize = 64;

/// A process's table of descriptors.
pub struct Descriptors {
    /// Unlike every other table's: the owner of locks.
    id: u64,
    /// How many threads have it, in one process or in several.
    users: AtomicUsize,
    table: SpinLock<Table>,
}

#[derive(Default)]
struct Table {
    leaves: Vec<Leaf>,
    /// All leaves before this one are full.
    first_free: usize,
}

#[derive(Default)]
struct Leaf {
    /// Empty, or of 64.
    files: Vec<Option<Arc<OpenFile>>>,
    /// A bit for each number in use.
    used: u64,
    /// A bit for each that is closed when a program is started.
    close_on_exec: u64,
}

impl Descriptors {
    /// An empty table, for one thread.
    pub fn new() -> Descriptors {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Descriptors { id, users: AtomicUsize::new(1), table: SpinLock::new("descriptors", Table::default()) }
    }

    /// The same table, for one thread more.
    pub fn share(self: &Arc<Self>) -> Arc<Descriptors> {
        self.users.fetch_add(1, Ordering::Relaxed);
        self.clone()
    }

    /// Whether more than one thread has it.
    pub fn is_shared(&self) -> bool {
        self.users.load(Ordering::Relaxed) > 1
    }

    /// One thread fewer has it; tells whether it was the last, who is to close what is open (`close_all`).
    pub fn let_go(&self) -> bool {
        self.users.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Closes all.
    pub fn close_all(&self, ctx: &TaskContext) {
        while let Some((_, file)) = self.take_next(0) {
            // What a file says at its closing has nobody to hear it here.
            let _ = self.close(ctx, &file);
        }
    }

    /// Closes what is closed when a program is started.
    pub fn close_for_exec(&self, ctx: &TaskContext) {
        while let Some((_, file)) = self.take_close_on_exec() {
            // Likewise.
            let _ = self.close(ctx, &file);
        }
    }

    /// The file of a descriptor, or `EBADF`.
    pub fn get(&self, descriptor: u32) -> Result<Arc<OpenFile>> {
        let table = self.table.lock();
        table.file(descriptor as usize).cloned().ok_or(Errno::EBADF)
    }

    /// `EMFILE` if there is no free number below `limit`.
    pub fn check_room(&self, limit: u32) -> Result<()> {
        let limit = (limit as usize).min(MAX_DESCRIPTORS);
        if self.table.lock().lowest_free(0) < limit { Ok(()) } else { Err(Errno::EMFILE) }
    }

    /// Gives a file the lowest number from `lowest` on that is free and below `limit`; `EMFILE` if there is none.
    pub fn add(&self, file: Arc<OpenFile>, lowest: u32, limit: u32, close_on_exec: bool) -> Result<u32> {
        let limit = (limit as usize).min(MAX_DESCRIPTORS);
        let mut table = self.table.lock();
        let index = table.lowest_free(lowest as usize);
        if index >= limit {
            return Err(Errno::EMFILE);
        }
        table.grow(index)?;
        table.put(index, file, close_on_exec);
        Ok(index as u32)
    }

    /// Gives a file this very number; hands back what had it, to be closed. `EBADF` from `limit` on.
    pub fn set(
        &self,
        descriptor: u32,
        file: Arc<OpenFile>,
        limit: u32,
        close_on_exec: bool,
    ) -> Result<Option<Arc<OpenFile>>> {
        let index = descriptor as usize;
        if index >= (limit as usize).min(MAX_DESCRIPTORS) {
            return Err(Errno::EBADF);
        }
        let mut table = self.table.lock();
        table.grow(index)?;
        Ok(table.put(index, file, close_on_exec))
    }

    /// Frees a number; hands back its file, to be closed.
    pub fn remove(&self, descriptor: u32) -> Result<Arc<OpenFile>> {
        self.table.lock().take(descriptor as usize).ok_or(Errno::EBADF)
    }

    /// No descriptor from here on can be in use; never less than one leaf.
    pub fn capacity(&self) -> u32 {
        (self.table.lock().leaves.len().max(1) * LEAF) as u32
    }

    /// Whether the descriptor is closed when a program is started.
    pub fn close_on_exec(&self, descriptor: u32) -> Result<bool> {
        let table = self.table.lock();
        let (leaf, bit) = table.place(descriptor as usize).ok_or(Errno::EBADF)?;
        Ok(leaf.close_on_exec & bit != 0)
    }

    /// Says whether it is.
    pub fn set_close_on_exec(&self, descriptor: u32, close: bool) -> Result<()> {
        let mut table = self.table.lock();
        let index = descriptor as usize;
        table.place(index).ok_or(Errno::EBADF)?;
        table.leaves[index / LEAF].mark(bit(index), close);
        Ok(())
    }

    /// Ends the use of a file that was taken out of this table: its locks on it go. Tells what the file says of its closing.
    pub fn close(&self, ctx: &TaskContext, file: &OpenFile) -> Result<()> {
        locks::release_table(&**file.inode(), self.id);
        file.file().flush(ctx)
    }

    /// The owner of locks that belong to the process `pid`, which has this table.
    pub fn lock_owner(&self, pid: u32) -> Owner {
        Owner::table(self.id, pid)
    }

    /// Marks all descriptors from `first` to `last` as closed when a program is started.
    pub fn close_on_exec_all(&self, first: u32, last: u32) {
        let mut table = self.table.lock();
        let mut from = first as usize;
        while let Some(index) = table.next_used(from, |leaf| leaf.used).filter(|&index| index <= last as usize) {
            table.leaves[index / LEAF].mark(bit(index), true);
            from = index + 1;
        }
    }

    /// A table with the same files, for fork(2).
    pub fn copy(&self) -> Result<Descriptors> {
        let copy = Descriptors::new();
        let mut from = 0;
        while let Some((index, file)) = self.next(from) {
            let close = self.close_on_exec(index).unwrap_or(false);
            let mut table = copy.table.lock();
            table.grow(index as usize)?;
            table.put(index as usize, file, close);
            from = index + 1;
        }
        Ok(copy)
    }

    /// The first descriptor in use from `from` on.
    pub fn next(&self, from: u32) -> Option<(u32, Arc<OpenFile>)> {
        let table = self.table.lock();
        let index = table.next_used(from as usize, |leaf| leaf.used)?;
        table.file(index).map(|file| (index as u32, file.clone()))
    }

    /// Takes out the first descriptor from `from` on; exit(2) and close_range(2) call it until `None`.
    pub fn take_next(&self, from: u32) -> Option<(u32, Arc<OpenFile>)> {
        let mut table = self.table.lock();
        let index = table.next_used(from as usize, |leaf| leaf.used)?;
        table.take(index).map(|file| (index as u32, file))
    }

    /// Takes out the first that is closed when a program is started.
    fn take_close_on_exec(&self) -> Option<(u32, Arc<OpenFile>)> {
        let mut table = self.table.lock();
        let index = table.next_used(0, |leaf| leaf.close_on_exec)?;
        table.take(index).map(|file| (index as u32, file))
    }
}

impl Default for Descriptors {
    fn default() -> Descriptors {
        Descriptors::new()
    }
}

impl Table {
    /// The leaf and the bit of a number that is in use.
    fn place(&self, index: usize) -> Option<(&Leaf, u64)> {
        let leaf = self.leaves.get(index / LEAF)?;
        (leaf.used & bit(index) != 0).then_some((leaf, bit(index)))
    }

    fn file(&self, index: usize) -> Option<&Arc<OpenFile>> {
        self.leaves.get(index / LEAF)?.files.get(index % LEAF)?.as_ref()
    }

    /// The first number from `from` on whose bit is set in the word that `bits` picks.
    fn next_used(&self, from: usize, bits: impl Fn(&Leaf) -> u64) -> Option<usize> {
        let mut index = from;
        while let Some(leaf) = self.leaves.get(index / LEAF) {
            let left = bits(leaf) & !(bit(index) - 1);
            if left != 0 {
                return Some(index / LEAF * LEAF + left.trailing_zeros() as usize);
            }
            index = (index / LEAF + 1) * LEAF;
        }
        None
    }

    fn lowest_free(&mut self, lowest: usize) -> usize {
        while self.leaves.get(self.first_free).is_some_and(|leaf| leaf.used == u64::MAX) {
            self.first_free += 1;
        }
        let mut index = lowest.max(self.first_free * LEAF);
        while let Some(leaf) = self.leaves.get(index / LEAF) {
            let free = !leaf.used & !(bit(index) - 1);
            if free != 0 {
                return index / LEAF * LEAF + free.trailing_zeros() as usize;
            }
            index = (index / LEAF + 1) * LEAF;
        }
        index
    }

    /// Makes room for a number.
    fn grow(&mut self, index: usize) -> Result<()> {
        let missing = (index / LEAF + 1).saturating_sub(self.leaves.len());
        self.leaves.try_reserve(missing).map_err(|_| Errno::ENOMEM)?;
        self.leaves.extend((0..missing).map(|_| Leaf::default()));
        let files = &mut self.leaves[index / LEAF].files;
        if files.is_empty() {
            files.try_reserve_exact(LEAF).map_err(|_| Errno::ENOMEM)?;
            files.resize_with(LEAF, || None);
        }
        Ok(())
    }

    fn put(&mut self, index: usize, file: Arc<OpenFile>, close_on_exec: bool) -> Option<Arc<OpenFile>> {
        let leaf = &mut self.leaves[index / LEAF];
        leaf.used |= bit(index);
        leaf.mark(bit(index), close_on_exec);
        leaf.files[index % LEAF].replace(file)
    }

    fn take(&mut self, index: usize) -> Option<Arc<OpenFile>> {
        let leaf = self.leaves.get_mut(index / LEAF)?;
        let file = leaf.files.get_mut(index % LEAF)?.take()?;
        leaf.used &= !bit(index);
        leaf.close_on_exec &= !bit(index);
        self.first_free = self.first_free.min(index / LEAF);
        Some(file)
    }
}

impl Leaf {
    fn mark(&mut self, bit: u64, close_on_exec: bool) {
        if close_on_exec {
            self.close_on_exec |= bit;
        } else {
            self.close_on_exec &= !bit;
        }
    }
}

fn bit(index: usize) -> u64 {
    1 << (index % LEAF)
}
