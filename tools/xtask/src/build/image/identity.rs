//! The identity of an image: a number derived from its contents. From it come the file by which GRUB knows the image
//! among the disks of a machine, the GUIDs of its partitions, and the serial number of its file system. A random number
//! would give other bytes each time.

use std::io::{self, Read};

/// 128-bit FNV-1a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity(u128);

const OFFSET_BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

impl Identity {
    /// The identity of no contents.
    pub fn new() -> Identity {
        Identity(OFFSET_BASIS)
    }

    /// Adds bytes to the contents.
    pub fn add(self, bytes: &[u8]) -> Identity {
        Identity(bytes.iter().fold(self.0, |hash, &byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME)))
    }

    /// Adds all that can be read.
    pub fn add_all(mut self, mut from: impl Read) -> io::Result<Identity> {
        let mut buffer = vec![0; 1 << 16];
        loop {
            match from.read(&mut buffer)? {
                0 => return Ok(self),
                length => self = self.add(&buffer[..length]),
            }
        }
    }

    /// 32 hexadecimal digits.
    pub fn hex(self) -> String {
        format!("{:032x}", self.0)
    }

    /// A GUID in the layout of UEFI, of version 8 (RFC 9562: derived in a way of one's own); one for each `purpose`.
    pub fn guid(self, purpose: &str) -> [u8; 16] {
        let mut bytes = self.add(purpose.as_bytes()).0.to_le_bytes();
        bytes[7] = bytes[7] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        bytes
    }

    /// The serial number of a FAT file system.
    pub fn serial(self) -> u32 {
        self.0 as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        assert_eq!(Identity::new().hex(), "6c62272e07bb014262b821756295c58d");
        assert_eq!(Identity::new().add(b"a").hex(), "d228cb696f1a8caf78912b704e4a8964");
        let pieces = Identity::new().add(b"foo").add_all(&b"bar"[..]).unwrap();
        assert_eq!(pieces.hex(), "343e1662793c64bf6f0d3597ba446f18");
    }

    #[test]
    fn guids_differ_by_purpose_and_say_their_version() {
        let identity = Identity::new().add(b"contents");
        let (disk, partition) = (identity.guid("disk"), identity.guid("partition"));
        assert_ne!(disk, partition);
        assert_eq!(disk, identity.guid("disk"));
        assert_eq!((disk[7] >> 4, disk[8] >> 6), (8, 2));
    }
}
