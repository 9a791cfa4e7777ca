//! A disk that has no place
//!
//! ## What is wrong
//!
//! A key of `disks` is no place where Proxmox attaches one to a guest of this kind; it is the place of the first disk; a
//! container's volumes do not count on from `mp0`; or a volume has no `mount`, one that another has, or a disk of a VM has
//! one.
//!
//! ## Why
//!
//! The key is the place, and the place is the disk's identity: data stays with it when other disks come and go. The
//! provider numbers a container's volumes by their order, so a gap would move the ones behind it.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     disks.data.size = 100GiB; # error: E0835
//!   };
//! ```
//!
//! ## What to do
//!
//! For a VM write `scsi1` to `scsi30`, `virtio0` to `virtio15` or `sata0` to `sata5`; for a container `mp0`, `mp1`, …, each with
//! its `mount`. The first disk is `disk` and `datastore`.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;
use crate::model::{Bus, Disk, Kind, Named, Slot};
use crate::place::report;

/// A disk that has no place.
pub static CODE: Code = Code::new("E0835", "a disk that has no place", include_str!("disk_place.rs"));

/// The place that a key of `disks` names.
pub(crate) fn slot(named: &Named, kind: Kind, key: &str, span: Span) -> Result<Slot, Box<Diagnostic>> {
    let places = match kind {
        Kind::Container => "a container has `mp0`, `mp1`, …",
        _ => "a VM has `scsi1` to `scsi30`, `virtio0` to `virtio15` and `sata0` to `sata5`",
    };
    let fail = |label: &str| {
        let message = format!("`{}` has no place {} for a disk", named.path, shown(key));
        Err(Box::new(report(&CODE, message, named, span, label).help(places)))
    };
    match (Slot::parse(key), kind, key) {
        (_, Kind::Container, "rootfs") => fail("the first disk is `disk` and `datastore`"),
        (Some(slot), Kind::Container, _) if slot.bus == Bus::MountPoint => Ok(slot),
        (Some(Slot { bus: Bus::Scsi, number: 0 }), Kind::Vm, _) => fail("the first disk is `disk` and `datastore`"),
        (Some(slot), Kind::Vm, _) if slot.bus != Bus::MountPoint => Ok(slot),
        _ => fail("nothing is attached there"),
    }
}

/// What the disks of a guest say together. `keys` are their places in the source, in the order of the disks.
pub(crate) fn check(named: &Named, kind: Kind, disks: &[Disk], keys: &[Span], out: &mut Vec<Diagnostic>) {
    let mut mounts: BTreeMap<&str, Slot> = BTreeMap::new();
    for (disk, key) in disks.iter().zip(keys) {
        match (&disk.mount, kind) {
            (None, Kind::Container) => {
                let message = format!("`{}` of `{}` has no `mount`", disk.slot, named.path);
                let label = "nobody knows where the container shall see it";
                out.push(report(&CODE, message, named, *key, label).help("write `mount = \"/srv\";`"));
            }
            (Some(mount), Kind::Vm) => {
                let message = format!("`{}` of `{}` has a `mount`", disk.slot, named.path);
                let label = "a VM has disks and mounts them itself";
                out.push(
                    report(&CODE, message, named, mount.span, label).help("remove it: what is mounted is Ansible's"),
                );
            }
            (Some(mount), Kind::Container) => {
                if let Some(why) = not_a_mount(&mount.value) {
                    let message = format!("{} is no place to mount a volume", shown(&mount.value));
                    out.push(report(&CODE, message, named, mount.span, why));
                } else if let Some(other) = mounts.insert(&mount.value, disk.slot) {
                    let message = format!("`{}` mounts two volumes at {}", named.path, shown(&mount.value));
                    out.push(report(&CODE, message, named, mount.span, &format!("`{other}` is there already")));
                }
            }
            _ => {}
        }
    }
    if kind != Kind::Container {
        return;
    }
    for (index, (disk, key)) in disks.iter().zip(keys).enumerate() {
        if disk.slot.number as usize != index {
            let message = format!("`{}` has `{}` and no `mp{index}`", named.path, disk.slot);
            let label = "the provider counts volumes by their order";
            out.push(report(&CODE, message, named, *key, label).help(format!("call it `mp{index}`")));
            return;
        }
    }
}

fn not_a_mount(path: &str) -> Option<&'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+@".contains(&byte);
    if !path.starts_with('/') {
        Some("a path begins with `/`")
    } else if path == "/" {
        Some("the first disk is there")
    } else if path.split('/').skip(1).any(|part| part.is_empty() || part == "." || part == "..") {
        Some("a path without empty parts, `.` and `..`")
    } else if !path.bytes().all(plain) {
        Some("only letters, digits and `. _ - + @`")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::not_a_mount;

    #[test]
    fn a_mount_is_a_whole_path_below_the_root() {
        for path in ["/srv", "/var/lib/postgresql"] {
            assert!(not_a_mount(path).is_none(), "{path}");
        }
        for path in ["", "/", "srv", "/srv/", "/a//b", "/../x", "/a b", "/x,backup=0"] {
            assert!(not_a_mount(path).is_some(), "{path}");
        }
    }
}
