//! The protocol between gdb and a machine (gdb's manual, "Remote Protocol"), as far as reading and watching memory needs it.

use anyhow::{Context, Result, bail, ensure};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

/// A debugger's connection.
pub struct Remote {
    wire: UnixStream,
    unread: Vec<u8>,
}

/// The registers that tell where a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The next instruction.
    pub rip: u64,
    /// The frame of the function around it.
    pub rbp: u64,
}

impl Remote {
    /// Begins to speak.
    pub fn connect(wire: UnixStream) -> Result<Remote> {
        let mut remote = Remote { wire, unread: Vec::new() };
        // QEMU tells the registers of 64 bits to those only who say that they know how registers are described.
        remote.ask("qSupported:xmlRegisters=i386")?;
        remote.ask("qXfer:features:read:target.xml:0,ffb")?;
        Ok(remote)
    }

    /// Skips what was said unasked: the machine stopped, which others know already.
    pub fn catch_up(&mut self) -> Result<()> {
        self.send("qC")?;
        while !self.receive()?.starts_with("QC") {}
        Ok(())
    }

    /// Reads memory; nothing if it is not mapped.
    pub fn read(&mut self, address: u64, length: usize) -> Result<Option<Vec<u8>>> {
        let answer = self.ask(&format!("m{address:x},{length:x}"))?;
        if answer.starts_with('E') { Ok(None) } else { bytes(&answer).map(Some) }
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
        Ok(Place { rip: register(16)?, rbp: register(6)? })
    }

    /// Stops the machine from now on after a write to this memory, or no longer.
    pub fn watch(&mut self, address: u64, length: usize, on: bool) -> Result<()> {
        let answer = self.ask(&format!("{}2,{address:x},{length:x}", if on { 'Z' } else { 'z' }))?;
        ensure!(answer == "OK", "QEMU cannot watch {length} bytes at {address:#x}");
        Ok(())
    }

    /// Lets the machine run until it stops; tells whether a watched write stopped it.
    pub fn run(&mut self) -> Result<bool> {
        let answer = self.ask("c")?;
        Ok(answer.contains("watch:"))
    }

    fn ask(&mut self, packet: &str) -> Result<String> {
        self.send(packet)?;
        self.receive()
    }

    fn send(&mut self, packet: &str) -> Result<()> {
        let framed = format!("${packet}#{:02x}", checksum(packet.as_bytes()));
        self.wire.write_all(framed.as_bytes()).context("cannot talk to QEMU's debugger")
    }

    fn receive(&mut self) -> Result<String> {
        let mut buffer = [0; 4096];
        loop {
            if let Some((packet, length)) = split_packet(&self.unread) {
                let packet = packet.to_vec();
                self.unread.drain(..length);
                self.wire.write_all(b"+")?;
                return Ok(String::from_utf8_lossy(&packet).into_owned());
            }
            let length = self.wire.read(&mut buffer).context("cannot hear QEMU's debugger")?;
            if length == 0 {
                bail!("QEMU has ended");
            }
            self.unread.extend_from_slice(&buffer[..length]);
        }
    }
}

/// The first packet of some bytes, and where it ends: `$`, text, `#`, two digits.
fn split_packet(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let start = bytes.iter().position(|&byte| byte == b'$')? + 1;
    let length = bytes[start..].iter().position(|&byte| byte == b'#')?;
    let end = start + length + 3;
    (bytes.len() >= end).then(|| (&bytes[start..start + length], end))
}

fn checksum(packet: &[u8]) -> u8 {
    packet.iter().fold(0, |sum, &byte| sum.wrapping_add(byte))
}

/// Bytes from hexadecimal digits; what is not available (`xx`) is 0.
fn bytes(digits: &str) -> Result<Vec<u8>> {
    let pairs = digits.as_bytes().chunks_exact(2);
    let byte = |pair: &[u8]| {
        let text = std::str::from_utf8(pair)?;
        if text == "xx" { Ok(0) } else { u8::from_str_radix(text, 16).context("QEMU's debugger speaks no hexadecimal") }
    };
    pairs.map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_found() {
        assert_eq!(split_packet(b"+$OK#9a+"), Some((&b"OK"[..], 7)));
        assert_eq!(split_packet(b"+$OK#9"), None);
        assert_eq!(checksum(b"OK"), 0x9a);
        assert_eq!(bytes("00ffxx").unwrap(), [0, 255, 0]);
        assert!(bytes("0g").is_err());
    }
}
