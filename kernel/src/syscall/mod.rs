//! The border between programs and the kernel: the loop that runs a thread, the two tables of calls, and a handler a call.
//!
//! `run` is the loop; `table` the lists; `arg` turns registers into typed arguments; `caller` is what a handler is given. Handlers stand
//! by chapter, as one would look for their manual pages. A handler holds no state and no loop: it takes its arguments, calls one
//! thing below, and returns.

mod adjust;
mod ancillary;
mod arg;
mod attribute_names;
mod attributes;
mod caller;
mod clone;
mod cor;
mod counts;
mod epoll;
mod event;
mod file;
mod futex;
mod group;
mod handler;
mod identity;
mod inotify;
mod ipc;
mod ipc_messages;
mod ipc_semaphores;
mod ipc_shared_memory;
mod locks;
mod memfd;
mod memory;
mod memory_lock;
mod message;
mod mounts;
mod names;
mod notices;
mod open;
mod other_memory;
mod path;
mod pidfd;
mod poll;
mod posix_queue;
mod prctl;
mod priority;
mod process;
mod record;
mod resource;
mod restart;
mod run;
mod sched;
mod select;
mod signal;
mod signal_file;
mod socket;
mod socket_option;
mod splice;
mod statistics;
mod sync;
mod system;
mod table;
mod time;
mod timer;
mod trace;

pub use counts::register;
pub use run::{start, start_first};
