//! Programs run on the machine, and what they print.

use crate::command::{Outcome, finish, finish_read_after};
use crate::input::Input;
use crate::machine::bin_run;
use crate::world::{World, text};
use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::task::JoinSet;

#[given(regex = r"^the variable (\S+?=.*) in its environment$")]
fn has_variable(world: &mut World, variable: String) {
    world.machine.add(&[&"--env", &variable]);
}

#[given(regex = r"^it starts in (\S+)$")]
fn working_folder(world: &mut World, folder: String) {
    world.machine.add(&[&"--cwd", &folder]);
}

#[when(regex = r"^(\S+) runs$")]
async fn runs(world: &mut World, program: String) {
    run(world, &program, Vec::new()).await;
}

#[when(regex = r#"^(\S+) runs with "(.*)"$"#)]
async fn runs_with(world: &mut World, program: String, arguments: String) {
    run(world, &program, arguments.split(' ').map(str::to_string).collect()).await;
}

#[when(regex = r"^(\S+) runs with the arguments:$")]
async fn runs_with_table(world: &mut World, step: &Step, program: String) {
    let table = step.table.as_ref().expect("a table under this step");
    run(world, &program, table.rows.iter().map(|row| row[0].clone()).collect()).await;
}

#[when(regex = r"^(\S+) runs with the argument:$")]
async fn runs_with_text(world: &mut World, step: &Step, program: String) {
    run(world, &program, vec![text(step).to_string()]).await;
}

#[when(regex = r"^(\S+) runs with (\d+) arguments of (\d+) KiB$")]
async fn runs_with_long(world: &mut World, program: String, count: usize, kibibytes: usize) {
    let long = |n: usize| format!("{n} ").repeat(kibibytes * 512)[..kibibytes * 1024].to_string();
    run(world, &program, (0..count).map(long).collect()).await;
}

#[when(regex = r"^(\S+) runs, and its output is read a second later$")]
async fn runs_unread(world: &mut World, program: String) {
    let command = quiet(world, &program, &[]);
    world.outcomes.push(finish_read_after(command, Some(&[]), Duration::from_secs(1)).await);
}

#[when(regex = r"^(\S+) runs (\d+) times at once, each time with its number$")]
async fn runs_at_once(world: &mut World, program: String, times: usize) {
    let mut running = JoinSet::new();
    for number in 0..times {
        let command = quiet(world, &program, &[number.to_string()]);
        running.spawn(async move { (number, finish(command, Some(&[])).await) });
    }
    let mut outcomes = running.join_all().await;
    outcomes.sort_by_key(|&(number, _)| number);
    world.outcomes.extend(outcomes.into_iter().map(|(_, outcome)| outcome));
}

#[when(regex = r"^Cor boots and runs (\S+)$")]
async fn boots_and_runs(world: &mut World, program: String) {
    let mut command = world.machine.command();
    command.args(["--", &program]);
    let outcome = with_input(command, &world.input).await;
    world.outcomes.push(outcome);
}

#[when("Cor boots")]
async fn boots(world: &mut World) {
    let outcome = with_input(world.machine.command(), &world.input).await;
    world.outcomes.push(outcome);
}

#[when(regex = r#"^Cor boots with "(.*)"$"#)]
async fn boots_with(world: &mut World, arguments: String) {
    world.machine.add(&[&"--append", &arguments]);
    boots(world).await;
}

#[when(regex = r#"^bin/run is called with "(.*)"$"#)]
async fn bin_run_is_called(world: &mut World, words: String) {
    let mut command = bin_run();
    command.args(words.split(' '));
    world.outcomes.push(finish(command, Some(&[])).await);
}

/// Runs a program so that only what it prints is seen.
async fn run(world: &mut World, program: &str, arguments: Vec<String>) {
    let command = quiet(world, program, &arguments);
    let outcome = with_input(command, &world.input).await;
    world.arguments = arguments;
    world.outcomes.push(outcome);
}

fn quiet(world: &World, program: &str, arguments: &[String]) -> Command {
    let mut command = world.machine.command();
    command.args(["--quiet", "--", program]).args(arguments);
    command
}

async fn with_input(mut command: Command, input: &Input) -> Outcome {
    match input {
        Input::Nothing => finish(command, Some(&[])).await,
        Input::Bytes(bytes) => finish(command, Some(bytes)).await,
        Input::Closed => finish(closed(&command), None).await,
        Input::Silent => {
            let (_open, silent) = std::io::pipe().map(|(read, write)| (write, read)).expect("a pipe");
            command.stdin(Stdio::from(silent));
            finish(command, None).await
        }
    }
}

/// The command with its standard input closed, as only a shell does it.
fn closed(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"exec "$@" <&-"#, "sh"]).arg(command.as_std().get_program()).args(command.as_std().get_args());
    shell
}

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

#[then(regex = r#"^bin/run says "(.*)"$"#)]
fn bin_run_says(world: &mut World, text: String) {
    let outcome = world.outcome();
    assert!(outcome.errors.contains(&text), "bin/run does not say {text:?}{outcome}");
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
