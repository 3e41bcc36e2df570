//! The picture of the ratios: a bar for each row, on a scale where half and double are equally far from 1.

use super::rows::{Row, Rows};
use std::fmt::Write;

const ROW: f64 = 16.0;
const LEFT: f64 = 150.0;
const WIDTH: f64 = 640.0;
/// The scale's ends.
const LEAST: f64 = 0.125;
const MOST: f64 = 4.0;

/// Draws it, as SVG.
pub fn draw(rows: &Rows) -> String {
    let drawn: Vec<(&Row, f64)> = rows.iter().filter_map(|row| Some((row, row.ratio()?))).collect();
    let height = (drawn.len() as f64 + 2.5) * ROW;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{:.0}\" height=\"{height:.0}\" font-family=\"sans-serif\" \
         font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
        LEFT + WIDTH + 60.0
    );
    for tick in [0.125, 0.25, 0.5, 1.0, 2.0, 4.0] {
        let (x, colour) = (place(tick), if tick == 1.0 { "#333" } else { "#ccc" });
        let _ = writeln!(svg, "<path d=\"M{x:.1} {ROW} V{height:.0}\" stroke=\"{colour}\"/>");
        let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"12\" text-anchor=\"middle\">{tick}</text>");
    }
    for (index, (row, ratio)) in drawn.iter().enumerate() {
        bar(&mut svg, &row.name, *ratio, (index as f64 + 1.5) * ROW);
    }
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"{:.0}\">Cor's time as a part of Linux's: left is faster</text>",
        height - 4.0
    );
    svg.push_str("</svg>\n");
    svg
}

/// A row's bar, from 1 to its ratio.
fn bar(svg: &mut String, name: &str, ratio: f64, y: f64) {
    let (one, end) = (place(1.0), place(ratio));
    let (x, width) = (one.min(end), (one - end).abs().max(1.0));
    let colour = if ratio > 1.0 { "#c33" } else { "#286" };
    let middle = y + ROW * 0.7;
    let _ = writeln!(svg, "<text x=\"{:.0}\" y=\"{middle:.1}\" text-anchor=\"end\">{name}</text>", LEFT - 6.0);
    let _ = writeln!(
        svg,
        "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{colour}\"/>",
        y + 2.0,
        ROW - 4.0
    );
    let (at, anchor) = if ratio > 1.0 { (x + width + 4.0, "start") } else { (x - 4.0, "end") };
    let _ =
        writeln!(svg, "<text x=\"{at:.1}\" y=\"{middle:.1}\" text-anchor=\"{anchor}\" fill=\"#555\">{ratio:.2}</text>");
}

/// Where a ratio is on the scale.
fn place(ratio: f64) -> f64 {
    let part = (ratio.clamp(LEAST, MOST) / LEAST).ln() / (MOST / LEAST).ln();
    LEFT + part * WIDTH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_even_and_has_ends() {
        assert!((place(1.0) - place(0.5) - (place(2.0) - place(1.0))).abs() < 1e-9);
        assert_eq!((place(0.0001), place(1000.0)), (LEFT, LEFT + WIDTH));
    }
}
