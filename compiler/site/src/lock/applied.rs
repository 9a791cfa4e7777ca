//! What the sources say of the fields that Terraform leaves alone, as short text that the lock can hold.
//!
//! A field is compared by what its arguments for Terraform are made of: an edit of `hardware.cpu` does nothing where `cores` is
//! left alone, since both are the argument `cpu`. What is the schema's default is not said, so that a later default of a
//! field nobody wrote is no edit. A machine that is new is made as it is declared; from then on only a person changes it.

use std::collections::BTreeMap;

use super::Environment;
use crate::model::{Disk, Features, Hardware, Host, Kind, Site, Status, Unmanaged};

/// Longer texts are held as their hash: descriptions, long lists of disks.
const LONGEST: usize = 60;

/// A part of a field: the field of the sources that says it, and what it says.
pub(crate) type Part = (&'static str, String);

/// What the sources say of every field of a machine that Terraform leaves alone.
pub(crate) fn applied(site: &Site, host: &Host) -> BTreeMap<String, String> {
    let fields = host.unmanaged.iter().map(|field| field.value);
    fields.map(|field| (field.name().to_owned(), text(&parts(site, host, field)))).collect()
}

/// What the next lock holds of the machines of a site: what it held, and what is said of fields that are new in it.
pub(super) fn next(
    site: &Site,
    held: &Environment,
    known: impl Fn(&str) -> String,
) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut next = BTreeMap::new();
    for host in site.hosts.iter().filter(|host| host.status.is_there() && !host.unmanaged.is_empty()) {
        let name = &host.named.name;
        let old = held.unmanaged.get(&known(name));
        let mut fields = if host.broken { BTreeMap::new() } else { applied(site, host) };
        for (field, text) in old.into_iter().flatten() {
            if host.broken || fields.contains_key(field) {
                fields.insert(field.clone(), text.clone());
            }
        }
        if !fields.is_empty() {
            next.insert(name.clone(), fields);
        }
    }
    next
}

/// The text of parts as the lock holds it.
pub(crate) fn text(parts: &[Part]) -> String {
    let text = parts.iter().map(|(_, said)| said.as_str()).collect::<Vec<_>>().join(", ");
    match text.chars().count() > LONGEST {
        true => format!("fnv:{:016x}", crate::allocate::fnv(text.as_bytes())),
        false => text,
    }
}

/// What the sources say of a field, part by part.
pub(crate) fn parts(site: &Site, host: &Host, field: Unmanaged) -> Vec<Part> {
    let is_vm = host.kind == Kind::Vm;
    let mut parts: Vec<Part> = Vec::new();
    match field {
        Unmanaged::Boot => parts.push(("boot", host.boot.to_string())),
        Unmanaged::Cores => {
            parts.push(("cores", host.cores.to_string()));
            processor(&host.hardware, &mut parts);
        }
        Unmanaged::Description => parts.extend(host.named.description.clone().map(|text| ("description", text))),
        // All disks of a VM are one argument.
        Unmanaged::Disk => {
            first_disk(host, &mut parts);
            if is_vm {
                disks(&host.disks, &mut parts);
            }
        }
        Unmanaged::Disks => {
            disks(&host.disks, &mut parts);
            if is_vm {
                first_disk(host, &mut parts);
            }
        }
        Unmanaged::Features => features(&host.features, &mut parts),
        Unmanaged::Hardware => hardware(&host.hardware, &mut parts),
        Unmanaged::Image => {
            parts.extend(host.image.map(|image| ("image", site.images[image.index()].named.path.clone())));
        }
        Unmanaged::Memory => {
            parts.push(("memory", size(host.memory)));
            parts.extend(host.hardware.balloon.map(|least| ("hardware", format!("balloon {}", size(least)))));
            if host.features.swap > 0 {
                parts.push(("features", format!("swap {}", size(host.features.swap))));
            }
        }
        Unmanaged::Node => {
            parts.extend(host.node.map(|node| ("node", site.nodes[node.index()].named.name.clone())));
        }
        Unmanaged::Startup => {
            let of = [("order", host.startup.order), ("up", host.startup.up_delay), ("down", host.startup.down_delay)];
            parts.extend(of.into_iter().filter_map(|(what, it)| Some(("startup", format!("{what} {}", it?)))));
        }
        Unmanaged::Status => {
            let on = if host.status == Status::Present { "Present" } else { "Disabled" };
            parts.push(("status", on.to_owned()));
        }
        // A group is a tag too, and an edit of groups does what groups do.
        Unmanaged::Tags => parts.extend(host.tags.iter().map(|tag| ("tags", tag.value.clone()))),
    }
    parts
}

fn processor(hardware: &Hardware, parts: &mut Vec<Part>) {
    let usual = Hardware::default();
    if hardware.cpu != usual.cpu {
        parts.push(("hardware", format!("cpu {}", hardware.cpu)));
    }
    if hardware.sockets != usual.sockets {
        parts.push(("hardware", format!("sockets {}", hardware.sockets)));
    }
    flag("hardware", "numa", hardware.numa, usual.numa, parts);
}

fn hardware(hardware: &Hardware, parts: &mut Vec<Part>) {
    let usual = Hardware::default();
    let flags = [
        ("q35", hardware.q35, usual.q35),
        ("ovmf", hardware.ovmf, usual.ovmf),
        ("secure_boot", hardware.secure_boot, usual.secure_boot),
        ("tpm", hardware.tpm, usual.tpm),
        ("agent", hardware.agent, usual.agent),
    ];
    for (name, value, usual) in flags {
        flag("hardware", name, value, usual, parts);
    }
    if hardware.os != usual.os {
        parts.push(("hardware", format!("os {}", hardware.os)));
    }
    parts.extend(hardware.vga.iter().map(|vga| ("hardware", format!("vga {vga}"))));
    for device in &hardware.pci {
        let mut said = format!("hostpci{} {}", device.slot, device.mapping.value);
        for (name, on) in [("pcie", device.pcie), ("primary", device.primary), ("no-rom", !device.rombar)] {
            if on {
                said += &format!(" {name}");
            }
        }
        said += &device.mdev.as_ref().map(|kind| format!(" {kind}")).unwrap_or_default();
        parts.push(("hardware", said));
    }
    for device in &hardware.usb {
        let usb3 = if device.usb3 { " usb3" } else { "" };
        parts.push(("hardware", format!("usb{} {}{usb3}", device.slot, device.mapping.value)));
    }
}

fn features(features: &Features, parts: &mut Vec<Part>) {
    let usual = Features::default();
    let flags = [
        ("nesting", features.nesting, usual.nesting),
        ("keyctl", features.keyctl, usual.keyctl),
        ("fuse", features.fuse, usual.fuse),
        ("mknod", features.mknod, usual.mknod),
    ];
    for (name, value, usual) in flags {
        flag("features", name, value, usual, parts);
    }
    parts.extend(features.mount.iter().map(|kind| ("features", format!("mount {kind}"))));
    for device in &features.devices {
        let (mode, uid, gid) = (&device.mode, device.uid, device.gid);
        parts.push(("features", format!("{} {mode} {uid}:{gid}", device.path)));
    }
}

fn first_disk(host: &Host, parts: &mut Vec<Part>) {
    parts.push(("disk", size(host.disk)));
    parts.push(("datastore", host.datastore.clone()));
}

fn disks(disks: &[Disk], parts: &mut Vec<Part>) {
    for disk in disks {
        let mut said = format!("{} {} {}", disk.slot, size(disk.size), disk.datastore);
        said += &disk.mount.as_ref().map(|mount| format!(" {}", mount.value)).unwrap_or_default();
        let flags = [
            ("ssd", disk.ssd),
            ("discard", disk.discard),
            ("backup", disk.backup),
            ("replicate", disk.replicate),
            ("read-only", disk.read_only),
        ];
        for (name, _) in flags.into_iter().filter(|(_, on)| *on) {
            said += &format!(" {name}");
        }
        parts.push(("disks", said));
    }
}

fn flag(field: &'static str, name: &str, value: bool, usual: bool, parts: &mut Vec<Part>) {
    if value != usual {
        parts.push((field, if value { name.to_owned() } else { format!("no {name}") }));
    }
}

/// Bytes in the largest unit that they are a whole number of.
fn size(bytes: u64) -> String {
    let units = [(1_u64 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = units.into_iter().find(|(unit, _)| bytes > 0 && bytes.is_multiple_of(*unit));
    unit.map_or_else(|| format!("{bytes}B"), |(unit, name)| format!("{}{name}", bytes / unit))
}
