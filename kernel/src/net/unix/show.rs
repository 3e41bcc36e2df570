//! /proc/net/unix: a line a socket, as in proc(5).

use super::{Phase, Unix};
use crate::fs::proc::{self, Text};
use crate::task::TaskContext;
use alloc::collections::BTreeMap;
use alloc::sync::{Arc, Weak};
use core::fmt::{self, Write};
use core::sync::atomic::Ordering;
use logic::errno::Result;
use machine::lock::SpinLock;

/// All sockets, by where they lie.
static ALL: SpinLock<BTreeMap<usize, Weak<Unix>>> = SpinLock::new("unix sockets", BTreeMap::new());

pub(super) fn register() -> Result<()> {
    proc::register("net/unix", show)
}

pub(super) fn enter(socket: &Arc<Unix>) {
    ALL.lock().insert(Arc::as_ptr(socket).addr(), Arc::downgrade(socket));
}

pub(super) fn leave(socket: &Unix) {
    let weak = ALL.lock().remove(&core::ptr::from_ref(socket).addr());
    drop(weak);
}

fn show(_ctx: &TaskContext, text: &mut Text) -> fmt::Result {
    writeln!(text, "Num       RefCount Protocol Flags    Type St Inode Path")?;
    let mut from = 0;
    while let Some((address, socket)) = next(from) {
        from = address + 1;
        if let Some(socket) = socket.upgrade() {
            show_socket(text, &socket)?;
        }
    }
    Ok(())
}

fn next(from: usize) -> Option<(usize, Weak<Unix>)> {
    ALL.lock().range(from..).next().map(|(&address, socket)| (address, socket.clone()))
}

fn show_socket(text: &mut Text, socket: &Arc<Unix>) -> fmt::Result {
    /// `__SO_ACCEPTCON`.
    const LISTENS: u32 = 1 << 16;
    let (phase, name) = {
        let state = socket.state.lock();
        (state.phase, state.name.clone())
    };
    let number = socket.number.load(Ordering::Relaxed);
    let flags = if phase == Phase::Listening { LISTENS } else { 0 };
    // `SS_UNCONNECTED`, `SS_CONNECTING`, `SS_CONNECTED`.
    let state = match phase {
        Phase::Connected if number != 0 => 3,
        Phase::Connected | Phase::Connecting => 2,
        Phase::Idle | Phase::Listening => 1,
    };
    let references = Arc::strong_count(socket);
    let kind = socket.kind.number();
    write!(text, "{:016x}: {references:08X} {:08X} {flags:08X} {kind:04X} {state:02X} {number:5}", 0, 0)?;
    if let Some(name) = name {
        // A path ends with a NUL; an abstract name's are shown as @.
        let path = name.strip_suffix(b"\0").filter(|_| name.first() != Some(&0)).unwrap_or(&name);
        write!(text, " ")?;
        for byte in path {
            text.put(&[if *byte == 0 { b'@' } else { *byte }])?;
        }
    }
    writeln!(text)
}
