//! What a story has in hand.

use crate::command::Outcome;
use crate::input::Input;
use crate::machine::Machine;
use crate::terminal::Terminal;
use std::cell::Cell;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::process::Command;

/// A story's state; each story begins with a new one.
#[derive(Debug, cucumber::World)]
#[world(init = Self::new)]
pub struct World {
    /// A folder of its own.
    folder: TempDir,
    /// The machine that has been described so far.
    pub machine: Machine,
    /// What the program will read.
    pub input: Input,
    /// The arguments that it was given last.
    pub arguments: Vec<String>,
    /// What came of running it; several if it ran several times.
    pub outcomes: Vec<Outcome>,
    /// How many runs have been recorded.
    pub recordings: Cell<usize>,
    /// Images that were made, to compare.
    pub images: Vec<PathBuf>,
    /// Where a person sits, if one does.
    pub terminal: Option<Terminal>,
}

impl World {
    fn new() -> World {
        let folder = tempfile::Builder::new().prefix("cor-story-").tempdir().expect("a temporary folder");
        let root = folder.path().join("root");
        std::fs::create_dir(&root).expect("a folder for the root");
        let machine = Machine::new(root);
        World {
            folder,
            machine,
            input: Input::default(),
            arguments: Vec::new(),
            outcomes: Vec::new(),
            recordings: Cell::new(0),
            images: Vec::new(),
            terminal: None,
        }
    }

    /// A path in the story's own folder.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder of a recording.
    pub fn recording(&self, number: usize) -> PathBuf {
        self.path(format!("recording-{number}"))
    }

    /// `bin/run` for the machine that has been described, recorded if it can be; what is to run on it is to be added.
    pub fn run(&self) -> Command {
        let number = self.recordings.get();
        let recordable = self.machine.is_recordable() && self.input.is_short();
        let recording = recordable.then(|| self.recording(number));
        self.recordings.set(number + usize::from(recording.is_some()));
        self.machine.command(recording.as_deref())
    }

    /// Where a file of the root lies on this computer, its folder made.
    pub fn in_root(&self, path: &str) -> PathBuf {
        let path = self.path("root").join(path.trim_start_matches('/'));
        let folder = path.parent().expect("a path below the root");
        std::fs::create_dir_all(folder).expect("a folder in the root");
        path
    }

    /// What came of the last run.
    pub fn outcome(&self) -> &Outcome {
        self.outcomes.last().expect("something that ran before")
    }
}

/// The text that stands under a step, without the lines of its quotes.
pub fn text(step: &cucumber::gherkin::Step) -> &str {
    let text = step.docstring.as_deref().expect("a text under this step");
    let text = text.strip_prefix('\n').unwrap_or(text);
    text.trim_end_matches([' ', '\t']).strip_suffix('\n').unwrap_or(text)
}
