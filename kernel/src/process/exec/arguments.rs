//! The lists of strings that a program hands to execve(2).

use crate::memory::AddressSpace;
use crate::task::TaskContext;
use logic::errno::{Errno, Result};
use logic::strings::{STRING_MAX, Strings};

/// What the strings of one list may take with the pointers to them; both lists together are checked again against the limit of the
/// stack.
const MOST: usize = 6 << 20;

/// Copies a list of pointers to strings, which ends with a null pointer; a list that is itself null is empty. `E2BIG`, `EFAULT`, `ENOMEM`.
pub fn read_strings(ctx: &TaskContext, space: &AddressSpace, list: u64) -> Result<Strings> {
    let mut strings = Strings::new();
    if list == 0 {
        return Ok(strings);
    }
    let mut next = list;
    loop {
        let mut pointer = [0; 8];
        space.read(ctx, next, &mut pointer)?;
        let pointer = u64::from_le_bytes(pointer);
        if pointer == 0 {
            break;
        }
        strings.push(&space.read_text(ctx, pointer, STRING_MAX, Errno::E2BIG)?)?;
        if strings.bytes().len() + 8 * strings.len() > MOST {
            return Err(Errno::E2BIG);
        }
        next = next.checked_add(8).ok_or(Errno::EFAULT)?;
    }
    Ok(strings)
}
