//! Bringing in the page that a program, or the kernel on its behalf, touched: page faults.
//!
//! The map's lock is held while pages are put in. A pager that must read something is asked with the lock released; then
//! everything is looked at anew, since another thread may have unmapped the place meanwhile.

use super::mapping::LOOKED_AT;
use super::{AddressSpace, Content, Pager, Region};
use crate::task::TaskContext;
use alloc::sync::Arc;
use logic::address::{PAGE_SIZE, PageRange, UserAddr};
use logic::errno::Errno;
use machine::frame::Frame;
use machine::lock::SpinLock;
use machine::user_space::Access;

/// How many pages around a touched one are mapped along, as far as they are in memory.
const AROUND: u64 = 16;

/// Why a page cannot be had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Nothing is mapped there: SIGSEGV, SEGV_MAPERR.
    Unmapped,
    /// What is mapped there may not be used like this: SIGSEGV, SEGV_ACCERR.
    Forbidden,
    /// It lies behind the file's end, or the file could not be read: SIGBUS, BUS_ADRERR.
    Unreadable,
    /// No memory is left.
    NoMemory,
}

impl From<Fault> for Errno {
    fn from(fault: Fault) -> Errno {
        match fault {
            Fault::NoMemory => Errno::ENOMEM,
            _ => Errno::EFAULT,
        }
    }
}

impl From<Errno> for Fault {
    fn from(error: Errno) -> Fault {
        if error == Errno::ENOMEM { Fault::NoMemory } else { Fault::Unreadable }
    }
}

type Outcome<T> = Result<T, Fault>;

/// The touched page and its region.
struct Touch<'a> {
    page: UserAddr,
    wanted: Access,
    range: PageRange,
    region: &'a Region,
}

/// A page of a pager: what must be asked for with the lock released, and then the frame that it gave.
struct Request {
    pager: Arc<dyn Pager>,
    offset: u64,
    /// To be written by all who share it.
    shared_write: bool,
}

impl AddressSpace {
    /// Makes the page at an address usable for what is wanted.
    pub fn fault(&self, ctx: &TaskContext, at: UserAddr, wanted: Access) -> Outcome<()> {
        let mut answer: Option<(Request, Frame)> = None;
        loop {
            let mut map = self.lock(ctx);
            if map.regions.find(at.get()).is_none() {
                map.grow_stack(at)?;
            }
            let Some((range, region)) = map.regions.find(at.get()) else { return Err(Fault::Unmapped) };
            if !region.permits(wanted) {
                return Err(Fault::Forbidden);
            }
            let touch = Touch { page: at.page(), wanted, range, region };
            let Some(request) = self.resolve(&touch, answer.take())? else { return Ok(()) };
            drop(map);
            answer = Some(request.ask(ctx)?);
        }
    }

    /// Puts the page in, or says whom to ask for it.
    fn resolve(&self, touch: &Touch, answer: Option<(Request, Frame)>) -> Outcome<Option<Request>> {
        let write = touch.wanted.contains(Access::WRITE);
        let present = self.machine().lookup(touch.page);
        if let Some((_, access)) = &present
            && access.contains(touch.wanted)
        {
            // Another thread was faster.
            return Ok(None);
        }
        match (&touch.region.content, present) {
            (_, Some((frame, _))) if !touch.region.shared => self.own(touch, frame, write).map(|()| None),
            (Content::Anonymous, None) if !write => {
                self.put(touch, zeros()?, touch.region.read_access()).map(|()| None)
            }
            (Content::Anonymous, present) => {
                let frame = present.map_or_else(Frame::zeroed, |(frame, _)| Ok(frame))?;
                self.put(touch, frame, touch.region.effective_access()).map(|()| None)
            }
            (Content::Paged { pager, offset }, _) => {
                let offset = offset + (touch.page.get() - touch.range.start());
                let request = Request { pager: pager.clone(), offset, shared_write: write && touch.region.shared };
                self.resolve_paged(touch, request, answer)
            }
        }
    }

    /// Gives a private page that is there the rights that it lacks: at a write, a page that others use too is copied first.
    fn own(&self, touch: &Touch, frame: Frame, write: bool) -> Outcome<()> {
        if !write {
            return self.put(touch, frame, touch.region.read_access());
        }
        let frame = if frame.count() > LOOKED_AT { copy(&frame)? } else { frame };
        self.put(touch, frame, touch.region.effective_access())
    }

    fn resolve_paged(
        &self,
        touch: &Touch,
        request: Request,
        answer: Option<(Request, Frame)>,
    ) -> Outcome<Option<Request>> {
        // What was cut off the file meanwhile is not its page any more.
        let is_current = |frame: &Frame| request.pager.cached(request.offset).is_some_and(|now| now == *frame);
        let given = answer.filter(|(asked, frame)| request.is_answered_by(asked) && is_current(frame));
        let given = given.map(|(_, frame)| frame);
        // What becomes writable for all must be announced, and that may sleep.
        let at_once = || if request.shared_write { None } else { request.pager.cached(request.offset) };
        let Some(frame) = given.or_else(at_once) else { return Ok(Some(request)) };
        if request.shared_write {
            self.put(touch, frame, touch.region.effective_access())?;
        } else if touch.wanted.contains(Access::WRITE) {
            self.put(touch, copy(&frame)?, touch.region.effective_access())?;
        } else {
            self.put(touch, frame, touch.region.read_access())?;
            self.map_around(touch, &request);
        }
        Ok(None)
    }

    /// Maps the pages around a touched one that are in memory; it does not matter if that fails.
    fn map_around(&self, touch: &Touch, request: &Request) {
        let window = AROUND * PAGE_SIZE as u64;
        let start = touch.page.get() & !(window - 1);
        let Some(around) = PageRange::new(start, window).ok().and_then(|around| around.intersection(touch.range))
        else {
            return;
        };
        let mut batch = self.machine().batch();
        for page in (around.start()..around.end()).step_by(PAGE_SIZE) {
            let Ok(page) = UserAddr::new(page) else { return };
            // The first page of a region has an offset of 0 or more, so this does not pass below 0.
            let offset = (request.offset + page.get()).wrapping_sub(touch.page.get());
            if page == touch.page || self.machine().lookup(page).is_some() {
                continue;
            }
            let Some(frame) = request.pager.cached(offset) else { continue };
            if batch.map(page, frame, touch.region.read_access()).is_err() {
                return;
            }
        }
    }

    fn put(&self, touch: &Touch, frame: Frame, access: Access) -> Outcome<()> {
        Ok(self.machine().batch().map(touch.page, frame, access)?)
    }
}

impl Request {
    /// Asks the pager; may sleep.
    fn ask(self, ctx: &TaskContext) -> Outcome<(Request, Frame)> {
        let frame = self.pager.page(ctx, self.offset)?;
        if self.shared_write {
            self.pager.will_write(ctx, self.offset)?;
        }
        Ok((self, frame))
    }

    fn is_answered_by(&self, asked: &Request) -> bool {
        self.pager.object() == asked.pager.object()
            && self.offset == asked.offset
            && (asked.shared_write || !self.shared_write)
    }
}

/// The page of zeros that all share who only look.
fn zeros() -> Outcome<Frame> {
    static ZEROS: SpinLock<Option<Frame>> = SpinLock::new("page of zeros", None);
    if let Some(frame) = &*ZEROS.lock() {
        return Ok(frame.clone());
    }
    let frame = Frame::zeroed()?;
    Ok(ZEROS.lock().get_or_insert(frame).clone())
}

fn copy(frame: &Frame) -> Outcome<Frame> {
    let own = Frame::new()?;
    own.copy_from(frame);
    Ok(own)
}
