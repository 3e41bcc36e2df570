//! Frames and addresses as the tests of memory use them.

use logic::{
    address::{PAGE_SIZE, UserAddr},
    errno::Result,
};
use machine::{frame::Frame, user_space::Access};

pub(super) const PAGE: u64 = PAGE_SIZE as u64;
pub(super) const READ: Access = Access::READ;
pub(super) const READ_WRITE: Access = Access::READ.union(Access::WRITE);
/// Frames that the heap may keep or give back between two looks: one slab of a few sizes.
pub(super) const SLACK: usize = 8;

pub(super) fn at(address: u64) -> Result<UserAddr> {
    UserAddr::new(address)
}

/// Where test spaces begin to map.
pub(super) const BASE: u64 = 0x1234_5000;

/// A frame that is full of one byte.
pub(super) fn frame_of(byte: u8) -> Result<Frame> {
    let frame = Frame::new()?;
    frame.copy_in(0, &[byte; PAGE_SIZE]);
    Ok(frame)
}

pub(super) fn first_byte(frame: &Frame) -> u8 {
    let mut byte = [0];
    frame.copy_out(0, &mut byte);
    byte[0]
}
