//! Parsers for the values of `bin/run`'s options, each of which refuses a wrong value with the reason.

use std::ffi::OsString;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// The most processors of QEMU's PC.
const MOST_PROCESSORS: u32 = 255;

/// The memory of a machine, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Memory(pub u64);

impl Memory {
    /// The most that is taken: the memory that a processor with 40 bits of physical address has beside its devices.
    const MOST: Memory = Memory(1023 << 30);

    /// Returns a size rounded up to whole MiB, as a person tells it.
    pub fn in_mebibytes(bytes: u64) -> String {
        format!("{}M", bytes.div_ceil(1 << 20))
    }
}

impl Default for Memory {
    fn default() -> Memory {
        Memory(256 << 20)
    }
}

/// Formats it as QEMU takes it.
impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1 << 30, "G"), (1 << 20, "M"), (1 << 10, "K"), (1, "B")];
        let (unit, letter) = units.into_iter().find(|(unit, _)| self.0.is_multiple_of(*unit)).unwrap_or((1, "B"));
        write!(f, "{}{letter}", self.0 / unit)
    }
}

impl FromStr for Memory {
    type Err = String;

    fn from_str(text: &str) -> Result<Memory, String> {
        let (digits, unit) = match text.chars().next_back() {
            Some('k' | 'K') => (&text[..text.len() - 1], 1 << 10),
            Some('g' | 'G') => (&text[..text.len() - 1], 1 << 30),
            Some('m' | 'M') => (&text[..text.len() - 1], 1 << 20),
            _ => (text, 1 << 20),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("a whole number is needed, with K, M (as without a letter) or G behind it".into());
        }
        let memory = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).map(Memory);
        match memory {
            Some(Memory(0)) => Err("a machine without any memory does not run".into()),
            Some(memory) if memory <= Memory::MOST => Ok(memory),
            _ => Err(format!("{} are the most that the processor can address", Memory::MOST)),
        }
    }
}

/// Parses a number of processors.
pub fn processors(text: &str) -> Result<NonZeroU32, String> {
    let number = text.parse().ok().filter(|number: &NonZeroU32| number.get() <= MOST_PROCESSORS);
    number.ok_or_else(|| format!("the machine may have 1 to {MOST_PROCESSORS} processors"))
}

/// Parses a model of processor, as far as that can be done without QEMU.
pub fn processor(text: &str) -> Result<String, String> {
    named(text, "cpu", "a processor")
}

/// Parses a type of machine, which must have a PC's devices.
pub fn machine(text: &str) -> Result<String, String> {
    let name = text.split(',').next().unwrap_or_default();
    if ["pc", "q35"].contains(&name) || name.starts_with("pc-") {
        return Ok(text.to_string());
    }
    named(text, "machine", "a machine")?;
    Err("it has to be a PC with PCI: pc, q35, or one of their versions, as qemu-system-x86_64 -machine help lists"
        .into())
}

/// Refuses an empty name, and a request for QEMU's list of names.
fn named(text: &str, option: &str, what: &str) -> Result<String, String> {
    match text.split(',').next().unwrap_or_default() {
        "" | "help" | "?" => {
            Err(format!("the name of {what} is needed (qemu-system-x86_64 -{option} help lists them)"))
        }
        _ => Ok(text.to_string()),
    }
}

/// Parses a port of this host and one of the machine.
pub fn ports(text: &str) -> Result<(u16, u16), String> {
    let port = |port: &str| match port.parse() {
        Ok(0) | Err(_) => Err(format!("{port:?} is no port: it has to be 1 to 65535")),
        Ok(number) => Ok(number),
    };
    let (host, guest) = text.split_once(':').ok_or("two ports are needed: HOSTPORT:GUESTPORT")?;
    Ok((port(host)?, port(guest)?))
}

/// Parses a variable of the environment.
pub fn variable(text: &str) -> Result<OsString, String> {
    match text.split_once('=') {
        Some((name, _)) if !name.is_empty() => Ok(text.into()),
        Some(_) => Err("the variable has no name: NAME=VALUE is needed".into()),
        None => Err("NAME=VALUE is needed".into()),
    }
}

/// Parses a time.
pub fn seconds(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|&seconds: &f64| seconds > 0.0 && seconds < 1e9);
    number.ok_or_else(|| "a number of seconds is needed, more than 0 and less than 1e9".into())
}

/// Further words for QEMU, taken apart as a shell would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QemuWords(pub Vec<String>);

impl FromStr for QemuWords {
    type Err = String;

    fn from_str(text: &str) -> Result<QemuWords, String> {
        match shlex::split(text) {
            None => Err("a quote is not closed".into()),
            Some(words) if words.is_empty() => Err("an option of QEMU's is needed, such as \"-device edu\"".into()),
            Some(words) => Ok(QemuWords(words)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_told() {
        for (text, bytes, told) in [
            ("256", 256 << 20, "256M"),
            ("64m", 64 << 20, "64M"),
            ("1024M", 1 << 30, "1G"),
            ("17000K", 17000 << 10, "17000K"),
            ("2G", 2 << 30, "2G"),
        ] {
            let memory: Memory = text.parse().unwrap();
            assert_eq!((memory.0, memory.to_string().as_str()), (bytes, told), "{text}");
        }
        for wrong in ["", "M", "0", "0G", "-5", "+5", "1X", "1.5G", "5 M", "99999999999999999999G", "1T", "1024G", "ä"]
        {
            assert!(wrong.parse::<Memory>().is_err(), "{wrong:?}");
        }
        assert_eq!(Memory::in_mebibytes((16 << 20) + 1), "17M");
    }

    #[test]
    fn only_what_has_the_devices_of_a_pc_is_a_machine() {
        for right in ["pc", "q35", "pc-i440fx-7.2", "pc-q35-7.2,hpet=off", "pc,acpi=off"] {
            assert_eq!(machine(right).as_deref(), Ok(right));
        }
        for wrong in ["", "help", "none", "isapc", "microvm", "pcx", "q35-7.2"] {
            assert!(machine(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn words_for_qemu_are_taken_apart_as_a_shell_does() {
        let words: QemuWords = "-device 'edu,id=a b' -trace \"x\\\"y\"".parse().unwrap();
        assert_eq!(words.0, ["-device", "edu,id=a b", "-trace", "x\"y"]);
        assert!("-device 'edu".parse::<QemuWords>().is_err());
        assert!(" ".parse::<QemuWords>().is_err());
    }
}
