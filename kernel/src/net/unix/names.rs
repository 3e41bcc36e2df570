//! Which socket has which name: paths by their inode, abstract names by type and bytes.

use super::address::Meaning;
use super::{Type, Unix};
use crate::fs::{Follow, InodeId, Kind, Lookup, Want};
use crate::net::message::Address;
use crate::task::TaskContext;
use alloc::collections::BTreeMap;
use alloc::collections::btree_map::Entry;
use alloc::sync::{Arc, Weak};
use logic::errno::{Errno, Result};
use machine::lock::SpinLock;

static ABSTRACT: SpinLock<BTreeMap<(Type, Address), Weak<Unix>>> = SpinLock::new("abstract names", BTreeMap::new());
static PLACES: SpinLock<BTreeMap<(u64, u64), Weak<Unix>>> = SpinLock::new("sockets' inodes", BTreeMap::new());

/// Enters an abstract name; `EADDRINUSE`.
pub(super) fn enter(kind: Type, name: &Address, socket: Weak<Unix>) -> Result<()> {
    match ABSTRACT.lock().entry((kind, name.clone())) {
        Entry::Vacant(place) => {
            place.insert(socket);
            Ok(())
        }
        Entry::Occupied(_) => Err(Errno::EADDRINUSE),
    }
}

/// Enters an inode.
pub(super) fn enter_place(id: InodeId, socket: Weak<Unix>) {
    PLACES.lock().insert(key(id), socket);
}

/// Takes an abstract name out, if it is that socket's.
pub(super) fn leave(kind: Type, name: &Address, socket: &Unix) {
    if let Entry::Occupied(place) = ABSTRACT.lock().entry((kind, name.clone()))
        && core::ptr::eq(place.get().as_ptr(), socket)
    {
        place.remove();
    }
}

/// Takes an inode out, if it is that socket's.
pub(super) fn leave_place(id: InodeId, socket: &Unix) {
    if let Entry::Occupied(place) = PLACES.lock().entry(key(id))
        && core::ptr::eq(place.get().as_ptr(), socket)
    {
        place.remove();
    }
}

/// The socket of an address: `ECONNREFUSED` if nobody has it, `EPROTOTYPE` if it is of another type, and what path look-up says.
pub(super) fn find(ctx: &TaskContext, who: &Lookup, kind: Type, address: &[u8]) -> Result<Arc<Unix>> {
    match Meaning::new(address)? {
        Meaning::Any => Err(Errno::EINVAL),
        Meaning::Abstract(name) => {
            let found = ABSTRACT.lock().get(&(kind, Address::from(name))).cloned();
            found.and_then(|socket| socket.upgrade()).ok_or(Errno::ECONNREFUSED)
        }
        Meaning::Path(path) => {
            let place = who.find(ctx, None, path, Follow::Yes)?;
            let inode = place.dentry.inode();
            who.credentials.check(&**inode, Want::WRITE)?;
            if inode.kind() != Kind::Socket {
                return Err(Errno::ECONNREFUSED);
            }
            let found = PLACES.lock().get(&key(inode.id())).cloned();
            let socket = found.and_then(|socket| socket.upgrade()).ok_or(Errno::ECONNREFUSED)?;
            if socket.kind == kind { Ok(socket) } else { Err(Errno::EPROTOTYPE) }
        }
    }
}

fn key(id: InodeId) -> (u64, u64) {
    (id.device.encode(), id.number)
}
