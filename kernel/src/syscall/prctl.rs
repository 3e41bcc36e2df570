//! What a process says of itself: prctl(2), personality(2).

use super::caller::Caller;
use crate::process::{Capabilities, Credentials, Name, Personality, SecureBits};
use core::sync::atomic::Ordering;
use linux_raw_sys::{general as linux, prctl as op};
use logic::errno::{Errno, Result};
use logic::signal::Signal;

/// The room that a name has with its NUL.
const NAME_ROOM: usize = 16;

/// personality(2) with this only asks.
const QUERY: u32 = u32::MAX;

/// prctl(2)
/// Differs: what is about seccomp, speculation, machine checks and the layout of memory is `EINVAL`.
pub(super) fn prctl(caller: &mut Caller, option: u32, a: u64, b: u64, c: u64, d: u64) -> Result<u64> {
    let process = caller.process().clone();
    let rest_is_zero =
        |values: &[u64]| if values.iter().all(|&value| value == 0) { Ok(()) } else { Err(Errno::EINVAL) };
    let told = |value: bool| Ok(u64::from(value));
    match option {
        op::PR_SET_PDEATHSIG => {
            let signal = if a == 0 { 0 } else { Signal::new(a)?.number() };
            process.parent_death_signal.store(signal, Ordering::Relaxed);
        }
        op::PR_GET_PDEATHSIG => {
            let signal = u32::from(process.parent_death_signal.load(Ordering::Relaxed));
            caller.write(a, &signal.to_le_bytes())?;
        }
        op::PR_GET_DUMPABLE => return Ok(process.dumpable.load(Ordering::Relaxed).into()),
        op::PR_SET_DUMPABLE => {
            process.dumpable.store(if a <= 1 { a as u8 } else { return Err(Errno::EINVAL) }, Ordering::Relaxed)
        }
        op::PR_SET_NAME => {
            let name = read_name(caller, a)?;
            caller.thread().set_name(name);
        }
        op::PR_GET_NAME => {
            let mut bytes = [0; NAME_ROOM];
            let name = caller.thread().name();
            bytes[..name.bytes().len()].copy_from_slice(name.bytes());
            caller.write(a, &bytes)?;
        }
        op::PR_SET_KEEPCAPS => {
            let keeps = switch(a)?;
            process.change_rights(|own| {
                if own.secure.is_locked(SecureBits::KEEP) {
                    return Err(Errno::EPERM);
                }
                own.secure.set(SecureBits::KEEP, keeps);
                Ok(())
            })?;
        }
        op::PR_GET_KEEPCAPS => return told(process.credentials().secure.contains(SecureBits::KEEP)),
        op::PR_SET_SECUREBITS => process.change_rights(|own| {
            let new = u32::try_from(a).ok().and_then(SecureBits::from_bits).ok_or(Errno::EPERM)?;
            own.need(linux::CAP_SETPCAP)?;
            own.secure = if own.secure.may_become(new) { new } else { return Err(Errno::EPERM) };
            Ok(())
        })?,
        op::PR_GET_SECUREBITS => return Ok(process.credentials().secure.bits().into()),
        op::PR_SET_NO_NEW_PRIVS => {
            rest_is_zero(&[a ^ 1, b, c, d])?;
            process.change_rights(|own| {
                own.no_new_rights = true;
                Ok(())
            })?;
        }
        op::PR_GET_NO_NEW_PRIVS => {
            rest_is_zero(&[a, b, c, d])?;
            return told(process.credentials().no_new_rights);
        }
        op::PR_SET_CHILD_SUBREAPER => process.adopts.store(a != 0, Ordering::Relaxed),
        op::PR_GET_CHILD_SUBREAPER => {
            let adopts = u32::from(process.adopts.load(Ordering::Relaxed));
            caller.write(a, &adopts.to_le_bytes())?;
        }
        op::PR_CAPBSET_READ => return told(process.credentials().capabilities.bounding & capability(a)? != 0),
        op::PR_CAPBSET_DROP => process.change_rights(|own| {
            own.need(linux::CAP_SETPCAP)?;
            own.capabilities.bounding &= !capability(a)?;
            Ok(())
        })?,
        op::PR_CAP_AMBIENT => return ambient(caller, a as u32, b, &[c, d]),
        op::PR_SET_TIMERSLACK => {
            // Nobody wakes late here; it is kept for who asks.
            caller.thread().set_timer_slack((a as i64).max(0) as u64);
        }
        op::PR_GET_TIMERSLACK => return Ok(caller.thread().timer_slack.load(Ordering::Relaxed)),
        op::PR_GET_TSC => caller.write(a, &op::PR_TSC_ENABLE.to_le_bytes())?,
        op::PR_SET_TSC if a == u64::from(op::PR_TSC_ENABLE) => {}
        op::PR_GET_TIMING => return Ok(op::PR_TIMING_STATISTICAL.into()),
        op::PR_SET_TIMING if a == u64::from(op::PR_TIMING_STATISTICAL) => {}
        op::PR_GET_TID_ADDRESS => {
            let address = caller.thread().clear_at_end.load(Ordering::Relaxed);
            caller.write_words(a, [address])?;
        }
        _ => return Err(Errno::EINVAL),
    }
    Ok(0)
}

/// personality(2)
/// Differs: the layouts of memory of old systems cannot be had.
pub(super) fn personality(caller: &mut Caller, new: u32) -> Result<u32> {
    let process = caller.process();
    let old = process.personality().bits();
    if new != QUERY {
        process.set_personality(Personality::from_bits_retain(new));
    }
    Ok(old)
}

/// The ambient set: what an ordinary program keeps that is run.
fn ambient(caller: &Caller, command: u32, which: u64, rest: &[u64]) -> Result<u64> {
    if rest.iter().any(|&value| value != 0) {
        return Err(Errno::EINVAL);
    }
    if command == op::PR_CAP_AMBIENT_CLEAR_ALL && which != 0 {
        return Err(Errno::EINVAL);
    }
    let bit = if command == op::PR_CAP_AMBIENT_CLEAR_ALL { 0 } else { capability(which)? };
    caller.process().change_rights(|Credentials { capabilities: own, secure, .. }| {
        match command {
            op::PR_CAP_AMBIENT_IS_SET => return Ok(u64::from(own.ambient & bit != 0)),
            op::PR_CAP_AMBIENT_CLEAR_ALL => own.ambient = 0,
            op::PR_CAP_AMBIENT_LOWER => own.ambient &= !bit,
            op::PR_CAP_AMBIENT_RAISE if secure.contains(SecureBits::NO_AMBIENT) => return Err(Errno::EPERM),
            op::PR_CAP_AMBIENT_RAISE if own.permitted & own.inheritable & bit == 0 => return Err(Errno::EPERM),
            op::PR_CAP_AMBIENT_RAISE => own.ambient |= bit,
            _ => return Err(Errno::EINVAL),
        }
        Ok(0)
    })
}

/// The bit of a capability.
fn capability(number: u64) -> Result<u64> {
    let number = u32::try_from(number).ok().filter(|&number| Capabilities::exists(number));
    number.map(|number| 1 << number).ok_or(Errno::EINVAL)
}

fn switch(value: u64) -> Result<bool> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Errno::EINVAL),
    }
}

/// A name from the program's memory, of which no more is looked at than is kept.
fn read_name(caller: &Caller, from: u64) -> Result<Name> {
    let mut bytes = [0; NAME_ROOM - 1];
    for (index, byte) in bytes.iter_mut().enumerate() {
        caller.space().read(caller.ctx, from.wrapping_add(index as u64), core::slice::from_mut(byte))?;
        if *byte == 0 {
            return Ok(Name::new(&bytes[..index]));
        }
    }
    Ok(Name::new(&bytes))
}
