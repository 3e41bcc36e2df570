//! Whose process it is and what it may: credentials(7), capabilities(7). The ids that files see are in the process's `fs::Lookup`; they
//! follow the effective ids, unless setfsuid(2) sets them apart.

use super::process::Process;
use bitflags::bitflags;
use core::sync::atomic::Ordering;
use linux_raw_sys::general as linux;
use logic::errno::{Errno, Result};

/// The ids of one kind, user or group.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ids {
    /// Who started it.
    pub real: u32,
    /// For whom it acts.
    pub effective: u32,
    /// For whom it may act again.
    pub saved: u32,
}

/// Sets of capabilities: bit N is the one with number N (`linux::CAP_`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Capabilities {
    /// What binds.
    pub effective: u64,
    /// What it may make effective.
    pub permitted: u64,
    /// What a program may get that it runs, if the program's file says so too.
    pub inheritable: u64,
    /// The most that a program that it runs can get.
    pub bounding: u64,
    /// What an ordinary program keeps that it runs.
    pub ambient: u64,
}

bitflags! {
    /// PR_SET_SECUREBITS, capabilities(7); each has a lock beside it, by which it stays as it is.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub struct SecureBits: u32 {
        /// The superuser gets no capabilities by running a program.
        const NO_ROOT = 1;
        /// Nobody gets or loses capabilities by changing ids.
        const NO_FIXUP = 1 << 2;
        /// What is permitted stays so when it stops being the superuser (PR_SET_KEEPCAPS).
        const KEEP = 1 << 4;
        /// Nothing more becomes ambient.
        const NO_AMBIENT = 1 << 6;
        /// The locks.
        const LOCKS = 0xaa;
    }
}

impl SecureBits {
    /// Whether a bit can be changed.
    pub fn is_locked(self, bit: SecureBits) -> bool {
        self.bits() & bit.bits() << 1 != 0
    }

    /// Whether it may become another: a lock stays, and what it locks.
    pub fn may_become(self, new: SecureBits) -> bool {
        let locks = self & SecureBits::LOCKS;
        let locked = SecureBits::from_bits_retain(locks.bits() >> 1);
        new.contains(locks) && !locked.intersects(self.symmetric_difference(new))
    }
}

/// The user and the group of a process, and what it may.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Credentials {
    /// The user.
    pub user: Ids,
    /// The group.
    pub group: Ids,
    /// What it may beyond what every user may.
    pub capabilities: Capabilities,
    /// How being the superuser and capabilities have to do with each other.
    pub secure: SecureBits,
    /// Nothing that it runs gives it rights that it has not (PR_SET_NO_NEW_PRIVS).
    pub no_new_rights: bool,
}

/// All capabilities that there are.
const ALL: u64 = (1 << (linux::CAP_LAST_CAP + 1)) - 1;

impl Capabilities {
    /// Those of the first process.
    const FULL: Capabilities =
        Capabilities { effective: ALL, permitted: ALL, inheritable: 0, bounding: ALL, ambient: 0 };

    /// Whether there is a capability of that number.
    pub fn exists(capability: u32) -> bool {
        capability <= linux::CAP_LAST_CAP
    }

    /// What capset(2) makes of them: `EPERM` for what was not permitted, or not within the bounds.
    pub fn with(self, effective: u64, permitted: u64, inheritable: u64) -> Result<Capabilities> {
        let [effective, permitted, inheritable] = [effective & ALL, permitted & ALL, inheritable & ALL];
        let free = self.effective & 1 << linux::CAP_SETPCAP != 0;
        let inheritable_from = self.inheritable | if free { ALL } else { self.permitted };
        let fits = inheritable & !inheritable_from == 0
            && inheritable & !(self.inheritable | self.bounding) == 0
            && permitted & !self.permitted == 0
            && effective & !permitted == 0;
        let ambient = self.ambient & permitted & inheritable;
        if fits { Ok(Capabilities { effective, permitted, inheritable, ambient, ..self }) } else { Err(Errno::EPERM) }
    }
}

impl Ids {
    /// The same id for all.
    pub const fn all(id: u32) -> Ids {
        Ids { real: id, effective: id, saved: id }
    }

    fn has(&self, id: u32) -> bool {
        [self.real, self.effective, self.saved].contains(&id)
    }

    /// setuid(2): `EPERM`.
    pub fn set(self, id: u32, may: bool) -> Result<Ids> {
        match may {
            true => Ok(Ids::all(id)),
            false if id == self.real || id == self.saved => Ok(Ids { effective: id, ..self }),
            false => Err(Errno::EPERM),
        }
    }

    /// setreuid(2): `None` stays; `EPERM`.
    pub fn set_two(self, real: Option<u32>, effective: Option<u32>, may: bool) -> Result<Ids> {
        let real_fits = real.is_none_or(|id| id == self.real || id == self.effective);
        let effective_fits = effective.is_none_or(|id| self.has(id));
        if !(may || real_fits && effective_fits) {
            return Err(Errno::EPERM);
        }
        let mut new = Ids { real: real.unwrap_or(self.real), effective: effective.unwrap_or(self.effective), ..self };
        if real.is_some() || effective.is_some_and(|id| id != self.real) {
            new.saved = new.effective;
        }
        Ok(new)
    }

    /// setresuid(2): `None` stays; `EPERM`.
    pub fn set_three(self, [real, effective, saved]: [Option<u32>; 3], may: bool) -> Result<Ids> {
        if !may && ![real, effective, saved].into_iter().flatten().all(|id| self.has(id)) {
            return Err(Errno::EPERM);
        }
        Ok(Ids {
            real: real.unwrap_or(self.real),
            effective: effective.unwrap_or(self.effective),
            saved: saved.unwrap_or(self.saved),
        })
    }
}

impl Credentials {
    /// Those of the first process: the superuser's.
    pub const ROOT: Credentials = Credentials {
        user: Ids::all(0),
        group: Ids::all(0),
        capabilities: Capabilities::FULL,
        secure: SecureBits::empty(),
        no_new_rights: false,
    };

    /// Whether permissions hardly bind.
    pub fn is_root(&self) -> bool {
        self.user.effective == 0
    }

    /// Whether it has a capability (`linux::CAP_`).
    pub fn may(&self, capability: u32) -> bool {
        self.capabilities.effective & 1 << capability != 0
    }

    /// `EPERM` without that capability.
    pub fn need(&self, capability: u32) -> Result<()> {
        if self.may(capability) { Ok(()) } else { Err(Errno::EPERM) }
    }

    /// Whether it may send signals to another: kill(2).
    pub fn may_signal(&self, other: &Credentials) -> bool {
        let theirs = [other.user.real, other.user.saved];
        theirs.contains(&self.user.real) || theirs.contains(&self.user.effective) || self.may(linux::CAP_KILL)
    }

    /// Whether it is of the same user and group in every way, or may as if: prlimit(2).
    pub fn matches(&self, other: &Credentials) -> bool {
        let same = |own: Ids, theirs: Ids| Ids::all(own.real) == theirs;
        same(self.user, other.user) && same(self.group, other.group) || self.may(linux::CAP_SYS_RESOURCE)
    }

    /// Takes other user ids, and with them gives or takes capabilities as capabilities(7) says.
    fn set_user(&mut self, new: Ids) {
        let old = core::mem::replace(&mut self.user, new);
        if self.secure.contains(SecureBits::NO_FIXUP) {
            return;
        }
        let own = &mut self.capabilities;
        if old.has(0) && !new.has(0) {
            if !self.secure.contains(SecureBits::KEEP) {
                own.permitted = 0;
            }
            own.ambient = 0;
        }
        own.effective = match (old.effective, new.effective) {
            (0, 0) => own.effective,
            (0, _) => 0,
            (_, 0) => own.permitted,
            _ => own.effective & own.permitted,
        };
    }

    /// Those of a program that it runs, whose file makes it somebody else's perhaps: execve(2).
    pub(super) fn of_program(&self, user: Option<u32>, group: Option<u32>) -> Credentials {
        let mut new = *self;
        new.secure.remove(SecureBits::KEEP);
        if !self.no_new_rights {
            new.user.effective = user.unwrap_or(self.user.effective);
            new.group.effective = group.unwrap_or(self.group.effective);
        }
        (new.user.saved, new.group.saved) = (new.user.effective, new.group.effective);
        let own = &mut new.capabilities;
        if new.user.effective != self.user.real || new.group.effective != self.group.real {
            own.ambient = 0;
        }
        own.permitted = own.ambient;
        let root_gets_all = !new.secure.contains(SecureBits::NO_ROOT);
        if root_gets_all && (new.user.real == 0 || new.user.effective == 0) {
            own.permitted |= own.inheritable | own.bounding;
        }
        own.effective = if root_gets_all && new.user.effective == 0 { own.permitted } else { own.ambient };
        new
    }

    /// Whether a program with these was given rights by its file: then libraries trust the environment less (`AT_SECURE`).
    pub(super) fn is_secure(&self) -> bool {
        self.user.real != self.user.effective || self.group.real != self.group.effective
    }
}

impl Process {
    /// Takes other user ids, which `change` makes of the old ones and of whether it may have any.
    pub fn change_user(&self, change: impl FnOnce(Ids, bool) -> Result<Ids>) -> Result<()> {
        let mut new = self.credentials();
        new.set_user(change(new.user, new.may(linux::CAP_SETUID))?);
        self.put_credentials(new);
        Ok(())
    }

    /// Takes other group ids likewise.
    pub fn change_group(&self, change: impl FnOnce(Ids, bool) -> Result<Ids>) -> Result<()> {
        let mut new = self.credentials();
        new.group = change(new.group, new.may(linux::CAP_SETGID))?;
        self.put_credentials(new);
        Ok(())
    }

    /// Changes what is no id.
    pub fn change_rights<R>(&self, change: impl FnOnce(&mut Credentials) -> Result<R>) -> Result<R> {
        change(&mut self.credentials.lock())
    }

    pub(super) fn put_credentials(&self, new: Credentials) {
        let (user, group) = (new.user.effective, new.group.effective);
        self.change_file_ids(|ids| (ids.user, ids.group) = (user, group));
        let old = core::mem::replace(&mut *self.credentials.lock(), new);
        if (old.user.effective, old.group.effective) != (user, group) {
            // What it holds may be somebody else's secret now.
            self.dumpable.store(0, Ordering::Relaxed);
            self.parent_death_signal.store(0, Ordering::Relaxed);
        }
    }

    /// Takes those of a program that it runs now.
    pub(super) fn take_program_credentials(&self, new: Credentials) {
        let old = self.credentials();
        if old != new {
            self.put_credentials(new);
        }
        self.dumpable.store(u8::from(!new.is_secure()), Ordering::Relaxed);
        if new.is_secure() {
            self.parent_death_signal.store(0, Ordering::Relaxed);
        }
    }
}
