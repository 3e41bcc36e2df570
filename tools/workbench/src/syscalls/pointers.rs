//! Whether `user/tests/pointer` tries the pointers of every call, or says why not.

use super::calls::Call;
use super::used;
use anyhow::{Context, Result, ensure};
use std::collections::HashSet;
use std::fs;
use xtask::files;
use xtask::project::Project;

/// The tables of pointers, and the list of calls that are in none.
const FOLDER: &str = "user/tests/pointer";
const WITHOUT: &str = "without.txt";

/// An error that names the calls that are in no table and not in the list.
pub fn check(project: &Project, calls: &[Call]) -> Result<()> {
    let folder = project.path(FOLDER);
    let read =
        |file: &std::path::Path| fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()));
    let mut named = without(&read(&folder.join(WITHOUT))?);
    for file in files::files_under(&folder)? {
        named.extend(used::numbers(&read(&file)?));
    }
    let open: Vec<&str> = calls.iter().map(|call| call.name.as_str()).filter(|name| !named.contains(*name)).collect();
    ensure!(
        open.is_empty(),
        "no test of {FOLDER} tries the pointers of {}: add a line for each pointer there, or the call to {WITHOUT}",
        open.join(", ")
    );
    Ok(())
}

/// The calls of the list; its remarks begin with `#`.
fn without(text: &str) -> HashSet<String> {
    text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_read() {
        assert_eq!(without("# They do not\n\nclose dup\ndup2\n"), ["close", "dup", "dup2"].map(str::to_string).into());
    }
}
