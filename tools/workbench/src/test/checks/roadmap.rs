//! Refuses a tick in README's roadmap that names no test, or one that does not exist.

use anyhow::{Context, Result, ensure};
use std::fs;
use xtask::project::Project;

/// Checks that every ticked line of the roadmap ends with existing tests in parentheses: `features/NAME.feature`,
/// directories or programs of user/tests, or `make TARGET`.
pub fn check(project: &Project) -> Result<()> {
    let read = |name: &str| fs::read_to_string(project.path(name)).with_context(|| format!("cannot read {name}"));
    let targets = targets(&read("Makefile")?);
    let exists = |test: &Test| match test {
        Test::Path(path) => [path, &format!("{path}.c")].iter().any(|path| project.path(path).exists()),
        Test::Target(name) => targets.iter().any(|target| target == name),
    };
    let complaints = complaints(&read("README.md")?, exists);
    ensure!(complaints.is_empty(), "README.md, roadmap:\n{}", complaints.join("\n"));
    Ok(())
}

/// Proof of a tick.
#[derive(Debug, PartialEq, Eq)]
enum Test {
    /// A file or directory of the project.
    Path(String),
    /// A target of the Makefile.
    Target(String),
}

/// Returns what is wrong with the ticks of this text.
fn complaints(readme: &str, exists: impl Fn(&Test) -> bool) -> Vec<String> {
    let section = readme.lines().skip_while(|line| *line != "## Roadmap").skip(1);
    let ticks: Vec<&str> =
        section.take_while(|line| !line.starts_with("## ")).filter_map(|line| line.strip_prefix("- [x] ")).collect();
    let mut found = Vec::new();
    if ticks.is_empty() {
        found.push("no ticked line found under \"## Roadmap\"".to_string());
    }
    for tick in ticks {
        let tests = tests(tick);
        if tests.is_empty() {
            found.push(format!("no test in parentheses at the end of: {tick}"));
        }
        for test in tests.iter().filter(|test| !exists(test)) {
            let (Test::Path(name) | Test::Target(name)) = test;
            found.push(format!("{name} does not exist, but is to prove: {tick}"));
        }
    }
    found
}

/// Returns the tests that the last parentheses of a line name.
fn tests(line: &str) -> Vec<Test> {
    let Some((_, named)) = line.rsplit_once(" (") else { return Vec::new() };
    let words: Vec<&str> = named.split([' ', ',', ')', '`']).filter(|word| !word.is_empty()).collect();
    let is_path = |word: &str| word.starts_with("features/") || word.starts_with("user/");
    let paths = words.iter().filter(|word| is_path(word)).map(|word| Test::Path((*word).to_string()));
    let targets = words.windows(2).filter(|pair| pair[0] == "make").map(|pair| Test::Target(pair[1].to_string()));
    paths.chain(targets).collect()
}

/// Returns the targets of a Makefile.
fn targets(makefile: &str) -> Vec<String> {
    let rules = makefile
        .lines()
        .filter(|line| !line.starts_with(['\t', '#', '.', ' ']))
        .filter_map(|line| line.split_once(':'));
    rules.flat_map(|(names, _)| names.split_whitespace()).map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_name_tests() {
        let path = |name: &str| Test::Path(name.to_string());
        assert_eq!(tests("Boots (by GRUB) (features/boot.feature)"), [path("features/boot.feature")]);
        assert_eq!(tests("x (features/a.feature, user/tests/b)"), [path("features/a.feature"), path("user/tests/b")]);
        assert_eq!(tests("by [the bench](docs/bench.md) (`make bench`, not in all)"), [Test::Target("bench".into())]);
        assert_eq!(tests("No brackets, features/a.feature"), []);
    }

    #[test]
    fn every_tick_needs_a_test_that_exists() {
        let text = "- [x] Not here\n## Roadmap\n\n- [x] A (features/a.feature)\n- [x] B (features/b.feature)\n- [x] C\n- [ ] D\n## More\n- [x] E";
        let found = complaints(text, |test| *test == Test::Path("features/a.feature".to_string()));
        let expected = [
            "features/b.feature does not exist, but is to prove: B (features/b.feature)",
            "no test in parentheses at the end of: C",
        ];
        assert_eq!(found, expected);
        assert_eq!(complaints("# Cor\n- [x] A", |_| true).len(), 1);
    }

    #[test]
    fn targets_are_found() {
        let text = "# make x: no\nXTASK := target\n.PHONY: a\ntest: xtask\n\t@echo b: c\nall more: test\nifdef Q\n";
        assert_eq!(targets(text), ["XTASK", "test", "all", "more"]);
    }
}
