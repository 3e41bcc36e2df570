//! The programs of the rows app-…: this host's, and the files that they open. They go along into the root of the
//! boots that measure these rows (`bin/run --with`), so that the other rows' boots stay quick. What this host lacks is left out,
//! and the row is told as missing; `bin/setup bench` installs it.

use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::command::capture;

/// What Python opens before it runs a line: the modules it has loaded then, as source and compiled.
const LOADED: &str = "import sys
for module in list(sys.modules.values()):
    print(getattr(module, '__file__', None) or '', getattr(module, '__cached__', None) or '', sep='\\n')";

/// All that is to go along. `scratch` is a folder for a file or two.
pub fn files(scratch: &Path) -> Result<Vec<PathBuf>> {
    let mut files = compiler(scratch)?;
    files.extend(python());
    files.extend(["/usr/bin/sqlite3".into(), "/usr/bin/cat".into()]);
    files.retain(|file| file.is_file());
    Ok(files)
}

/// What gcc runs and opens to make a program of a file: its parts, the headers, and what the linker says it reads.
fn compiler(scratch: &Path) -> Result<Vec<PathBuf>> {
    let source = scratch.join("program.c");
    // With the headers that the row's own source has (user/bench/applications.c).
    fs::write(&source, "#include <stdio.h>\nint main(void) { return 0; }\n")?;
    let gcc = |words: &[&str]| -> Result<String> {
        let told =
            capture(Command::new("/usr/bin/gcc").args(words).arg(&source).arg("-o").arg(scratch.join("program")))?;
        Ok(String::from_utf8_lossy(&[told.stdout, told.stderr].concat()).into_owned())
    };
    let asked = |question: String| -> Result<PathBuf> {
        let told = capture(Command::new("/usr/bin/gcc").arg(question))?;
        Ok(Path::new("/usr/bin").join(String::from_utf8_lossy(&told.stdout).trim()))
    };
    let mut files = vec![PathBuf::from("/usr/bin/gcc"), asked("-print-file-name=liblto_plugin.so".into())?];
    for part in ["cc1", "as", "collect2", "ld"] {
        files.push(asked(format!("-print-prog-name={part}"))?);
    }
    gcc(&["-O1", "-M"])?;
    files.extend(paths(&fs::read_to_string(scratch.join("program"))?));
    files.extend(paths(&gcc(&["-O1", "-Wl,--trace"])?));
    files.retain(|file| !file.starts_with(scratch));
    Ok(files)
}

/// Python, and what it opens before it runs a line.
fn python() -> Vec<PathBuf> {
    let program = PathBuf::from("/usr/bin/python3");
    let told = capture(Command::new(&program).args(["-c", LOADED]));
    let modules = told.map(|told| paths(&String::from_utf8_lossy(&told.stdout))).unwrap_or_default();
    [vec![program], modules].concat()
}

/// The absolute paths among words.
fn paths(text: &str) -> Vec<PathBuf> {
    text.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiler_brings_its_parts_headers_and_libraries() {
        let scratch = tempfile::tempdir().unwrap();
        let files = files(scratch.path()).unwrap();
        for wanted in ["gcc", "cc1", "stdio.h", "libc.so.6"] {
            assert!(files.iter().any(|file| file.file_name().is_some_and(|name| name == wanted)), "{wanted}");
        }
        assert!(files.iter().all(|file| file.is_absolute() && !file.starts_with(scratch.path())));
    }
}
