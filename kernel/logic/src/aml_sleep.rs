//! What to write to switch the machine off: the object `_S5_` in the bytes of ACPI's DSDT. ACPI specification 6.5,
//! sections 7.4.2.5 (`_S5`), 20.2.4 (package length) and 20.2.5.4 (package).
//!
//! The DSDT is a program in AML; only this one constant is read from it, by its shape:
//! `Name (_S5_, Package {first, second, …})`.

/// Values for the fields SLP_TYP of the two power management control registers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SoftOff {
    /// For PM1a_CNT.
    pub first: u8,
    /// For PM1b_CNT.
    pub second: u8,
}

const NAME: u8 = 0x08;
const ROOT: u8 = b'\\';
const PACKAGE: u8 = 0x12;
const BYTE: u8 = 0x0a;
const WORD: u8 = 0x0b;
const DOUBLE_WORD: u8 = 0x0c;

/// Looks for the object in the DSDT's bytes.
pub fn find_soft_off(aml: &[u8]) -> Option<SoftOff> {
    (0..aml.len()).filter(|&at| is_named(aml, at)).find_map(|at| package(aml.get(at + 4..)?))
}

/// Whether at `at` there is the name of a definition of `_S5_`.
fn is_named(aml: &[u8], at: usize) -> bool {
    let before = aml.get(..at).unwrap_or_default();
    let defined = before.ends_with(&[NAME]) || before.ends_with(&[NAME, ROOT]);
    defined && aml.get(at..).is_some_and(|rest| rest.starts_with(b"_S5_"))
}

/// `Package {first, second, …}`.
fn package(aml: &[u8]) -> Option<SoftOff> {
    let (&PACKAGE, rest) = aml.split_first()? else { return None };
    // The two top bits of the first length byte say how many more there are.
    let more = usize::from(rest.first()? >> 6);
    let (&count, rest) = rest.get(1 + more..)?.split_first()?;
    let (first, rest) = integer(rest)?;
    let second = if count > 1 { integer(rest)?.0 } else { first };
    (count > 0).then_some(SoftOff { first, second })
}

/// An integer's lowest byte, and what follows it.
fn integer(aml: &[u8]) -> Option<(u8, &[u8])> {
    let (&kind, rest) = aml.split_first()?;
    let bytes = match kind {
        0 | 1 => return Some((kind, rest)),
        BYTE => 1,
        WORD => 2,
        DOUBLE_WORD => 4,
        _ => return None,
    };
    Some((*rest.first()?, rest.get(bytes..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_real_machines_have_it() {
        // QEMU: Name (_S5, Package (0x04) {Zero, Zero, Zero, Zero})
        assert_eq!(find_soft_off(b"..\x08_S5_\x12\x06\x04\0\0\0\0.."), Some(SoftOff { first: 0, second: 0 }));
        // Bytes with a prefix, and a name from the root.
        assert_eq!(find_soft_off(b"\x08\\_S5_\x12\x08\x02\x0a\x05\x0a\x06"), Some(SoftOff { first: 5, second: 6 }));
        // A length of two bytes; a word and a one.
        assert_eq!(
            find_soft_off(b"\x08_S5_\x12\x48\x00\x04\x0b\x07\x00\x01\0\0"),
            Some(SoftOff { first: 7, second: 1 })
        );
        // A single element serves both.
        assert_eq!(find_soft_off(b"\x08_S5_\x12\x04\x01\x0a\x05"), Some(SoftOff { first: 5, second: 5 }));
    }

    #[test]
    fn what_only_looks_like_it_is_passed_over() {
        let aml = b"._S5_ \x08_S5_\x11 \x08_S4_\x12\x06\x04\x01\x01\0\0 \x08_S5_\x12\x06\x04\x0a\x05\x0a\x05\0\0";
        assert_eq!(find_soft_off(aml), Some(SoftOff { first: 5, second: 5 }));
    }

    #[test]
    fn damage_is_not_found() {
        let whole = b"\x08_S5_\x12\x48\x00\x04\x0c\x07\x00\x01\0\x0a\x05";
        assert!(find_soft_off(whole).is_some());
        for length in 0..whole.len() {
            assert_eq!(find_soft_off(&whole[..length]), None);
        }
        assert_eq!(find_soft_off(b"\x08_S5_\x12\x02\x00\0"), None);
    }
}
