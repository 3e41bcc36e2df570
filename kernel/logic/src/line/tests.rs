//! Tests of the line discipline. What is expected here was compared with Linux's pseudo-terminals.

use super::*;
use crate::random::Random;
use alloc::vec::Vec;
use alloc::{format, string::String, vec};

/// A terminal with what happened at it: printed bytes as they are, all else in brackets.
struct Terminal {
    line: Line,
    settings: Settings,
    happened: String,
}

impl Terminal {
    fn new(change: fn(&mut Settings)) -> Terminal {
        let mut settings = Settings::default();
        change(&mut settings);
        Terminal { line: Line::try_new().unwrap(), settings, happened: String::new() }
    }

    fn type_in(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        let happened = &mut self.happened;
        bytes.as_ref().iter().all(|&byte| {
            self.line.receive(byte, &self.settings, &mut |action| match action {
                Action::Print(byte) => happened.push(char::from(byte)),
                Action::Readable => {}
                action => happened.push_str(&format!("[{action:?}]")),
            })
        })
    }

    fn change(&mut self, change: fn(&mut Settings)) {
        let old = self.settings;
        change(&mut self.settings);
        let happened = &mut self.happened;
        self.line.settings_changed(&old, &self.settings, &mut |action| happened.push_str(&format!("[{action:?}]")));
    }

    fn happened(&mut self) -> String {
        core::mem::take(&mut self.happened)
    }

    /// What a read of so many bytes gives; `None` if it would wait.
    fn read(&mut self, size: usize) -> Option<String> {
        let mut into = vec![0; size];
        self.line.is_readable(&self.settings).then(|| {
            let read = self.line.read(&mut into, &self.settings);
            into[..read.length].iter().map(|&byte| char::from(byte)).collect()
        })
    }

    fn print(&mut self, text: &str) -> String {
        let mut printed = String::new();
        for byte in text.bytes() {
            let before = printed.len();
            self.line.write(byte, &self.settings, &mut |byte| printed.push(char::from(byte)));
            assert!(printed.len() - before <= GROWTH);
        }
        printed
    }
}

fn usual() -> Terminal {
    Terminal::new(|_| {})
}

#[test]
fn lines_come_whole() {
    let mut tty = usual();
    tty.type_in("ab");
    assert_eq!(tty.read(100), None);
    tty.type_in("c\rsecond\n");
    assert_eq!(tty.happened(), "abc\r\nsecond\r\n");
    assert_eq!(tty.line.readable(&tty.settings), 11);
    assert_eq!(tty.read(2).as_deref(), Some("ab"));
    assert_eq!(tty.read(100).as_deref(), Some("c\n"));
    assert_eq!(tty.read(7).as_deref(), Some("second\n"));
    assert_eq!(tty.read(100), None);
}

#[test]
fn the_end_of_the_file() {
    let mut tty = usual();
    tty.type_in("\x04");
    assert_eq!(tty.read(100).as_deref(), Some(""));
    tty.type_in("ab\x04cd\n");
    assert_eq!(tty.line.readable(&tty.settings), 5);
    assert_eq!(tty.read(100).as_deref(), Some("ab"));
    assert_eq!(tty.read(100).as_deref(), Some("cd\n"));
    tty.type_in("ab\x04\x04");
    assert_eq!(tty.read(2).as_deref(), Some("ab"), "and the end of file with it");
    assert_eq!(tty.read(2).as_deref(), Some(""));
    assert_eq!(tty.read(2), None);
    assert_eq!(tty.happened(), "abcd\r\nab");
}

#[test]
fn erasing() {
    let mut tty = usual();
    tty.type_in("\x7fab\x7fc\n");
    assert_eq!(tty.happened(), "ab\x08 \x08c\r\n");
    assert_eq!(tty.read(9).as_deref(), Some("ac\n"));
    tty.type_in("a\x01\x7f\x7f\n");
    assert_eq!(tty.happened(), "a^A\x08 \x08\x08 \x08\x08 \x08\r\n");
    tty.read(9);
    tty.type_in("one two_2, \x17\x17!\n");
    assert_eq!(tty.happened().matches('\x08').count(), 2 * "one two_2, ".len());
    assert_eq!(tty.read(9).as_deref(), Some("!\n"));
    tty.type_in("one  two\x17x\n");
    assert_eq!(tty.read(20).as_deref(), Some("one  x\n"));
    tty.happened();
    tty.type_in("abc\x15d\n");
    assert_eq!(tty.happened(), "abc\x08 \x08\x08 \x08\x08 \x08d\r\n");
    assert_eq!(tty.read(9).as_deref(), Some("d\n"));
}

#[test]
fn erasing_tabs() {
    let mut tty = usual();
    tty.print("prompt$ ");
    tty.type_in("ab\t\x7f");
    assert_eq!(tty.happened(), "ab\t\x08\x08\x08\x08\x08\x08");
    tty.type_in("\x15\x01\t\x7f");
    assert_eq!(tty.happened(), "\x08 \x08\x08 \x08^A\t\x08\x08\x08\x08\x08\x08");
    tty.type_in("\x7f\x7f\x7f");
    tty.happened();
    tty.type_in("\t\t\x7f");
    assert_eq!(tty.happened(), "\t\t\x08\x08\x08\x08\x08\x08\x08\x08");
    tty.type_in("\x15\nab\t\x7f");
    assert_eq!(tty.happened(), "\x08\x08\x08\x08\x08\x08\x08\x08\r\nab\t\x08\x08\x08\x08\x08\x08");
}

#[test]
fn erasing_without_a_screen() {
    let mut paper = Terminal::new(|settings| settings.local.insert(Local::ECHOPRT));
    paper.type_in("abc\x7f\x7fd\n");
    assert_eq!(paper.happened(), "abc\\cb/d\r\n");
    let mut plain = Terminal::new(|settings| settings.local.remove(Local::ECHOE));
    plain.type_in("ab\x7f\x15");
    assert_eq!(plain.happened(), "ab^?^U\r\n");
    let mut silent = Terminal::new(|settings| settings.local.remove(Local::ECHO));
    silent.type_in("abc\x7f\x17x\x15yz\n");
    assert_eq!((silent.happened().as_str(), silent.read(9).as_deref()), ("", Some("yz\n")));
    let mut newlines = Terminal::new(|settings| {
        settings.local.remove(Local::ECHO);
        settings.local.insert(Local::ECHONL);
    });
    newlines.type_in("abc\n");
    assert_eq!(newlines.happened(), "\r\n");
}

#[test]
fn characters_of_several_bytes() {
    let mut tty = Terminal::new(|settings| settings.input.insert(Input::IUTF8));
    tty.type_in("aé€\x7f\x7f\n");
    assert_eq!(tty.happened().matches("\x08 \x08").count(), 2);
    assert_eq!(tty.read(9).as_deref(), Some("a\n"));
    tty.type_in(b"\x80\x7f\x15\n");
    assert_eq!(tty.read(9).as_deref(), Some("\u{80}\n"), "the start of the character is missing");
}

#[test]
fn signals() {
    let mut tty = usual();
    tty.type_in("done\nab\x03c\n");
    assert_eq!(tty.happened(), "done\r\nab[Send(SIGINT)][DiscardOutput]^Cc\r\n");
    assert_eq!(tty.read(9).as_deref(), Some("c\n"), "what was typed before is gone");
    tty.change(|settings| settings.local.insert(Local::NOFLSH));
    tty.type_in("ab\x1c\x1ac\n");
    assert_eq!(tty.happened(), "ab[Send(SIGQUIT)]^\\[Send(SIGTSTP)]^Zc\r\n");
    assert_eq!(tty.read(9).as_deref(), Some("abc\n"));
    tty.change(|settings| settings.local.remove(Local::ISIG));
    tty.type_in("\x03\n");
    assert_eq!(tty.happened(), "^C\r\n");
}

#[test]
fn stopping_and_starting_output() {
    let mut tty = usual();
    tty.type_in("\x13\x13a\x11\x11");
    assert_eq!(tty.happened(), "[Stop]a[Start]");
    tty.type_in("\x13\x03");
    assert_eq!(tty.happened(), "[Stop][Send(SIGINT)][DiscardOutput][Start]^C");
    tty.change(|settings| settings.input.insert(Input::IXANY));
    tty.type_in("\x13x");
    assert_eq!(tty.happened(), "[Stop][Start]x");
    tty.type_in("\x13");
    assert!(tty.line.flow().is_stopped());
    tty.change(|settings| settings.input.remove(Input::IXON));
    assert_eq!(tty.happened(), "[Stop][Start]");
    tty.type_in("\x13");
    assert_eq!(tty.happened(), "^S");
}

#[test]
fn literal_bytes_and_other_ends_of_lines() {
    let mut tty = usual();
    tty.type_in("a\x16\x03\x16\n\x16\x7f\n");
    assert_eq!(tty.happened(), "a^\x08^C^\x08^J^\x08^?\r\n");
    assert_eq!(tty.read(9).as_deref(), Some("a\x03\n\x7f\n"));
    tty.change(|settings| {
        settings.characters[general::VEOL as usize] = b';';
        settings.characters[general::VEOL2 as usize] = b'.';
    });
    tty.type_in("a;b.c");
    assert_eq!((tty.read(9).as_deref(), tty.read(9).as_deref()), (Some("a;"), Some("b.")));
    assert_eq!((tty.read(9), tty.happened().as_str()), (None, "a;b.c"));
    tty.type_in("x\x12");
    assert_eq!(tty.happened(), "x^R\r\ncx");
    tty.change(|settings| settings.local.remove(Local::IEXTEN));
    tty.type_in(".\x17\x16\x12\n");
    assert_eq!(tty.read(9).as_deref(), Some("cx.\x17\x16\x12\n"));
}

#[test]
fn changes_to_input() {
    let mut tty = Terminal::new(|settings| {
        settings.input = Input::ISTRIP | Input::INLCR | Input::IUCLC;
        settings.local.remove(Local::ICANON);
    });
    tty.type_in(b"Ab\xc1\n\r");
    assert_eq!(tty.read(9).as_deref(), Some("aba\r\r"));
    assert_eq!(tty.happened(), "aba^M^M");
    tty.change(|settings| settings.input = Input::IGNCR | Input::ICRNL | Input::PARMRK);
    tty.type_in(b"a\r\xff\n");
    assert_eq!(tty.read(9).as_deref(), Some("a\u{ff}\u{ff}\n"));
    assert_eq!(tty.happened(), "a\u{ff}^J");
    tty.change(|settings| settings.input = Input::ICRNL);
    tty.type_in("\r");
    assert_eq!((tty.read(9).as_deref(), tty.happened().as_str()), (Some("\n"), "\r\n"));
}

#[test]
fn changing_the_mode_keeps_what_was_typed() {
    let mut tty = usual();
    tty.type_in("abc");
    tty.change(|settings| settings.local.remove(Local::ICANON));
    assert_eq!(tty.read(2).as_deref(), Some("ab"));
    tty.type_in("\x7f");
    tty.change(|settings| settings.local.insert(Local::ICANON));
    tty.type_in("x\n");
    assert_eq!(tty.read(9).as_deref(), Some("c\x7f"));
    assert_eq!(tty.read(9).as_deref(), Some("x\n"));
    tty.type_in("gone");
    tty.line.clear();
    tty.type_in("\n");
    assert_eq!(tty.read(9).as_deref(), Some("\n"));
}

#[test]
fn lines_that_are_too_long() {
    let mut tty = usual();
    assert!(tty.type_in([b'x'; 5000]));
    assert!(tty.type_in("yz\n"));
    let line = tty.read(CAPACITY + 1).unwrap();
    assert_eq!(line, "x".repeat(CAPACITY - 1) + "\n");
    assert!(tty.type_in("\n".repeat(CAPACITY - 1)));
    assert!(!tty.type_in("a"), "full of whole lines");
    assert_eq!(tty.line.readable(&tty.settings), CAPACITY - 1);
    tty.read(1);
    assert!(tty.type_in("a"));
    tty.line.clear();
    tty.change(|settings| settings.local.remove(Local::ICANON));
    assert!(tty.type_in([b'x'; CAPACITY - 1]) && !tty.type_in("x"));
}

#[test]
fn output() {
    let mut tty = usual();
    assert_eq!(tty.print("a\nb\r\tc"), "a\r\nb\r\tc");
    tty.change(|settings| settings.output = Output::OPOST | Output::XTABS | Output::OLCUC);
    tty.print("\r");
    assert_eq!(tty.print("ab\tc\x08\t\t"), "AB      C\x08                ");
    tty.change(|settings| settings.output = Output::OPOST | Output::OCRNL | Output::ONOCR);
    assert_eq!(tty.print("\r"), "\n");
    tty.change(|settings| settings.output = Output::OPOST | Output::OCRNL | Output::XTABS);
    assert_eq!(tty.print("\na\r\t"), "\na\n       ");
    tty.change(|settings| settings.output.insert(Output::ONLRET));
    assert_eq!(tty.print("\na\r\t\n"), "\na\n        \n");
    tty.change(|settings| settings.output = Output::OPOST | Output::ONLRET | Output::ONOCR);
    assert_eq!(tty.print("a\r\r\nb\n\r"), "a\r\nb\n");
    tty.change(|settings| settings.output = Output::ONLCR | Output::XTABS);
    assert_eq!(tty.print("a\n\t"), "a\n\t");
}

/// Without any editing the line is a queue; with all keys and all settings at random, nothing breaks.
#[test]
fn anything_may_be_typed() {
    let mut random = Random(55);
    let mut queue = Terminal::new(|settings| settings.local = Local::empty());
    queue.settings.input = Input::empty();
    let (mut typed, mut came) = (vec![], vec![]);
    let mut tty = usual();
    for _ in 0..40_000 {
        let bytes: Vec<u8> = (0..random.below(200)).map(|_| random.next() as u8).collect();
        let taken = bytes.iter().take_while(|&&byte| queue.type_in([byte])).count();
        typed.extend_from_slice(&bytes[..taken]);
        let mut into = vec![0; random.below(300) as usize];
        let read = queue.line.read(&mut into, &queue.settings);
        came.extend_from_slice(&into[..read.length]);
        if typed.len() > 20_000 {
            break;
        }
    }
    came.extend(queue.read(CAPACITY).unwrap_or_default().chars().map(|c| c as u8));
    assert_eq!(typed, came);
    for _ in 0..3000 {
        let old = tty.settings;
        if random.below(20) == 0 {
            tty.settings.input = Input::from_bits_retain(random.next() as u32);
            tty.settings.output = Output::from_bits_retain(random.next() as u32);
            tty.settings.local = Local::from_bits_retain(random.next() as u32);
            tty.line.settings_changed(&old, &tty.settings, &mut |_| {});
        }
        tty.type_in((0..random.below(30)).map(|_| random.below(130) as u8).collect::<Vec<u8>>());
        let mut into = [0; 64];
        let read = tty.line.read(&mut into[..random.below(65) as usize], &tty.settings);
        assert!(read.length <= 64 && tty.line.readable(&tty.settings) <= CAPACITY);
    }
}
