//! The pages that a process has: counted by what they are, for `statm`, `status`, `smaps` and `smaps_rollup`.

use super::{Subject, memory};
use crate::fs::proc::Text;
use crate::memory::{Content, Region, Role, Traits};
use crate::process::Program;
use crate::task::TaskContext;
use core::fmt::{self, Write};
use core::ops::AddAssign;
use logic::address::{PAGE_SIZE, PageRange};
use logic::errno::{Errno, Result};
use machine::user_space::{Access, Seen};

/// Kibibytes in a page.
const PAGE: u64 = PAGE_SIZE as u64 / 1024;

/// Counts of pages. A page that the page cache has too is a file's; of the others, those of shared memory stand apart.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pages {
    /// Pages that only programs have.
    pub(super) anonymous: u64,
    /// Pages of files.
    pub(super) file: u64,
    /// Pages of shared memory.
    pub(super) shared_memory: u64,
    /// Pages that other spaces map too, and of those the written ones.
    shared: [u64; 2],
    /// Pages that only this one maps, and of those the written ones.
    private: [u64; 2],
    touched: u64,
    /// In bytes: each page divided by how many map it; and of that, what is not anonymous.
    part: u64,
    part_of_files: u64,
    locked: u64,
}

impl Pages {
    /// All that are there.
    pub(super) fn resident(&self) -> u64 {
        self.anonymous + self.file + self.shared_memory
    }

    /// In kibibytes, what is its own of anonymous pages, and of those of files and shared memory: of all programs together, each
    /// page is counted once.
    pub(super) fn own_part(&self) -> (usize, usize) {
        let kilobytes = |bytes: u64| (bytes / 1024) as usize;
        (kilobytes(self.part - self.part_of_files), kilobytes(self.part_of_files))
    }

    /// Counts those of a region.
    fn of(program: &Program, range: PageRange, region: &Region) -> Pages {
        let mut pages = Pages::default();
        let mut rest = Some(range);
        while let Some(here) = rest {
            let (found, next) = program.space.machine().mapped(here);
            found.iter().for_each(|seen| pages.count(seen, range, region));
            rest = next.and_then(|next| PageRange::new(next, range.end() - next).ok());
        }
        pages
    }

    fn count(&mut self, seen: &Seen, range: PageRange, region: &Region) {
        let cached = match &region.content {
            Content::Paged { pager, offset } => pager.cached(offset + (seen.page - range.start())),
            Content::Anonymous => None,
        };
        let is_cached = cached.as_ref() == Some(&seen.frame);
        match is_cached {
            true if region.role == Role::SharedMemory => self.shared_memory += 1,
            true => self.file += 1,
            false => self.anonymous += 1,
        }
        // One count is the answer's own, and two more are the cache's and its answer's.
        let mapped = seen.frame.count().saturating_sub(if is_cached { 3 } else { 1 }).max(1);
        let dirty = usize::from(seen.dirty || !is_cached);
        if mapped > 1 {
            self.shared[dirty] += 1
        } else {
            self.private[dirty] += 1
        }
        let part = if mapped == 1 { PAGE_SIZE as u64 } else { PAGE_SIZE as u64 / mapped as u64 };
        self.part += part;
        self.part_of_files += if is_cached { part } else { 0 };
        self.touched += u64::from(seen.accessed);
        self.locked += u64::from(region.traits.contains(Traits::LOCKED));
    }

    /// The lines of `smaps` that are sums.
    fn show(&self, text: &mut Text) -> fmt::Result {
        let lines = [
            ("Rss", self.resident() * PAGE),
            ("Pss", self.part / 1024),
            ("Shared_Clean", self.shared[0] * PAGE),
            ("Shared_Dirty", self.shared[1] * PAGE),
            ("Private_Clean", self.private[0] * PAGE),
            ("Private_Dirty", self.private[1] * PAGE),
            ("Referenced", self.touched * PAGE),
            ("Anonymous", self.anonymous * PAGE),
            ("LazyFree", 0),
            ("AnonHugePages", 0),
            ("ShmemPmdMapped", 0),
            ("FilePmdMapped", 0),
            ("Shared_Hugetlb", 0),
            ("Private_Hugetlb", 0),
            ("Swap", 0),
            ("SwapPss", 0),
            ("Locked", self.locked * PAGE),
        ];
        lines.iter().try_for_each(|(name, size)| kilobytes(text, name, *size))
    }
}

impl AddAssign for Pages {
    fn add_assign(&mut self, more: Pages) {
        self.anonymous += more.anonymous;
        self.file += more.file;
        self.shared_memory += more.shared_memory;
        for dirty in 0..2 {
            self.shared[dirty] += more.shared[dirty];
            self.private[dirty] += more.private[dirty];
        }
        self.touched += more.touched;
        self.part += more.part;
        self.part_of_files += more.part_of_files;
        self.locked += more.locked;
    }
}

/// Counts all pages of a program.
pub(super) fn all(ctx: &TaskContext, program: &Program) -> Pages {
    let mut pages = Pages::default();
    program.space.for_each_region(ctx, |range, region| pages += Pages::of(program, range, region));
    pages
}

/// `smaps`: of each region its line in `maps`, and its pages.
pub(super) fn each(ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    memory::for_each(ctx, subject, |program, range, region| {
        region_pages(program, range, region, text).map_err(|_| Errno::ENOMEM)
    })
}

fn region_pages(program: &Program, range: PageRange, region: &Region, text: &mut Text) -> fmt::Result {
    memory::line(range, region, text)?;
    kilobytes(text, "Size", range.pages() * PAGE)?;
    kilobytes(text, "KernelPageSize", PAGE)?;
    kilobytes(text, "MMUPageSize", PAGE)?;
    Pages::of(program, range, region).show(text)?;
    write!(text, "THPeligible:    0\nVmFlags:")?;
    let marks = [
        (region.access.contains(Access::READ), "rd"),
        (region.access.contains(Access::WRITE), "wr"),
        (region.access.contains(Access::EXECUTE), "ex"),
        (region.shared, "sh"),
        (region.allowed.contains(Access::READ), "mr"),
        (region.allowed.contains(Access::WRITE), "mw"),
        (region.allowed.contains(Access::EXECUTE), "me"),
        (region.shared && region.allowed.contains(Access::WRITE), "ms"),
        (region.role == Role::Stack, "gd"),
        (region.traits.contains(Traits::LOCKED), "lo"),
        (region.traits.contains(Traits::NOT_COPIED), "dc"),
        (region.traits.contains(Traits::WIPED), "wf"),
        (region.traits.contains(Traits::UNCOUNTED), "nr"),
    ];
    marks.iter().filter(|(applies, _)| *applies).try_for_each(|(_, mark)| write!(text, " {mark}"))?;
    writeln!(text, " ")
}

/// `smaps_rollup`: the sums of all.
pub(super) fn sums(ctx: &TaskContext, subject: &Subject, text: &mut Text) -> Result<()> {
    subject.check(ctx)?;
    let program = subject.process.program()?;
    let (mut pages, mut ends) = (Pages::default(), None);
    program.space.for_each_region(ctx, |range, region| {
        pages += Pages::of(&program, range, region);
        ends = Some((ends.map_or(range.start(), |(start, _)| start), range.end()));
    });
    let Some((start, end)) = ends else { return Ok(()) };
    let write = |text: &mut Text| {
        let mut head = arrayvec::ArrayString::<80>::new();
        write!(head, "{start:08x}-{end:08x} ---p 00000000 00:00 0 ")?;
        writeln!(text, "{head:<width$}[rollup]", width = memory::NAME_COLUMN)?;
        pages.show(text)
    };
    write(text).map_err(|_| Errno::ENOMEM)
}

fn kilobytes(text: &mut Text, name: &str, size: u64) -> fmt::Result {
    text.put(name.as_bytes())?;
    text.put(b":")?;
    text.decimal(size, 23 - name.len())?;
    text.put(b" kB\n")
}
