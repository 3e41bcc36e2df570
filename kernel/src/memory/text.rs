//! Small things that a program points at: NUL-terminated texts, and structures as bytes.

use super::{AddressSpace, Sink, Source};
use crate::task::TaskContext;
use alloc::vec::Vec;
use arrayvec::ArrayVec;
use core::ops::Deref;
use logic::address::{PAGE_SIZE, UserAddr};
use logic::errno::{Errno, Result};
use logic::strings::find_nul;

/// What most paths fit in; only longer ones cost an allocation.
const SHORT: usize = 256;

/// What is copied at a time to look for the end: most texts are shorter.
const PIECE: usize = 64;

/// A text that was copied from a program, without its NUL.
#[allow(clippy::large_enum_variant, reason = "the short one is short lived, and there to avoid an allocation")]
pub enum Text {
    /// Kept in place.
    Short(ArrayVec<u8, SHORT>),
    /// Kept on the heap.
    Long(Vec<u8>),
}

impl Deref for Text {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Text::Short(text) => text,
            Text::Long(text) => text,
        }
    }
}

impl AddressSpace {
    /// Copies a NUL-terminated text of fewer than `limit` bytes; `EFAULT`, or `too_long`.
    pub fn read_text(&self, ctx: &TaskContext, from: u64, limit: usize, too_long: Errno) -> Result<Text> {
        let mut text = Text::Short(ArrayVec::new());
        let mut at = from;
        loop {
            let mut piece = [0; PIECE];
            let piece = self.read_piece(ctx, at, &mut piece)?;
            let end = find_nul(piece);
            text.append(&piece[..end.unwrap_or(piece.len())])?;
            if text.len() >= limit {
                return Err(too_long);
            }
            if end.is_some() {
                return Ok(text);
            }
            at += piece.len() as u64;
        }
    }

    /// The length of a NUL-terminated text, at most `limit` bytes; `EFAULT`, or `E2BIG`.
    pub fn text_length(&self, ctx: &TaskContext, from: u64, limit: usize) -> Result<usize> {
        let mut length = 0;
        loop {
            let mut piece = [0; PIECE];
            let piece = self.read_piece(ctx, from.checked_add(length as u64).ok_or(Errno::EFAULT)?, &mut piece)?;
            let end = find_nul(piece);
            length += end.unwrap_or(piece.len());
            if length > limit {
                return Err(Errno::E2BIG);
            }
            if end.is_some() {
                return Ok(length);
            }
        }
    }

    /// Copies bytes out of the program, all of them or `EFAULT`.
    #[inline]
    pub fn read(&self, ctx: &TaskContext, from: u64, into: &mut [u8]) -> Result<()> {
        let from = UserAddr::new(from)?;
        // Nearly always all pages are there: then one copy does it, and nothing needs to be kept account of.
        if self.machine().copy_in(from, into) == into.len() { Ok(()) } else { self.read_slowly(ctx, from, into) }
    }

    #[cold]
    fn read_slowly(&self, ctx: &TaskContext, from: UserAddr, into: &mut [u8]) -> Result<()> {
        let wanted = into.len();
        let read = Source::user(self, from, wanted).read(ctx, into)?;
        if read == wanted { Ok(()) } else { Err(Errno::EFAULT) }
    }

    /// Copies bytes into the program, all of them or `EFAULT`.
    #[inline]
    pub fn write(&self, ctx: &TaskContext, to: u64, from: &[u8]) -> Result<()> {
        let to = UserAddr::new(to)?;
        if self.machine().copy_out(to, from) == from.len() { Ok(()) } else { self.write_slowly(ctx, to, from) }
    }

    #[cold]
    fn write_slowly(&self, ctx: &TaskContext, to: UserAddr, from: &[u8]) -> Result<()> {
        let written = Sink::user(self, to, from.len()).write(ctx, from)?;
        if written == from.len() { Ok(()) } else { Err(Errno::EFAULT) }
    }

    /// Copies what can be had without touching the next page: a text may end right before one that is not there.
    fn read_piece<'a>(&self, ctx: &TaskContext, from: u64, into: &'a mut [u8; PIECE]) -> Result<&'a [u8]> {
        let start = UserAddr::new(from)?;
        let length = into.len().min(PAGE_SIZE - start.offset());
        self.read(ctx, start.get(), &mut into[..length])?;
        Ok(&into[..length])
    }
}

impl Text {
    fn append(&mut self, piece: &[u8]) -> Result<()> {
        if let Text::Short(text) = self {
            if text.try_extend_from_slice(piece).is_ok() {
                return Ok(());
            }
            let mut long = Vec::new();
            long.try_reserve(text.len() + piece.len()).map_err(|_| Errno::ENOMEM)?;
            long.extend_from_slice(text);
            *self = Text::Long(long);
        }
        if let Text::Long(text) = self {
            text.try_reserve(piece.len()).map_err(|_| Errno::ENOMEM)?;
            text.extend_from_slice(piece);
        }
        Ok(())
    }
}
