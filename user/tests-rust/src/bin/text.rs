//! Formatting and printing.

use std::io::{IsTerminal, Write, stderr, stdout};

fn main() {
    assert_eq!(format!("{:>8.3}|{:<6}|{:^7}|{:+e}", 3.1239, "ab", 'c', 1234.5), "   3.124|ab    |   c   |+1.2345e3");
    assert_eq!(format!("{:#x} {:#b} {:08.2} {:?}", 255, 5, -1.5, "a\n\u{e9}"), "0xff 0b101 -0001.50 \"a\\né\"");
    assert_eq!(format!("{} {} {}", f64::MAX, f64::MIN_POSITIVE > 0.0, f64::NAN).len(), 309 + 9);
    assert_eq!("0.1".parse::<f64>(), Ok(0.1));
    assert_eq!(format!("{:?}", 0.1 + 0.2), "0.30000000000000004");
    assert_eq!((2.0_f64.sqrt() * 1e6) as u64, 1_414_213);

    let mut out = stdout().lock();
    for n in 0..2000 {
        write!(out, "{n} ").unwrap();
    }
    writeln!(out).unwrap();
    out.flush().unwrap();
    eprintln!("to standard error, terminal: {}", stderr().is_terminal());
}
