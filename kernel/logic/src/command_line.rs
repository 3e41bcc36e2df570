//! The kernel's command line: words `key` or `key=value` between blanks; double quotes keep blanks in a value.
//!
//! As in Linux, the quotes may stand around the value (`init="/a b"`) or around the whole word (`"init=/a b"`). What is wrong in it,
//! such as a quote that is never closed, is taken as well as it can be.

/// One word of a command line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Word<'a> {
    /// What stands before the `=`, or the whole word.
    pub key: &'a str,
    /// What stands behind it, if there is one, without quotes.
    pub value: Option<&'a str>,
}

/// The words of a command line, in order.
pub fn words(line: &str) -> impl Iterator<Item = Word<'_>> {
    let mut rest = line;
    core::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let mut quoted = false;
        let end = rest.find(|c: char| {
            quoted ^= c == '"';
            c.is_whitespace() && !quoted
        });
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        let word = unquote(word);
        Some(match word.split_once('=') {
            Some((key, value)) => Word { key, value: Some(unquote(value)) },
            None => Word { key: word, value: None },
        })
    })
}

/// The value of the last word with this key: later words win.
pub fn get<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    words(line).filter(|word| word.key == key).last()?.value
}

/// The values of all words with this key, in order.
pub fn values<'a>(line: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    words(line).filter(move |word| word.key == key).filter_map(|word| word.value)
}

/// Whether there is a word with this key, with or without a value.
pub fn has(line: &str, key: &str) -> bool {
    words(line).any(|word| word.key == key)
}

/// A word without the quotes at its ends.
fn unquote(word: &str) -> &str {
    match word.strip_prefix('"') {
        Some(inner) => inner.strip_suffix('"').unwrap_or(inner),
        None => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use alloc::{string::String, vec::Vec};

    #[test]
    fn words_and_values() {
        let line = " quiet root=/dev/vda  init=\"/a b\" \"name=x y\" empty= root=initrd a=b=c\tlast";
        let found: Vec<_> = words(line).map(|word| (word.key, word.value)).collect();
        assert_eq!(
            found,
            [
                ("quiet", None),
                ("root", Some("/dev/vda")),
                ("init", Some("/a b")),
                ("name", Some("x y")),
                ("empty", Some("")),
                ("root", Some("initrd")),
                ("a", Some("b=c")),
                ("last", None),
            ]
        );
        assert_eq!(get(line, "root"), Some("initrd"));
        assert_eq!(get(line, "quiet"), None);
        assert!(values(line, "root").eq(["/dev/vda", "initrd"]) && values(line, "quiet").count() == 0);
        assert_eq!(get(line, "oot"), None);
        assert!(has(line, "quiet") && has(line, "root") && !has(line, "selftest"));
    }

    #[test]
    fn odd_quotes() {
        assert_eq!(get("a=\"b c", "a"), Some("b c"));
        assert_eq!(get("a=b\"c d\"e f", "a"), Some("b\"c d\"e"));
        assert_eq!(words("\"").count(), 1);
        assert_eq!(words("").count(), 0);
    }

    #[test]
    fn any_line_can_be_read() {
        let mut random = Random(5);
        for _ in 0..2000 {
            let line: String =
                (0..random.below(20)).map(|_| ['a', '=', '"', ' ', 'é'][random.below(5) as usize]).collect();
            let length: usize = words(&line).map(|word| word.key.len() + word.value.map_or(0, str::len)).sum();
            assert!(length <= line.len());
        }
    }
}
