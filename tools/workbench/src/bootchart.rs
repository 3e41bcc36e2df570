//! `bin/bootchart`: a boot as a picture. Each line of the kernel's log is a step, which took the time since the line before; so a long bar
//! stands beside what was being done.

use anyhow::{Result, ensure};
use clap::Args;
use std::fmt::Write;
use std::path::PathBuf;
use xtask::command;
use xtask::files;
use xtask::project::Project;

/// What to draw, and where.
#[derive(Args)]
pub struct Options {
    /// The picture to make
    #[arg(default_value = "target/bootchart.svg", value_name = "FILE.svg")]
    file: PathBuf,
    /// Let the machine's clock count instructions, so that every boot takes the same time
    #[arg(long)]
    icount: bool,
    /// How the kernel is started: grub, uefi or direct
    #[arg(long, default_value = "direct")]
    boot: String,
}

/// One step of a boot.
#[derive(Debug, PartialEq)]
struct Step {
    /// When it was done, in seconds since the clock began.
    end: f64,
    text: String,
}

/// Boots, and draws.
pub fn draw(project: &Project, options: &Options) -> Result<()> {
    let mut machine = project.xtask();
    machine.current_dir(project.root()).args(["run", "--quiet", "--timeout", "120", "--boot", &options.boot]);
    machine.args(options.icount.then_some("--icount")).args(["--", "/bin/busybox", "dmesg"]);
    let printed = command::capture(&mut machine)?;
    let steps = steps(&String::from_utf8_lossy(&printed.stdout));
    ensure!(!steps.is_empty(), "the machine's log is empty");
    files::replace(&options.file, picture(&steps)?.as_bytes())?;
    let total = steps.last().map_or(0.0, |step| step.end);
    println!("{} steps in {total:.3} s are drawn in {}", steps.len(), options.file.display());
    Ok(())
}

/// The steps that a log tells: `[    0.021179] text`.
fn steps(log: &str) -> Vec<Step> {
    let step = |line: &str| {
        let (time, text) = line.strip_prefix('[')?.split_once(']')?;
        Some(Step { end: time.trim().parse().ok()?, text: text.trim().to_string() })
    };
    log.lines().filter_map(step).collect()
}

/// The picture.
fn picture(steps: &[Step]) -> Result<String> {
    const ROW: usize = 20;
    const CHART: f64 = 500.0;
    const TIMES: f64 = 70.0;
    const WIDTH: usize = 1200;
    let total = steps.last().map_or(1.0, |step| step.end).max(1e-6);
    let height = (steps.len() + 2) * ROW;
    let mut svg = String::new();
    writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="monospace" font-size="12">"#
    )?;
    writeln!(svg, r#"<rect width="100%" height="100%" fill="white"/>"#)?;
    writeln!(
        svg,
        r#"<text x="8" y="15" font-weight="bold">Cor's boot: {:.1} ms to the first program</text>"#,
        total * 1000.0
    )?;
    let mut begin = 0.0;
    for (row, step) in steps.iter().enumerate() {
        let (top, took) = ((row + 1) * ROW, step.end - begin);
        let (left, width) = (TIMES + begin / total * CHART, (took / total * CHART).max(1.0));
        let text = escape(&step.text);
        writeln!(svg, r#"<g><title>{:.3} ms, until {:.3} ms: {text}</title>"#, took * 1000.0, step.end * 1000.0)?;
        let middle = top + ROW - 6;
        writeln!(svg, r#"<text x="{:.0}" y="{middle}" text-anchor="end">{:.2} ms</text>"#, TIMES - 8.0, took * 1000.0)?;
        writeln!(
            svg,
            r##"<rect x="{left:.1}" y="{}" width="{width:.1}" height="{}" fill="#d9822b"/>"##,
            top + 3,
            ROW - 6
        )?;
        writeln!(svg, r#"<text x="{:.0}" y="{middle}">{text}</text></g>"#, TIMES + CHART + 12.0)?;
        begin = step.end;
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read_as_steps() {
        let steps = steps("noise\n[    0.021000] Cor <1>\n[    0.022500] memory: 3\n");
        assert_eq!(steps[0], Step { end: 0.021, text: "Cor <1>".to_string() });
        assert_eq!(steps.len(), 2);
        let drawn = picture(&steps).unwrap();
        assert!(drawn.contains("Cor &lt;1&gt;") && drawn.contains("1.50 ms") && drawn.contains("22.5 ms to the first"));
    }
}
