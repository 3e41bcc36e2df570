//! `xtask features`: lists the stories in features/, so that one can be found and run by its name.

use crate::files::files_under;
use crate::project::Project;
use anyhow::{Context, Result};
use clap::Args;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::mem::take;

/// Arguments of `xtask features`.
#[derive(Args, Clone, Debug, Default)]
pub struct Stories {
    /// Only those with this text somewhere: in name, tags, steps or examples, or in the name of feature or file
    text: Option<String>,
}

/// A scenario, or an outline with the rows of its examples.
#[derive(Debug, Default)]
struct Scenario {
    name: String,
    tags: Vec<String>,
    /// The number of rows in its examples; 0 for a scenario without.
    examples: usize,
    /// Its tags, steps and examples.
    text: String,
}

/// A feature and its scenarios.
#[derive(Debug, Default)]
struct Feature {
    name: String,
    tags: Vec<String>,
    scenarios: Vec<Scenario>,
}

/// Prints them, and the command that runs them.
pub fn list(project: &Project, options: &Stories) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let (mut count, mut features) = (0, 0);
    for file in files_under(&project.path("features"))? {
        if file.extension() != Some(OsStr::new("feature")) {
            continue;
        }
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let (feature, path) = (parse(&text), file.strip_prefix(project.root()).unwrap_or(&file).display().to_string());
        let head = format!("{path}: {}{}", feature.name, told(&feature.tags));
        let of_feature = options.is_in(&head);
        let wanted = |scenario: &&Scenario| of_feature || options.is_in(&scenario.text);
        let wanted: Vec<&Scenario> = feature.scenarios.iter().filter(wanted).collect();
        if wanted.is_empty() {
            continue;
        }
        writeln!(out, "{head}")?;
        wanted.iter().try_for_each(|scenario| writeln!(out, "    {}", scenario.told()))?;
        count += wanted.iter().map(|scenario| scenario.examples.max(1)).sum::<usize>();
        features += 1;
    }
    writeln!(out, "{count} scenarios in {features} files; bin/cucumber --name REGEX runs those whose name matches")?;
    Ok(())
}

impl Stories {
    fn is_in(&self, told: &str) -> bool {
        let told = told.to_lowercase();
        self.text.as_deref().is_none_or(|text| told.contains(&text.to_lowercase()))
    }
}

impl Scenario {
    fn told(&self) -> String {
        let examples = if self.examples > 0 { format!("  ({} examples)", self.examples) } else { String::new() };
        format!("{}{examples}{}", self.name, told(&self.tags))
    }
}

/// Formats tags for the end of a line.
fn told(tags: &[String]) -> String {
    tags.iter().map(|tag| format!("  {tag}")).collect()
}

/// Reads a feature file, as far as names, tags and the number of examples go.
fn parse(text: &str) -> Feature {
    let mut reader = Reader::default();
    text.lines().for_each(|line| reader.read(line.trim()));
    reader.feature
}

/// A feature file that is being read.
#[derive(Default)]
struct Reader {
    feature: Feature,
    /// The tags that belong to what comes next.
    tags: Vec<String>,
    /// Whether a text under a step has begun and not ended.
    in_text: bool,
    /// The number of rows so far, in a table of examples.
    rows: Option<usize>,
}

impl Reader {
    fn read(&mut self, line: &str) {
        if line.starts_with('@') && !self.in_text {
            self.tags.extend(line.split_whitespace().map(String::from));
            return;
        }
        self.keep(line);
        self.in_text ^= line.starts_with("\"\"\"");
        let name = |keyword: &str| line.strip_prefix(keyword).map(|name| name.trim().to_string());
        if self.in_text {
        } else if let Some(name) = name("Feature:") {
            (self.feature.name, self.feature.tags) = (name, take(&mut self.tags));
        } else if let Some(name) = name("Scenario:").or(name("Scenario Outline:")) {
            let tags = take(&mut self.tags);
            self.feature.scenarios.push(Scenario { name, text: told(&tags), tags, examples: 0 });
            self.rows = None;
        } else if line.starts_with("Examples:") {
            // The tags of some examples are not those of all.
            let tags = told(&take(&mut self.tags));
            self.keep(&tags);
            self.rows = Some(0);
        } else if line.starts_with('|') {
            self.count_row();
        }
    }

    /// Adds a line to the text of the scenario that it is in.
    fn keep(&mut self, line: &str) {
        if let Some(scenario) = self.feature.scenarios.last_mut() {
            scenario.text.push_str(line);
            scenario.text.push('\n');
        }
    }

    /// Counts a row of a table of examples, of which the first names the columns.
    fn count_row(&mut self) {
        if let (Some(rows), Some(scenario)) = (&mut self.rows, self.feature.scenarios.last_mut()) {
            scenario.examples += usize::from(*rows > 0);
            *rows += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tags_and_examples_are_read() {
        let text = "@cor\nFeature: Boots\n  Words.\n\n  Background:\n    Given the C program /x:\n      \"\"\"\n      Scenario: none\n      | no | row |\n      \"\"\"\n\
            \n  Scenario: Once\n    When it runs with:\n      | a |\n\n  @uefi @slow\n  Scenario Outline: By <loader>\n    Given x\n\
            \n    Examples:\n      | loader |\n      | GRUB   |\n      | UEFI   |\n\n    @linux\n    Examples: more\n      | loader |\n      | other  |\n";
        let feature = parse(text);
        assert_eq!((feature.name.as_str(), &feature.tags[..]), ("Boots", &["@cor".to_string()][..]));
        let told: Vec<String> = feature.scenarios.iter().map(Scenario::told).collect();
        assert_eq!(told, ["Once", "By <loader>  (3 examples)  @uefi  @slow"]);
        let has =
            |text: &str| feature.scenarios.iter().map(|scenario| scenario.text.contains(text)).collect::<Vec<_>>();
        assert_eq!([has("| a |"), has("@linux"), has("@uefi")], [[true, false], [false, true], [false, true]]);
    }

    #[test]
    fn a_text_selects_in_any_case() {
        let stories = |text: &str| Stories { text: Some(text.into()) };
        assert!(stories("uefi").is_in("By UEFI") && !stories("grub").is_in("By UEFI") && Stories::default().is_in(""));
    }
}
