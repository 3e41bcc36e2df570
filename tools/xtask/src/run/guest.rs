//! What a run gives the machine besides the root: the archive of `/.cor`, and the disk that holds both.
//!
//! ```text
//! /.cor/init      Cor's init, so that a root with an init of its own still works
//! /.cor/program   what to run, in fields that end in NUL: working directory, number of arguments, the arguments, and the
//!                 environment. So arguments may be as long and as odd as they like.
//! ```
//!
//! What goes along by `--with` lies in the same archive.

use super::options::Options;
use super::{check, companions};
use crate::cpio::{Entry, PAGE, folder, round_up, write::Writer};
use crate::project::Project;
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// What every program finds in its environment unless `--env` says otherwise.
pub const ENVIRONMENT: [&str; 2] = ["HOME=/", "PATH=/bin:/sbin:/usr/bin:/usr/sbin"];

/// Writes the first disk: the root archive, filled up to a page, and the archive of `/.cor` behind it. Returns its size
/// in bytes.
pub fn write_root_disk(project: &Project, options: &Options, disk: &Path) -> Result<u64> {
    let mut file = File::create(disk).with_context(|| format!("cannot write {}", disk.display()))?;
    write_root(project, options, &mut file)?;
    let end = round_up(file.seek(SeekFrom::End(0))?, PAGE);
    file.set_len(end)?;
    file.seek(SeekFrom::End(0))?;
    write_own_archive(project, options, BufWriter::with_capacity(1 << 20, &file))?;
    Ok(file.metadata()?.len())
}

/// Writes the root archive as it was given, or packs the folder that was.
fn write_root(project: &Project, options: &Options, file: &mut File) -> Result<()> {
    let root = options.root.clone().unwrap_or_else(|| project.image("root.cpio"));
    let describe = || format!("cannot read the root {}", root.display());
    if fs::metadata(&root).with_context(describe)?.is_dir() {
        folder::pack(&root, BufWriter::with_capacity(1 << 20, file), &|_| true)?;
    } else {
        check::copy_archive(&root, file)?;
    }
    Ok(())
}

/// Writes the archive of `/.cor` and of what goes along.
fn write_own_archive(project: &Project, options: &Options, to: impl Write) -> Result<()> {
    let path = project.image("init");
    let init = fs::read(&path).with_context(|| format!("cannot read {} (run make first)", path.display()))?;
    let mut archive = Writer::new(to);
    let mut add = |entry: Entry, data: &[u8]| {
        let inode = archive.fresh_inode();
        archive.add(&Entry { inode, ..entry }, &mut &*data)
    };
    add(Entry::folder(".cor"), &[])?;
    add(Entry::file(".cor/init", 0o755, u32::try_from(init.len())?), &init)?;
    if options.has_program() {
        let program = program(options);
        add(Entry::file(".cor/program", 0o644, u32::try_from(program.len())?), &program)?;
    }
    companions::add(&options.with, &mut archive)?;
    archive.finish().map(drop)
}

/// The contents of `/.cor/program`.
fn program(options: &Options) -> Vec<u8> {
    let count = options.program.len().to_string();
    let name = |variable: &[u8]| variable.split(|&byte| byte == b'=').next().unwrap_or_default().to_vec();
    let given: Vec<_> = options.env.iter().map(|variable| name(variable.as_bytes())).collect();
    let usual = ENVIRONMENT.iter().map(|variable| variable.as_bytes()).filter(|usual| !given.contains(&name(usual)));
    let mut fields = vec![options.cwd.as_bytes(), count.as_bytes()];
    fields.extend(options.program.iter().map(|argument| argument.as_bytes()));
    fields.extend(usual);
    fields.extend(options.env.iter().map(|variable| variable.as_bytes()));
    fields.iter().flat_map(|field| [field, &b"\0"[..]].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_and_environment_stand_in_fields() {
        let options = Options {
            cwd: "/tmp".into(),
            program: vec!["/bin/echo".into(), "".into(), "a\n'b' \"c\"".into()],
            env: vec!["X=1=2".into(), "HOME=/root".into()],
            ..Options::default()
        };
        let expected = "/tmp\u{0}3\u{0}/bin/echo\u{0}\u{0}a\n'b' \"c\"\u{0}PATH=/bin:/sbin:/usr/bin:/usr/sbin\u{0}X=1=2\u{0}HOME=/root\u{0}";
        assert_eq!(String::from_utf8(program(&options)).unwrap(), expected);
    }
}
