//! `bin/when`: at which instruction of a recording a value changed last.

use super::expression::{self, Memory};
use super::player::Player;
use super::recording::Recording;
use super::search::{Change, Value, Watched, last_change};
use crate::build::symbols;
use crate::project::Project;
use anyhow::{Context, Result};
use clap::Args;
use logic::symbols::{Frame, Table};
use std::fs;
use std::path::PathBuf;

/// What `bin/when` is told.
#[derive(Args, Clone, Debug)]
pub struct When {
    /// The folder of a recorded run (bin/run --record)
    recording: PathBuf,
    /// NAME of a static of the kernel, 0xADDRESS or phys:0xADDRESS; +OFFSET and /BYTES behind it
    expression: String,
    /// Look for the last change before so many instructions, not before the end
    #[arg(long, value_name = "INSTRUCTIONS")]
    before: Option<u64>,
}

/// Finds the change, and prints it with its place in the source and who called.
pub fn when(project: &Project, options: &When) -> Result<()> {
    let recording = Recording::open(&options.recording)?;
    let bytes = fs::read(recording.file("kernel")).context("the recording has no kernel")?;
    let kernel = object::File::parse(&*bytes).context("the recording's kernel")?;
    let memory = expression::parse(&options.expression, &expression::statics(&kernel))?;
    let length = recording.length()?;
    let end = options.before.map_or(length - 1, |before| before.saturating_sub(1).min(length - 1));
    let mut watched = Watched { player: Player::start(&recording)?, memory: memory.clone() };
    let found = last_change(&mut watched, end)?;
    println!("{} is {} at {:#x}", options.expression, describe_size(&memory), memory.address);
    let Some(change) = found else {
        println!("it did not change in {end} instructions");
        return Ok(());
    };
    let table = symbols::table(&bytes, project.root())?;
    let table = Table::parse(&table).context("the kernel's symbols cannot be read")?;
    tell(&mut watched.player, &table, &change, length)
}

/// Tells a change.
fn tell(player: &mut Player<'_>, kernel: &Table<'_>, change: &Change, length: u64) -> Result<()> {
    println!("changed from {} to {}", describe(&change.before), describe(&change.after));
    println!("by instruction {} of {length}", change.time);
    player.seek(change.time - 1)?;
    let mut addresses = player.backtrace()?.into_iter();
    if let Some(address) = addresses.next() {
        println!("  {address:#x}  {}", player.instruction(address)?);
        println!("  at {}", places(kernel, address));
    }
    // A return address is that of the instruction after the call.
    for address in addresses {
        println!("  from {}", places(kernel, address - 1));
    }
    let printed = player.console()?;
    println!("the console had said by then:");
    let lines: Vec<&str> = printed.lines().collect();
    lines[lines.len().saturating_sub(3)..].iter().for_each(|line| println!("  {line}"));
    Ok(())
}

/// What stands at an address: a function of the kernel, before it those inlined into it, innermost first.
fn places(kernel: &Table<'_>, address: u64) -> String {
    let place = |frame: Frame<'_>| format!("{}:{}  {}", frame.file, frame.line, frame.function);
    let places: Vec<String> = kernel.frames(address).map(place).collect();
    match places[..] {
        [] if address >> 47 == 0 => "a program".to_string(),
        [] => format!("{address:#x}, no function of the kernel"),
        _ => places.join("\n  in "),
    }
}

fn describe_size(memory: &Memory) -> String {
    format!("{} bytes{}", memory.length, if memory.physical { " of physical memory" } else { "" })
}

/// A value: a number if it has the size of one, else its bytes.
fn describe(value: &Value) -> String {
    match value.as_deref() {
        None => "nothing (not mapped)".to_string(),
        Some(bytes @ ([_] | [_, _] | [_, _, _, _] | [_, _, _, _, _, _, _, _])) => {
            let number = bytes.iter().rev().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
            format!("{number:#x}")
        }
        Some(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn values_are_told_as_numbers_or_bytes() {
        assert_eq!(describe(&Some(vec![0x34, 0x12])), "0x1234");
        assert_eq!(describe(&Some(vec![1, 0, 255])), "01 00 ff");
        assert_eq!(describe(&None), "nothing (not mapped)");
    }
}
