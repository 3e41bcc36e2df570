//! The folder of a recorded run: QEMU's log, the machine's state at the start, the files that it was started with, and `machine.json`,
//! its command line. File names in there are relative (`@/…`), so that the folder may be moved.

use crate::command;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What stands for the folder in the command line.
const HERE: &str = "@/";
/// The name of the machine's state at the start, in `state.qcow2`.
const START: &str = "start";

/// A recorded run, or one that is being recorded.
pub struct Recording {
    folder: PathBuf,
}

impl Recording {
    /// A folder for a new one. What a recording left there before is replaced.
    pub fn create(folder: &Path) -> Result<Recording> {
        if folder.join("machine.json").is_file() {
            fs::remove_dir_all(folder).with_context(|| format!("cannot replace {}", folder.display()))?;
        }
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let folder = folder.canonicalize()?;
        ensure!(folder.read_dir()?.next().is_none(), "{} is neither empty nor a recording", folder.display());
        let mut image = Command::new("qemu-img");
        image.args(["create", "-q", "-f", "qcow2"]).arg(folder.join("state.qcow2")).arg("64M");
        command::run(&mut image)?;
        Ok(Recording { folder })
    }

    /// One that was made.
    pub fn open(folder: &Path) -> Result<Recording> {
        ensure!(folder.join("machine.json").is_file(), "{} is not the folder of a recording", folder.display());
        Ok(Recording { folder: folder.canonicalize()? })
    }

    /// A file of it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The words for QEMU that record.
    pub fn words(&self) -> Vec<OsString> {
        words("record").map(|word| self.absolute(&word)).to_vec()
    }

    /// Copies the linked kernel, which knows functions and lines, and notes the command line.
    pub fn note_machine(&self, linked_kernel: &Path, line: &[OsString]) -> Result<()> {
        fs::copy(linked_kernel, self.file("kernel"))
            .with_context(|| format!("cannot copy {}", linked_kernel.display()))?;
        let words: Vec<String> = line.iter().map(|word| self.relative(word)).collect();
        self.save(&json!({ "qemu": words }))
    }

    /// QEMU's words for a machine that plays it, and whose state at the start is copied to a file of its own: several may play at once.
    pub fn line(&self, state: &Path) -> Result<Vec<OsString>> {
        fs::copy(self.file("state.qcow2"), state).context("cannot copy the recording's state")?;
        let own_state = format!("if=none,id=state,format=qcow2,file={}", state.display());
        let (record, replay) = (words("record"), words("replay"));
        let machine = self.load()?;
        let line = machine["qemu"].as_array().context("machine.json has no command line")?;
        let word = |word: &Value| {
            let word = word.as_str().unwrap_or_default();
            match record.iter().position(|recorded| recorded == word) {
                Some(3) => own_state.clone().into(),
                Some(place) => self.absolute(&replay[place]),
                None => self.absolute(word),
            }
        };
        Ok(line.iter().map(word).collect())
    }

    /// How many instructions it has.
    pub fn length(&self) -> Result<u64> {
        self.load()?["instructions"].as_u64().context("the run was cut off before QEMU could say how long it was")
    }

    /// Notes how many instructions it has.
    pub fn note_length(&self, instructions: u64) -> Result<()> {
        let mut machine = self.load()?;
        machine["instructions"] = instructions.into();
        self.save(&machine)
    }

    fn load(&self) -> Result<Value> {
        let path = self.file("machine.json");
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))
    }

    fn save(&self, machine: &Value) -> Result<()> {
        fs::write(self.file("machine.json"), format!("{machine:#}\n")).context("cannot write machine.json")
    }

    fn absolute(&self, word: &str) -> OsString {
        word.replace(HERE, &format!("{}/", self.folder.display())).into()
    }

    fn relative(&self, word: &OsStr) -> String {
        word.to_string_lossy().replace(&format!("{}/", self.folder.display()), HERE)
    }
}

/// What makes QEMU record or replay. The state needs a disk to be kept on; the machine does not see it.
fn words(mode: &str) -> [String; 4] {
    [
        "-icount".into(),
        format!("shift=0,rr={mode},rrfile={HERE}log,rrsnapshot={START}"),
        "-drive".into(),
        format!("if=none,id=state,format=qcow2,file={HERE}state.qcow2"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_may_be_moved() {
        let scratch = tempfile::tempdir().unwrap();
        let (first, second) = (scratch.path().join("first"), scratch.path().join("second"));
        let recording = Recording::create(&first).unwrap();
        fs::write(scratch.path().join("linked"), "").unwrap();
        let mut line = recording.words();
        line.push(recording.file("cor.elf").into());
        recording.note_machine(&scratch.path().join("linked"), &line).unwrap();
        recording.note_length(7).unwrap();
        fs::rename(&first, &second).unwrap();
        let moved = Recording::open(&second).unwrap();
        let state = scratch.path().join("state");
        let line: Vec<String> =
            moved.line(&state).unwrap().iter().map(|word| word.to_string_lossy().into_owned()).collect();
        assert!(line[1].contains("rr=replay") && line[1].contains("second/log"), "{line:?}");
        assert!(line[3].ends_with(&format!("file={}", state.display())) && state.is_file(), "{line:?}");
        assert!(line[4].ends_with("second/cor.elf"), "{line:?}");
        assert_eq!(moved.length().unwrap(), 7);
    }

    #[test]
    fn other_folders_are_left_alone() {
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join("letter"), "dear").unwrap();
        assert!(Recording::create(scratch.path()).is_err());
        assert!(Recording::open(scratch.path()).is_err());
        assert!(scratch.path().join("letter").exists());
    }
}
