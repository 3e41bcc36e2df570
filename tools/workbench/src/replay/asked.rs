//! What `bin/when` was asked for: memory by its address, a value by its path, or an expression of gdb's, which knows what is in frames.

use super::expression::{self, Place, Symbol, Watch};
use super::look::{self, Id, Look, Path, Types, show};
use super::player::Player;
use super::remote::Remote;
use super::typed::{Expression, difference};
use super::watched::{Change, Value};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;

/// The kernel of a recording.
pub struct Kernel<'k> {
    /// The file, with all that debuggers read.
    pub path: PathBuf,
    /// The same.
    pub object: object::File<'k>,
    /// Its statics.
    pub statics: Vec<Symbol>,
}

/// What is asked for.
pub struct Asked<'k> {
    /// The memory.
    pub watch: Watch,
    meaning: Meaning<'k>,
}

/// What the memory means.
enum Meaning<'k> {
    /// Bytes.
    Memory,
    /// A value of a type, and the type's name.
    Value(Box<Types<'k>>, Id, String),
    /// What gdb knows.
    Expression(Expression),
}

impl look::Memory for Remote {
    fn read(&mut self, address: u64, length: usize) -> Result<Option<Vec<u8>>> {
        Remote::read(self, address, length)
    }
}

impl<'k> Asked<'k> {
    /// Finds out where that is, as things are in the recording now.
    pub fn resolve(text: &str, kernel: &Kernel<'k>, player: &mut Player<'_>) -> Result<Asked<'k>> {
        if let Some(path) = Path::parse(text)
            && let Some(asked) = Asked::by_path(&path, kernel, player)?
        {
            return Ok(asked);
        }
        if let Some(watch) = expression::parse(text, &kernel.statics)? {
            return Ok(Asked { watch, meaning: Meaning::Memory });
        }
        let expression = Expression::resolve(text, &kernel.statics, &kernel.path, player)?;
        Ok(Asked { watch: expression.watch.clone(), meaning: Meaning::Expression(expression) })
    }

    /// By a path from a static; nothing if it begins with something else, or the compiler told nothing of the static.
    fn by_path(path: &Path, kernel: &Kernel<'k>, player: &mut Player<'_>) -> Result<Option<Asked<'k>>> {
        let address = match expression::find(&path.name, &kernel.statics) {
            Ok(symbol) => symbol.1,
            Err(error) if expression::is_like_static(&path.name) => return Err(error),
            Err(_) => return Ok(None),
        };
        let types = Types::of(&kernel.object).context("the kernel's debugging information")?;
        if types.of_static(address).is_none() {
            return Ok(None);
        }
        let found = Look { types: &types, memory: player.remote() }.find(path, address);
        let found = found.context("at that time (--before INSTRUCTIONS is for what was there earlier)")?;
        if found.kind.size == 0 {
            bail!("{} has no size: nothing of it is in memory", found.path);
        }
        let length = usize::try_from(found.kind.size.min(expression::LONGEST))?;
        let watch = Watch { place: Place::Kernel(found.address), length };
        Ok(Some(Asked { watch, meaning: Meaning::Value(Box::new(types), found.id, found.kind.name) }))
    }

    /// Where it is and what.
    pub fn describe(&self) -> String {
        let place = match self.watch.place {
            Place::Kernel(address) => format!("at {address:#x}"),
            Place::Physical(address) => format!("of physical memory at {address:#x}"),
            Place::Program(address, space) => {
                format!("at {address:#x} in the address space with CR3 {:#x}", space.map_or(0, |space| space.root()))
            }
        };
        let what = match &self.meaning {
            Meaning::Memory => String::new(),
            Meaning::Value(_, _, kind) => format!(", a {kind}"),
            Meaning::Expression(expression) => format!(", a {}, as {} sees it", expression.kind, expression.function),
        };
        let bytes = if self.watch.length == 1 { "byte" } else { "bytes" };
        format!("{} {bytes} {place}{what}", self.watch.length)
    }

    /// A value in words.
    pub fn show(&self, value: &Value) -> String {
        match (&self.meaning, value) {
            (Meaning::Value(types, id, _), Some(bytes)) => show(types, *id, bytes).unwrap_or_else(|_| describe(value)),
            _ => describe(value),
        }
    }

    /// What it was before and after a change by the instruction after so many; `end` is the time at which its place was found.
    pub fn values(
        &self,
        change: &Change,
        before: u64,
        end: u64,
        kernel: &Kernel<'_>,
        player: &mut Player<'_>,
    ) -> Result<[String; 2]> {
        let [one, other] = match &self.meaning {
            Meaning::Expression(expression) => {
                player.seek(end)?;
                let values = expression.values(&[before, before + 1], &kernel.path, player)?;
                return Ok(difference(&values[0], &values[1]));
            }
            _ => [&change.before, &change.after].map(|value| self.show(value)),
        };
        Ok(difference(&one, &other))
    }
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
