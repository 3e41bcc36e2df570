//! Sizes as a person writes them: a number of bytes, or of K, M, G or T, each 1024 of the one before.

const UNITS: [(char, u32); 4] = [('T', 40), ('G', 30), ('M', 20), ('K', 10)];

/// Reads a size, in bytes.
pub fn parse(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.char_indices().next_back() {
        Some((at, letter)) if letter.is_ascii_alphabetic() => {
            let unit = UNITS.iter().find(|(unit, _)| *unit == letter.to_ascii_uppercase());
            (&text[..at], unit.ok_or_else(|| format!("the unit {letter:?} is none of K, M, G and T"))?.1)
        }
        _ => (text, 0),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("a number is needed, with K, M, G or T behind it or without: 64M".into());
    }
    let number = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift));
    number.ok_or_else(|| "this is more than any disk has".into())
}

/// A size in the largest unit of which it is a multiple.
pub fn describe(bytes: u64) -> String {
    let unit = UNITS.iter().find(|(_, shift)| bytes > 0 && bytes.is_multiple_of(1 << shift));
    unit.map_or(bytes.to_string(), |(unit, shift)| format!("{}{unit}", bytes >> shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_every_unit() {
        assert_eq!(parse("512"), Ok(512));
        assert_eq!((parse("64M"), parse("64m")), (Ok(64 << 20), Ok(64 << 20)));
        assert_eq!((parse("3K"), parse("2G"), parse("1T")), (Ok(3072), Ok(2 << 30), Ok(1 << 40)));
        for wrong in ["", "M", "64X", "64MB", "-1", "+1", "1.5G", "64 M", "ä", "0x10"] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
        assert!(parse("99999999999T").unwrap_err().contains("more than any disk"));
    }

    #[test]
    fn sizes_are_shown_in_the_largest_unit() {
        for text in ["1T", "3G", "1025M", "7K", "513", "0"] {
            assert_eq!(describe(parse(text).unwrap()), text);
        }
    }
}
