//! Who called: return addresses, as the compiler says where they are (DWARF 5, section 6.4), else by the chain of frames that all of the
//! kernel keeps. That chain alone misses the caller of what has no frame: assembly, and a function in its first instructions.

use super::remote::Remote;
use anyhow::Result;
use gimli::{
    BaseAddresses, CfaRule, DebugFrame, EndianSlice, LittleEndian, RegisterRule, UnwindContext, UnwindSection, X86_64,
};
use object::{Object, ObjectSection, ObjectSymbol};

/// How many are told.
const DEEPEST: usize = 40;

/// What was interrupted stands as the caller of this.
const TRAP: &str = "trap_kernel";

/// What the compiler says of a kernel's frames.
pub struct Frames<'k> {
    said: DebugFrame<EndianSlice<'k, LittleEndian>>,
    trap: Option<u64>,
}

/// A function that has not returned: its next instruction, and the two registers by which its caller is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    rip: u64,
    rsp: u64,
    rbp: u64,
}

impl<'k> Frames<'k> {
    /// Of a linked kernel.
    pub fn of(kernel: &object::File<'k>) -> Frames<'k> {
        let data = kernel.section_by_name(".debug_frame").and_then(|section| section.data().ok()).unwrap_or_default();
        let mut frames = DebugFrame::new(data, LittleEndian);
        frames.set_address_size(8);
        let trap = kernel.symbols().find(|symbol| symbol.name() == Ok(TRAP)).map(|symbol| symbol.address());
        Frames { said: frames, trap }
    }

    /// Where the machine is, and before that the places that called, innermost first. Of those the address is that of the call's last
    /// byte: the one behind it may be another line's.
    pub fn backtrace(&self, machine: &mut Remote) -> Result<Vec<u64>> {
        let place = machine.place()?;
        let mut frame = Frame { rip: place.rip, rsp: place.rsp, rbp: place.rbp };
        let mut addresses = vec![frame.rip];
        let mut interrupted = true;
        while addresses.len() < DEEPEST {
            let at = if interrupted { frame.rip } else { frame.rip - 1 };
            let (caller, is_trap) = match self.caller(machine, frame, at)? {
                Some(found) => found,
                None => match by_chain(machine, frame)? {
                    Some(caller) => (caller, false),
                    None => break,
                },
            };
            if caller.rip >> 63 == 0 || caller.rsp <= frame.rsp {
                break;
            }
            interrupted = is_trap;
            addresses.push(if interrupted { caller.rip } else { caller.rip - 1 });
            frame = caller;
        }
        Ok(addresses)
    }

    /// The caller by the compiler's word, and whether it did not call but was interrupted.
    fn caller(&self, machine: &mut Remote, frame: Frame, at: u64) -> Result<Option<(Frame, bool)>> {
        let (bases, mut context) = (BaseAddresses::default(), UnwindContext::new());
        let Ok(entry) = self.said.fde_for_address(&bases, at, DebugFrame::cie_from_offset) else { return Ok(None) };
        let Ok(row) = entry.unwind_info_for_address(&self.said, &bases, &mut context, at) else { return Ok(None) };
        let start = match row.cfa() {
            CfaRule::RegisterAndOffset { register, offset } if *register == X86_64::RSP => {
                frame.rsp.wrapping_add_signed(*offset)
            }
            CfaRule::RegisterAndOffset { register, offset } if *register == X86_64::RBP => {
                frame.rbp.wrapping_add_signed(*offset)
            }
            _ => return Ok(None),
        };
        let mut saved = |register, otherwise| match row.register(register) {
            Some(RegisterRule::Offset(offset)) => word(machine, start.wrapping_add_signed(offset)),
            _ => Ok(Some(otherwise)),
        };
        let (rip, rsp, rbp) = (saved(X86_64::RA, 0)?, saved(X86_64::RSP, start)?, saved(X86_64::RBP, frame.rbp)?);
        let caller = rip.zip(rsp).zip(rbp).map(|((rip, rsp), rbp)| Frame { rip, rsp, rbp });
        Ok(caller.map(|caller| (caller, Some(entry.initial_address()) == self.trap)))
    }
}

/// The caller by the chain of frames.
fn by_chain(machine: &mut Remote, frame: Frame) -> Result<Option<Frame>> {
    let (rbp, rip) = (word(machine, frame.rbp)?, word(machine, frame.rbp.wrapping_add(8))?);
    Ok(rbp.zip(rip).map(|(rbp, rip)| Frame { rip, rsp: frame.rbp.wrapping_add(16), rbp }))
}

fn word(machine: &mut Remote, address: u64) -> Result<Option<u64>> {
    let bytes = machine.read(address, 8)?;
    Ok(bytes.map(|bytes| bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))))
}
