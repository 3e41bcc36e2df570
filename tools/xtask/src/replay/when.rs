//! `bin/when`: at which instruction of a recording a value changed last.

use super::expression::{self, Place, Symbol, Watch};
use super::pages::Space;
use super::player::Player;
use super::recording::Recording;
use super::typed::{Expression, difference};
use super::watched::{Change, Value, Watched};
use crate::build::elf;
use anyhow::{Context, Result, bail};
use clap::Args;
use logic::symbols::{Frame, Table};
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

/// What `bin/when` is told.
#[derive(Args, Clone, Debug)]
pub struct When {
    /// The folder of a recorded run (bin/run --record)
    recording: PathBuf,
    /// A static of the kernel (table::TABLE), something in it (TABLE.rows[3].state), 0xADDRESS of the kernel or of the program that
    /// runs at the end, 0xADDRESS@0xCR3 of another, phys:0xADDRESS. Behind a static or an address may stand +OFFSET and /BYTES.
    /// Without it: a list of the statics
    expression: Option<String>,
    /// Look for the last change before so many instructions, not before the end
    #[arg(long, value_name = "INSTRUCTIONS")]
    before: Option<u64>,
}

/// What is asked for.
enum Asked {
    Memory(Watch),
    Typed(Expression),
}

impl Asked {
    fn watch(&self) -> &Watch {
        match self {
            Asked::Memory(watch) => watch,
            Asked::Typed(expression) => &expression.watch,
        }
    }
}

/// Finds the change, and prints it with its place in the source and who called.
pub fn when(options: &When) -> Result<()> {
    let to = &mut io::stdout();
    let recording = Recording::open(&options.recording)?;
    let bytes = fs::read(recording.file("kernel")).context("the recording has no kernel")?;
    let kernel = object::File::parse(&*bytes).context("the recording's kernel")?;
    let statics = expression::statics(&kernel);
    let Some(text) = &options.expression else { return list(to, statics) };
    let simple = expression::parse(text, &statics)?;
    let mut player = Player::start(&recording)?;
    let length = player.end()?;
    let mut end = options.before.map_or(length, |before| before.saturating_sub(1).min(length));
    player.seek(end)?;
    let mut asked = match simple {
        Some(watch) => Asked::Memory(watch),
        None => Asked::Typed(Expression::resolve(text, &statics, &recording.file("kernel"), &mut player)?),
    };
    if let Asked::Memory(Watch { place: Place::Program(address, space @ None), .. }) = &mut asked {
        let found = find_space(&mut player, *address, end)?;
        (*space, end) = (Some(found.0), found.1);
    }
    writeln!(to, "{text} is {}", describe_place(&asked))?;
    let Some((before, change)) = Watched::new(&mut player, asked.watch().clone()).last_change(end)? else {
        writeln!(to, "it did not change in {end} instructions")?;
        return Ok(());
    };
    if let (Place::Kernel(_), None) = (asked.watch().place, &change.before) {
        writeln!(to, "it did not change since the kernel has it mapped: it is {}", describe(&change.after))?;
        return Ok(());
    }
    let booted = fs::read(recording.file("cor.elf")).context("the recording has no kernel")?;
    let table = Table::parse(elf::symbols(&booted)?).context("the kernel's symbols cannot be read")?;
    let values = match &asked {
        Asked::Memory(_) => [describe(&change.before), describe(&change.after)],
        Asked::Typed(expression) => {
            player.seek(end)?;
            let values = expression.values(&[before, before + 1], &recording.file("kernel"), &mut player)?;
            difference(&values[0], &values[1])
        }
    };
    writeln!(to, "changed from {} to {}", values[0], values[1])?;
    writeln!(to, "by instruction {} of {length}", before + 1)?;
    tell(to, &mut player, &table, &change, before)
}

/// Lists what can be named.
fn list(to: &mut dyn Write, mut statics: Vec<Symbol>) -> Result<()> {
    statics.sort();
    for (name, address, length) in &statics {
        writeln!(to, "{address:#x} {length:6} bytes  {name}")?;
    }
    Ok(())
}

/// The program that has this address, at the end or, going back in growing steps, before.
fn find_space(player: &mut Player<'_>, address: u64, end: u64) -> Result<(Space, u64)> {
    let mut back = 0;
    loop {
        let time = end.saturating_sub(back);
        player.seek(time)?;
        let space = player.space()?;
        if space.translate(player, address)?.is_some() {
            return Ok((space, time));
        }
        if time == 0 {
            bail!(
                "no program has {address:#x} mapped when we look (--before INSTRUCTIONS looks earlier, @0xCR3 names one)"
            );
        }
        back = 1000 + back * 2;
    }
}

/// Tells by whom something was changed.
fn tell(to: &mut dyn Write, player: &mut Player<'_>, kernel: &Table<'_>, change: &Change, before: u64) -> Result<()> {
    player.seek(before)?;
    let space = player.space()?;
    let mut addresses = player.backtrace()?.into_iter();
    if let Some(address) = addresses.next() {
        writeln!(to, "  {address:#x}  {}", player.instruction(address)?)?;
        writeln!(to, "  at {}", places(kernel, address))?;
        if address >> 63 == 0 {
            writeln!(to, "     in the address space with CR3 {:#x}", space.root())?;
        }
    }
    // A return address is that of the instruction after the call.
    for address in addresses {
        writeln!(to, "  from {}", places(kernel, address - 1))?;
    }
    if !change.written {
        writeln!(to, "(it was not written to where it was looked for: its page was mapped anew, or a device wrote)")?;
    }
    let printed = player.console()?;
    writeln!(to, "the console had said by then:")?;
    let lines: Vec<&str> = printed.lines().collect();
    for line in &lines[lines.len().saturating_sub(3)..] {
        writeln!(to, "  {line}")?;
    }
    writeln!(to, "the change before that: --before {}; to stand there: bin/replay, goto {before}", before + 1)?;
    Ok(())
}

/// What stands at an address: a function of the kernel, before it those inlined into it, innermost first.
fn places(kernel: &Table<'_>, address: u64) -> String {
    // Assembly has no lines.
    let place = |frame: Frame<'_>| match frame.file {
        "" => frame.function.to_string(),
        file => format!("{file}:{}  {}", frame.line, frame.function),
    };
    let places: Vec<String> = kernel.frames(address).map(place).collect();
    match places[..] {
        [] if address >> 47 == 0 => format!("a program, {address:#x}"),
        [] => format!("{address:#x}, no function of the kernel"),
        _ => places.join("\n  in "),
    }
}

fn describe_place(asked: &Asked) -> String {
    let watch = asked.watch();
    let what = match asked {
        Asked::Memory(_) => String::new(),
        Asked::Typed(expression) => format!(", a {}", expression.kind),
    };
    let place = match watch.place {
        Place::Kernel(address) => format!("at {address:#x}"),
        Place::Physical(address) => format!("of physical memory at {address:#x}"),
        Place::Program(address, space) => {
            format!("at {address:#x} in the address space with CR3 {:#x}", space.map_or(0, Space::root))
        }
    };
    format!("{} bytes {place}{what}", watch.length)
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
