//! `--profile`: the samples that the kernel sends by QEMU's debug port. Drawing them is the workbench's.

use super::boot::ROOT;
use super::options::Options;
use crate::project::Project;
use crate::{command, workbench};
use anyhow::Result;
use std::path::Path;

/// The file of samples in the run's directory.
pub const SAMPLES: &str = "samples";

/// Returns the samples per second of the machine's clock: more where it counts instructions, and the host's speed does not matter.
pub fn rate(options: &Options) -> u32 {
    if options.icount { 8192 } else { 512 }
}

/// Draws the samples of a run, whose directory also has the disk that it ran from.
pub fn draw(project: &Project, options: &Options, directory: &Path, drawing: &Path) -> Result<()> {
    let mut draw = workbench::command(project)?;
    draw.arg("draw-profile").arg(project.kernel(options.build)).arg(directory.join(ROOT)).arg(directory.join(SAMPLES));
    command::run(draw.arg(rate(options).to_string()).arg(drawing))
}
