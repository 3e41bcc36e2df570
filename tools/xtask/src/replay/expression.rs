//! What `bin/when` watches: `NAME`, `0xADDRESS` or `phys:0xADDRESS`, then `+OFFSET` and `/BYTES` where wanted.
//!
//! NAME is a static of the kernel, with its path or the end of it (`table::TABLE`). Its length is the default, up to
//! [`LONGEST`]; an address stands for eight bytes.

use anyhow::{Context, Result, bail, ensure};
use object::{Object, ObjectSymbol, SymbolKind};

/// The longest memory that is watched, in bytes.
pub const LONGEST: u64 = 64;
/// What an address stands for, in bytes.
const WORD: u64 = 8;

/// Memory that can be watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Where it begins.
    pub address: u64,
    /// How long it is, in bytes.
    pub length: usize,
    /// Whether the address is one of physical memory.
    pub physical: bool,
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

/// Reads an expression.
pub fn parse(expression: &str, statics: &[Symbol]) -> Result<Memory> {
    let (place, length) = match expression.rsplit_once('/') {
        Some((place, length)) => (place, Some(number(length)?)),
        None => (expression, None),
    };
    let (place, offset) = match place.rsplit_once('+') {
        Some((place, offset)) => (place, number(offset)?),
        None => (place, 0),
    };
    let (start, whole, physical) = if let Some(address) = place.strip_prefix("phys:") {
        (number(address)?, WORD, true)
    } else if place.starts_with(|first: char| first.is_ascii_digit()) {
        (number(place)?, WORD, false)
    } else {
        let (_, address, length) = find(place, statics)?;
        (*address, length.saturating_sub(offset), false)
    };
    let length = length.unwrap_or(whole.clamp(1, LONGEST));
    ensure!((1..=LONGEST).contains(&length), "only 1 to {LONGEST} bytes can be watched, not {length}");
    let address = start.checked_add(offset).context("the offset leads out of all addresses")?;
    Ok(Memory { address, length: usize::try_from(length)?, physical })
}

/// The static that a name means.
fn find<'a>(name: &str, statics: &'a [Symbol]) -> Result<&'a Symbol> {
    let ends_so = |(whole, _, _): &&Symbol| whole == name || whole.ends_with(&format!("::{name}"));
    let found: Vec<&Symbol> = statics.iter().filter(ends_so).collect();
    match found[..] {
        [one] => Ok(one),
        [] => bail!("the kernel has no static {name} (nm -C target/images/cor.elf lists them)"),
        _ => {
            let names: Vec<&str> = found.iter().map(|symbol| symbol.0.as_str()).collect();
            bail!("{name} may be {}", names.join(" or "))
        }
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
        let memory = |address, length, physical| Memory { address, length, physical };
        assert_eq!(parse("a::x::LIST", &statics).unwrap(), memory(0x1000, 24, false));
        assert_eq!(parse("y::LIST/2", &statics).unwrap(), memory(0x2000, 2, false));
        assert_eq!(parse("ALL+0x10", &statics).unwrap(), memory(80, 64, false));
        assert_eq!(parse("0xffff_8000+8/4", &statics).unwrap(), memory(0xffff_8008, 4, false));
        assert_eq!(parse("phys:0x1000", &statics).unwrap(), memory(0x1000, 8, true));
        for wrong in ["LIST", "NONE", "ALL/65", "ALL/0", "0xz", "ALL+x", "0xffffffffffffffff+1"] {
            assert!(parse(wrong, &statics).is_err(), "{wrong}");
        }
    }
}
