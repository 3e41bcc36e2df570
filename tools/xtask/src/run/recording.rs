//! The folder of a recorded run: QEMU's log, the machine's state at the start, the files that it was started with, and `machine.json`,
//! its command line. File names in there are relative (`@/…`), so that the folder may be moved.
//!
//! A disk is recorded as an overlay (qcow2) over a copy of the disk as it was: the machine's state at the start is kept in the overlays,
//! and a replay writes to copies of those.

use crate::build::elf;
use crate::{command, files};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What stands for the folder in the command line.
const HERE: &str = "@/";
/// How a disk's overlay is told from other files.
const OVERLAY: &str = ".overlay";

/// A recorded run, or one that is being recorded.
pub struct Recording {
    folder: PathBuf,
}

/// Where the machine's state at the start is.
const STATE: &str = "state.qcow2";

impl Recording {
    /// The name of the machine's state at the start.
    pub const START: &str = "start";

    /// A folder for a new one. What a recording left there before is replaced.
    pub fn create(folder: &Path) -> Result<Recording> {
        if folder.join("machine.json").is_file() {
            fs::remove_dir_all(folder).with_context(|| format!("cannot replace {}", folder.display()))?;
        }
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let folder = folder.canonicalize()?;
        ensure!(folder.read_dir()?.next().is_none(), "{} is neither empty nor a recording", folder.display());
        qemu_img(&[folder.join(STATE).as_ref(), "64M".as_ref()])?;
        Ok(Recording { folder })
    }

    /// One that was made.
    pub fn open(folder: &Path) -> Result<Recording> {
        let hint = "(bin/run --record FOLDER makes one)";
        ensure!(folder.is_dir(), "there is no folder {} {hint}", folder.display());
        ensure!(folder.join("machine.json").is_file(), "{} is not the folder of a recording {hint}", folder.display());
        Ok(Recording { folder: folder.canonicalize()? })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file of it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The words for QEMU that record.
    pub fn words(&self) -> Vec<OsString> {
        words("record", Recording::START).map(|word| self.absolute(&word)).to_vec()
    }

    /// An overlay for a disk of a certain format, which lies in this folder.
    pub fn overlay(&self, disk: &Path, format: &str) -> Result<PathBuf> {
        let overlay = disk.with_added_extension(OVERLAY.trim_start_matches('.'));
        qemu_img(&["-b".as_ref(), disk.as_ref(), "-F".as_ref(), format.as_ref(), overlay.as_ref()])?;
        Ok(overlay)
    }

    /// Copies a disk that the run is to have, as its `number`-th further one.
    pub fn copy_disk(&self, disk: &Path, number: usize) -> Result<PathBuf> {
        let copy = self.file(&format!("disk{number}.img"));
        let mut cp = Command::new("cp");
        command::run(cp.args(["--sparse=always", "--reflink=auto"]).args([disk, &copy]))?;
        Ok(copy)
    }

    /// After the run: what it wrote to a further disk goes where it would have gone.
    pub fn write_back(&self, disk: &Path, number: usize) -> Result<()> {
        let overlay = self.file(&format!("disk{number}.img{OVERLAY}"));
        let mut convert = Command::new("qemu-img");
        let format = if fs::read(disk).is_ok_and(|bytes| bytes.starts_with(b"QFI\xfb")) { "qcow2" } else { "raw" };
        convert.args(["convert", "-n", "-f", "qcow2", "-O", format]).arg(overlay).arg(disk);
        command::run(&mut convert)
    }

    /// Copies the kernel and what it was made of, which knows functions and lines, and notes the command line.
    pub fn note_machine(&self, linked: &Path, kernel: &Path, line: &[OsString]) -> Result<()> {
        let read = |file: &Path| fs::read(file).with_context(|| format!("cannot read {}", file.display()));
        ensure!(
            elf::is_made_of(&read(kernel)?, &read(linked)?),
            "{} was built again since: run make",
            linked.display()
        );
        files::copied(linked, &self.file("kernel"))?;
        files::copied(kernel, &self.file("cor.elf"))?;
        self.note_line(line)
    }

    fn note_line(&self, line: &[OsString]) -> Result<()> {
        let words: Vec<String> = line.iter().map(|word| self.relative(word)).collect();
        self.save(&json!({ "qemu": words }))
    }

    /// Copies what a replay writes to into a folder of its own: several may play at once.
    pub fn copy_disks(&self, to: &Path) -> Result<()> {
        for file in self.folder.read_dir().context("cannot read the recording")? {
            let name = file?.file_name();
            if is_disk(&name.to_string_lossy()) {
                fs::copy(self.folder.join(&name), to.join(&name)).context("cannot copy the recording's disks")?;
            }
        }
        Ok(())
    }

    /// QEMU's words for a machine that plays it from a snapshot, with its disks in a folder where they have been copied to.
    pub fn line(&self, disks: &Path, snapshot: &str) -> Result<Vec<OsString>> {
        let (record, replay) = (words("record", Recording::START), words("replay", snapshot));
        let machine = self.load()?;
        let line = machine["qemu"].as_array().context("machine.json has no command line")?;
        let word = |word: &Value| {
            let word = word.as_str().unwrap_or_default();
            match record.iter().position(|recorded| recorded == word) {
                Some(place) => self.absolute(&on_copies(&replay[place], disks)),
                None => self.absolute(&on_copies(word, disks)),
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
fn words(mode: &str, snapshot: &str) -> [String; 4] {
    [
        "-icount".into(),
        format!("shift=0,rr={mode},rrfile={HERE}log,rrsnapshot={snapshot}"),
        "-drive".into(),
        format!("if=none,id=state,format=qcow2,file={HERE}{STATE}"),
    ]
}

/// Whether a replay writes to this file of the folder.
fn is_disk(name: &str) -> bool {
    name == STATE || name.ends_with(OVERLAY)
}

/// A word with the disk in it, if there is one, replaced by its copy.
fn on_copies(word: &str, disks: &Path) -> String {
    let place = |part: &str| match part.strip_prefix("file=").and_then(|file| file.strip_prefix(HERE)) {
        Some(name) if is_disk(name) => format!("file={}/{name}", disks.display()),
        _ => part.to_string(),
    };
    word.split(',').map(place).collect::<Vec<_>>().join(",")
}

/// Makes an image for a disk that keeps snapshots.
fn qemu_img(words: &[&OsStr]) -> Result<()> {
    command::run(Command::new("qemu-img").args(["create", "-q", "-f", "qcow2"]).args(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_may_be_moved() {
        let scratch = tempfile::tempdir().unwrap();
        let (first, second) = (scratch.path().join("first"), scratch.path().join("second"));
        let recording = Recording::create(&first).unwrap();
        let mut line = recording.words();
        line.push(recording.file("cor.elf").into());
        recording.note_line(&line).unwrap();
        recording.note_length(7).unwrap();
        fs::rename(&first, &second).unwrap();
        let moved = Recording::open(&second).unwrap();
        let copies = scratch.path().join("copies");
        fs::create_dir(&copies).unwrap();
        moved.copy_disks(&copies).unwrap();
        let line: Vec<String> =
            moved.line(&copies, "here").unwrap().iter().map(|word| word.to_string_lossy().into_owned()).collect();
        assert!(line[1].contains("rr=replay") && line[1].contains("second/log"), "{line:?}");
        assert!(line[1].ends_with("rrsnapshot=here"), "{line:?}");
        assert!(line[3].ends_with("copies/state.qcow2") && copies.join("state.qcow2").is_file(), "{line:?}");
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
