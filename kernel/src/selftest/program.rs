//! A program for tests: a few bytes of machine code with a page for data and a stack.

use super::check::Failure;
use crate::task::TaskContext;
use alloc::sync::Arc;
use logic::{
    address::{PAGE_SIZE, UserAddr},
    errno::{Errno, Result},
};
use machine::{
    frame::Frame,
    user::{Event, UserContext},
    user_space::{Access, UserSpace},
};

pub(super) struct Program {
    pub(super) user: UserContext,
    pub(super) space: Arc<UserSpace>,
}

impl Program {
    pub(super) const CODE: u64 = 0x40_0000;
    pub(super) const DATA: u64 = 0x60_0000;
    pub(super) const STACK: u64 = 0x80_0000;

    /// A program that begins with the first byte of `code`; data and stack are zero.
    pub(super) fn new(code: &[u8]) -> Result<Program> {
        let program = Program {
            user: UserContext::new(Program::CODE, Program::STACK + PAGE_SIZE as u64)?,
            space: UserSpace::new()?,
        };
        program.map(Program::CODE, code, Access::READ | Access::EXECUTE)?;
        program.map(Program::DATA, &[], Access::READ | Access::WRITE)?;
        program.map(Program::STACK, &[], Access::READ | Access::WRITE)?;
        Ok(program)
    }

    /// Maps a page that begins with some bytes.
    pub(super) fn map(&self, page: u64, content: &[u8], access: Access) -> Result<()> {
        let frame = Frame::zeroed()?;
        frame.copy_in(0, content);
        self.space.batch().map(UserAddr::new(page)?, frame, access)
    }

    /// Writes into the program's memory.
    pub(super) fn write(&self, at: u64, bytes: &[u8]) -> Result<()> {
        let written = self.space.copy_out(UserAddr::new(at)?, bytes);
        if written == bytes.len() { Ok(()) } else { Err(Errno::EFAULT) }
    }

    /// Reads eight bytes of its memory.
    pub(super) fn word(&self, at: u64) -> Result<u64> {
        let mut bytes = [0; 8];
        let read = self.space.copy_in(UserAddr::new(at)?, &mut bytes);
        if read == bytes.len() { Ok(u64::from_le_bytes(bytes)) } else { Err(Errno::EFAULT) }
    }

    /// Runs it until it wants something; interrupts are not counted, but tasks have their turns.
    pub(super) fn run(&mut self, ctx: &TaskContext) -> core::result::Result<Event, Failure> {
        for _ in 0..100_000 {
            match self.user.run(&self.space) {
                Event::Interrupt => ctx.make_way(),
                event => return Ok(event),
            }
        }
        Err(Failure::new("a program runs on and on".into()))
    }
}
