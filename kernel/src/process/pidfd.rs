//! A process as a file: pidfd_open(2).

use super::process::Process;
use crate::fs::file::File;
use crate::fs::{OpenFile, Readiness, anonymous};
use crate::task::WaitQueue;
use alloc::sync::Arc;

/// A process, which keeps its number as long as this is open.
pub struct PidFile(pub Arc<Process>);

/// Opens a process.
pub fn open(process: Arc<Process>, nonblock: bool) -> Arc<OpenFile> {
    anonymous::open(Arc::new(PidFile(process)), "anon_inode:[pidfd]", nonblock)
}

impl File for PidFile {
    /// Readable when the process has ended.
    fn readiness(&self) -> Readiness {
        if self.0.is_over() { Readiness::IN | Readiness::RDNORM } else { Readiness::empty() }
    }

    fn queue(&self) -> Option<&WaitQueue> {
        Some(&self.0.over)
    }
}
