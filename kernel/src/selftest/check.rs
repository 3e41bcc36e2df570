//! How a test says that something is not as it should be, without a panic.

use crate::task::TaskContext;
use alloc::string::String;
use core::{fmt, panic::Location, time::Duration};
use logic::errno::Errno;
use machine::clock;

/// What was wrong, and where that was seen.
pub(super) struct Failure {
    place: &'static Location<'static>,
    what: String,
    /// Nothing was wrong, but this machine lacks what the test is about.
    pub(super) skipped: bool,
}

impl Failure {
    #[track_caller]
    pub(super) fn new(what: String) -> Failure {
        Failure { place: Location::caller(), what, skipped: false }
    }

    /// What a test returns that has nothing to test on this machine.
    #[track_caller]
    pub(super) fn skipped(why: &str) -> Failure {
        Failure { place: Location::caller(), what: why.into(), skipped: true }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.place.file(), self.place.line(), self.what)
    }
}

impl From<Errno> for Failure {
    #[track_caller]
    fn from(error: Errno) -> Failure {
        Failure::new(alloc::format!("an error: {error}"))
    }
}

/// `check!(condition)`, or `check!(left, ==, right)` with any comparison: returns a `Failure` from the function if it is not so.
macro_rules! check {
    ($condition:expr $(,)?) => {
        if !$condition {
            return Err($crate::selftest::check::Failure::new(alloc::format!("not so: {}", stringify!($condition))));
        }
    };
    ($left:expr, $compare:tt, $right:expr $(,)?) => {
        match (&$left, &$right) {
            (left, right) => {
                if !(*left $compare *right) {
                    return Err($crate::selftest::check::Failure::new(alloc::format!(
                        "not so: {} {} {}; they are {left:?} and {right:?}",
                        stringify!($left),
                        stringify!($compare),
                        stringify!($right),
                    )));
                }
            }
        }
    };
}
pub(super) use check;

/// How often something is tried that a busy host may keep from being in time.
const TRIES: u32 = 10;

/// Tries several times whether something is in time: an emulated machine may stand still for a while because its host is busy,
/// but not so often in a row.
#[track_caller]
pub(super) fn in_time(mut attempt: impl FnMut() -> Result<bool, Failure>) -> Result<(), Failure> {
    for _ in 0..TRIES {
        if attempt()? {
            return Ok(());
        }
    }
    Err(Failure::new(alloc::format!("{TRIES} times not in time")))
}

/// Waits until a condition holds, looking at it each millisecond; fails when it takes too long.
#[track_caller]
pub(super) fn within(ctx: &TaskContext, patience: Duration, condition: impl Fn() -> bool) -> Result<(), Failure> {
    let end = clock::now() + patience;
    while !condition() {
        if clock::now() > end {
            return Err(Failure::new(alloc::format!("it did not come true within {patience:?}")));
        }
        ctx.sleep_until(clock::now() + Duration::from_millis(1), false);
    }
    Ok(())
}
