//! Filter of the kernel's log by subsystem and level; parser of the boot argument `log=`.
//!
//! The argument is a list such as `info,virtio_blk=debug,fs=off`: a level alone is for all subsystems that are not named.

use arrayvec::ArrayVec;

/// Most subsystems that can be named.
const MOST: usize = 32;

/// Level of a line; as a limit, lines of this level and of those before it are recorded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Nothing.
    Off,
    /// Failures.
    Error,
    /// Possible failures.
    Warning,
    /// Events of general interest.
    Info,
    /// Steps of the boot, and details for debugging.
    Debug,
    /// Description of the machine.
    Verbose,
}

/// A filter; it borrows the command line.
#[derive(Clone, Debug)]
pub struct Filter<'a> {
    usual: Level,
    named: ArrayVec<(&'a str, Level), MOST>,
    /// The highest level that was asked for.
    asked: Level,
}

impl Level {
    /// All levels and their names.
    const NAMES: [(&'static str, Level); 6] = [
        ("off", Level::Off),
        ("error", Level::Error),
        ("warning", Level::Warning),
        ("info", Level::Info),
        ("debug", Level::Debug),
        ("verbose", Level::Verbose),
    ];

    fn named(name: &str) -> Option<Level> {
        Level::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, level)| level)
    }
}

impl Default for Filter<'_> {
    fn default() -> Self {
        Filter::new()
    }
}

impl<'a> Filter<'a> {
    /// Records everything but `Verbose`.
    pub const fn new() -> Filter<'a> {
        Filter { usual: Level::Debug, named: ArrayVec::new_const(), asked: Level::Off }
    }

    /// Records everything of those that are not named: the boot argument `verbose`.
    pub fn be_verbose(&mut self) {
        (self.usual, self.asked) = (Level::Verbose, Level::Verbose);
    }

    /// Adds a list. An error is its first invalid part; the parts before it count. Of two for the same subsystem the later counts.
    pub fn add(&mut self, list: &'a str) -> Result<(), &'a str> {
        for part in list.split(',').filter(|part| !part.is_empty()) {
            let (subsystem, level) = part.split_once('=').map_or((None, part), |(name, level)| (Some(name), level));
            let level = Level::named(level).ok_or(part)?;
            match subsystem {
                None => self.usual = level,
                Some(name) => {
                    self.named.retain(|(old, _)| *old != name);
                    self.named.try_push((name, level)).map_err(|_| part)?;
                }
            }
            self.asked = self.asked.max(level);
        }
        Ok(())
    }

    /// Returns the level up to which a subsystem is recorded. A foreign one, a crate that is not of the kernel, is recorded up to
    /// `Warning` only, unless it is named.
    pub fn level(&self, subsystem: &str, foreign: bool) -> Level {
        let named = self.named.iter().find(|(name, _)| *name == subsystem).map(|(_, level)| *level);
        named.unwrap_or(if foreign { self.usual.min(Level::Warning) } else { self.usual })
    }

    /// Returns the highest level at which anything is recorded.
    pub fn loudest(&self) -> Level {
        self.named.iter().map(|(_, level)| *level).fold(self.usual, Level::max)
    }

    /// Whether a person asked for a level that the console does not show by itself.
    pub fn wants_all_shown(&self) -> bool {
        self.asked >= Level::Debug
    }
}

/// Returns the subsystem of a module, from its path: the kernel's folder (of drivers, the driver;
/// `init` is `boot`), the file of the crate `machine`, or else the crate.
pub fn subsystem(module: &str) -> &str {
    let mut parts = module.split("::");
    let own = parts.next().unwrap_or(module);
    match (own, parts.next()) {
        ("cor", Some("driver")) => parts.next().unwrap_or("driver"),
        ("cor", Some("init")) => "boot",
        ("cor" | "machine", Some(part)) => part,
        _ => own,
    }
}

/// Whether a module belongs to a crate that is not of the kernel.
pub fn is_foreign(module: &str) -> bool {
    !matches!(module.split("::").next(), Some("cor" | "machine"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::String};

    #[test]
    fn usually_all_but_verbose_is_recorded() {
        let filter = Filter::new();
        assert_eq!((filter.level("fs", false), filter.loudest()), (Level::Debug, Level::Debug));
        assert_eq!(filter.level("virtio_drivers", true), Level::Warning);
        assert!(!filter.wants_all_shown());
    }

    #[test]
    fn a_list_names_levels_and_subsystems() {
        let mut filter = Filter::new();
        filter.add("info,virtio_blk=debug,,fs=off,fs=error,virtio_drivers=verbose").unwrap();
        let levels = ["virtio_blk", "fs", "pci"].map(|name| filter.level(name, false));
        assert_eq!(levels, [Level::Debug, Level::Error, Level::Info]);
        assert_eq!(filter.level("virtio_drivers", true), Level::Verbose);
        assert!(filter.wants_all_shown());
        let mut quiet = Filter::new();
        quiet.add("off").unwrap();
        assert_eq!((quiet.level("pci", false), quiet.level("acpi", true)), (Level::Off, Level::Off));
        assert!(!quiet.wants_all_shown());
        let mut without_one = Filter::new();
        without_one.add("fs=off").unwrap();
        assert_eq!((without_one.level("pci", false), without_one.wants_all_shown()), (Level::Debug, false));
    }

    #[test]
    fn verbose_is_all_and_a_list_changes_it() {
        let mut filter = Filter::new();
        filter.be_verbose();
        assert_eq!((filter.level("init", false), filter.wants_all_shown()), (Level::Verbose, true));
        filter.add("fs=off").unwrap();
        assert_eq!((filter.level("init", false), filter.level("fs", false)), (Level::Verbose, Level::Off));
    }

    #[test]
    fn what_means_nothing_is_told() {
        let told = |list| Filter::new().add(list);
        assert_eq!(told("loud"), Err("loud"));
        assert_eq!(told("fs=off,pci=loud,x=off"), Err("pci=loud"));
        assert_eq!(told("pci="), Err("pci="));
        assert_eq!(told(""), Ok(()));
        let many: String = (0..=MOST).map(|number| format!("s{number}=off,")).collect();
        assert_eq!(Filter::new().add(&many), Err("s32=off"));
    }

    #[test]
    fn subsystems_come_from_modules() {
        let of =
            ["cor::fs::root::unpack", "cor::driver::virtio_blk", "cor::driver", "machine::virtio::block", "cor::init"];
        assert_eq!(of.map(subsystem), ["fs", "virtio_blk", "driver", "virtio", "boot"]);
        assert_eq!(["virtio_drivers::queue", "acpi", "cor", ""].map(subsystem), ["virtio_drivers", "acpi", "cor", ""]);
        assert_eq!(["acpi::rsdp", "machine::acpi", "cor::acpi"].map(is_foreign), [true, false, false]);
    }
}
