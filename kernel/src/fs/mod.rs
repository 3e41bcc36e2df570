//! Files: what a path names, what a descriptor stands for, and the file systems that the kernel itself has.
//!
//! From the program's side inwards: [`descriptors`] (a number → an open file), [`open_file`] (position, flags, waiting), [`file`]
//! (what can be read and written); and by name: [`lookup`] (a path → a place), [`dentry`] and [`mount`] (the one tree of names),
//! [`inode`] (what a file system must be able to do). File systems: [`tmpfs`], [`dev`], [`proc`], and [`pipe`], which has no names; [`root`] fills the first tmpfs.
//!
//! Lock order, outermost first: the rename mutex, a directory's `children`, a file system's own locks, an inode's `attributes`.
//! No lock but sleeping ones is held while bytes move from or to a program.

pub mod anonymous;
pub mod attributes;
pub mod credentials;
pub mod dentry;
pub mod descriptors;
pub mod dev;
pub mod epoll;
pub mod event;
mod fifo;
pub mod file;
pub mod file_system;
pub mod forget;
pub mod inode;
pub mod inotify;
mod inode_state;
pub mod kernel_log;
pub mod leases;
pub mod kept_attributes;
mod list;
pub mod locks;
pub mod lookup;
mod mapped;
pub mod memfd;
mod metadata;
pub mod mount;
pub mod mounting;
mod nameless;
mod nesting;
mod names;
pub mod notice;
mod open;
pub mod open_file;
mod open_flags;
pub mod page_cache;
mod path_text;
pub mod pipe;
pub mod poll;
pub mod proc;
pub mod random;
mod rename;
pub mod root;
mod seek;
mod special;
pub mod splice;
pub mod sys;
pub mod time;
pub mod tmpfs;
pub mod writer;

pub use credentials::{Credentials, Want};
pub use descriptors::Descriptors;
pub use file::File;
pub use file_system::{FileSystem, Statistics, Volume};
pub use inode::{DeviceNumber, Inode, InodeId, Kind, Metadata};
pub use lookup::{Follow, Lookup};
pub use mount::{Mount, Path};
pub use open_file::{OpenFile, OpenFlags};
pub use path_text::PathText;
pub use poll::Readiness;
pub use rename::Taken;
pub use writer::Writer;
