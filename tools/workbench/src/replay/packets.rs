//! Packets of gdb's remote protocol (gdb's manual, "Remote Protocol: Overview"), on the wire to a machine as on that to gdb.

use anyhow::{Context, Result, bail};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// What asks a machine that runs to stop.
const INTERRUPT: u8 = 3;

/// A wire that carries packets.
pub struct Packets {
    wire: UnixStream,
    unread: Vec<u8>,
}

/// What came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A packet.
    Packet(Vec<u8>),
    /// Ctrl-C.
    Interrupt,
    /// The other side is gone.
    End,
}

impl Packets {
    /// On a wire.
    pub fn new(wire: UnixStream) -> Packets {
        Packets { wire, unread: Vec::new() }
    }

    /// Sends a packet.
    pub fn send(&mut self, packet: &[u8]) -> Result<()> {
        let sum = packet.iter().fold(0_u8, |sum, &byte| sum.wrapping_add(byte));
        let framed = [b"$", packet, format!("#{sum:02x}").as_bytes()].concat();
        self.wire.write_all(&framed).context("cannot talk to the debugger's other side")
    }

    /// Asks a machine that runs to stop.
    pub fn interrupt(&mut self) -> Result<()> {
        self.wire.write_all(&[INTERRUPT]).context("cannot talk to QEMU's debugger")
    }

    /// What comes next, and nothing if nothing came in time.
    pub fn receive(&mut self, patience: Duration) -> Result<Option<Said>> {
        self.wire.set_read_timeout(Some(patience)).context("cannot set a time limit")?;
        let mut buffer = [0; 4096];
        loop {
            if let Some((said, length)) = split(&self.unread) {
                self.unread.drain(..length);
                if said != Said::Interrupt {
                    self.wire.write_all(b"+").context("cannot acknowledge a packet")?;
                }
                return Ok(Some(said));
            }
            match self.wire.read(&mut buffer) {
                Ok(0) => return Ok(Some(Said::End)),
                Ok(length) => self.unread.extend_from_slice(&buffer[..length]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(Some(Said::End)),
                Err(error) => bail!("cannot hear the debugger's other side: {error}"),
            }
        }
    }
}

/// What some bytes begin with, and where it ends: `$`, text, `#`, two digits; or Ctrl-C. Acknowledgements are skipped.
fn split(bytes: &[u8]) -> Option<(Said, usize)> {
    let start = bytes.iter().position(|&byte| byte == b'$' || byte == INTERRUPT)?;
    if bytes[start] == INTERRUPT {
        return Some((Said::Interrupt, start + 1));
    }
    let length = bytes[start + 1..].iter().position(|&byte| byte == b'#')?;
    let end = start + 1 + length + 3;
    (bytes.len() >= end).then(|| (Said::Packet(bytes[start + 1..start + 1 + length].to_vec()), end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_found() {
        assert_eq!(split(b"+$OK#9a+"), Some((Said::Packet(b"OK".to_vec()), 7)));
        assert_eq!(split(b"+$OK#9"), None);
        assert_eq!(split(b"+\x03$"), Some((Said::Interrupt, 2)));
    }

    #[test]
    fn packets_are_framed_and_ends_are_told() {
        let (one, mut other) = UnixStream::pair().unwrap();
        let mut packets = Packets::new(one);
        packets.send(b"OK").unwrap();
        let mut heard = [0; 6];
        other.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"$OK#9a");
        assert_eq!(packets.receive(Duration::from_millis(1)).unwrap(), None);
        drop(other);
        assert_eq!(packets.receive(Duration::from_secs(9)).unwrap(), Some(Said::End));
    }
}
