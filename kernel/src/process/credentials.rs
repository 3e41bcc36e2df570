//! Whose process it is: credentials(7). The ids that files see are in the process's `fs::Lookup`.

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

/// The user and the group of a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Credentials {
    /// The user.
    pub user: Ids,
    /// The group.
    pub group: Ids,
}

impl Credentials {
    /// Whether permissions hardly bind.
    pub fn is_root(&self) -> bool {
        self.user.effective == 0
    }

    /// Whether it may send signals to another: kill(2).
    pub fn may_signal(&self, other: &Credentials) -> bool {
        let theirs = [other.user.real, other.user.saved];
        self.is_root() || theirs.contains(&self.user.real) || theirs.contains(&self.user.effective)
    }
}
