//! Objects by their numbers and keys: what the three kinds have in common, `msgget`, `semget` and `shmget`.

use super::owner::{Asker, Owner};
use alloc::sync::Arc;
use alloc::vec::Vec;
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

/// IPC_CREAT, IPC_EXCL.
pub const CREATE: u32 = 0o1000;
/// IPC_EXCL.
pub const EXCLUSIVE: u32 = 0o2000;
/// IPC_NOWAIT.
pub const AT_ONCE: u32 = 0o4000;

/// A number is a place in the table, and above that a sequence.
const PLACES: u32 = 1 << 15;

/// Sequences stay below this, so that numbers are positive.
const SEQUENCES: u32 = 1 << 16;

/// Something that has a number.
pub trait Object: Send + Sync {
    /// Whose it is.
    fn owner(&self) -> &SpinLock<Owner>;
}

/// All of one kind.
pub struct Table<T> {
    objects: SpinLock<Objects<T>>,
    most: usize,
}

struct Objects<T> {
    places: Vec<Option<Arc<T>>>,
    count: usize,
    /// The place that was given last, and the sequence then.
    last: usize,
    sequence: u16,
}

impl<T: Object> Table<T> {
    /// An empty one for so many at most.
    pub const fn new(name: &'static str, most: usize) -> Table<T> {
        let objects = Objects { places: Vec::new(), count: 0, last: 0, sequence: 0 };
        Table { objects: SpinLock::new(name, objects), most }
    }

    /// The number of the object with a key, which must fit; or of a new one, if there is none and `CREATE` says so.
    pub fn get(
        &self,
        asker: &Asker<'_>,
        key: i32,
        flags: u32,
        fits: impl FnOnce(&T) -> Result<()>,
        make: impl FnOnce() -> Result<T>,
    ) -> Result<u32> {
        if key != 0
            && let Some((number, object)) = self.find_key(key)
        {
            return existing(asker, flags, number, &*object, fits);
        }
        if key != 0 && flags & CREATE == 0 {
            return Err(Errno::ENOENT);
        }
        let new = Arc::new(make()?);
        let mut objects = self.objects.lock();
        if key != 0
            && let Some((number, object)) = objects.find_key(key)
        {
            // Somebody else has made it meanwhile.
            drop(objects);
            return existing(asker, flags, number, &*object, fits);
        }
        if objects.count >= self.most {
            return Err(Errno::ENOSPC);
        }
        objects.add(new)
    }

    /// The object of a number: `EINVAL` if there never was one, `EIDRM` if another has its place now.
    pub fn find(&self, number: i32) -> Result<Arc<T>> {
        let number = u32::try_from(number).map_err(|_| Errno::EINVAL)?;
        let objects = self.objects.lock();
        let object = objects.at((number % PLACES) as usize).ok_or(Errno::EINVAL)?;
        if u32::from(object.owner().lock().sequence) == number / PLACES {
            Ok(object.clone())
        } else {
            Err(Errno::EIDRM)
        }
    }

    /// The object at a place, and its number: what `ipcs` goes through. `EINVAL`.
    pub fn at(&self, place: i32) -> Result<(u32, Arc<T>)> {
        let place = usize::try_from(place).map_err(|_| Errno::EINVAL)?;
        let objects = self.objects.lock();
        let object = objects.at(place).ok_or(Errno::EINVAL)?;
        Ok((number_of(place, &**object), object.clone()))
    }

    /// Takes an object out; says whether it was there.
    pub fn remove(&self, object: &Arc<T>) -> bool {
        let mut objects = self.objects.lock();
        let place =
            objects.places.iter().position(|there| there.as_ref().is_some_and(|there| Arc::ptr_eq(there, object)));
        let Some(place) = place else { return false };
        let removed = objects.places[place].take();
        objects.count -= 1;
        drop(objects);
        drop(removed);
        true
    }

    /// How many there are, and the highest place in use.
    pub fn count(&self) -> (usize, usize) {
        let objects = self.objects.lock();
        (objects.count, objects.places.iter().rposition(Option::is_some).unwrap_or(0))
    }

    /// Shows each with its number, none of them locked.
    pub fn for_each(&self, mut show: impl FnMut(u32, &Arc<T>)) {
        let mut place = 0;
        loop {
            let next = {
                let objects = self.objects.lock();
                let rest = objects.places.iter().enumerate().skip(place);
                rest.filter_map(|(place, object)| Some((place, object.clone()?))).next()
            };
            let Some((found, object)) = next else { return };
            show(number_of(found, &*object), &object);
            place = found + 1;
        }
    }

    fn find_key(&self, key: i32) -> Option<(u32, Arc<T>)> {
        self.objects.lock().find_key(key)
    }
}

impl<T: Object> Objects<T> {
    fn at(&self, place: usize) -> Option<&Arc<T>> {
        self.places.get(place)?.as_ref()
    }

    fn find_key(&self, key: i32) -> Option<(u32, Arc<T>)> {
        let mut there = self.places.iter().enumerate().filter_map(|(place, object)| Some((place, object.as_ref()?)));
        let (place, object) = there.find(|(_, object)| object.owner().lock().key == key)?;
        Some((number_of(place, &**object), object.clone()))
    }

    /// Gives an object the lowest free place; a place that comes again comes with another sequence.
    fn add(&mut self, object: Arc<T>) -> Result<u32> {
        let place = self.places.iter().position(Option::is_none).unwrap_or(self.places.len());
        if place == self.places.len() {
            self.places.try_reserve(1).map_err(|_| Errno::ENOMEM)?;
            self.places.push(None);
        }
        if place <= self.last {
            self.sequence = ((u32::from(self.sequence) + 1) % SEQUENCES) as u16;
        }
        self.last = place;
        object.owner().lock().sequence = self.sequence;
        let number = number_of(place, &*object);
        self.places[place] = Some(object);
        self.count += 1;
        Ok(number)
    }
}

fn existing<T: Object>(
    asker: &Asker<'_>,
    flags: u32,
    number: u32,
    object: &T,
    fits: impl FnOnce(&T) -> Result<()>,
) -> Result<u32> {
    if flags & CREATE != 0 && flags & EXCLUSIVE != 0 {
        return Err(Errno::EEXIST);
    }
    fits(object)?;
    let owner = *object.owner().lock();
    owner.check(asker, (flags & 0o777) as u16)?;
    Ok(number)
}

fn number_of(place: usize, object: &impl Object) -> u32 {
    u32::from(object.owner().lock().sequence) % SEQUENCES * PLACES + place as u32
}
