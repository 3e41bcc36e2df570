//! What is mapped at a range of a program's pages.

use super::Pager;
use alloc::boxed::Box;
use alloc::sync::Arc;
use bitflags::bitflags;
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
    /// What else mmap(2), mlock(2) and madvise(2) said of it.
    pub traits: Traits,
    /// What it is to the program.
    pub role: Role,
    /// What its pages show before they are written.
    pub content: Content,
}

bitflags! {
    /// What else was said of a region.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Traits: u8 {
        /// Its pages are taken without counting them against what the machine has (MAP_NORESERVE).
        const UNCOUNTED = 1;
        /// Its pages stay in memory and count against RLIMIT_MEMLOCK: mlock(2).
        const LOCKED = 2;
        /// A child does not get it (MADV_DONTFORK).
        const NOT_COPIED = 4;
        /// A child finds zeros in it (MADV_WIPEONFORK).
        const WIPED = 8;
    }
}

/// How many pages regions have, by what they count against.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Usage {
    /// All: RLIMIT_AS.
    pub(super) pages: u64,
    /// Those that the program may come to own: what the machine has.
    pub(super) counted: u64,
    /// Private and writable ones: RLIMIT_DATA.
    pub(super) data: u64,
    /// Locked ones: RLIMIT_MEMLOCK.
    pub(super) locked: u64,
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
    /// The rights as /proc/PID/maps shows them: `rw-p`.
    pub fn marks(&self) -> [u8; 4] {
        let mark = |right, letter| if self.access.contains(right) { letter } else { b'-' };
        let (read, write) = (mark(Access::READ, b'r'), mark(Access::WRITE, b'w'));
        [read, write, mark(Access::EXECUTE, b'x'), if self.shared { b's' } else { b'p' }]
    }

    /// The name that /proc/PID/maps shows: its part in the program, or its file's path; empty for others. Called with
    /// nothing locked.
    pub fn name(&self) -> Box<[u8]> {
        match (self.role, &self.content) {
            (Role::Heap, _) => Box::from(*b"[heap]"),
            (Role::Stack, _) => Box::from(*b"[stack]"),
            (_, Content::Paged { pager, .. }) => pager.name().unwrap_or_default(),
            (_, Content::Anonymous) => Box::default(),
        }
    }

    /// Private zeros, for programs and their libraries to work in.
    pub fn anonymous(access: Access) -> Region {
        Region {
            access,
            allowed: Access::all(),
            shared: false,
            traits: Traits::empty(),
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

    /// What so many pages of it count against.
    pub(super) fn usage(&self, pages: u64) -> Usage {
        let private = !self.shared && self.access.contains(Access::WRITE);
        let owned = private || self.shared && self.role == Role::SharedMemory;
        let of = |applies| if applies { pages } else { 0 };
        Usage {
            pages,
            counted: of(owned && !self.traits.contains(Traits::UNCOUNTED)),
            data: of(private && self.role != Role::Stack),
            locked: of(self.traits.contains(Traits::LOCKED)),
        }
    }

    /// What a page of it is touched for when it is to be there before its use: a write where that makes the page the program's own.
    pub(super) fn use_ahead(&self) -> Access {
        let private = !self.shared && self.access.contains(Access::WRITE);
        if private { Access::WRITE } else { Access::READ }
    }
}

impl Usage {
    /// What both count against together.
    pub(super) fn plus(self, more: Usage) -> Usage {
        Usage {
            pages: self.pages.saturating_add(more.pages),
            counted: self.counted.saturating_add(more.counted),
            data: self.data.saturating_add(more.data),
            locked: self.locked.saturating_add(more.locked),
        }
    }

    /// What is left without a part of it.
    pub(super) fn minus(self, less: Usage) -> Usage {
        Usage {
            pages: self.pages - less.pages,
            counted: self.counted - less.counted,
            data: self.data - less.data,
            locked: self.locked - less.locked,
        }
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
            && (self.shared, self.traits, self.role) == (next.shared, next.traits, next.role)
    }
}
