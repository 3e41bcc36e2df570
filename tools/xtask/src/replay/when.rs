//! `bin/when`: at which instruction of a recording a value changed last.

use super::asked::{Asked, Kernel};
use super::expression::{self, Place, Symbol};
use super::pages::Space;
use super::player::Player;
use super::recording::Recording;
use super::search::last;
use super::watched::{Change, Uses, Watched, Way};
use crate::build::elf;
use anyhow::{Context, Result};
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

/// Finds the change, and prints it with its place in the source and who called.
pub fn when(options: &When) -> Result<()> {
    let to = &mut io::stdout();
    let recording = Recording::open(&options.recording)?;
    let path = recording.file("kernel");
    let bytes = fs::read(&path).context("the recording has no kernel")?;
    let object = object::File::parse(&*bytes).context("the recording's kernel")?;
    let kernel = Kernel { path, statics: expression::statics(&object), object };
    let Some(text) = &options.expression else { return list(to, kernel.statics) };
    // What is misspelt is told before the recording is played to its end.
    expression::check(text, &kernel.statics)?;
    let mut player = Player::start(&recording)?;
    let length = player.end()?;
    let mut end = options.before.map_or(length, |before| before.saturating_sub(1).min(length));
    player.seek(end)?;
    let mut asked = Asked::resolve(text, &kernel, &mut player)?;
    if let Place::Program(address, space @ None) = &mut asked.watch.place {
        let found = find_space(&mut player, *address, end)?;
        (*space, end) = (Some(found.0), found.1);
    }
    writeln!(to, "{text} is {}", asked.describe())?;
    let at_end = Watched::new(&mut player, asked.watch.clone()).value()?;
    let Some((before, change)) = Watched::new(&mut player, asked.watch.clone()).last_change(end)? else {
        writeln!(to, "it did not change in {end} instructions: it is {}", asked.show(&at_end))?;
        return Ok(());
    };
    if let (Place::Kernel(_), None) = (asked.watch.place, &change.before) {
        writeln!(to, "it did not change since the kernel has it mapped: it is {}", asked.show(&change.after))?;
        return Ok(());
    }
    let booted = fs::read(recording.file("cor.elf")).context("the recording has no kernel")?;
    let table = Table::parse(elf::symbols(&booted)?).context("the kernel's symbols cannot be read")?;
    let values = asked.values(&change, before, end, &kernel, &mut player)?;
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

/// The program that has this address at the end or, if it is gone by then, that was the last to use it.
fn find_space(player: &mut Player<'_>, address: u64, end: u64) -> Result<(Space, u64)> {
    let space = player.space()?;
    if space.translate(player, address)?.is_some() {
        return Ok((space, end));
    }
    let used = last(&mut Uses { player, address }, end)?;
    let (time, space) = used.with_context(|| format!("no program used {address:#x} in {end} instructions"))?;
    player.seek(time + 1)?;
    Ok((space, time + 1))
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
    match change.way {
        Way::Written => {}
        Way::Mapped => writeln!(to, "(this changed which page is there)")?,
        Way::Unseen => {
            writeln!(to, "(nobody wrote it at an address that is known: a device did, or a program that shares it)")?
        }
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
