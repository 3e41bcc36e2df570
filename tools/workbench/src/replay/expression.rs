//! What `bin/when` watches: `NAME`, `0xADDRESS`, `0xADDRESS@0xCR3` or `phys:0xADDRESS`, then `+OFFSET` and `/BYTES` where wanted.
//!
//! NAME is a static of the kernel, with its path or the end of it (`table::TABLE`). Its length is the default, up to
//! [`LONGEST`]; an address stands for eight bytes. Whatever else is an expression for gdb (typed.rs).

use super::look::Path;
use super::pages::Space;
use anyhow::{Context, Result, bail, ensure};
use object::{Object, ObjectSymbol, SymbolKind};

/// The longest memory that is watched, in bytes.
pub const LONGEST: u64 = 4096;
/// What an address stands for, in bytes.
const WORD: u64 = 8;

/// Memory that can be watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// Where it begins.
    pub place: Place,
    /// How long it is, in bytes.
    pub length: usize,
}

/// Where memory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At an address of the kernel's half, the same in all spaces.
    Kernel(u64),
    /// At an address of a program, in this space or that in which the processor is.
    Program(u64, Option<Space>),
    /// At a physical address.
    Physical(u64),
}

impl Watch {
    /// Where it begins, whatever the address means.
    pub fn address(&self) -> u64 {
        match self.place {
            Place::Kernel(address) | Place::Program(address, _) | Place::Physical(address) => address,
        }
    }
}

/// A static's name, address and length.
pub type Symbol = (String, u64, u64);

/// The statics of a linked kernel.
pub fn statics(kernel: &object::File<'_>) -> Vec<Symbol> {
    let data = |symbol: &object::Symbol<'_, '_>| symbol.kind() == SymbolKind::Data;
    let named = |symbol: object::Symbol<'_, '_>| {
        let name = format!("{:#}", rustc_demangle::demangle(symbol.name().ok()?));
        Some((name, symbol.address(), symbol.size()))
    };
    kernel.symbols().filter(data).filter_map(named).collect()
}

/// Reads an expression; nothing if it is none of the forms that are known here.
pub fn parse(expression: &str, statics: &[Symbol]) -> Result<Option<Watch>> {
    let (place, length) = split(expression, '/')?;
    let (place, offset) = split(place, '+')?;
    let offset = offset.unwrap_or(0);
    let moved = |start: u64| start.checked_add(offset).context("the offset leads out of all addresses");
    let (place, whole) = if let Some(address) = place.strip_prefix("phys:") {
        (Place::Physical(moved(number(address)?)?), WORD)
    } else if place.starts_with(|first: char| first.is_ascii_digit()) {
        (virtual_place(place, moved)?, WORD)
    } else if is_path(place) {
        let (_, address, length) = match find(place, statics) {
            Ok(symbol) => symbol,
            // It may be a variable of a function.
            Err(_) if !is_like_static(place) => return Ok(None),
            Err(error) => return Err(error),
        };
        ensure!(offset < *length, "{place} has only {length} bytes");
        (Place::Kernel(moved(*address)?), length - offset)
    } else {
        return Ok(None);
    };
    let length = length.unwrap_or(whole.clamp(1, LONGEST));
    ensure!((1..=LONGEST).contains(&length), "only 1 to {LONGEST} bytes can be watched, not {length}");
    Ok(Some(Watch { place, length: usize::try_from(length)? }))
}

/// Refuses what cannot be meant, whatever is in memory.
pub fn check(text: &str, statics: &[Symbol]) -> Result<()> {
    parse(text, statics)?;
    match Path::parse(text) {
        Some(path) if is_like_static(&path.name) => find(&path.name, statics).map(drop),
        _ => Ok(()),
    }
}

/// What stands before a mark, and the number behind it; all if there is none.
fn split(text: &str, mark: char) -> Result<(&str, Option<u64>)> {
    match text.rsplit_once(mark) {
        Some((before, behind)) if behind.starts_with(|first: char| first.is_ascii_digit()) => {
            Ok((before, Some(number(behind)?)))
        }
        _ => Ok((text, None)),
    }
}

/// A virtual address; a program's perhaps with its space.
fn virtual_place(text: &str, moved: impl Fn(u64) -> Result<u64>) -> Result<Place> {
    let (address, space) = match text.split_once('@') {
        Some((address, space)) => (address, Some(Space::from_register(number(space)?))),
        None => (text, None),
    };
    let address = moved(number(address)?)?;
    Ok(if address >> 63 == 1 { Place::Kernel(address) } else { Place::Program(address, space) })
}

/// Whether this is a name with its path, and nothing else.
pub fn is_path(text: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || "_:".contains(c);
    text.starts_with(|first: char| first.is_alphabetic() || first == '_') && text.chars().all(word)
}

/// Whether a name is written as those of statics are: in capitals.
pub fn is_like_static(name: &str) -> bool {
    let last = name.rsplit("::").next().unwrap_or(name);
    last.len() > 1 && !last.contains(|letter: char| letter.is_lowercase())
}

/// The static that a name means.
pub fn find<'a>(name: &str, statics: &'a [Symbol]) -> Result<&'a Symbol> {
    let ends_so = |(whole, _, _): &&Symbol| whole == name || whole.ends_with(&format!("::{name}"));
    let found: Vec<&Symbol> = statics.iter().filter(ends_so).collect();
    let names = |symbols: &[&Symbol]| symbols.iter().map(|symbol| symbol.0.as_str()).collect::<Vec<_>>().join(", ");
    match found[..] {
        [one] => Ok(one),
        [] => {
            let last = name.rsplit("::").next().unwrap_or(name).to_lowercase();
            let alike = |symbol: &&Symbol| symbol.0.to_lowercase().contains(&last);
            let alike: Vec<&Symbol> = statics.iter().filter(alike).take(8).collect();
            let hint = if alike.is_empty() {
                "bin/when FOLDER lists all; one that is optimised out is not there".to_string()
            } else {
                format!("perhaps {}", names(&alike))
            };
            bail!("the kernel has no static {name}: {hint}")
        }
        _ => bail!("{name} is not the name of one static, but of several: {}", names(&found)),
    }
}

/// A number in decimal or, behind 0x, hexadecimal.
fn number(text: &str) -> Result<u64> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(&digits.replace('_', ""), 16),
        None => text.parse(),
    };
    number.with_context(|| format!("{text:?} is not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_become_memory() {
        let statics =
            [("a::x::LIST".into(), 0x1000, 24), ("a::y::LIST".into(), 0x2000, 4), ("b::ALL".into(), 64, 4096)];
        let watch = |place, length| Some(Watch { place, length });
        let (kernel, program) = (Place::Kernel, |address| Place::Program(address, None));
        assert_eq!(parse("a::x::LIST", &statics).unwrap(), watch(kernel(0x1000), 24));
        assert_eq!(parse("y::LIST/2", &statics).unwrap(), watch(kernel(0x2000), 2));
        assert_eq!(parse("ALL+0x10", &statics).unwrap(), watch(kernel(80), 4080));
        let high = 0xffff_8000_1234_5678;
        assert_eq!(parse("0xffff_8000_1234_5670+8/4", &statics).unwrap(), watch(kernel(high), 4));
        assert_eq!(parse("0x400000", &statics).unwrap(), watch(program(0x40_0000), 8));
        let space = Some(Space::from_register(0x5000));
        assert_eq!(parse("0x400000@0x5000/1", &statics).unwrap(), watch(Place::Program(0x40_0000, space), 1));
        assert_eq!(parse("phys:0x1000", &statics).unwrap(), watch(Place::Physical(0x1000), 8));
        for wrong in ["LIST", "NONE", "ALL/4097", "ALL/0", "0xz", "0xffffffffffffffff+1", "y::LIST+4"] {
            assert!(parse(wrong, &statics).is_err(), "{wrong}");
        }
        for typed in ["ALL.next", "*ALL", "ALL[3].0", "ALL+x", "*(0x1000 as *const u64)"] {
            assert_eq!(parse(typed, &statics).unwrap(), None, "{typed}");
        }
    }

    #[test]
    fn names_that_are_not_there_lead_to_others() {
        let statics = [("a::x::LIST".into(), 0x1000, 24)];
        let error = find("list", &statics).unwrap_err().to_string();
        assert!(error.contains("perhaps a::x::LIST"), "{error}");
    }
}
