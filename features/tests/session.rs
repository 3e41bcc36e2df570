//! A session at the shell's prompt, told as a transcript.
//!
//! What stands behind a prompt (`/ # `) is typed; what follows it must be what comes, up to the next prompt. What stands behind `> `
//! is typed as well, and `^C` at the start of a line is pressed there; both must be echoed there. `...` stands for anything. Programs that use the whole screen are told by what it looks like.

use crate::terminal::{Terminal, control, terminal};
use crate::world::{World, text};
use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use std::fmt::Write as _;

/// A line that is typed, and what must come of it.
#[derive(Default)]
struct Exchange {
    typed: String,
    expected: Vec<String>,
}

#[given("a person at the prompt")]
async fn at_prompt(world: &mut World) {
    crate::root::own_root(world);
    let mut opened = Terminal::open(world.machine.command(None));
    opened.wait_until("there is no prompt", |terminal| prompt_after(terminal, 0).is_some()).await;
    world.terminal = Some(opened);
}

#[when("the session goes:")]
#[then("the session goes:")]
async fn session_goes(world: &mut World, step: &Step) {
    let terminal = terminal(world);
    for exchange in exchanges(text(step)) {
        exchange.play(terminal).await;
    }
}

#[when(regex = r#"^the keys (.*) are pressed$"#)]
fn pressed(world: &mut World, keys: String) {
    for key in keys.split(' ') {
        let bytes = match key {
            "Up" => b"\x1b[A".to_vec(),
            "Down" => b"\x1b[B".to_vec(),
            "Left" => b"\x1b[D".to_vec(),
            "Home" => b"\x1b[H".to_vec(),
            "End" => b"\x1b[F".to_vec(),
            "Escape" => b"\x1b".to_vec(),
            "Enter" => b"\r".to_vec(),
            "Tab" => b"\t".to_vec(),
            "Space" => b" ".to_vec(),
            key => match key.strip_prefix("Ctrl-") {
                Some(letter) => vec![control(letter)],
                None => key.as_bytes().to_vec(),
            },
        };
        terminal(world).type_in(&bytes);
    }
}

#[when(regex = r#"^"(.*)" is typed, and the screen is cleared$"#)]
async fn typed_and_cleared(world: &mut World, line: String) {
    let terminal = terminal(world);
    terminal.type_in(format!("{line}\r").as_bytes());
    terminal.wait_until("the screen is not cleared", |terminal| !terminal.picture().contains(&line)).await;
}

#[then("the screen looks like:")]
async fn looks_like(world: &mut World, step: &Step) {
    let wanted = text(step);
    let complaint = format!("the screen does not look like\n{wanted}\n");
    terminal(world).wait_until(&complaint, |terminal| matches(&terminal.picture(), wanted)).await;
}

#[then(regex = r#"^there is a prompt again$"#)]
async fn prompt_again(world: &mut World) {
    let shows_prompt = |terminal: &Terminal| terminal.picture().lines().next_back().is_some_and(is_prompt);
    terminal(world).wait_until("there is no prompt", shows_prompt).await;
}

impl Exchange {
    async fn play(&self, terminal: &mut Terminal) {
        let start = terminal.text().len();
        terminal.type_in(format!("{}\r", self.typed).as_bytes());
        let mut so_far = String::new();
        for line in &self.expected {
            if let Some((before, keys)) = pressed_in(line) {
                let expected = format!("{so_far}{before}");
                let complaint = format!("of {:?} there should come, before {line:?} is typed:\n{expected}", self.typed);
                let came = |terminal: &Terminal| matches(plain(terminal, start).trim_end(), expected.trim_end());
                terminal.wait_until(&complaint, came).await;
                terminal.type_in(&keys);
            }
            // The end of a file is not echoed.
            if line != "^D" {
                let _ = writeln!(so_far, "{line}");
            }
        }
        let complaint = format!("no prompt comes behind {:?}", self.typed);
        terminal.wait_until(&complaint, |terminal| prompt_after(terminal, start).is_some()).await;
        let came = prompt_after(terminal, start).unwrap_or_default();
        let (came, expected) = (came.trim_end(), so_far.trim_end());
        assert!(matches(came, expected), "of {:?} should come:\n{expected}\nbut there came:\n{came}", self.typed);
    }
}

/// What is pressed in a line, and what comes before it in that line.
fn pressed_in(line: &str) -> Option<(&str, Vec<u8>)> {
    if let Some(text) = line.strip_prefix("> ") {
        return Some((">", format!("{text}\r").into_bytes()));
    }
    let letter = line.strip_prefix('^').filter(|letter| letter.starts_with(|c: char| c.is_ascii_uppercase()))?;
    Some(("", vec![control(letter)]))
}

/// The transcript, exchange by exchange.
fn exchanges(transcript: &str) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for line in transcript.lines() {
        match line.split_once(" # ").filter(|(prompt, _)| prompt.starts_with('/')) {
            Some((_, typed)) => exchanges.push(Exchange { typed: typed.to_owned(), expected: Vec::new() }),
            None => exchanges.last_mut().expect("a prompt first").expected.push(line.to_owned()),
        }
    }
    exchanges
}

/// What has come since then, but for the line that was typed; `None` if that is not there yet.
fn plain(terminal: &Terminal, start: usize) -> String {
    let text = without_escapes(terminal.text().get(start..).unwrap_or_default());
    text.split_once('\n').map(|(_, rest)| rest.to_owned()).unwrap_or_default()
}

/// What has come since then up to the prompt that is now waiting, if one is.
fn prompt_after(terminal: &Terminal, start: usize) -> Option<String> {
    let text = plain(terminal, start);
    let (before, last) = text.rsplit_once('\n').unwrap_or(("", &text));
    is_prompt(last).then(|| before.to_owned())
}

fn is_prompt(line: &str) -> bool {
    line.trim_end().strip_suffix(" #").is_some_and(|folder| folder.starts_with('/'))
}

/// The text without what moves the cursor.
fn without_escapes(text: &str) -> String {
    let mut plain = String::new();
    let mut parts = text.split('\x1b');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let rest =
            part.strip_prefix('[').and_then(|part| Some(&part[part.find(|c: char| c.is_ascii_alphabetic())? + 1..]));
        plain.push_str(rest.unwrap_or(part.get(1..).unwrap_or_default()));
    }
    plain
}

/// Whether a text is what a pattern says, in which `...` stands for anything.
fn matches(text: &str, pattern: &str) -> bool {
    let pieces: Vec<&str> = pattern.split("...").collect();
    let [first, between @ .., last] = &pieces[..] else { return text == pattern };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for piece in between {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}
