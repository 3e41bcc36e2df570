//! What a program knows of itself: arguments, variables, its file and folder, its number.

use std::env;
use std::path::Path;

fn main() {
    let arguments: Vec<_> = env::args_os().collect();
    assert!(arguments[0].to_str().is_some_and(|name| name.ends_with("environment")));
    for (name, value) in env::vars_os() {
        assert!(!name.is_empty());
        assert_eq!(env::var_os(&name), Some(value));
    }
    assert_eq!(env::var_os("NOBODY_SETS_THIS"), None);

    let folder = env::current_dir().unwrap();
    assert!(folder.is_absolute() && folder.is_dir());
    assert_eq!(env::current_exe().unwrap(), Path::new("/tests/rust/environment"));
    assert!(std::process::id() > 0);
}
