//! Laying out text for a terminal of 80 columns.

use alloc::string::String;
use cor_rt::println;

const COLUMNS: usize = 80;
const LABEL: usize = 14;

/// A heading, with a remark beside it.
pub(crate) fn heading(title: &str, remark: &str) {
    println!();
    match remark {
        "" => println!("  {title}"),
        _ => println!("  {title} ({remark})"),
    }
}

/// A paragraph of prose.
pub(crate) fn paragraph(text: &str) {
    println!();
    wrapped("  ", 2, text);
}

/// A fact and its name.
pub(crate) fn fact(name: &str, value: &str) {
    let label = alloc::format!("    {name:<LABEL$}");
    wrapped(&label, LABEL + 4, value);
}

/// A line of a list, kept as it is.
pub(crate) fn line(text: &str) {
    wrapped("    ", 8, text);
}

/// Prints words after a first indent; further lines are indented by blanks.
fn wrapped(first: &str, indent: usize, text: &str) {
    let mut line = String::from(first);
    let mut empty = true;
    for word in text.split(' ') {
        if !empty && line.len() + 1 + word.len() > COLUMNS {
            println!("{line}");
            line = alloc::format!("{:indent$}", "");
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    println!("{line}");
}
