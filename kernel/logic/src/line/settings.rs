//! How a terminal treats what comes and goes: Linux's `struct termios`, termios(3).

use linux_raw_sys::general;

bitflags::bitflags! {
    /// How input is changed (`c_iflag`).
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Input: u32 {
        /// Breaks are dropped.
        const IGNBRK = general::IGNBRK;
        /// A break sends SIGINT.
        const BRKINT = general::BRKINT;
        /// Bytes of value 255 are doubled, and breaks marked by one.
        const PARMRK = general::PARMRK;
        /// The eighth bit is cleared.
        const ISTRIP = general::ISTRIP;
        /// A newline becomes a carriage return.
        const INLCR = general::INLCR;
        /// Carriage returns are dropped.
        const IGNCR = general::IGNCR;
        /// A carriage return becomes a newline.
        const ICRNL = general::ICRNL;
        /// Capital letters become small ones.
        const IUCLC = general::IUCLC;
        /// Output is stopped and started by STOP and START.
        const IXON = general::IXON;
        /// Anything starts output again.
        const IXANY = general::IXANY;
        /// The other side is stopped and started when there is little room for input, and room again.
        const IXOFF = general::IXOFF;
        /// Characters are UTF-8.
        const IUTF8 = general::IUTF8;
        // Others are kept as they are.
        const _ = !0;
    }

    /// How output is changed (`c_oflag`).
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Output: u32 {
        /// Output is changed at all.
        const OPOST = general::OPOST;
        /// Small letters become capital ones.
        const OLCUC = general::OLCUC;
        /// A newline becomes a carriage return and a newline.
        const ONLCR = general::ONLCR;
        /// A carriage return becomes a newline.
        const OCRNL = general::OCRNL;
        /// In the first column, carriage returns are dropped.
        const ONOCR = general::ONOCR;
        /// The terminal returns to the first column by itself at a newline.
        const ONLRET = general::ONLRET;
        /// Tabs become blanks.
        const XTABS = general::XTABS;
        // Others are kept as they are.
        const _ = !0;
    }

    /// How the line is edited (`c_lflag`).
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Local: u32 {
        /// INTR, QUIT and SUSP send signals.
        const ISIG = general::ISIG;
        /// Input comes by lines, which can be edited.
        const ICANON = general::ICANON;
        /// Input is shown.
        const ECHO = general::ECHO;
        /// An erased character vanishes.
        const ECHOE = general::ECHOE;
        /// After KILL comes a newline.
        const ECHOK = general::ECHOK;
        /// Newlines are shown even if nothing else is.
        const ECHONL = general::ECHONL;
        /// Signals leave input and output as they are.
        const NOFLSH = general::NOFLSH;
        /// Control characters are shown as `^X`.
        const ECHOCTL = general::ECHOCTL;
        /// Erased characters are printed again between `\` and `/`.
        const ECHOPRT = general::ECHOPRT;
        /// A killed line vanishes.
        const ECHOKE = general::ECHOKE;
        /// WERASE, LNEXT, REPRINT and EOL2 are known.
        const IEXTEN = general::IEXTEN;
        /// Who writes from the background is stopped.
        const TOSTOP = general::TOSTOP;
        /// The other side has edited the line already.
        const EXTPROC = general::EXTPROC;
        // Others are kept as they are.
        const _ = !0;
    }
}

/// How many special characters there are.
pub const CHARACTERS: usize = general::NCCS as usize;

/// All settings of a terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// How input is changed.
    pub input: Input,
    /// How output is changed.
    pub output: Output,
    /// Speed and shape of bytes on the wire (`c_cflag`).
    pub control: u32,
    /// How the line is edited.
    pub local: Local,
    /// The special characters, by `VINTR` and on; 0 is none.
    pub characters: [u8; CHARACTERS],
}

impl Default for Settings {
    /// As Linux sets up a new terminal.
    fn default() -> Self {
        let local = Local::ISIG | Local::ICANON | Local::IEXTEN;
        let echo = Local::ECHO | Local::ECHOE | Local::ECHOK | Local::ECHOCTL | Local::ECHOKE;
        let mut characters = [0; CHARACTERS];
        for (index, character) in [
            (general::VINTR, b'C' - 0x40),
            (general::VQUIT, b'\\' - 0x40),
            (general::VERASE, 0x7f),
            (general::VKILL, b'U' - 0x40),
            (general::VEOF, b'D' - 0x40),
            (general::VMIN, 1),
            (general::VSTART, b'Q' - 0x40),
            (general::VSTOP, b'S' - 0x40),
            (general::VSUSP, b'Z' - 0x40),
            (general::VREPRINT, b'R' - 0x40),
            (general::VDISCARD, b'O' - 0x40),
            (general::VWERASE, b'W' - 0x40),
            (general::VLNEXT, b'V' - 0x40),
        ] {
            characters[index as usize] = character;
        }
        Settings {
            input: Input::ICRNL | Input::IXON,
            output: Output::OPOST | Output::ONLCR,
            control: general::B38400 | general::CS8 | general::CREAD | general::HUPCL,
            local: local | echo,
            characters,
        }
    }
}

impl Settings {
    /// Whether input comes by lines.
    pub fn is_canonical(&self) -> bool {
        self.local.contains(Local::ICANON) && !self.local.contains(Local::EXTPROC)
    }

    /// How many bytes a read waits for if input does not come by lines (`VMIN`).
    pub fn minimum(&self) -> u8 {
        self.characters[general::VMIN as usize]
    }

    /// How long such a read waits, in tenths of a second (`VTIME`).
    pub fn tenths(&self) -> u8 {
        self.characters[general::VTIME as usize]
    }

    /// Whether a byte is the special character with this index.
    pub(super) fn is(&self, byte: u8, index: u32) -> bool {
        byte != 0 && byte == self.characters[index as usize]
    }

    /// Whether a byte does not begin a character.
    pub(super) fn is_continuation(&self, byte: u8) -> bool {
        self.input.contains(Input::IUTF8) && byte & 0xc0 == 0x80
    }
}
