//! Addresses as types: physical memory, and a program's virtual memory.

use crate::errno::{Errno, Result};
use core::fmt;

bitflags::bitflags! {
    /// What may be done with memory; the numbers are those of `PROT_READ` and on.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub struct Access: u8 {
        /// It may be read.
        const READ = 1;
        /// It may be written.
        const WRITE = 2;
        /// It may be executed.
        const EXECUTE = 4;
    }
}

/// Bytes in a page and in a frame.
pub const PAGE_SIZE: usize = 4096;

/// The first address that does not belong to programs: the lower canonical half less one page, so that no program can
/// make SYSCALL the last instruction of the half and have SYSRET fault in the kernel (SDM volume 2, SYSRET).
pub const USER_END: u64 = 0x0000_7fff_ffff_f000;

/// An address in physical memory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhysAddr(pub u64);

/// A range of physical memory; start ≤ end.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PhysRange {
    /// Its first byte.
    pub start: PhysAddr,
    /// The byte behind its last.
    pub end: PhysAddr,
}

/// An address in a program's half of the virtual memory; nothing says that anything is mapped there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserAddr(u64);

impl PhysAddr {
    /// The number of the frame that the address lies in.
    #[inline]
    pub const fn frame(self) -> u64 {
        self.0 / PAGE_SIZE as u64
    }
}

impl PhysRange {
    /// `length` bytes from `start` on, if addresses reach that far.
    #[inline]
    pub const fn new(start: PhysAddr, length: u64) -> Option<PhysRange> {
        match start.0.checked_add(length) {
            Some(end) => Some(PhysRange { start, end: PhysAddr(end) }),
            None => None,
        }
    }

    /// Its size in bytes.
    #[inline]
    pub const fn length(self) -> u64 {
        self.end.0.saturating_sub(self.start.0)
    }

    /// Whether any byte is in both.
    #[inline]
    pub fn overlaps(self, other: PhysRange) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether every byte of another range is in this one.
    #[inline]
    pub fn contains(self, other: PhysRange) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The numbers of the frames that lie in it as a whole.
    #[inline]
    pub const fn frames(self) -> core::ops::Range<u64> {
        self.start.0.div_ceil(PAGE_SIZE as u64)..self.end.frame()
    }
}

impl UserAddr {
    /// The address as a program's, or `EFAULT` beyond its half.
    #[inline]
    pub const fn new(address: u64) -> Result<UserAddr> {
        if address < USER_END { Ok(UserAddr(address)) } else { Err(Errno::EFAULT) }
    }

    /// The number behind it.
    #[inline]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// `bytes` further, or `EFAULT` beyond the program's half.
    #[inline]
    pub const fn add(self, bytes: u64) -> Result<UserAddr> {
        match self.0.checked_add(bytes) {
            Some(sum) => UserAddr::new(sum),
            None => Err(Errno::EFAULT),
        }
    }

    /// The start of the page that it lies in.
    #[inline]
    pub const fn page(self) -> UserAddr {
        UserAddr(self.0 & !(PAGE_SIZE as u64 - 1))
    }

    /// How far into its page it lies.
    #[inline]
    pub const fn offset(self) -> usize {
        self.0 as usize % PAGE_SIZE
    }
}

/// `bytes` rounded up to whole pages, if that can be told in a `u64`.
pub const fn round_up(bytes: u64) -> Option<u64> {
    match bytes.checked_add(PAGE_SIZE as u64 - 1) {
        Some(sum) => Some(sum & !(PAGE_SIZE as u64 - 1)),
        None => None,
    }
}

/// A range of a program's pages: start and end are multiples of the page size, and start ≤ end ≤ `USER_END`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct PageRange {
    start: u64,
    end: u64,
}

impl PageRange {
    /// The pages from `start` on that hold `length` bytes; `EINVAL` if `start` is not a page's start, `ENOMEM` if they do not
    /// fit in a program's half.
    #[inline]
    pub const fn new(start: u64, length: u64) -> Result<PageRange> {
        if !start.is_multiple_of(PAGE_SIZE as u64) {
            return Err(Errno::EINVAL);
        }
        let Some(length) = round_up(length) else { return Err(Errno::ENOMEM) };
        match start.checked_add(length) {
            Some(end) if end <= USER_END => Ok(PageRange { start, end }),
            _ => Err(Errno::ENOMEM),
        }
    }

    /// The pages that `length` bytes from `address` on lie in; `ENOMEM` if they do not lie in a program's half.
    #[inline]
    pub const fn around(address: u64, length: u64) -> Result<PageRange> {
        let offset = address % PAGE_SIZE as u64;
        match length.checked_add(offset) {
            Some(length) => PageRange::new(address - offset, length),
            None => Err(Errno::ENOMEM),
        }
    }

    /// All pages that a program can have.
    #[inline]
    pub const fn whole() -> PageRange {
        PageRange { start: 0, end: USER_END }
    }

    /// The first page's address.
    #[inline]
    pub const fn start(self) -> u64 {
        self.start
    }

    /// The address behind the last page.
    #[inline]
    pub const fn end(self) -> u64 {
        self.end
    }

    /// Its size in bytes.
    #[inline]
    pub const fn length(self) -> u64 {
        self.end - self.start
    }

    /// How many pages it has.
    #[inline]
    pub const fn pages(self) -> u64 {
        self.length() / PAGE_SIZE as u64
    }

    /// Whether it has no pages.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether an address lies in it.
    #[inline]
    pub const fn contains(self, address: u64) -> bool {
        self.start <= address && address < self.end
    }

    /// The pages below an address, and those from it on; the address lies in the range and starts a page.
    #[inline]
    pub fn split_at(self, address: u64) -> (PageRange, PageRange) {
        assert!(
            self.contains(address) && address.is_multiple_of(PAGE_SIZE as u64),
            "{self:?} was split at {address:#x}, which starts none of its pages"
        );
        (PageRange { end: address, ..self }, PageRange { start: address, ..self })
    }

    /// All pages from the first to the last of both.
    #[inline]
    pub fn hull(self, other: PageRange) -> PageRange {
        PageRange { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The pages that both have, if any.
    #[inline]
    pub fn intersection(self, other: PageRange) -> Option<PageRange> {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        (start < end).then_some(PageRange { start, end })
    }
}

impl fmt::Debug for PhysAddr {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

impl fmt::Debug for PhysRange {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}..{:#x}", self.start.0, self.end.0)
    }
}

impl fmt::Debug for UserAddr {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

impl fmt::Debug for PageRange {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}..{:#x}", self.start, self.end)
    }
}
