//! Samples of what the machine was at.

use crate::command::finish;
use crate::world::World;
use cucumber::{then, when};
use std::fs;

#[when(regex = r"^(\S+) runs (\d+) rounds, and samples of it go to (\S+)$")]
async fn runs_sampled(world: &mut World, program: String, rounds: String, file: String) {
    run(world, &[&program, &rounds], &file, &[]).await;
}

#[when(regex = r"^(\S+) runs (\d+) rounds by instructions, and samples of it go to (\S+)$")]
async fn runs_sampled_exactly(world: &mut World, program: String, rounds: String, file: String) {
    run(world, &[&program, &rounds], &file, &["--icount", "--initrd"]).await;
}

async fn run(world: &mut World, program: &[&str], file: &str, options: &[&str]) {
    let file = world.path(file);
    world.machine.add(&[&"--profile", &file]);
    let mut command = world.run();
    command.args(options).args(["--quiet", "--"]).args(program);
    // The next run goes elsewhere.
    world.machine.options.truncate(world.machine.options.len() - 2);
    let outcome = finish(command, Some(&[])).await;
    assert_eq!(outcome.status, 0, "{outcome}");
    world.outcomes.push(outcome);
}

#[then(regex = r"^(\d+) of 100 samples in (\S+) at least are in (.+)$")]
fn share_at_least(world: &mut World, least: usize, file: String, functions: String) {
    let stacks = stacks(world, &file);
    let functions: Vec<&str> = functions.split(", ").collect();
    let all: usize = stacks.iter().map(|(_, count)| count).sum();
    let there: usize = stacks.iter().filter(|(stack, _)| holds(stack, &functions)).map(|(_, count)| count).sum();
    assert!(there * 100 >= least * all, "{there} of {all} samples are in {functions:?} of {stacks:#?}");
}

#[then(regex = r"^(\d+) samples at least are in (\S+\.txt)$")]
fn count_at_least(world: &mut World, least: usize, file: String) {
    let all: usize = stacks(world, &file).iter().map(|(_, count)| count).sum();
    assert!(all >= least, "{all} samples{}", world.outcome());
}

#[then(regex = r"^(\S+\.txt) and (\S+\.txt) are the same$")]
fn are_the_same(world: &mut World, first: String, second: String) {
    let (first, second) = (stacks(world, &first), stacks(world, &second));
    let other: Vec<_> = first.iter().filter(|stack| !second.contains(stack)).collect();
    assert!(first == second, "these were only in the first: {other:#?}");
}

#[then(regex = r"^(\S+\.svg) shows (\S+)$")]
fn shows(world: &mut World, file: String, function: String) {
    let picture = fs::read_to_string(world.path(&file)).expect("a picture");
    assert!(picture.contains(&format!("<title>{function} (")), "{function} is not in {file}{}", world.outcome());
}

/// The stacks of a file, from the outermost function inwards, and how often each was seen.
fn stacks(world: &World, file: &str) -> Vec<(Vec<String>, usize)> {
    let text = fs::read_to_string(world.path(file)).expect("stacks");
    let stack = |line: &str| {
        let (stack, count) = line.rsplit_once(' ').expect("a count");
        // A mark behind a function tells whose it is.
        let plain = |function: &str| function.trim_end_matches("_[k]").trim_end_matches("_[j]").to_string();
        (stack.split(';').map(plain).collect(), count.parse().expect("a number"))
    };
    text.lines().map(stack).collect()
}

/// Whether these functions are in a stack in this order; between the program and the kernel there are others.
fn holds(stack: &[String], functions: &[&str]) -> bool {
    let mut rest = stack.iter();
    functions.iter().all(|function| rest.any(|other| other == function))
}
