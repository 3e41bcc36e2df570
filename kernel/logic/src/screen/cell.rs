//! A cell of the screen, and how the next one is to look.

/// A character with its colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// ASCII.
    pub character: u8,
    /// The character's colour in the lower half, the background's in the upper, as VGA has them: bits for blue, green and red, and
    /// one that makes them bright.
    pub colours: u8,
}

/// Light grey on black.
const USUAL: u8 = 0x07;
const BRIGHT: u8 = 0x08;
/// What stands for an underline, as on Linux's console.
const UNDERLINED: u8 = 0x03;
/// What stands for half brightness.
const DIM: u8 = 0x08;

/// A blank cell.
pub const BLANK: Cell = Cell { character: b' ', colours: USUAL };

/// How what is written looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pen {
    ink: u8,
    paper: u8,
    bold: bool,
    dim: bool,
    underlined: bool,
    reversed: bool,
}

impl Default for Pen {
    fn default() -> Pen {
        Pen { ink: USUAL, paper: 0, bold: false, dim: false, underlined: false, reversed: false }
    }
}

impl Pen {
    /// The colours of a character.
    pub fn colours(self) -> u8 {
        let mut ink = match self {
            Pen { underlined: true, .. } => UNDERLINED,
            Pen { dim: true, .. } => DIM,
            Pen { ink, .. } => ink,
        };
        let mut paper = self.paper;
        if self.reversed {
            core::mem::swap(&mut ink, &mut paper);
        }
        if self.bold {
            ink |= BRIGHT;
        }
        ink | paper << 4
    }

    /// The colours of what is erased: those of the paper, whatever else.
    pub fn blank_colours(self) -> u8 {
        self.ink | self.paper << 4
    }

    /// Obeys one list of numbers of SGR (`ESC [ ... m`).
    pub(super) fn change(&mut self, numbers: &[u16]) {
        let mut rest = numbers.iter().copied();
        while let Some(number) = rest.next() {
            match number {
                0 => *self = Pen::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                4 | 21 => self.underlined = true,
                7 => self.reversed = true,
                22 => (self.bold, self.dim) = (false, false),
                24 => self.underlined = false,
                27 => self.reversed = false,
                30..=37 => self.ink = vga(number - 30),
                38 => self.ink = extended(&mut rest).unwrap_or(self.ink),
                39 => self.ink = USUAL,
                40..=47 => self.paper = vga(number - 40),
                48 => self.paper = extended(&mut rest).unwrap_or(self.paper),
                49 => self.paper = 0,
                90..=97 => self.ink = vga(number - 90) | BRIGHT,
                100..=107 => self.paper = vga(number - 100) | BRIGHT,
                _ => {}
            }
        }
    }
}

/// From ECMA-48's order of colours (red is 1, blue 4) to VGA's.
fn vga(colour: u16) -> u8 {
    let colour = (colour & 7) as u8;
    (colour & 2) | (colour & 1) << 2 | colour >> 2
}

/// One of 256 colours (`5;N`) or of all (`2;R;G;B`), as near as the sixteen come.
fn extended(rest: &mut impl Iterator<Item = u16>) -> Option<u8> {
    let mut next = || rest.next().unwrap_or(0);
    match next() {
        2 => Some(nearest([next(), next(), next()])),
        5 => Some(match next() {
            number @ 0..=7 => vga(number),
            number @ 8..=15 => vga(number - 8) | BRIGHT,
            number @ 16..=231 => {
                let number = number - 16;
                nearest([number / 36, number / 6 % 6, number % 6].map(|level| level * 51))
            }
            number => nearest([(number.min(255) - 232) * 10 + 8; 3]),
        }),
        _ => None,
    }
}

fn nearest([red, green, blue]: [u16; 3]) -> u8 {
    let strongest = red.max(green).max(blue);
    let on = |level: u16| u8::from(level > 40 && level > strongest / 2);
    let bright = if strongest > 192 { BRIGHT } else { 0 };
    on(red) << 2 | on(green) << 1 | on(blue) | bright
}
