//! Port ranges: each has one owner.

use super::{Outcome, check::check};
use crate::{log, task::TaskContext};
use core::convert::Infallible;
use logic::errno::Errno;
use machine::{
    probe::claim_ports,
    resource::{Space, for_each},
};

/// Ports that no part of a PC has.
const FREE: u16 = 0x2000;
/// The first interrupt controller.
const PIC: u16 = 0x20;

/// Whether the ports from `base` on have an owner.
fn is_claimed(base: u16) -> bool {
    let mut found = false;
    let Ok(()) = for_each::<Infallible>(Space::Ports, |_, range| {
        found |= range.claimed && range.first == u64::from(base);
        Ok(())
    });
    found
}

/// A second claim of a range, or of a part of it, is refused, and the log names the owner; a range that is given up is free.
pub(super) fn one_owner(_: &TaskContext) -> Outcome {
    let claimed = claim_ports(FREE, 8)?;
    check!(is_claimed(FREE));
    for (base, count) in [(FREE, 8), (FREE + 7, 1), (FREE - 1, 2), (FREE - 8, 64)] {
        check!(claim_ports(base, count).err(), ==, Some(Errno::EBUSY));
    }
    let text = log::text()?;
    let told = alloc::string::String::from_utf8_lossy(&text);
    check!(told.contains("ports 0x1fff-0x2000 are refused to selftest: 0x2000-0x2007 belong to selftest"));
    let beside = claim_ports(FREE + 8, 1)?;
    drop(claimed);
    check!(!is_claimed(FREE));
    drop((claim_ports(FREE, 8)?, beside));
    check!(claim_ports(PIC + 1, 1).err(), ==, Some(Errno::EBUSY));
    Ok(())
}
