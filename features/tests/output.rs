//! What programs, the console and `bin/run` said, and how it ended.

use crate::command::Outcome;
use crate::input::Input;
use crate::run::with_place;
use crate::world::{World, text};
use cucumber::gherkin::Step;
use cucumber::then;

#[then(regex = r#"^it prints "(.*)"$"#)]
fn prints_line(world: &mut World, text: String) {
    assert_printed(world.outcome(), &format!("{text}\n"));
}

#[then("it prints:")]
fn prints_text(world: &mut World, step: &Step) {
    assert_printed(world.outcome(), &format!("{}\n", text(step)));
}

#[then("it prints nothing")]
fn prints_nothing(world: &mut World) {
    assert_printed(world.outcome(), "");
}

fn assert_printed(outcome: &Outcome, expected: &str) {
    let printed = String::from_utf8_lossy(&outcome.output);
    assert!(printed == expected, "it printed {printed:?}, not {expected:?}{outcome}");
}

#[then("it prints what it read")]
fn prints_input(world: &mut World) {
    let Input::Bytes(expected) = &world.input else { panic!("it was given no bytes to read") };
    assert_bytes(world.outcome(), expected);
}

#[then("it prints each argument as it was given")]
fn prints_arguments(world: &mut World) {
    let expected: String = world.arguments.iter().map(|argument| format!("{argument}\0")).collect();
    assert_bytes(world.outcome(), expected.as_bytes());
}

#[then("it prints every byte there is, in order")]
fn prints_all_bytes(world: &mut World) {
    assert_bytes(world.outcome(), &(0..=255).collect::<Vec<u8>>());
}

/// Compares what may be long, and not text.
fn assert_bytes(outcome: &Outcome, expected: &[u8]) {
    let (printed, wanted) = (outcome.output.len(), expected.len());
    let same = outcome.output.iter().zip(expected).take_while(|(a, b)| a == b).count();
    assert!(same == printed && same == wanted, "of {wanted} bytes {printed} came, {same} of them right{outcome}");
}

#[then(regex = r"^it prints (\d+) KiB of numbered lines$")]
fn prints_numbered_lines(world: &mut World, kibibytes: usize) {
    let lines: String = (0..kibibytes * 1024 / 8).map(|line| format!("{line:07}\n")).collect();
    assert_bytes(world.outcome(), lines.as_bytes());
}

#[then("each time it prints its number")]
fn prints_numbers(world: &mut World) {
    for (number, outcome) in world.outcomes.iter().enumerate() {
        assert_printed(outcome, &format!("{number}\n"));
    }
}

#[then(regex = r"^(?:the|its) exit status is (\d+)$")]
fn exit_status(world: &mut World, status: i32) {
    let outcome = world.outcome();
    assert_eq!(outcome.status, status, "the exit status{outcome}");
}

#[then(regex = r#"^the console says "(.*)"$"#)]
fn console_says(world: &mut World, text: String) {
    let outcome = world.outcome();
    assert!(outcome.text().contains(&text), "the console does not say {text:?}{outcome}");
}

#[then(regex = r#"^the console does not say "(.*)"$"#)]
fn console_does_not_say(world: &mut World, text: String) {
    let outcome = world.outcome();
    assert!(!outcome.text().contains(&text), "the console says {text:?}{outcome}");
}

#[then("the console comes in plain lines")]
fn plain_lines(world: &mut World) {
    let outcome = world.outcome();
    assert_plain(&outcome.output, outcome);
}

#[then("the console comes in plain lines, but what the program prints as it is:")]
fn plain_lines_around(world: &mut World, step: &Step) {
    let outcome = world.outcome();
    let printed = text(step).replace("\\e", "\x1b").replace("\\r", "\r") + "\n";
    let at = outcome.output.windows(printed.len()).position(|window| window == printed.as_bytes());
    let at = at.unwrap_or_else(|| panic!("{printed:?} is not in the output{outcome}"));
    assert_plain(&[&outcome.output[..at], &outcome.output[at + printed.len()..]].concat(), outcome);
}

/// Fails if there is something that only a terminal understands.
fn assert_plain(output: &[u8], outcome: &Outcome) {
    let odd = output.iter().position(|byte| byte.is_ascii_control() && !matches!(byte, b'\n' | b'\t'));
    let around = odd.map(|at| String::from_utf8_lossy(&output[at.saturating_sub(40)..(at + 40).min(output.len())]));
    assert!(odd.is_none() && !output.is_empty(), "not plain: {around:?}{outcome}");
}

#[then(regex = r#"^bin/run says "(.*)"$"#)]
fn bin_run_says(world: &mut World, text: String) {
    let text = with_place(world, &text);
    let outcome = world.outcome();
    assert!(outcome.errors.contains(&text), "bin/run does not say {text:?}{outcome}");
}

#[then(regex = r#"^bin/run does not say "(.*)"$"#)]
fn bin_run_does_not_say(world: &mut World, text: String) {
    let outcome = world.outcome();
    assert!(!outcome.errors.contains(&text), "bin/run says {text:?}{outcome}");
}

#[then("bin/run says nothing")]
fn bin_run_says_nothing(world: &mut World) {
    let outcome = world.outcome();
    assert!(outcome.errors.is_empty(), "bin/run says something{outcome}");
}

#[then(regex = r#"^the trace shows (\S+) in (\S+), with its line$"#)]
fn trace_shows(world: &mut World, function: String, file: String) {
    let outcome = world.outcome();
    let is_place = |line: &str| {
        let place = line.split_once(&file).filter(|(before, _)| before.contains(&function));
        place.is_some_and(|(_, after)| after.rsplit_once(':').is_some_and(|(_, n)| n.trim().parse::<u32>().is_ok()))
    };
    assert!(outcome.text().lines().any(is_place), "no such line in the trace{outcome}");
}

#[then(regex = r"^the letters (\w) and (\w) come (\d+) times each, and take turns$")]
fn take_turns(world: &mut World, first: char, second: char, times: usize) {
    let text = world.outcome().text();
    let letters: Vec<char> = text.trim().chars().collect();
    let count = |letter| letters.iter().filter(|&&printed| printed == letter).count();
    assert_eq!((count(first), count(second)), (times, times), "{}", world.outcome());
    let changes = letters.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(changes >= times / 2, "{letters:?} changes only {changes} times");
}
