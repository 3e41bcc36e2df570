//! `--profile`: the samples that the kernel sent (machine/src/profile.rs says how they look), drawn as a flame graph.
//!
//! The lowest flame is the program, or `kernel` for what no program asked for; above it are the kernel's functions, also inlined ones,
//! by its symbols, or the program's function by its ELF symbols if it has any.

use crate::build::elf;
use crate::project::Project;
use anyhow::{Context, Result, ensure};
use inferno::flamegraph::{self, Options};
use logic::symbols::Table;
use object::{Object, ObjectSymbol, SymbolKind};
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

/// The file of samples in the run's folder.
pub const SAMPLES: &str = "samples";
/// The function that runs a program's thread: what is above it was done for the program.
const FOR_PROGRAM: &str = "syscall::run::run";

/// One record.
#[derive(Debug, PartialEq, Eq)]
enum Record {
    /// In the kernel or in a program: the space, and addresses from the innermost outwards.
    Sample { program: bool, space: u64, places: Vec<u64> },
    /// Which program a space holds.
    Name(u64, String),
    /// A space is a copy of another.
    Copy(u64, u64),
}

/// Draws the samples.
pub fn draw(project: &Project, samples: &Path, drawing: &Path) -> Result<()> {
    let bytes = fs::read(samples).context("the machine left no samples")?;
    let kernel = fs::read(project.image("cor.elf")).context("cannot read the kernel")?;
    let table = Table::parse(elf::symbols(&kernel)?).context("the kernel's symbols cannot be read")?;
    let stacks = fold(&records(&bytes), &table, &mut Programs { project, known: HashMap::new() });
    let total: usize = stacks.values().sum();
    ensure!(total > 0, "the machine sent no samples");
    let lines: Vec<String> = stacks.iter().map(|(stack, count)| format!("{stack} {count}")).collect();
    let mut options = Options::default();
    options.title = format!("Cor: {total} samples, 512 a second");
    let file = File::create(drawing).with_context(|| format!("cannot write {}", drawing.display()))?;
    flamegraph::from_lines(&mut options, lines.iter().map(String::as_str), BufWriter::new(file))
        .context("cannot draw the samples")?;
    eprintln!("bin/run: {total} samples are drawn in {}", drawing.display());
    Ok(())
}

/// Reads records up to the first that is cut.
fn records(bytes: &[u8]) -> Vec<Record> {
    let mut rest = bytes;
    std::iter::from_fn(|| record(&mut rest)).collect()
}

fn record(rest: &mut &[u8]) -> Option<Record> {
    let kind = *rest.split_off_first()?;
    let space = word(rest)?;
    Some(match kind {
        b'K' | b'P' => {
            let count = *rest.split_off_first()?;
            let places = (0..count).map(|_| word(rest)).collect::<Option<_>>()?;
            Record::Sample { program: kind == b'P', space, places }
        }
        b'N' => {
            let length = *rest.split_off_first()?;
            Record::Name(space, String::from_utf8_lossy(rest.split_off(..usize::from(length))?).into_owned())
        }
        b'C' => Record::Copy(space, word(rest)?),
        _ => return None,
    })
}

fn word(rest: &mut &[u8]) -> Option<u64> {
    rest.split_off(..8)?.try_into().ok().map(u64::from_le_bytes)
}

/// How often each stack was seen, the outermost function first, with semicolons in between.
fn fold(records: &[Record], kernel: &Table<'_>, programs: &mut Programs<'_>) -> BTreeMap<String, usize> {
    let (mut names, mut stacks) = (HashMap::<u64, String>::new(), BTreeMap::new());
    for record in records {
        match record {
            Record::Name(space, name) => _ = names.insert(*space, name.clone()),
            Record::Copy(space, of) => {
                let name = names.get(of).cloned().unwrap_or_default();
                names.insert(*space, name);
            }
            Record::Sample { program, space, places } => {
                let name = names.get(space).map_or("?", String::as_str);
                let stack = match program {
                    true => format!("{name};{}", programs.function(name, places[0])),
                    false => kernel_stack(name, places, kernel),
                };
                *stacks.entry(stack).or_insert(0) += 1;
            }
        }
    }
    stacks
}

/// A stack of the kernel's; what runs for a program stands on that.
fn kernel_stack(program: &str, places: &[u64], kernel: &Table<'_>) -> String {
    let mut functions = Vec::new();
    for (depth, &place) in places.iter().enumerate() {
        // A return address belongs to the instruction before it.
        let before = functions.len();
        functions.extend(kernel.frames(place - u64::from(depth > 0)).map(|frame| plain(frame.function)));
        if functions.len() == before {
            functions.push(format!("{place:#x}"));
        }
    }
    let base = functions.iter().rposition(|function| function.ends_with(FOR_PROGRAM) || function == "run");
    let (bottom, above) = match base {
        Some(base) => (program, &functions[..base]),
        None => ("kernel", &functions[..]),
    };
    let mut stack = bottom.to_string();
    above.iter().rev().for_each(|function| stack.extend([";", function.as_str()]));
    stack
}

/// A function's name without what a line of a folded stack cannot have.
fn plain(function: &str) -> String {
    function.replace(';', ":").replace(' ', "")
}

/// The functions of programs, by their files in the root.
struct Programs<'a> {
    project: &'a Project,
    known: HashMap<String, Vec<(u64, u64, String)>>,
}

impl Programs<'_> {
    fn function(&mut self, program: &str, place: u64) -> String {
        let image = self.project.image("root").join(program.trim_start_matches('/'));
        let functions = self.known.entry(program.to_string()).or_insert_with(|| functions(&image).unwrap_or_default());
        let after = functions.partition_point(|(start, ..)| *start <= place);
        match after.checked_sub(1).map(|index| &functions[index]) {
            Some((start, size, name)) if place < start + size.max(&1) => name.clone(),
            _ => "program".to_string(),
        }
    }
}

/// Start, size and name of a program's functions, by address.
fn functions(program: &Path) -> Result<Vec<(u64, u64, String)>> {
    let bytes = fs::read(program)?;
    let file = object::File::parse(&*bytes)?;
    let text = file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text);
    let named = text.filter_map(|symbol| {
        let name = format!("{:#}", rustc_demangle::demangle(symbol.name().ok()?));
        Some((symbol.address(), symbol.size(), plain(&name)))
    });
    let mut functions: Vec<_> = named.collect();
    functions.sort();
    Ok(functions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(kind: u8, words: &[u64]) -> Vec<u8> {
        [kind].into_iter().chain(words.iter().flat_map(|word| word.to_le_bytes())).collect()
    }

    #[test]
    fn records_are_read_up_to_one_that_is_cut() {
        let mut sent = bytes(b'N', &[0x1000]);
        sent.extend(b"\x04/bin");
        sent.extend(bytes(b'C', &[0x2000, 0x1000]));
        sent.extend(bytes(b'P', &[0x2000]));
        sent.push(1);
        sent.extend(7u64.to_le_bytes());
        sent.extend(bytes(b'K', &[0x2000]));
        let read = records(&sent);
        assert_eq!(read[0], Record::Name(0x1000, "/bin".to_string()));
        assert_eq!(read[1], Record::Copy(0x2000, 0x1000));
        assert_eq!(read[2], Record::Sample { program: true, space: 0x2000, places: vec![7] });
        assert_eq!(read.len(), 3);
    }
}
