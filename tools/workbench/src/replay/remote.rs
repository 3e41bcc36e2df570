//! A machine's debugger, as far as reading and watching memory needs it (gdb's manual, "Remote Protocol").

use super::packets::{Packets, Said};
use anyhow::{Context, Result, bail, ensure};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// How long a machine may take for an answer: a recording's whole length, if it must.
const PATIENCE: Duration = Duration::from_secs(300);

/// A debugger's connection.
pub struct Remote(Packets);

/// The registers that tell where a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The next instruction.
    pub rip: u64,
    /// The stack's end.
    pub rsp: u64,
    /// The frame of the function around it.
    pub rbp: u64,
}

impl Remote {
    /// Begins to speak.
    pub fn connect(wire: UnixStream) -> Result<Remote> {
        let mut remote = Remote(Packets::new(wire));
        // QEMU tells the registers of 64 bits to those only who say that they know how registers are described.
        remote.ask("qSupported:xmlRegisters=i386")?;
        remote.ask("qXfer:features:read:target.xml:0,ffb")?;
        Ok(remote)
    }

    /// Skips what was said unasked: the machine stopped, which others know already.
    pub fn catch_up(&mut self) -> Result<()> {
        self.0.send(b"qC")?;
        while !self.receive()?.starts_with(b"QC") {}
        Ok(())
    }

    /// Reads memory; nothing if it is not mapped.
    pub fn read(&mut self, address: u64, length: usize) -> Result<Option<Vec<u8>>> {
        /// QEMU refuses to tell more at once.
        const MOST: usize = 1024;
        let mut all = Vec::with_capacity(length);
        while all.len() < length {
            let (at, part) = (address + all.len() as u64, (length - all.len()).min(MOST));
            let answer = self.ask(&format!("m{at:x},{part:x}"))?;
            if answer.starts_with('E') {
                return Ok(None);
            }
            all.extend(bytes(&answer)?);
        }
        Ok(Some(all))
    }

    /// Whether addresses are physical from now on.
    pub fn use_physical(&mut self, physical: bool) -> Result<()> {
        let answer = self.ask(&format!("Qqemu.PhyMemMode:{}", u8::from(physical)))?;
        ensure!(answer == "OK", "this QEMU does not read physical memory for a debugger");
        Ok(())
    }

    /// Where the machine is.
    pub fn place(&mut self) -> Result<Place> {
        let answer = self.ask("g")?;
        let all = bytes(&answer)?;
        let register = |number: usize| {
            let bytes = all.get(8 * number..8 * number + 8).context("QEMU tells too few registers")?;
            Ok::<u64, anyhow::Error>(u64::from_le_bytes(bytes.try_into()?))
        };
        Ok(Place { rip: register(16)?, rsp: register(7)?, rbp: register(6)? })
    }

    /// Stops the machine from now on after a write to this memory, or no longer.
    pub fn watch(&mut self, address: u64, length: usize, on: bool) -> Result<()> {
        self.stop_at(2, address, length, on)
    }

    /// The same after a byte was written or read.
    pub fn watch_use(&mut self, address: u64, on: bool) -> Result<()> {
        self.stop_at(4, address, 1, on)
    }

    fn stop_at(&mut self, kind: u32, address: u64, length: usize, on: bool) -> Result<()> {
        let answer = self.ask(&format!("{}{kind},{address:x},{length:x}", if on { 'Z' } else { 'z' }))?;
        ensure!(answer == "OK", "QEMU cannot watch {length} bytes at {address:#x}");
        Ok(())
    }

    /// A packet, and the answer to it as text.
    pub fn ask(&mut self, packet: &str) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.ask_bytes(packet.as_bytes())?).into_owned())
    }

    /// A packet, and the answer to it.
    pub fn ask_bytes(&mut self, packet: &[u8]) -> Result<Vec<u8>> {
        self.0.send(packet)?;
        self.receive()
    }

    /// The packets below, for who hands on what others say.
    pub fn packets(&mut self) -> &mut Packets {
        &mut self.0
    }

    /// The next packet.
    pub fn receive(&mut self) -> Result<Vec<u8>> {
        match self.0.receive(PATIENCE)? {
            Some(Said::Packet(packet)) => Ok(packet),
            Some(_) => bail!("QEMU has ended"),
            None => bail!("QEMU does not answer"),
        }
    }
}

/// Bytes from hexadecimal digits; what is not available (`xx`) is 0.
pub fn bytes(digits: &str) -> Result<Vec<u8>> {
    let pairs = digits.as_bytes().chunks_exact(2);
    let byte = |pair: &[u8]| {
        let text = std::str::from_utf8(pair)?;
        if text == "xx" { Ok(0) } else { u8::from_str_radix(text, 16).context("the debugger speaks no hexadecimal") }
    };
    pairs.map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_become_bytes() {
        assert_eq!(bytes("00ffxx").unwrap(), [0, 255, 0]);
        assert!(bytes("0g").is_err());
    }
}
