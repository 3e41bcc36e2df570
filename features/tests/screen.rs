//! The machine's screen, as a picture.

use crate::world::World;
use cucumber::{given, then};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// As high as a line of text, in pixels.
const LINE: usize = 16;
/// A pixel this bright, of 255, belongs to a letter.
const BRIGHT: u8 = 96;

#[given("a picture of its screen is taken at the end")]
fn picture(world: &mut World) {
    let file = world.path("screen.png");
    world.machine.add(&[&"--screen", &file]);
}

#[then("the picture is full of lines")]
fn full_of_lines(world: &mut World) {
    let lines = lines_with_text(&world.path("screen.png"));
    let filled = lines.iter().filter(|&&text| text).count();
    // The cursor may have the last one for itself.
    assert!(filled + 2 >= lines.len(), "only {filled} of {} lines have text{}", lines.len(), world.outcome());
}

/// Whether there are letters, line by line.
fn lines_with_text(file: &Path) -> Vec<bool> {
    let file = File::open(file).expect("the picture");
    let mut reader = png::Decoder::new(BufReader::new(file)).read_info().expect("a PNG file");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a picture of some size")];
    let picture = reader.next_frame(&mut pixels).expect("a picture");
    let lines = pixels[..picture.buffer_size()].chunks_exact(picture.line_size * LINE);
    lines.map(|line| line.iter().any(|&part| part >= BRIGHT)).collect()
}
