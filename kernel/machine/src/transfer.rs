//! What goes between memory and a disk: an operation and the pieces of frames that it fills or empties.

use crate::frame::Frame;
use alloc::vec::Vec;

/// Bytes in a sector, the unit that disks are addressed in.
pub const SECTOR: u64 = 512;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// From the disk into memory.
    Read,
    /// From memory to the disk.
    Write,
    /// What has been written becomes durable. No segments.
    Flush,
    /// The disk's serial number, into one segment of `IDENTITY_LENGTH` bytes.
    Identify,
}

/// How long a serial number is; a shorter one ends in zeroes.
pub const IDENTITY_LENGTH: u16 = 20;

/// A piece of a frame.
#[derive(Debug)]
pub struct Segment {
    /// The frame.
    pub frame: Frame,
    /// Where in it the piece begins.
    pub offset: u16,
    /// Its bytes.
    pub length: u16,
}

/// One order to a disk, with the memory that it is about.
#[derive(Debug)]
pub struct Transfer {
    /// What is to be done.
    pub operation: Operation,
    /// The first sector.
    pub sector: u64,
    /// Where the bytes go or come from, in their order on the disk.
    pub segments: Vec<Segment>,
}

impl Transfer {
    /// How many bytes it moves.
    pub fn length(&self) -> u64 {
        self.segments.iter().map(|segment| u64::from(segment.length)).sum()
    }
}
