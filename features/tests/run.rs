//! Programs run on the machine.

use crate::command::{Outcome, finish, finish_read_after};
use crate::input::Input;
use crate::machine::bin_run;
use crate::world::{World, text};
use cucumber::gherkin::Step;
use cucumber::{given, when};
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
    let mut command = world.run();
    command.args(["--", &program]);
    let outcome = with_input(command, &world.input).await;
    world.outcomes.push(outcome);
}

#[when("Cor boots")]
async fn boots(world: &mut World) {
    let outcome = with_input(world.run(), &world.input).await;
    world.outcomes.push(outcome);
}

#[when(regex = r#"^Cor boots with "(.*)"$"#)]
async fn boots_with(world: &mut World, arguments: String) {
    world.machine.add(&[&"--append", &arguments]);
    boots(world).await;
}

#[when(regex = r"^(\S+) runs with (\d+) bytes on the kernel's command line$")]
async fn runs_with_long_line(world: &mut World, program: String, length: usize) {
    // What bin/run puts there itself, and the space behind it.
    let own = "init=/.cor/init console=stream quiet ".len();
    world.machine.add(&[&"--append", &"x".repeat(length - own)]);
    run(world, &program, Vec::new()).await;
}

#[when(regex = r#"^bin/run is called with "(.*)"$"#)]
async fn bin_run_is_called(world: &mut World, words: String) {
    let mut command = bin_run();
    command.args(words.split(' ').map(|word| with_place(world, word)));
    world.outcomes.push(finish(command, Some(&[])).await);
}

/// A text in which HERE stands for the story's own directory.
pub fn with_place(world: &World, text: &str) -> String {
    text.replace("HERE", world.path("").display().to_string().trim_end_matches('/'))
}

/// Runs a program so that only what it prints is seen.
async fn run(world: &mut World, program: &str, arguments: Vec<String>) {
    let command = quiet(world, program, &arguments);
    let outcome = with_input(command, &world.input).await;
    world.arguments = arguments;
    world.outcomes.push(outcome);
}

fn quiet(world: &World, program: &str, arguments: &[String]) -> Command {
    let mut command = world.run();
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
