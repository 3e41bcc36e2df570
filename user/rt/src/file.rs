//! An open file, closed when it is dropped.

use alloc::vec::Vec;
use core::ffi::CStr;

use crate::gate::{self, Fd, Open};
use logic::errno::{Errno, Result};

/// An open file.
pub struct File(Fd);

impl File {
    /// Opens a file.
    pub fn open(path: &CStr, how: Open) -> Result<File> {
        gate::open(path, how, 0o644).map(File)
    }

    /// The number that it is known by.
    pub fn fd(&self) -> Fd {
        self.0
    }

    /// Reads a whole file.
    pub fn read(path: &CStr) -> Result<Vec<u8>> {
        let file = File::open(path, Open::READ)?;
        let mut bytes = Vec::new();
        let mut filled = 0;
        loop {
            if filled == bytes.len() {
                bytes.try_reserve(bytes.len().max(1024)).map_err(|_| Errno::ENOMEM)?;
                bytes.resize(bytes.capacity(), 0);
            }
            match gate::read(file.0, &mut bytes[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = gate::close(self.0);
    }
}
