//! What is mapped at a range of a program's pages.

use super::Pager;
use alloc::sync::Arc;
use core::fmt;
use logic::regions::{Merge, Split};
use machine::user_space::Access;

/// One mapping, or the part of it that is left.
#[derive(Clone)]
pub struct Region {
    /// What the program may do there now.
    pub access: Access,
    /// What mprotect(2) may give it at most: a shared mapping of a file that was opened for reading never becomes writable.
    pub allowed: Access,
    /// Whether writes are seen by all who map the same pages (MAP_SHARED), or kept to this space.
    pub shared: bool,
    /// Whether its pages are taken without counting them against what the machine has (MAP_NORESERVE).
    pub uncounted: bool,
    /// What it is to the program.
    pub role: Role,
    /// What its pages show before they are written.
    pub content: Content,
}

/// What a region is to its program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Mapped by mmap(2) or from the program's file.
    Plain,
    /// What brk(2) moves.
    Heap,
    /// Grows down to where it is touched: the main stack, MAP_GROWSDOWN.
    Stack,
    /// Zeros that are shared with children.
    SharedMemory,
}

/// Where the pages of a region come from.
#[derive(Clone)]
pub enum Content {
    /// Zeros.
    Anonymous,
    /// A file or shared memory, from an offset on.
    Paged {
        /// Whom to ask.
        pager: Arc<dyn Pager>,
        /// The offset of the region's first page.
        offset: u64,
    },
}

impl Region {
    /// Private zeros, for programs and their libraries to work in.
    pub fn anonymous(access: Access) -> Region {
        Region {
            access,
            allowed: Access::all(),
            shared: false,
            uncounted: false,
            role: Role::Plain,
            content: Content::Anonymous,
        }
    }

    /// A private view of a file's pages.
    pub fn private(access: Access, pager: Arc<dyn Pager>, offset: u64) -> Region {
        Region { content: Content::Paged { pager, offset }, ..Region::anonymous(access) }
    }

    /// Whether a program may do something with its pages. x86 cannot allow writing or running without reading.
    pub fn permits(&self, wanted: Access) -> bool {
        self.effective_access().contains(wanted)
    }

    /// The rights as the page tables can express them.
    pub fn effective_access(&self) -> Access {
        if self.access.is_empty() { self.access } else { self.access | Access::READ }
    }

    /// The rights of a page that others may use too: the first write must be noticed.
    pub(super) fn read_access(&self) -> Access {
        self.effective_access() - Access::WRITE
    }

    /// Whether the program may come to own every page of it: then they count against what the machine has.
    pub(super) fn counts(&self) -> bool {
        self.counts_with(self.access)
    }

    /// The same if it had other rights.
    pub(super) fn counts_with(&self, access: Access) -> bool {
        let owned = if self.shared { self.role == Role::SharedMemory } else { access.contains(Access::WRITE) };
        owned && !self.uncounted
    }
}

impl Split for Region {
    fn tail(&self, bytes: u64) -> Region {
        let mut tail = self.clone();
        if let Content::Paged { offset, .. } = &mut tail.content {
            *offset += bytes;
        }
        tail
    }
}

impl Merge for Region {
    fn continues(&self, length: u64, next: &Region) -> bool {
        let content = match (&self.content, &next.content) {
            (Content::Anonymous, Content::Anonymous) => true,
            (Content::Paged { pager, offset }, Content::Paged { pager: next, offset: beginning }) => {
                Arc::ptr_eq(pager, next) && offset + length == *beginning
            }
            _ => false,
        };
        content
            && (self.access, self.allowed) == (next.access, next.allowed)
            && (self.shared, self.uncounted, self.role) == (next.shared, next.uncounted, next.role)
    }
}

/// As /proc/PID/maps shows the rights: `rw-p`.
impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = |right, letter| if self.access.contains(right) { letter } else { '-' };
        let (read, write) = (mark(Access::READ, 'r'), mark(Access::WRITE, 'w'));
        let (execute, sharing) = (mark(Access::EXECUTE, 'x'), if self.shared { 's' } else { 'p' });
        write!(f, "{read}{write}{execute}{sharing}")
    }
}
