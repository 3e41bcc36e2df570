//! What each sample was at, by names: a line for each different stack, as flame graphs are made of.

use super::program::{Files, Image};
use super::record::{Mapping, Record};
use logic::symbols::{Frame, Table};
use std::collections::{BTreeMap, HashMap};

/// The function that runs a program's thread: what is above it was done for the program.
const FOR_PROGRAM: &str = "syscall::run::run";
/// The lowest flame of a program whose memory has been given back already.
const ENDED: &str = "programs that have ended";
/// What tells the two kinds of functions apart, by their colours; the drawing leaves it out.
const OF_KERNEL: &str = "_[k]";
const OF_PROGRAM: &str = "_[j]";

/// How often each stack was seen.
#[derive(Default)]
pub struct Folded {
    pub samples: usize,
    /// From the first sample to the last.
    pub nanoseconds: u64,
    stacks: BTreeMap<String, usize>,
}

/// What is known of a program's space.
#[derive(Clone, Default)]
struct Space {
    name: String,
    /// The latest last.
    mappings: Vec<Mapping>,
}

impl Folded {
    /// The outermost function first, with semicolons in between, and how often.
    pub fn lines(&self) -> Vec<String> {
        self.stacks.iter().map(|(stack, count)| format!("{stack} {count}")).collect()
    }
}

/// Counts stacks.
pub fn fold(records: impl Iterator<Item = Record>, kernel: &Table<'_>, files: &mut Files<'_>) -> Folded {
    let (mut spaces, mut folded, mut first) = (HashMap::<u64, Space>::new(), Folded::default(), None);
    for record in records {
        let (time, stack) = match record {
            Record::Name(space, name) => {
                spaces.insert(space, Space { name, mappings: Vec::new() });
                continue;
            }
            Record::Map(space, mapping) => {
                spaces.entry(space).or_default().mappings.push(mapping);
                continue;
            }
            Record::Copy(space, of) => {
                let copy = spaces.get(&of).cloned().unwrap_or_default();
                spaces.insert(space, copy);
                continue;
            }
            Record::Idle(time) => (time, "idle".to_string()),
            Record::Sample { space, time, kernel: places, program } => {
                let space = spaces.get(&space);
                (time, stack(space, kernel_functions(&places, kernel), program_functions(space, &program, files)))
            }
        };
        folded.samples += 1;
        folded.nanoseconds = time.saturating_sub(*first.get_or_insert(time));
        *folded.stacks.entry(stack).or_insert(0) += 1;
    }
    folded
}

/// A sample's stack; functions come from the innermost outwards.
fn stack(space: Option<&Space>, mut kernel: Vec<String>, program: Vec<String>) -> String {
    let served = kernel.iter().rposition(|function| function == FOR_PROGRAM);
    kernel.truncate(served.unwrap_or(kernel.len()));
    let bottom = match (space, served) {
        (Some(space), _) => space.name.as_str(),
        (None, Some(_)) => ENDED,
        (None, None) => "kernel",
    };
    let mut stack = bottom.to_string();
    let program = program.iter().rev().map(|function| (function, OF_PROGRAM));
    for (function, kind) in program.chain(kernel.iter().rev().map(|function| (function, OF_KERNEL))) {
        stack.extend([";", &function.replace(';', ":"), kind]);
    }
    stack
}

fn kernel_functions(places: &[u64], kernel: &Table<'_>) -> Vec<String> {
    let mut functions = Vec::new();
    for (depth, &place) in places.iter().enumerate() {
        // A return address belongs to the instruction before it.
        let before = functions.len();
        functions.extend(kernel.frames(place - u64::from(depth > 0)).map(|frame| name(&frame)));
        if functions.len() == before {
            functions.push(format!("{place:#x}"));
        }
    }
    // How closures are called says nothing.
    functions.retain(|function| !function.contains("core::ops::function::Fn"));
    functions
}

/// A function's name from the crate's root on. Inlined ones are told without their module: it is their file's.
fn name(frame: &Frame<'_>) -> String {
    let function = frame.function.strip_prefix("cor::").unwrap_or(frame.function);
    let source = frame.file.strip_prefix("kernel/").filter(|_| frame.inlined);
    let Some((krate, module)) = source.and_then(|file| file.strip_suffix(".rs")?.split_once("src/")) else {
        return function.to_string();
    };
    let module = module.strip_suffix("/mod").unwrap_or(module).replace('/', "::");
    format!("{}{module}::{function}", krate.replace('/', "::"))
}

/// The functions of a program, of those that it can have come through: an address that no call precedes is none to return to.
fn program_functions(space: Option<&Space>, places: &[u64], files: &mut Files<'_>) -> Vec<String> {
    let (Some(space), [leaf, rest @ ..]) = (space, places) else { return Vec::new() };
    let mut functions = vec![space.function(*leaf, files)];
    if let [top, callers @ ..] = rest {
        let direct = callers.first() != Some(top) && space.is_caller(*top, *leaf, files);
        let callers = callers.iter().take_while(|&&caller| space.call_before(caller, files).is_some());
        let callers: Vec<u64> = direct.then_some(*top).into_iter().chain(callers.copied()).collect();
        functions.extend(callers.iter().map(|caller| space.function(caller - 1, files)));
    }
    // Files without names tell only themselves, and once is enough.
    functions.dedup_by(|next, kept| next == kept && next.starts_with('['));
    functions
}

impl Space {
    /// The file that an address is in, and where in it.
    fn find(&self, address: u64) -> Option<(&str, u64)> {
        let mapping = self.mappings.iter().rev().find(|mapping| (mapping.start..mapping.end).contains(&address))?;
        Some((&mapping.path, address - mapping.start + mapping.offset))
    }

    /// The function that an address is in; of what has no names, the file.
    fn function(&self, address: u64, files: &mut Files<'_>) -> String {
        let Some((path, offset)) = self.find(address) else { return "[unknown]".to_string() };
        let function = |image: &Image<'_>| Some(image.function(image.address(offset)?)?.name.clone());
        let file = || format!("[{}]", path.rsplit('/').next().unwrap_or(path));
        files.image(path).and_then(function).unwrap_or_else(file)
    }

    /// Whether the instruction before an address is a call, and where it goes if it says so.
    fn call_before(&self, address: u64, files: &mut Files<'_>) -> Option<Option<u64>> {
        let (path, offset) = self.find(address)?;
        files.image(path)?.call_before(offset)
    }

    /// Whether the function that `leaf` is in was called by the instruction before `caller`.
    fn is_caller(&self, caller: u64, leaf: u64, files: &mut Files<'_>) -> bool {
        let Some(call) = self.call_before(caller, files) else { return false };
        let (Some((path, _)), Some((leaf_path, leaf_offset))) = (self.find(caller), self.find(leaf)) else {
            return false;
        };
        if path != leaf_path {
            // Through a table: it does not say itself where it goes.
            return files.image(path).is_some_and(|image| call.is_none_or(|target| image.is_stub(target)));
        }
        let Some(image) = files.image(path) else { return false };
        let function = image.address(leaf_offset).and_then(|address| image.function(address));
        call.is_some_and(|target| function.is_some_and(|function| function.start == target))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_for_a_program_stands_on_it() {
        let space = Space { name: "/bin/x".into(), ..Space::default() };
        let kernel = || vec!["fs::read".to_string(), FOR_PROGRAM.to_string(), "fiber_entry".to_string()];
        let program = vec!["read".to_string(), "main".to_string()];
        assert_eq!(stack(Some(&space), kernel(), program), "/bin/x;main_[j];read_[j];fs::read_[k]");
        assert_eq!(stack(None, kernel(), Vec::new()), format!("{ENDED};fs::read_[k]"));
        assert_eq!(stack(None, vec!["a".into(), "b".into()], Vec::new()), "kernel;b_[k];a_[k]");
    }

    #[test]
    fn inlined_functions_get_their_modules() {
        let frame = |file, inlined| Frame { function: "call", file, line: 1, inlined };
        assert_eq!(name(&frame("kernel/src/syscall/table.rs", true)), "syscall::table::call");
        assert_eq!(name(&frame("kernel/machine/src/user_space/mod.rs", true)), "machine::user_space::call");
        assert_eq!(name(&frame("spin-0.9/src/lib.rs", true)), "call");
        assert_eq!(name(&frame("kernel/src/a.rs", false)), "call");
    }

    #[test]
    fn the_latest_mapping_counts() {
        let mapping = |start, offset, path: &str| Mapping { start, end: 0x3000, offset, path: path.into() };
        let space = Space { mappings: vec![mapping(0x1000, 0, "a"), mapping(0x2000, 0x500, "b")], ..Space::default() };
        assert_eq!(space.find(0x1800), Some(("a", 0x800)));
        assert_eq!(space.find(0x2001), Some(("b", 0x501)));
        assert_eq!(space.find(0x3000), None);
    }
}
