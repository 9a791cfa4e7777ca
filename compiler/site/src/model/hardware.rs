//! What guests are made of besides cores and memory: disks, firmware, devices; and what containers may do.

use std::fmt;

use super::{NodeId, Spanned};

/// What a VM is made of. The default is the schema's.
#[derive(Clone, Debug)]
pub struct Hardware {
    /// The CPU's type.
    pub cpu: String,
    /// Sockets, each with as many cores as the machine says.
    pub sockets: u32,
    /// Whether the guest sees NUMA nodes.
    pub numa: bool,
    /// The memory that the balloon leaves at least, in bytes. Without it there is no balloon.
    pub balloon: Option<u64>,
    /// Whether it is a Q35 and no i440FX.
    pub q35: bool,
    /// Whether UEFI starts it, with a disk of its own for its variables.
    pub ovmf: bool,
    /// Whether the firmware begins with Microsoft's keys enrolled.
    pub secure_boot: bool,
    /// Whether it has a TPM 2.0.
    pub tpm: bool,
    /// The guest's operating system, as Proxmox names it.
    pub os: String,
    /// Whether the QEMU guest agent runs in it.
    pub agent: bool,
    /// Whether it has a serial console.
    pub serial: bool,
    /// The display, if it is not Proxmox's usual one.
    pub vga: Option<String>,
    /// PCI devices by their slot.
    pub pci: Vec<Pci>,
    /// USB devices by their slot.
    pub usb: Vec<Usb>,
}

impl Default for Hardware {
    fn default() -> Self {
        Self {
            cpu: "x86-64-v2-AES".to_owned(),
            sockets: 1,
            numa: false,
            balloon: None,
            q35: false,
            ovmf: false,
            secure_boot: false,
            tpm: false,
            os: "l26".to_owned(),
            agent: false,
            serial: true,
            vga: None,
            pci: Vec::new(),
            usb: Vec::new(),
        }
    }
}

impl Hardware {
    /// What a VM has on a node of ARM where nothing is `stated` of it: KVM knows the node's own CPU there and no other, and its
    /// machine, which is `virt`, is started by UEFI alone.
    pub fn on_arm(&mut self, stated: impl Fn(&str) -> bool) {
        if !stated("cpu") {
            "host".clone_into(&mut self.cpu);
        }
        if !stated("firmware") {
            self.ovmf = true;
        }
    }

    /// Whether Windows runs on it.
    pub fn is_windows(&self) -> bool {
        self.os.starts_with('w')
    }
}

/// A PCI device of the node that a VM has.
#[derive(Clone, Debug)]
pub struct Pci {
    /// `hostpciN`.
    pub slot: u32,
    /// The name of the hardware mapping.
    pub mapping: Spanned<String>,
    /// As PCI Express.
    pub pcie: bool,
    /// The VM's primary display.
    pub primary: bool,
    /// Whether its ROM is visible.
    pub rombar: bool,
    /// The type of a mediated device.
    pub mdev: Option<String>,
}

/// A USB device of the node that a VM has.
#[derive(Clone, Debug)]
pub struct Usb {
    /// `usbN`.
    pub slot: u32,
    /// The name of the hardware mapping.
    pub mapping: Spanned<String>,
    /// Whether it is on a USB 3 port.
    pub usb3: bool,
}

/// Where a disk is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bus {
    /// `scsiN` of a VM.
    Scsi,
    /// `virtioN` of a VM.
    Virtio,
    /// `sataN` of a VM.
    Sata,
    /// `mpN` of a container.
    MountPoint,
}

impl Bus {
    /// As Proxmox writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scsi => "scsi",
            Self::Virtio => "virtio",
            Self::Sata => "sata",
            Self::MountPoint => "mp",
        }
    }

    /// How many there are (`PVE::QemuServer::Drive`, `PVE::LXC::Config`).
    pub fn places(self) -> u32 {
        match self {
            Self::Scsi => 31,
            Self::Virtio => 16,
            Self::Sata => 6,
            Self::MountPoint => 256,
        }
    }
}

/// A place on a bus: `scsi1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// The bus.
    pub bus: Bus,
    /// The number on it.
    pub number: u32,
}

impl Slot {
    /// The place of a name; none if Proxmox has none like it.
    pub fn parse(name: &str) -> Option<Self> {
        let buses = [Bus::Scsi, Bus::Virtio, Bus::Sata, Bus::MountPoint];
        buses.into_iter().find_map(|bus| {
            let number = numbered(name, bus.name()).filter(|number| *number < bus.places())?;
            Some(Self { bus, number })
        })
    }
}

/// The number behind a name: 3 of `usb3`. Without leading zeros, so that one place has one name.
pub fn numbered(name: &str, prefix: &str) -> Option<u32> {
    let digits = name.strip_prefix(prefix)?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if plain { digits.parse().ok() } else { None }
}

impl fmt::Display for Slot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", self.bus.name(), self.number)
    }
}

/// A further disk of a VM or volume of a container.
#[derive(Clone, Debug)]
pub struct Disk {
    /// Where it is attached. It is the disk's identity: another one is another disk.
    pub slot: Slot,
    /// Its size in bytes.
    pub size: u64,
    /// Where it lies.
    pub datastore: String,
    /// Where a container sees it.
    pub mount: Option<Spanned<String>>,
    /// Whether the guest takes it for a solid-state disk.
    pub ssd: bool,
    /// Whether freed blocks are given back to the storage.
    pub discard: bool,
    /// Whether backups hold it.
    pub backup: bool,
    /// Whether replication takes it along.
    pub replicate: bool,
    /// Whether a container cannot write to it.
    pub read_only: bool,
}

/// What a container may do. The default is the schema's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    /// Whether its root is nobody on the node.
    pub unprivileged: bool,
    /// Containers inside, and systemd.
    pub nesting: bool,
    /// `keyctl()`, for Docker inside.
    pub keyctl: bool,
    /// File systems in user space.
    pub fuse: bool,
    /// `mknod()` for some devices.
    pub mknod: bool,
    /// File systems that it may mount: `nfs`, `cifs`.
    pub mount: Vec<String>,
    /// Swap in bytes.
    pub swap: u64,
    /// Devices of the node.
    pub devices: Vec<Device>,
}

impl Default for Features {
    fn default() -> Self {
        Self {
            unprivileged: true,
            nesting: true,
            keyctl: false,
            fuse: false,
            mknod: false,
            mount: Vec::new(),
            swap: 0,
            devices: Vec::new(),
        }
    }
}

impl Features {
    /// Whether Proxmox lets only the login root@pam give it what it has (`PVE::LXC`, `check_ct_modify_config_perm`).
    pub fn need_root(&self) -> bool {
        !self.unprivileged
            || self.keyctl
            || self.fuse
            || self.mknod
            || !self.mount.is_empty()
            || !self.devices.is_empty()
    }
}

/// A device of the node that a container has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its path: `/dev/dri/renderD128`.
    pub path: String,
    /// The access mode: `0660`.
    pub mode: String,
    /// The owner in the container.
    pub uid: u32,
    /// The owning group in the container.
    pub gid: u32,
}

/// When a guest starts and stops with its node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Startup {
    /// The lower, the earlier it starts and the later it stops. Without one it starts last.
    pub order: Option<u32>,
    /// How long the next one waits for it, in seconds.
    pub up_delay: Option<u32>,
    /// How long it may take to stop, in seconds.
    pub down_delay: Option<u32>,
}

impl Startup {
    /// Whether it says anything.
    pub fn is_stated(&self) -> bool {
        *self != Self::default()
    }
}

/// A device that a Proxmox cluster has under one name, on one or more of its nodes.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// Its name.
    pub name: Spanned<String>,
    /// Whether it is USB and not PCI.
    pub usb: bool,
    /// Whether it can be divided (SR-IOV, vGPU).
    pub mediated: bool,
    /// The devices behind the name.
    pub devices: Vec<MappedDevice>,
}

/// A device of a node.
#[derive(Clone, Debug)]
pub struct MappedDevice {
    /// The node that has it.
    pub node: NodeId,
    /// Vendor and product: `10de:2204`.
    pub id: String,
    /// Where it is: `0000:01:00.0`.
    pub path: Option<String>,
    /// Its IOMMU group.
    pub iommu_group: Option<u32>,
    /// Vendor and product of its subsystem.
    pub subsystem_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_one_that_proxmox_has_and_has_one_name() {
        for name in ["scsi0", "scsi30", "virtio15", "sata5", "mp255"] {
            assert_eq!(Slot::parse(name).map(|slot| slot.to_string()).as_deref(), Some(name));
        }
        for name in ["scsi31", "scsi01", "scsi", "ide0", "virtio16", "sata6", "mp256", "mp-1", "scsi99999999999"] {
            assert_eq!(Slot::parse(name), None, "{name}");
        }
    }
}
