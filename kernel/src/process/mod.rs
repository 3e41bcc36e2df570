//! Processes: what they are, how they begin, wait for each other, get signals and end.
//!
//! A process is an address space, descriptors and a place in the file system, shared by its threads; a thread is a task that runs
//! a program's registers (`thread::Running`) in a loop that the layer above owns. Nothing here knows registers by the number of a
//! system call.
//!
//! Lock order, outermost first: `process's life`, then any other lock of a process or thread, then the table of processes. None is
//! held while anything sleeps.

pub mod adjust;
mod belongings;
pub mod clock;
mod credentials;
mod exec;
mod exit;
mod fork;
pub mod futex;
pub mod hog;
pub mod host;
mod limits;
mod owner;
mod personality;
#[allow(clippy::module_inception, reason = "the word that one would search for")]
mod process;
pub mod procfs;
pub mod pidfd;
mod program;
mod robust;
pub mod session;
mod shutdown;
pub mod signal;
mod spawn;
mod table;
mod thread;
pub mod timer;
mod timers;
mod turn;
mod usage;
mod wait;
pub mod watch;
mod watchers;

pub use belongings::{Belongings, Viewpoint};
pub use credentials::{Capabilities, Credentials, Ids, SecureBits};
pub use exec::{Request, exec, read_strings};
pub use exit::{at_end, leave};
pub use fork::{Fork, add_thread, fork, wait_for_memory};
pub use limits::{Limit, Limits};
pub use owner::Owner;
pub use personality::Personality;
pub use process::{Name, Process};
pub use program::{Executable, Program};
pub use session::Terminal;
pub use shutdown::{
    before as before_shut_down, halt, off, restart, restart_keys, set_restart_keys, with_status as shut_down,
};
pub use spawn::{abandon, spawn, start_first};
pub use table::{INIT, Pid, born, count, find, last_pid, next_after, parent_of};
pub use thread::{AlternateStack, Running, Thread, ThreadSignals, caller, find_thread};
pub use turn::Rules;
pub use usage::{Past, TICK, Used};
pub use wait::{Kinds, Wanted, Which, child_info, wait};
