//! Disks: what a driver gives (`Disk`), an order to one that can be waited for (`Request`), and the list of them.
//!
//! The page cache, the root and `/dev/vda` read and write through here; `driver/virtio_blk.rs` does the work.

mod counts;
mod disk;
mod request;
mod transfers;

pub use counts::{Counts, Done};
pub use disk::{Disk, disks, find, register};
pub use machine::transfer::{Operation, SECTOR, Segment, Transfer};
pub use request::Request;
pub use transfers::{flush, identity, read, write};
