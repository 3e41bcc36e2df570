//! `bin/when`: at which instruction of a recording a value changed last.

use super::asked::{Asked, Kernel};
use super::expression::{self, Place, Symbol};
use super::pages::Space;
use super::player::Player;
use super::search::last;
use super::unwind::Frames;
use super::watched::{Change, Uses, Watched, Way};
use anyhow::{Context, Result};
use clap::Args;
use logic::symbols::{Frame, Table};
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::SystemTime;
use xtask::build::elf;
use xtask::project::{Build, Project};
use xtask::run::recording::Recording;

/// What `bin/when` is told.
#[derive(Args, Clone, Debug)]
pub struct When {
    /// The folder of a recorded run (bin/run --record)
    recording: PathBuf,
    /// A static of the kernel (table::TABLE) or what is in it (TABLE.nodes[7].parent), 0xADDRESS of the kernel or of the program that
    /// runs at the end, 0xADDRESS@0xCR3 of another, phys:0xADDRESS, a variable, '$rsp-8'. Behind a static or an address may stand
    /// +OFFSET and /BYTES. Without it: a list of the statics
    expression: Option<String>,
    /// Look for the last change before so many instructions, not before the end
    #[arg(long, value_name = "INSTRUCTIONS")]
    before: Option<u64>,
}

/// Finds the change, and prints it with its place in the source and who called.
pub fn when(project: &Project, options: &When) -> Result<()> {
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
    let made = fs::metadata(recording.file("machine.json")).and_then(|file| file.modified()).context("a recording")?;
    let is_ours = Build::ALL.iter().any(|&build| fs::read(project.kernel(build)).is_ok_and(|image| image == booted));
    let sources = Some(project).filter(|_| is_ours);
    let places = Places { table, frames: Frames::of(&kernel.object), sources, made };
    tell(to, &mut player, &places, &change, before)
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

/// Who can say where an instruction stands.
struct Places<'k> {
    table: Table<'k>,
    frames: Frames<'k>,
    /// The project's folder, if that kernel is still its kernel, and when the recording was made: what was changed later is not what ran.
    sources: Option<&'k Project>,
    made: SystemTime,
}

/// Tells by whom something was changed.
fn tell(to: &mut dyn Write, player: &mut Player<'_>, places: &Places<'_>, change: &Change, before: u64) -> Result<()> {
    player.seek(before)?;
    let space = player.space()?;
    let mut addresses = places.frames.backtrace(player.remote())?.into_iter();
    if let Some(address) = addresses.next() {
        writeln!(to, "  {address:#x}  {}", player.instruction(address)?)?;
        writeln!(to, "  at {}", places.of(address, true))?;
        if address >> 63 == 0 {
            writeln!(to, "     in the address space with CR3 {:#x}", space.root())?;
        }
    }
    for address in addresses {
        writeln!(to, "  from {}", places.of(address, false))?;
    }
    match change.way {
        Way::Written => {}
        Way::Mapped => writeln!(to, "(this changed which page is there)")?,
        Way::Unseen => {
            writeln!(to, "(nobody wrote it at an address that is known: a device did, or a program that shares it)")?;
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

impl Places<'_> {
    /// What stands at an address: a function of the kernel, before it those inlined into it, innermost first. Glue of Rust's library is left
    /// out but where it is all; the source is shown where that is wanted.
    fn of(&self, address: u64, with_source: bool) -> String {
        const GLUE: [&str; 2] = ["core/src/ops/function.rs", "alloc/src/boxed.rs"];
        // Assembly has no lines.
        let place = |frame: &Frame<'_>| match frame.file {
            "" => frame.function.to_string(),
            file => format!("{file}:{}  {}", frame.line, frame.function),
        };
        let frames: Vec<Frame<'_>> = self.table.frames(address).collect();
        let mut told: Vec<String> = frames.iter().filter(|frame| !GLUE.contains(&frame.file)).map(place).collect();
        if told.is_empty() {
            told.extend(frames.first().map(place));
        }
        if with_source && let Some(line) = frames.first().and_then(|frame| self.source(frame)) {
            told[0].push_str(&format!("\n       {line}"));
        }
        match &told[..] {
            [] if address >> 47 == 0 => format!("a program, {address:#x}"),
            [] => format!("{address:#x}, no function of the kernel"),
            _ => told.join("\n  in "),
        }
    }

    /// The line in the source, if that is still what it was.
    fn source(&self, frame: &Frame<'_>) -> Option<String> {
        let path = self.sources?.path(frame.file);
        let changed = fs::metadata(&path).ok()?.modified().ok()?;
        let text = fs::read_to_string(path).ok().filter(|_| changed <= self.made)?;
        let line = text.lines().nth(usize::try_from(frame.line).ok()?.checked_sub(1)?)?;
        Some(line.trim().to_string()).filter(|line| !line.is_empty())
    }
}
