//! A file of /proc: text that is made when it is read from its start.

use super::no_memory;
use crate::fs::file::File;
use crate::fs::inode::{Inode, InodeId, InodeState, Kind, Permissions};
use crate::fs::open_file::OpenFlags;
use crate::memory::{Sink, Source};
use crate::task::{Mutex, TaskContext};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use logic::address::PAGE_SIZE;
use logic::errno::{Errno, Result};

/// Text in the making; `write!` puts into it, and fails when there is no memory.
#[derive(Default)]
pub struct Text(Vec<u8>);

/// What is in a file of /proc. Any function that writes a [`Text`] is one.
pub trait Contents: Send + Sync {
    /// Writes the text.
    fn show(&self, ctx: &TaskContext, text: &mut Text) -> Result<()>;

    /// Takes what a program wrote to the file, in one piece.
    fn store(&self, _ctx: &TaskContext, _bytes: &[u8]) -> Result<()> {
        Err(Errno::EIO)
    }
}

/// A file with one value that never changes, and a line's end.
pub struct Fixed<T>(pub T);

impl<T: fmt::Display + Send + Sync> Contents for Fixed<T> {
    fn show(&self, _ctx: &TaskContext, text: &mut Text) -> Result<()> {
        writeln!(text, "{}", self.0).map_err(no_memory)
    }
}

/// The inode of such a file.
pub struct TextFile {
    contents: Arc<dyn Contents>,
    state: InodeState,
}

/// Such a file, open: who reads on reads the same text.
struct OpenText {
    contents: Arc<dyn Contents>,
    text: Mutex<Option<Text>>,
}

impl TextFile {
    /// A file with these contents.
    pub fn new(id: InodeId, permissions: Permissions, contents: Arc<dyn Contents>) -> TextFile {
        TextFile { contents, state: super::state(id, permissions) }
    }
}

impl<F: Fn(&TaskContext, &mut Text) -> fmt::Result + Send + Sync> Contents for F {
    fn show(&self, ctx: &TaskContext, text: &mut Text) -> Result<()> {
        self(ctx, text).map_err(no_memory)
    }
}

impl Text {
    /// Adds bytes that need be no text.
    pub fn put(&mut self, bytes: &[u8]) -> fmt::Result {
        self.0.try_reserve(bytes.len()).map_err(|_| fmt::Error)?;
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    /// Adds a number, with blanks before it to the width. `write!` does the same in a few hundred instructions more, and who reads
    /// /proc reads thousands of numbers.
    pub fn decimal(&mut self, number: u64, width: usize) -> fmt::Result {
        self.digits::<10>(number, width, b' ')
    }

    /// The same with the digits that addresses have, and zeros before it.
    pub fn hexadecimal(&mut self, number: u64, width: usize) -> fmt::Result {
        self.digits::<16>(number, width, b'0')
    }

    /// Adds blanks until it is so long.
    pub fn pad(&mut self, length: usize) -> fmt::Result {
        const BLANKS: &[u8] = &[b' '; 80];
        self.put(&BLANKS[..length.saturating_sub(self.0.len()).min(BLANKS.len())])
    }

    /// How many bytes it has.
    pub fn length(&self) -> usize {
        self.0.len()
    }

    fn digits<const BASE: u64>(&mut self, mut number: u64, width: usize, filling: u8) -> fmt::Result {
        let mut text = [filling; 32];
        let mut start = text.len();
        loop {
            start -= 1;
            text[start] = b"0123456789abcdef"[(number % BASE) as usize];
            number /= BASE;
            if number == 0 {
                break;
            }
        }
        self.put(&text[start.min(text.len().saturating_sub(width))..])
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.put(text.as_bytes())
    }
}

impl Inode for TextFile {
    fn kind(&self) -> Kind {
        Kind::Regular
    }

    fn state(&self) -> &InodeState {
        &self.state
    }

    /// A shell empties what it writes to; there is nothing to empty.
    fn truncate(&self, _ctx: &TaskContext, _size: u64) -> Result<()> {
        Ok(())
    }

    fn open(self: Arc<Self>, _ctx: &TaskContext, _flags: OpenFlags) -> Result<Arc<dyn File>> {
        Ok(Arc::new(OpenText { contents: self.contents.clone(), text: Mutex::new("text of /proc", None) }))
    }
}

impl File for OpenText {
    fn read(&self, ctx: &TaskContext, position: u64, into: &mut Sink<'_>) -> Result<usize> {
        let mut text = self.text.lock(ctx);
        if position == 0 || text.is_none() {
            let mut new = Text::default();
            self.contents.show(ctx, &mut new)?;
            *text = Some(new);
        }
        let bytes = text.as_ref().map_or(&[][..], |text| &text.0);
        let rest = usize::try_from(position).ok().and_then(|position| bytes.get(position..)).unwrap_or_default();
        if rest.is_empty() { Ok(0) } else { into.write(ctx, rest) }
    }

    fn write(&self, ctx: &TaskContext, _position: u64, from: &mut Source<'_>) -> Result<usize> {
        let mut bytes = [0; PAGE_SIZE / 4];
        if from.remaining() > bytes.len() {
            return Err(Errno::EINVAL);
        }
        let count = from.read(ctx, &mut bytes)?;
        self.contents.store(ctx, &bytes[..count])?;
        Ok(count)
    }
}
