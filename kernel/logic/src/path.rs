//! Paths as programs write them, taken apart: path_resolution(7). Paths are bytes, not text.
//!
//! `fs::lookup` walks the components. `.` and `..` are told apart, and a slash at the end is kept as "must be a directory".

use crate::errno::{Errno, Result};

/// The longest name in a directory.
pub const NAME_MAX: usize = linux_raw_sys::general::NAME_MAX as usize;

/// The longest path with the NUL at its end.
pub const PATH_MAX: usize = linux_raw_sys::general::PATH_MAX as usize;

/// A path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Path<'a> {
    bytes: &'a [u8],
}

/// One step on the way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Component<'a> {
    /// `.`: stay, in what must be a directory.
    Current,
    /// `..`: up.
    Parent,
    /// Down, to a name of 1 to 255 bytes.
    Name(&'a [u8]),
}

impl<'a> Component<'a> {
    /// As it stands in the path.
    pub fn bytes(self) -> &'a [u8] {
        match self {
            Component::Current => b".",
            Component::Parent => b"..",
            Component::Name(name) => name,
        }
    }
}

/// The components of a path, each an error if its name is too long: Linux tells so only when it comes to that name.
#[derive(Clone, Copy, Debug)]
pub struct Components<'a> {
    rest: &'a [u8],
}

impl<'a> Path<'a> {
    /// A path without its NUL: `ENOENT` if it is empty, `ENAMETOOLONG` if it is too long. What follows a NUL in it does not count.
    pub fn new(bytes: &'a [u8]) -> Result<Path<'a>> {
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        match bytes.get(..end) {
            None | Some([]) => Err(Errno::ENOENT),
            Some(bytes) if bytes.len() >= PATH_MAX => Err(Errno::ENAMETOOLONG),
            Some(bytes) => Ok(Path { bytes }),
        }
    }

    /// Its bytes.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// Whether it begins at the root.
    pub fn is_absolute(self) -> bool {
        self.bytes.first() == Some(&b'/')
    }

    /// Whether it ends with a slash, so that it must lead to a directory.
    pub fn must_be_directory(self) -> bool {
        self.bytes.last() == Some(&b'/')
    }

    /// Its components, in order.
    pub fn components(self) -> Components<'a> {
        Components { rest: self.bytes }
    }

    /// The way to the last component, and that component, for calls that make or remove a name. `None` for the root itself.
    /// The way may be empty.
    pub fn split_last(self) -> Option<(Components<'a>, Result<Component<'a>>)> {
        let end = self.bytes.iter().rposition(|&byte| byte != b'/')? + 1;
        let start = self.bytes[..end].iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
        Some((Components { rest: &self.bytes[..start] }, component(&self.bytes[start..end])))
    }
}

impl<'a> Components<'a> {
    /// Whether none are left.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.rest.iter().all(|&byte| byte == b'/')
    }

    /// What was not walked yet, as it stands in the path.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Components<'a> {
    type Item = Result<Component<'a>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let mut rest = self.rest;
        while let [b'/', behind @ ..] = rest {
            rest = behind;
        }
        if rest.is_empty() {
            return None;
        }
        let (mut end, mut bytes) = (0, rest.iter());
        while bytes.next().is_some_and(|&byte| byte != b'/') {
            end += 1;
        }
        let (name, rest) = rest.split_at(end);
        self.rest = rest;
        Some(component(name))
    }
}

/// Where a name lies in a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// Where it begins.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// No name comes after it.
    pub last: bool,
}

/// The next name of a path from a place on: as [`Components`] gives them, but by their places, for who goes through a path that may
/// become another on the way. `None` if only slashes are left.
pub fn step(path: &[u8], from: usize) -> Result<Option<Step>> {
    let is_slash = |at: usize| path.get(at) == Some(&b'/');
    let mut start = from;
    while is_slash(start) {
        start += 1;
    }
    let mut end = start;
    while end < path.len() && !is_slash(end) {
        end += 1;
    }
    let mut next = end;
    while is_slash(next) {
        next += 1;
    }
    match end.saturating_sub(start) {
        0 => Ok(None),
        length if length > NAME_MAX => Err(Errno::ENAMETOOLONG),
        _ => Ok(Some(Step { start, end, last: next >= path.len() })),
    }
}

#[inline]
fn component(name: &[u8]) -> Result<Component<'_>> {
    match name {
        [b'.'] => Ok(Component::Current),
        [b'.', b'.'] => Ok(Component::Parent),
        name if name.len() > NAME_MAX => Err(Errno::ENAMETOOLONG),
        name => Ok(Component::Name(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use alloc::{vec, vec::Vec};

    /// The components, with their names as text.
    fn split(path: &str) -> Vec<Component<'_>> {
        Path::new(path.as_bytes()).unwrap().components().map(Result::unwrap).collect()
    }

    /// The components as `step` goes through them.
    fn steps(text: &[u8]) -> Vec<Result<Component<'_>>> {
        let (mut found, mut at) = (Vec::new(), 0);
        while let Some(Step { start, end, last }) = step(text, at).unwrap() {
            assert_eq!(last, text[end..].iter().all(|&byte| byte == b'/'));
            found.push(component(&text[start..end]));
            at = end;
        }
        found
    }

    #[test]
    fn components_of_paths() {
        use Component::{Current, Name, Parent};
        assert_eq!(split("/a//bc/"), [Name(b"a"), Name(b"bc")]);
        assert_eq!(split("./.././...a"), [Current, Parent, Current, Name(b"...a")]);
        assert_eq!(split("///"), []);
        assert_eq!(split(" "), [Name(b" ")]);
    }

    #[test]
    fn absolute_and_directory() {
        let path = |text: &'static str| Path::new(text.as_bytes()).unwrap();
        assert!(path("/").is_absolute() && path("/").must_be_directory());
        assert!(!path("a/").is_absolute() && path("a/").must_be_directory());
        assert!(!path("a/b").must_be_directory());
    }

    #[test]
    fn the_last_component() {
        for (text, way, last) in [("a", "", "a"), ("/a/b//", "/a/", "b"), ("a/..", "a/", ".."), ("//x", "//", "x")] {
            let (before, found) = Path::new(text.as_bytes()).unwrap().split_last().unwrap();
            assert_eq!((before.rest(), found), (way.as_bytes(), component(last.as_bytes())));
        }
        assert!(Path::new(b"//").unwrap().split_last().is_none());
    }

    #[test]
    fn limits() {
        assert_eq!(Path::new(b""), Err(Errno::ENOENT));
        assert_eq!(Path::new(b"\0a"), Err(Errno::ENOENT));
        assert_eq!(Path::new(b"a\0b").unwrap().bytes(), b"a");
        let long = vec![b'/'; PATH_MAX];
        assert_eq!(Path::new(&long), Err(Errno::ENAMETOOLONG));
        assert!(Path::new(&long[1..]).is_ok());
        let name = vec![b'x'; NAME_MAX + 1];
        assert_eq!(Path::new(&name).unwrap().components().next(), Some(Err(Errno::ENAMETOOLONG)));
        assert_eq!(Path::new(&name).unwrap().split_last().unwrap().1, Err(Errno::ENAMETOOLONG));
        assert!(Path::new(&name[1..]).unwrap().components().next().unwrap().is_ok());
        assert_eq!(step(&name, 0), Err(Errno::ENAMETOOLONG));
        assert!(step(&name, 1).is_ok_and(|step| step.is_some_and(|step| step.last)));
    }

    #[test]
    fn agrees_with_splitting_text() {
        let mut random = Random(31);
        for _ in 0..5000 {
            let text: Vec<u8> = (0..1 + random.below(12)).map(|_| b"/.a"[random.below(3) as usize]).collect();
            let path = Path::new(&text).unwrap();
            let expected: Vec<_> =
                text.split(|&byte| byte == b'/').filter(|name| !name.is_empty()).map(component).collect();
            assert_eq!(path.components().collect::<Vec<_>>(), expected);
            let halves = path.split_last().map(|(way, last)| way.chain([last]).collect::<Vec<_>>());
            assert_eq!(halves.unwrap_or_default(), expected);
            assert_eq!(path.components().is_empty(), expected.is_empty());
            assert_eq!(steps(&text), expected);
        }
    }
}
