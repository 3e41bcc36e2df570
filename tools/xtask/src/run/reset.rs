//! A machine that reset itself without a word: most often a triple fault, when the processor finds no way to tell of a fault. QEMU shows
//! its registers then, so that it can be told where that was.

use crate::build::elf;
use logic::symbols::Table;
use std::fs;
use std::path::Path;

/// What to say: where it was, by the kernel's symbols, and the registers.
pub fn describe(kernel: &Path, registers: &str) -> String {
    let registers = told(registers);
    let place = instruction(&registers).map(|rip| {
        let places = places(kernel, rip);
        format!(" at {rip:#x}{}", if places.is_empty() { String::new() } else { format!(", {}", places.join(", in ")) })
    });
    format!("it reset itself, as by a triple fault{}\n{registers}", place.unwrap_or_default())
}

/// The registers that tell something.
fn told(registers: &str) -> String {
    let lines = registers.lines().map(str::trim_end).take_while(|line| !line.starts_with("DR0="));
    lines.filter(|line| line.contains('=')).collect::<Vec<_>>().join("\n")
}

/// The value of RIP.
fn instruction(registers: &str) -> Option<u64> {
    let (_, rest) = registers.split_once("RIP=")?;
    u64::from_str_radix(rest.split_whitespace().next()?, 16).ok()
}

/// What stands there in the kernel, the innermost function first.
fn places(kernel: &Path, rip: u64) -> Vec<String> {
    let kernel = fs::read(kernel).unwrap_or_default();
    let Some(table) = elf::symbols(&kernel).ok().and_then(Table::parse) else { return Vec::new() };
    table.frames(rip).map(|frame| format!("{} ({}:{})", frame.function, frame.file, frame.line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registers_are_told_and_the_place_is_found() {
        let shown = "CPU#0\r\nRAX=1 RBX=0\r\nRIP=ffffffff80200010 RFL=46\r\nDR0=0\r\nXMM00=0\r\n";
        assert_eq!(told(shown), "RAX=1 RBX=0\nRIP=ffffffff80200010 RFL=46");
        assert_eq!(instruction(&told(shown)), Some(0xffff_ffff_8020_0010));
        assert_eq!(instruction("RAX=1"), None);
    }
}
