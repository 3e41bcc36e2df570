//! Reading files and folders.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

fn main() {
    let folder = Path::new("/tests/files");
    assert_eq!(fs::read_to_string(folder.join("hello")).unwrap(), "hello, world\n");

    let lines: Vec<_> = BufReader::new(File::open(folder.join("lines")).unwrap()).lines().map(Result::unwrap).collect();
    assert_eq!(lines.len(), 1000);
    assert_eq!(lines[999], "line 1000");

    let mut pattern = File::open(folder.join("pattern")).unwrap();
    assert_eq!(pattern.seek(SeekFrom::End(-3)).unwrap(), 65560);
    let mut end = String::new();
    pattern.read_to_string(&mut end).unwrap();
    assert_eq!(end, "end");
    assert_eq!(pattern.metadata().unwrap().len(), 65563);

    let mut names: Vec<_> =
        fs::read_dir(folder.join("folder")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["a", "bb", "ccc", "inner", "up-link"]);

    assert_eq!(fs::read_link(folder.join("link")).unwrap(), Path::new("hello"));
    assert!(fs::symlink_metadata(folder.join("link")).unwrap().is_symlink());
    assert!(fs::metadata(folder.join("link")).unwrap().is_file());
    assert_eq!(fs::canonicalize(folder.join("folder/up-link")).unwrap(), folder.join("hello"));

    assert_eq!(File::open(folder.join("nothing")).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(fs::read(folder).unwrap_err().kind(), ErrorKind::IsADirectory);
    assert_eq!(fs::read_dir(folder.join("hello")).unwrap_err().kind(), ErrorKind::NotADirectory);
}
