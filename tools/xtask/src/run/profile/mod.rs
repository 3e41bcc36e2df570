//! `--profile`: the samples that the kernel sent, drawn as a flame graph.
//!
//! The lowest flame is the program, `kernel` for what no program asked for, or `idle`. Above a program stand its functions, as far as
//! they keep frame pointers and its files tell names; above those what the kernel did for it, also functions that were inlined.
//!
//! ```text
//! record.rs    the samples as the kernel tells them     stack.rs    what each was at, by names
//! program.rs   the functions of programs and libraries
//! ```

mod program;
mod record;
mod stack;

use super::options::Options;
use crate::build::elf;
use crate::project::Project;
use anyhow::{Context, Result, ensure};
use inferno::flamegraph::color::{MultiPalette, Palette};
use inferno::flamegraph::{self, Options as Drawing};
use logic::symbols::Table;
use program::Files;
use stack::Folded;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

/// The file of samples in the run's folder.
pub const SAMPLES: &str = "samples";
/// Of so many samples that were due, one more may be missing before it is told: the first and the last tick are not seen.
const TOLERANCE: usize = 50;

/// How many samples are taken in a second of the machine's clock: more where it counts instructions, and the host's speed is nothing.
pub fn rate(options: &Options) -> u32 {
    if options.icount { 8192 } else { 512 }
}

/// Draws the samples of a run, whose folder has the disk that it ran from.
pub fn draw(project: &Project, options: &Options, disk: &Path, samples: &Path, drawing: &Path) -> Result<()> {
    let bytes = fs::read(samples).context("the machine left no samples")?;
    let kernel = fs::read(project.image("cor.elf")).context("cannot read the kernel")?;
    let table = Table::parse(elf::symbols(&kernel)?).context("the kernel's symbols cannot be read")?;
    let disk = fs::read(disk).context("cannot read the root")?;
    let folded = stack::fold(record::records(&bytes)?.into_iter(), &table, &mut Files::new(&disk)?);
    ensure!(folded.samples > 0, "the machine sent no samples");
    let describe_file = || format!("cannot write {}", drawing.display());
    if drawing.extension() == Some(OsStr::new("svg")) {
        let file = BufWriter::new(File::create(drawing).with_context(describe_file)?);
        flamegraph::from_lines(&mut looks(options, &folded), folded.lines().iter().map(String::as_str), file)
            .with_context(describe_file)?;
    } else {
        fs::write(drawing, folded.lines().join("\n") + "\n").with_context(describe_file)?;
    }
    eprintln!("bin/run: {}, are in {}", describe(options, &folded), drawing.display());
    Ok(())
}

fn looks(options: &Options, folded: &Folded) -> Drawing<'static> {
    let mut looks = Drawing::default();
    looks.title = format!("Cor: {}", describe(options, folded));
    looks.colors = Palette::Multi(MultiPalette::Java);
    // The same samples give the same picture.
    looks.deterministic = true;
    looks
}

/// How many samples there are of how long, and whether some are missing: a host that is busy does not let each tick through.
fn describe(options: &Options, folded: &Folded) -> String {
    let seconds = folded.nanoseconds as f64 / 1e9;
    let due = (seconds * f64::from(rate(options))).round() as usize;
    let missing = due.saturating_sub(folded.samples);
    let told = format!("{} samples of {seconds:.3} s, {} a second", folded.samples, rate(options));
    if missing <= due / TOLERANCE + 1 { told } else { format!("{told}; the host let {missing} pass by") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_samples_are_told() {
        let told = |samples| {
            let mut folded = Folded::default();
            (folded.samples, folded.nanoseconds) = (samples, 1_000_000_000);
            describe(&Options::default(), &folded)
        };
        assert_eq!(told(511), "511 samples of 1.000 s, 512 a second");
        assert!(told(400).ends_with("the host let 112 pass by"));
    }
}
