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

use anyhow::{Context, Result, ensure};
use clap::Args;
use inferno::flamegraph::color::{MultiPalette, Palette};
use inferno::flamegraph::{self, Options as Drawing};
use logic::symbols::Table;
use program::Files;
use stack::Folded;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::PathBuf;
use xtask::build::elf;

/// Of so many samples that were due, one more may be missing before it is told: the first and the last tick are not seen.
const TOLERANCE: usize = 50;

/// The arguments of `xtask draw-profile`.
#[derive(Args)]
pub struct Options {
    /// The kernel that ran, for the names of its functions
    kernel: PathBuf,
    /// The disk with the root that it ran from, for the names of the programs' functions
    disk: PathBuf,
    /// The samples
    samples: PathBuf,
    /// Samples per second
    rate: u32,
    /// The picture to make; a file that is not called .svg gets a line for each stack
    drawing: PathBuf,
}

/// Draws the samples of a run.
pub fn draw(options: &Options) -> Result<()> {
    let drawing = &options.drawing;
    let bytes = fs::read(&options.samples).context("the machine left no samples")?;
    let kernel = fs::read(&options.kernel).context("cannot read the kernel")?;
    let table = Table::parse(elf::symbols(&kernel)?).context("the kernel's symbols cannot be read")?;
    let disk = fs::read(&options.disk).context("cannot read the root")?;
    let folded = stack::fold(record::records(&bytes)?.into_iter(), &table, &mut Files::new(&disk)?);
    ensure!(folded.samples > 0, "the machine sent no samples");
    let describe_file = || format!("cannot write {}", drawing.display());
    if drawing.extension() == Some(OsStr::new("svg")) {
        let file = BufWriter::new(File::create(drawing).with_context(describe_file)?);
        flamegraph::from_lines(&mut looks(options.rate, &folded), folded.lines().iter().map(String::as_str), file)
            .with_context(describe_file)?;
    } else {
        fs::write(drawing, folded.lines().join("\n") + "\n").with_context(describe_file)?;
    }
    eprintln!("bin/run: {}, are in {}", describe(options.rate, &folded), drawing.display());
    Ok(())
}

fn looks(rate: u32, folded: &Folded) -> Drawing<'static> {
    let mut looks = Drawing::default();
    looks.title = format!("Cor: {}", describe(rate, folded));
    looks.colors = Palette::Multi(MultiPalette::Java);
    // The same samples give the same picture.
    looks.deterministic = true;
    looks
}

/// How many samples there are of how long, and whether some are missing: a host that is busy does not let each tick through.
fn describe(rate: u32, folded: &Folded) -> String {
    let seconds = folded.nanoseconds as f64 / 1e9;
    let due = (seconds * f64::from(rate)).round() as usize;
    let missing = due.saturating_sub(folded.samples);
    let told = format!("{} samples of {seconds:.3} s, {} a second", folded.samples, rate);
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
            describe(512, &folded)
        };
        assert_eq!(told(511), "511 samples of 1.000 s, 512 a second");
        assert!(told(400).ends_with("the host let 112 pass by"));
    }
}
