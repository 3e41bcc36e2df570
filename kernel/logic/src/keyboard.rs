//! A PC keyboard with the US layout: scan codes (set 1) go in, and what a terminal sends for the keys comes out, as Linux's console
//! has it: console_codes(4), keymaps(5).

use arrayvec::ArrayVec;

/// The most bytes that a key sends.
pub const LONGEST: usize = 8;

/// What a key sends.
pub type Keys = ArrayVec<u8, LONGEST>;

const ESCAPE: u8 = 0x1b;
const RELEASED: u8 = 0x80;

/// The keys from code 1 on, without and with Shift; 0 sends nothing by itself.
const PLAIN: &[u8] = b"\x1b1234567890-=\x7f\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
const SHIFTED: &[u8] = b"\x1b!@#$%^&*()_+\x7f\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

/// The numeric pad from code 0x47 on, with and without Num Lock.
const PAD: &[u8; 13] = b"789-456+1230.";
const MOVES: [u16; 13] = [
    code::HOME,
    code::UP,
    code::PAGE_UP,
    0,
    code::LEFT,
    0,
    code::RIGHT,
    0,
    code::END,
    code::DOWN,
    code::PAGE_DOWN,
    code::INSERT,
    code::DELETE,
];

/// Scan codes; those after 0xe0 have it in their upper byte.
mod code {
    pub(super) const CONTROL: u16 = 0x1d;
    pub(super) const LEFT_SHIFT: u16 = 0x2a;
    pub(super) const RIGHT_SHIFT: u16 = 0x36;
    pub(super) const ALT: u16 = 0x38;
    pub(super) const CAPS_LOCK: u16 = 0x3a;
    pub(super) const F1: u16 = 0x3b;
    pub(super) const F10: u16 = 0x44;
    pub(super) const NUM_LOCK: u16 = 0x45;
    pub(super) const PAD_FIRST: u16 = 0x47;
    pub(super) const PAD_LAST: u16 = 0x53;
    pub(super) const LESS: u16 = 0x56;
    pub(super) const F11: u16 = 0x57;
    pub(super) const F12: u16 = 0x58;
    pub(super) const PAD_ENTER: u16 = 0xe01c;
    pub(super) const RIGHT_CONTROL: u16 = 0xe01d;
    pub(super) const PAD_SLASH: u16 = 0xe035;
    pub(super) const RIGHT_ALT: u16 = 0xe038;
    pub(super) const HOME: u16 = 0xe047;
    pub(super) const UP: u16 = 0xe048;
    pub(super) const PAGE_UP: u16 = 0xe049;
    pub(super) const LEFT: u16 = 0xe04b;
    pub(super) const RIGHT: u16 = 0xe04d;
    pub(super) const END: u16 = 0xe04f;
    pub(super) const DOWN: u16 = 0xe050;
    pub(super) const PAGE_DOWN: u16 = 0xe051;
    pub(super) const INSERT: u16 = 0xe052;
    pub(super) const DELETE: u16 = 0xe053;
}

/// Which keys are down that change what others send.
#[derive(Clone, Copy, Default)]
pub struct Keyboard {
    /// The next code is one of the second set.
    extended: bool,
    /// So many codes still belong to Pause.
    pause: u8,
    shift: [bool; 2],
    control: [bool; 2],
    alt: [bool; 2],
    caps_lock: bool,
    num_lock: bool,
    /// Ctrl-Alt-Delete was pressed, and not asked for yet.
    restart: bool,
}

impl Keyboard {
    /// Takes a byte of the keyboard's; `cursor_keys` says that a program has asked for the other form of the arrows (DECCKM).
    pub fn take(&mut self, byte: u8, cursor_keys: bool) -> Keys {
        if self.pause > 0 {
            self.pause -= 1;
            return Keys::new();
        }
        match byte {
            0xe0 => self.extended = true,
            0xe1 => self.pause = 2,
            _ => {
                let upper = if core::mem::take(&mut self.extended) { 0xe000 } else { 0 };
                let (code, pressed) = (upper | u16::from(byte & !RELEASED), byte & RELEASED == 0);
                if !self.change(code, pressed) && pressed {
                    return self.send(code, cursor_keys);
                }
            }
        }
        Keys::new()
    }

    /// Whether Ctrl-Alt-Delete was pressed since this was last asked; those keys send nothing.
    pub fn take_restart(&mut self) -> bool {
        core::mem::take(&mut self.restart)
    }

    /// The keys that send nothing themselves; whether it is one.
    fn change(&mut self, code: u16, pressed: bool) -> bool {
        match code {
            code::LEFT_SHIFT => self.shift[0] = pressed,
            code::RIGHT_SHIFT => self.shift[1] = pressed,
            code::CONTROL => self.control[0] = pressed,
            code::RIGHT_CONTROL => self.control[1] = pressed,
            code::ALT => self.alt[0] = pressed,
            code::RIGHT_ALT => self.alt[1] = pressed,
            code::CAPS_LOCK => self.caps_lock ^= pressed,
            code::NUM_LOCK => self.num_lock ^= pressed,
            _ => return false,
        }
        true
    }

    fn send(&mut self, code: u16, cursor_keys: bool) -> Keys {
        let mut keys = Keys::new();
        match code {
            code::DELETE | code::PAD_LAST if self.control.contains(&true) && self.alt.contains(&true) => {
                self.restart = true;
            }
            code::PAD_FIRST..=code::PAD_LAST => {
                let index = usize::from(code - code::PAD_FIRST);
                match MOVES[index] {
                    moves if moves != 0 && !self.num_lock => return special(moves, cursor_keys),
                    _ => keys.push(PAD[index]),
                }
            }
            code::PAD_ENTER => keys.push(b'\r'),
            code::PAD_SLASH => keys.push(b'/'),
            code::LESS => keys.push(if self.is_shifted() { b'>' } else { b'<' }),
            _ => match self.character(code) {
                Some(byte) => {
                    if self.alt.contains(&true) {
                        keys.push(ESCAPE);
                    }
                    keys.push(byte);
                }
                None => return special(code, cursor_keys),
            },
        }
        keys
    }

    fn is_shifted(&self) -> bool {
        self.shift.contains(&true)
    }

    /// The character that a key stands for.
    fn character(&self, code: u16) -> Option<u8> {
        let at = usize::from(code).checked_sub(1)?;
        let plain = *PLAIN.get(at).filter(|&&byte| byte != 0)?;
        let shifted = self.is_shifted() != (self.caps_lock && plain.is_ascii_lowercase());
        let byte = if shifted { SHIFTED[at] } else { plain };
        if !self.control.contains(&true) {
            return Some(byte);
        }
        Some(match byte {
            b'@'..=b'~' => byte & 0x1f,
            b' ' | b'2' => 0,
            b'/' | b'-' => 0x1f,
            0x7f => 0x08,
            byte => byte,
        })
    }
}

/// What a key sends that stands for no character.
fn special(code: u16, cursor_keys: bool) -> Keys {
    let arrow: [u8; 3] = [ESCAPE, if cursor_keys { b'O' } else { b'[' }, 0];
    let text: &[u8] = match code {
        code::UP => &[arrow[0], arrow[1], b'A'],
        code::DOWN => &[arrow[0], arrow[1], b'B'],
        code::RIGHT => &[arrow[0], arrow[1], b'C'],
        code::LEFT => &[arrow[0], arrow[1], b'D'],
        code::HOME => b"\x1b[1~",
        code::INSERT => b"\x1b[2~",
        code::DELETE => b"\x1b[3~",
        code::END => b"\x1b[4~",
        code::PAGE_UP => b"\x1b[5~",
        code::PAGE_DOWN => b"\x1b[6~",
        code::F1..=code::F10 => match code - code::F1 {
            index @ 0..=4 => &[ESCAPE, b'[', b'[', b'A' + index as u8],
            5 => b"\x1b[17~",
            6 => b"\x1b[18~",
            7 => b"\x1b[19~",
            8 => b"\x1b[20~",
            _ => b"\x1b[21~",
        },
        code::F11 => b"\x1b[23~",
        code::F12 => b"\x1b[24~",
        _ => b"",
    };
    text.iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn typed(codes: &[u8]) -> Vec<u8> {
        let mut keyboard = Keyboard::default();
        codes.iter().flat_map(|&code| keyboard.take(code, false)).collect()
    }

    #[test]
    fn characters() {
        assert_eq!(typed(&[0x1e, 0x9e, 0x30, 0xb0, 0x1c, 0x9c]), b"ab\r");
        assert_eq!(typed(&[0x2a, 0x1e, 0x02, 0xaa, 0x1e, 0x02]), b"A!a1");
        assert_eq!(typed(&[0x36, 0x2b, 0x28, 0xb6, 0x2b, 0x39]), b"|\"\\ ");
        assert_eq!(typed(&[0x0e, 0x0f, 0x01]), b"\x7f\t\x1b");
    }

    #[test]
    fn locks() {
        assert_eq!(typed(&[0x3a, 0xba, 0x1e, 0x02, 0x2a, 0x1e, 0xaa, 0x3a, 0x1e]), b"A1aa");
        assert_eq!(typed(&[0x48, 0x45, 0xc5, 0x48, 0x4c, 0x53]), b"\x1b[A85.");
    }

    #[test]
    fn control_and_alt() {
        assert_eq!(typed(&[0x1d, 0x2e, 0x2c, 0x2b, 0x9d, 0x2e]), b"\x03\x1a\x1cc");
        assert_eq!(typed(&[0xe0, 0x1d, 0x39, 0x0e, 0xe0, 0x9d, 0x39]), b"\0\x08 ");
        assert_eq!(typed(&[0x38, 0x30, 0xb8, 0x30]), b"\x1bbb");
    }

    #[test]
    fn restart_keys() {
        let presses: [(&[u8], bool); 4] = [
            (&[0x1d, 0x38, 0xe0, 0x53], true),
            (&[0xe0, 0x1d, 0xe0, 0x38, 0x53, 0xd3], true),
            (&[0x1d, 0xe0, 0x53], false),
            (&[0x1d, 0x38, 0xb8, 0xe0, 0x53, 0x53], false),
        ];
        for (codes, restart) in presses {
            let mut keyboard = Keyboard::default();
            let sent: Vec<u8> = codes.iter().flat_map(|&code| keyboard.take(code, false)).collect();
            assert_eq!((keyboard.take_restart(), sent.is_empty()), (restart, restart), "{codes:x?}");
            assert!(!keyboard.take_restart());
        }
    }

    #[test]
    fn other_keys() {
        assert_eq!(typed(&[0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0x53]), b"\x1b[A\x1b[3~");
        assert_eq!(typed(&[0x3b, 0x3f, 0x40, 0x44, 0x58]), b"\x1b[[A\x1b[[E\x1b[17~\x1b[21~\x1b[24~");
        assert_eq!(typed(&[0xe0, 0x1c, 0xe0, 0x35]), b"\r/");
        // Pause, and a shift that the keyboard makes up.
        assert_eq!(typed(&[0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0xe0, 0x2a, 0x1e]), b"a");
        let mut keyboard = Keyboard::default();
        keyboard.take(0xe0, true);
        assert_eq!(keyboard.take(0x4b, true).as_slice(), b"\x1bOD");
    }

    #[test]
    fn any_bytes_do() {
        let mut random = crate::random::Random(9);
        let mut keyboard = Keyboard::default();
        for _ in 0..20_000 {
            keyboard.take(random.next() as u8, random.below(2) == 0);
        }
    }
}
