//! Making, changing and removing files and folders.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

fn main() {
    let folder = Path::new("/tmp/tests-rust");
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder.join("a/b/c")).unwrap();
    let file = folder.join("a/file");

    let mut writer = File::create_new(&file).unwrap();
    for n in 0..1000 {
        writeln!(writer, "{n}").unwrap();
    }
    assert_eq!(File::create_new(&file).unwrap_err().kind(), ErrorKind::AlreadyExists);
    OpenOptions::new().append(true).open(&file).unwrap().write_all(b"end").unwrap();
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 1001);
    assert!(text.ends_with("999\nend"));

    fs::copy(&file, folder.join("copy")).unwrap();
    fs::rename(&file, folder.join("a/b/moved")).unwrap();
    assert!(!file.exists());
    assert_eq!(fs::read_to_string(folder.join("copy")).unwrap(), text);
    writer.set_len(3).unwrap();
    assert_eq!(fs::read_to_string(folder.join("a/b/moved")).unwrap(), "0\n1");

    assert_eq!(fs::remove_dir(folder.join("a")).unwrap_err().kind(), ErrorKind::DirectoryNotEmpty);
    fs::remove_dir_all(folder).unwrap();
    assert!(!folder.exists());
}
