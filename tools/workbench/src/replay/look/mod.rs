//! Values in the kernel's memory, as people think of them: `task::ALL[3].name`, where the compiler has put a map's nodes, an `Arc`, a
//! lock and a cell between. `bin/when` asks.
//!
//! ```text
//! types.rs    what types are, by the debugging information
//! path.rs     what was written              find.rs    where that is
//! inside.rs   what is behind a wrapper      map.rs     what a BTreeMap has
//! show.rs     bytes as a value              tests.rs   all of it, on fixture.rs
//! ```

mod find;
mod inside;
mod map;
mod path;
mod show;
#[cfg(test)]
mod tests;
mod types;

pub use find::Look;
pub use path::Path;
pub use show::show;
pub use types::{Id, Types};

use anyhow::Result;
use types::Type;

/// Memory that can be read by the kernel's addresses.
pub trait Memory {
    /// Reads; nothing where nothing is mapped.
    fn read(&mut self, address: u64, length: usize) -> Result<Option<Vec<u8>>>;
}

/// A value in memory.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where it begins.
    pub address: u64,
    /// What it is.
    pub id: Id,
    /// The same.
    pub kind: Type,
    /// How one gets there, with all that is written out.
    pub path: String,
}
