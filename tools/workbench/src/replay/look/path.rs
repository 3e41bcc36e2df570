//! A path to a value: a static, then fields and indices.

/// What was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Path {
    /// What a pointer at its end points to is meant (`*` before it).
    pub behind: bool,
    /// The static, with its path or the end of it.
    pub name: String,
    /// From there.
    pub steps: Vec<Step>,
}

/// A step of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// `.name`, or `.0` of a tuple.
    Field(String),
    /// `[3]`: of an array or a list the place, of a map the key.
    Index(u64),
}

impl Path {
    /// Reads one; nothing if it is something else.
    pub fn parse(text: &str) -> Option<Path> {
        let (behind, text) = text.strip_prefix('*').map_or((false, text), |rest| (true, rest));
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let end = text.find(|letter: char| !is_word(letter) && letter != ':').unwrap_or(text.len());
        let (name, mut rest) = text.split_at(end);
        name.chars().next().filter(|first| first.is_alphabetic() || *first == '_')?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let step;
            if let Some(behind) = rest.strip_prefix('.') {
                let (word, after) = behind.split_at(behind.find(|letter| !is_word(letter)).unwrap_or(behind.len()));
                step = Step::Field(Some(word).filter(|word| !word.is_empty())?.to_string());
                rest = after;
            } else {
                let (number, after) = rest.strip_prefix('[')?.split_once(']')?;
                step = Step::Index(match number.strip_prefix("0x") {
                    Some(digits) => u64::from_str_radix(digits, 16).ok()?,
                    None => number.parse().ok()?,
                });
                rest = after;
            }
            steps.push(step);
        }
        Some(Path { behind, name: name.to_string(), steps })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read() {
        let path = Path::parse("*task::ALL[0x10].name.0").unwrap();
        assert!(path.behind && path.name == "task::ALL");
        let field = |name: &str| Step::Field(name.to_string());
        assert_eq!(path.steps, [Step::Index(16), field("name"), field("0")]);
        assert!(Path::parse("ALL").unwrap().steps.is_empty());
        for other in ["", "0x10", "ALL+16", "ALL.", "ALL[x]", "ALL[1", "(ALL as *const u8)", "ALL.a b", "$rsp"] {
            assert_eq!(Path::parse(other), None, "{other}");
        }
    }
}
