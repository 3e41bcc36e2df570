//! The one date that archives and images carry, whenever they are made: so the same tree gives the same bytes.

use anyhow::{Context, Result};
use std::env;

/// The variable of reproducible-builds.org, in seconds since 1970; the commands that write images heed it too.
pub const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// The date where the variable does not say another: the first of January 2026.
const DEFAULT: u32 = 1_767_225_600;

/// Returns the date of what is built, in seconds since 1970.
pub fn of_build() -> Result<u32> {
    Ok(given()?.unwrap_or(DEFAULT))
}

/// Returns the date that the variable says, if it says one.
pub fn given() -> Result<Option<u32>> {
    env::var_os(VARIABLE).map(|text| parse(&text.to_string_lossy())).transpose()
}

fn parse(text: &str) -> Result<u32> {
    text.parse().with_context(|| format!("{VARIABLE}={text} is not a number of seconds since 1970"))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_date_is_a_number_of_seconds() {
        assert_eq!(parse("1767225600").unwrap(), 1_767_225_600);
        for wrong in ["", "yesterday", "-1", "99999999999", "1 "] {
            assert!(parse(wrong).unwrap_err().to_string().contains("SOURCE_DATE_EPOCH"), "{wrong:?}");
        }
    }
}
