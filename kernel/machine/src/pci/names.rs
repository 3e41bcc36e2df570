//! Names of devices: those of the machines that QEMU makes, and of kinds for the rest. PCI Code and ID Assignment
//! Specification 1.16.

use super::Identity;

pub(super) const VIRTIO: u16 = 0x1af4;
const INTEL: u16 = 0x8086;
const QEMU: u16 = 0x1234;
const RED_HAT: u16 = 0x1b36;

pub(super) fn of(identity: Identity) -> &'static str {
    known(identity.vendor, identity.device).unwrap_or_else(|| kind(identity))
}

fn known(vendor: u16, device: u16) -> Option<&'static str> {
    Some(match (vendor, device) {
        (VIRTIO, 0x1000 | 0x1041) => "virtio network card",
        (VIRTIO, 0x1001 | 0x1042) => "virtio block device",
        (VIRTIO, 0x1002 | 0x1045) => "virtio memory balloon",
        (VIRTIO, 0x1003 | 0x1043) => "virtio console",
        (VIRTIO, 0x1004 | 0x1048) => "virtio SCSI host",
        (VIRTIO, 0x1005 | 0x1044) => "virtio entropy source",
        (VIRTIO, 0x1009 | 0x1049) => "virtio 9P file system",
        (VIRTIO, 0x1050) => "virtio graphics",
        (VIRTIO, 0x1052) => "virtio input",
        (VIRTIO, 0x1053) => "virtio socket",
        (VIRTIO, 0x1059) => "virtio sound",
        (VIRTIO, 0x105a) => "virtio shared file system",
        (INTEL, 0x1237) => "Intel 440FX host bridge",
        (INTEL, 0x7000) => "Intel PIIX3 ISA bridge",
        (INTEL, 0x7010) => "Intel PIIX3 IDE controller",
        (INTEL, 0x7020) => "Intel PIIX3 USB controller",
        (INTEL, 0x7113) => "Intel PIIX4 power management",
        (INTEL, 0x29c0) => "Intel Q35 host bridge",
        (INTEL, 0x2918) => "Intel ICH9 ISA bridge",
        (INTEL, 0x2922) => "Intel ICH9 SATA controller",
        (INTEL, 0x2930) => "Intel ICH9 system management bus",
        (INTEL, 0x2934..=0x2939) => "Intel ICH9 USB controller",
        (INTEL, 0x293a | 0x293c) => "Intel ICH9 USB 2 controller",
        (INTEL, 0x100e) => "Intel 82540EM network card",
        (INTEL, 0x10d3) => "Intel 82574L network card",
        (INTEL, 0x5845) => "QEMU NVMe controller",
        (QEMU, 0x1111) => "QEMU standard VGA",
        (RED_HAT, 0x0001) => "QEMU PCI bridge",
        (RED_HAT, 0x0008) => "QEMU PCIe host bridge",
        (RED_HAT, 0x000b) => "QEMU PCIe expander bridge",
        (RED_HAT, 0x000c) => "QEMU PCIe root port",
        (RED_HAT, 0x000d) => "QEMU USB 3 controller",
        (RED_HAT, 0x0010) => "QEMU NVMe controller",
        _ => return None,
    })
}

fn kind(identity: Identity) -> &'static str {
    match (identity.class, identity.subclass, identity.interface) {
        (0x01, 0x00, _) => "SCSI controller",
        (0x01, 0x01, _) => "IDE controller",
        (0x01, 0x06, _) => "SATA controller",
        (0x01, 0x08, _) => "NVMe controller",
        (0x01, _, _) => "storage controller",
        (0x02, 0x00, _) => "Ethernet card",
        (0x02, _, _) => "network card",
        (0x03, 0x00, _) => "VGA graphics",
        (0x03, _, _) => "graphics",
        (0x04, _, _) => "audio or video device",
        (0x05, _, _) => "memory controller",
        (0x06, 0x00, _) => "host bridge",
        (0x06, 0x01, _) => "ISA bridge",
        (0x06, 0x04, _) => "PCI bridge",
        (0x06, _, _) => "bridge",
        (0x07, 0x00, _) => "serial port",
        (0x07, _, _) => "communication device",
        (0x08, _, _) => "system device",
        (0x09, _, _) => "input device",
        (0x0c, 0x03, 0x20) => "USB 2 controller",
        (0x0c, 0x03, 0x30) => "USB 3 controller",
        (0x0c, 0x03, _) => "USB controller",
        (0x0c, 0x05, _) => "system management bus",
        (0x0d, _, _) => "wireless device",
        (0x12, _, _) => "accelerator",
        _ => "unknown device",
    }
}
