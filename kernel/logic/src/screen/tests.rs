//! Tests of the screen.

use super::*;
use alloc::string::String;

fn screen(text: &str) -> Screen {
    let mut screen = Screen::new(10, 3).unwrap();
    screen.write(text.as_bytes());
    screen
}

fn text(screen: &Screen, row: usize) -> String {
    let row: String = screen.row(row).iter().map(|cell| char::from(cell.character)).collect();
    row.trim_end().into()
}

/// The rows, without the blanks at their ends.
fn rows(screen: &Screen) -> [String; 3] {
    core::array::from_fn(|row| text(screen, row))
}

#[test]
fn lines_and_scrolling() {
    let mut screen = screen("one\r\ntwo\r\nthree");
    assert_eq!(rows(&screen), ["one", "two", "three"]);
    assert_eq!(screen.cursor(), (2, 5));
    screen.write(b"\r\nfour\nfive");
    assert_eq!(rows(&screen), ["three", "four", "    five"]);
    for _ in 0..7 {
        screen.write(b"\r\nx");
    }
    assert_eq!(rows(&screen), ["x", "x", "x"]);
}

#[test]
fn a_line_feed_may_return() {
    let mut screen = screen("one\ntwo");
    assert_eq!(rows(&screen), ["one", "   two", ""]);
    screen.set_feed_returns(true);
    screen.write(b"\nthree");
    assert_eq!(rows(&screen), ["one", "   two", "three"]);
}

#[test]
fn long_lines_wrap_only_when_more_comes() {
    let mut screen = screen("0123456789");
    assert_eq!(screen.cursor(), (0, 9));
    screen.write(b"\r\nab");
    assert_eq!(rows(&screen), ["0123456789", "ab", ""]);
    screen.write(b"cdefghijKL");
    assert_eq!(rows(&screen), ["0123456789", "abcdefghij", "KL"]);
}

#[test]
fn control_characters() {
    assert_eq!(rows(&screen("ab\x08c\x07\0"))[0], "ac");
    assert_eq!(rows(&screen("a\tb"))[0], "a       b");
    assert_eq!(screen("a\tb\t\t").cursor(), (0, 9));
    assert_eq!(rows(&screen("abc\rX"))[0], "Xbc");
    assert_eq!(screen("\x08").cursor(), (0, 0));
}

#[test]
fn other_characters_take_one_cell() {
    assert_eq!(rows(&screen("a\u{e9}\u{20ac}\u{1f600}b"))[0], "a???b");
}

#[test]
fn the_cursor_moves() {
    assert_eq!(rows(&screen("\x1b[2;3Hx\x1b[Ay\x1b[5DZ")), ["Z  y", "  x", ""]);
    assert_eq!(screen("\x1b[99;99H").cursor(), (2, 9));
    assert_eq!(screen("\x1b[B\x1b[3C\x1b[2G").cursor(), (1, 1));
    assert_eq!(screen("\x1b[99999999999999999999B\x1b[65535D").cursor(), (2, 0));
    assert_eq!(screen("ab\x1b[;H").cursor(), (0, 0));
}

#[test]
fn erasing() {
    let full = "aaaaaaaaaa\r\nbbbbbbbbbb\r\ncccccccccc\x1b[2;5H";
    assert_eq!(rows(&screen(&[full, "\x1b[K"].concat())), ["aaaaaaaaaa", "bbbb", "cccccccccc"]);
    assert_eq!(rows(&screen(&[full, "\x1b[1K"].concat())), ["aaaaaaaaaa", "     bbbbb", "cccccccccc"]);
    assert_eq!(rows(&screen(&[full, "\x1b[J"].concat())), ["aaaaaaaaaa", "bbbb", ""]);
    assert_eq!(rows(&screen(&[full, "\x1b[1J"].concat())), ["", "     bbbbb", "cccccccccc"]);
    assert_eq!(rows(&screen(&[full, "\x1b[2J"].concat())), ["", "", ""]);
}

#[test]
fn other_sequences_are_passed_over() {
    assert_eq!(rows(&screen("a\x1b[1;31mb\x1b[?25lc\x1b]0;title\x07d\x1b7e"))[0], "abcde");
    assert_eq!(rows(&screen("\x1b(Ba\x1b[1\x1b[Kb"))[0], "ab");
}

#[test]
fn any_bytes_do() {
    let mut random = crate::random::Random(5);
    let mut screen = Screen::new(7, 2).unwrap();
    for _ in 0..20_000 {
        let byte = random.next() as u8;
        screen.write(if random.below(3) == 0 { b"\x1b[" } else { core::slice::from_ref(&byte) });
        let (row, column) = screen.cursor();
        assert!(row < 2 && column < 7);
    }
    assert!((0..2).flat_map(|row| screen.row(row)).all(|cell| (b' '..=b'~').contains(&cell.character)));
}

#[test]
fn no_screen() {
    assert_eq!(Screen::new(0, 5).err(), Some(Errno::EINVAL));
    assert_eq!(Screen::new(usize::MAX, 2).err(), Some(Errno::EINVAL));
    assert_eq!(Screen::new(usize::MAX, 1).err(), Some(Errno::ENOMEM));
}

#[test]
fn rows_scroll_in_a_region() {
    let five = "a\r\nb\r\nc";
    assert_eq!(rows(&screen(&[five, "\x1b[1;2r\x1b[2;1H\nx"].concat())), ["b", "x", "c"]);
    assert_eq!(rows(&screen(&[five, "\x1b[2;3r\x1b[2;1H\x1bMx"].concat())), ["a", "x", "b"]);
    assert_eq!(rows(&screen(&[five, "\x1b[1H\x1b[Lx"].concat())), ["x", "a", "b"]);
    assert_eq!(rows(&screen(&[five, "\x1b[1H\x1b[M"].concat())), ["b", "c", ""]);
    assert_eq!(rows(&screen(&[five, "\x1b[S"].concat())), ["b", "c", ""]);
    assert_eq!(rows(&screen(&[five, "\x1b[9T"].concat())), ["", "", ""]);
    assert_eq!(screen("\x1b[2;3r\x1b[?6h\x1b[9;1H").cursor(), (2, 0));
    assert_eq!(screen("\x1b[1;2r\x1b[9B").cursor(), (1, 0));
}

#[test]
fn cells_are_put_in_and_taken_out() {
    assert_eq!(rows(&screen("abcdef\x1b[3G\x1b[2@X"))[0], "abX cdef");
    assert_eq!(rows(&screen("abcdef\x1b[3G\x1b[2P"))[0], "abef");
    assert_eq!(rows(&screen("abcdef\x1b[3G\x1b[2X"))[0], "ab  ef");
    assert_eq!(rows(&screen("abc\r\x1b[4hXY\x1b[4lZ"))[0], "XYZbc");
    assert_eq!(rows(&screen("0123456789\x1b[?7l\x1b[Gabcdefghijkl"))[0], "abcdefghil");
}

#[test]
fn colours() {
    let colours = |text: &str| screen(text).row(0)[0].colours;
    assert_eq!(colours("x"), 0x07);
    assert_eq!(colours("\x1b[31mx"), 0x04);
    assert_eq!(colours("\x1b[1;33;44mx"), 0x1e);
    assert_eq!(colours("\x1b[7mx"), 0x70);
    assert_eq!(colours("\x1b[91;49mx"), 0x0c);
    assert_eq!(colours("\x1b[38;5;4;1mx"), 0x09);
    assert_eq!(colours("\x1b[38;2;255;0;0mx"), 0x0c);
    assert_eq!(colours("\x1b[35m\x1b[mx"), 0x07);
    assert_eq!(colours("\x1b[44m\x1b[K"), 0x17);
}

#[test]
fn questions_are_answered() {
    let answer = |text: &str| String::from_utf8(screen(text).take_answer().to_vec()).unwrap();
    assert_eq!(answer("ab\x1b[6n"), "\x1b[1;3R");
    assert_eq!(answer("\x1b[999;999H\x1b[6n"), "\x1b[3;10R");
    assert_eq!(answer("\x1b[5n"), "\x1b[0n");
    assert_eq!(answer("\x1b[c"), "\x1b[?6c");
    assert_eq!(answer("abc"), "");
}

#[test]
fn the_place_is_kept_and_the_cursor_hidden() {
    assert_eq!(screen("ab\x1b7\x1b[3;3H\x1b8").cursor(), (0, 2));
    assert_eq!(screen("ab\x1b[s\x1b[3;3H\x1b[u").cursor(), (0, 2));
    assert!(!screen("\x1b[?25l").shows_cursor());
    assert!(screen("\x1b[?1h").has_cursor_keys());
    assert!(screen("\x1b[?25l\x1bc").shows_cursor());
}
