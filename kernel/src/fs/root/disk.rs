//! Reading a whole disk that holds an archive.

use super::RootError;
use crate::block::{self, Disk, SECTOR, Segment};
use crate::task::TaskContext;
use alloc::format;
use alloc::vec::Vec;
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};
use logic::newc::{Header, Trouble};
use machine::frame::{self, Frame};
use machine::kernel_space::Window;

/// Reads a disk into memory. What is no archive is refused by its first page, what is too large before it is read.
pub fn read_disk(ctx: &TaskContext, disk: &dyn Disk) -> core::result::Result<Window, RootError> {
    let name = disk.name();
    let failed = |errno: Errno| RootError(format!("cannot read the disk {name}: {errno}"));
    let bytes = disk.sectors().saturating_mul(SECTOR);
    check_start(&read(ctx, disk, bytes.min(PAGE_SIZE as u64)).map_err(failed)?)
        .map_err(|trouble| RootError(format!("the disk {name} holds no root archive: {trouble}")))?;
    let room = (frame::free_frames() as u64 * PAGE_SIZE as u64) / 8 * 7;
    if bytes > room {
        let (size, room) = (bytes >> 20, room >> 20);
        return Err(RootError(format!(
            "the root archive on the disk {name} does not fit into memory: {size} MiB, and {room} MiB are free"
        )));
    }
    read(ctx, disk, bytes).map_err(failed)
}

/// An archive's first page may end in the middle of an entry, but it begins with a header.
fn check_start(page: &[u8]) -> core::result::Result<(), Trouble<'_>> {
    match Header::read(page) {
        Err(trouble @ Trouble::Foreign(_)) if page.iter().any(|&byte| byte != 0) => Err(trouble),
        _ => Ok(()),
    }
}

fn read(ctx: &TaskContext, disk: &dyn Disk, bytes: u64) -> Result<Window> {
    let pages = bytes.div_ceil(PAGE_SIZE as u64) as usize;
    let (mut frames, mut segments) = (Vec::new(), Vec::new());
    frames.try_reserve_exact(pages).map_err(|_| Errno::ENOMEM)?;
    segments.try_reserve_exact(pages).map_err(|_| Errno::ENOMEM)?;
    for page in 0..pages as u64 {
        let length = (bytes - page * PAGE_SIZE as u64).min(PAGE_SIZE as u64);
        let frame = Frame::new()?;
        frame.zero(length as usize, PAGE_SIZE - length as usize);
        segments.push(Segment { frame: frame.clone(), offset: 0, length: length as u16 });
        frames.push(frame);
    }
    block::read(ctx, disk, 0, segments)?;
    Window::new(frames)
}
