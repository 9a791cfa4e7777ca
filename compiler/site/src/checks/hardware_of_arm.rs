//! Hardware that a node of ARM does not give
//!
//! ## What is wrong
//!
//! A VM on a node whose `arch` is `Arm64` has hardware that only x86 has: a CPU type other than `host` or `max`, a BIOS, the chipset
//! Q35, or a TPM.
//!
//! ## Why
//!
//! Proxmox makes a VM for the architecture of its node; another one may be set by the login root@pam alone. On ARM the machine is
//! `virt`, which UEFI starts and which has no TPM of Proxmox's kind, and KVM knows no CPU but the node's own. What is not said is right
//! there by itself: the CPU is `host`, and the firmware UEFI.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.board = { arch = Arm64; address = 192.168.100.2; };
//!   images.arm = { arch = Arm64; vmid = 9001; };
//!   hosts.dns = { node = nodes.pve; image = images.debian; };
//!   hosts.meter = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     node = nodes.board;
//!     image = images.arm;
//!     hardware.cpu = "x86-64-v3"; # error: E0847
//!   };
//! ```
//!
//! ## What to do
//!
//! Leave the field out, or run the VM on a node with the processor that it wants.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Arch, Host, Kind, Site};
use crate::origins::{HostOrigin, Origins};
use crate::place::{place, report};

/// Hardware that a node of ARM does not give.
pub static CODE: Code =
    Code::new("E0847", "hardware that a node of ARM does not give", include_str!("hardware_of_arm.rs"));

/// The fields of `hardware` that differ there.
pub(crate) const FIELDS: [&str; 4] = ["cpu", "firmware", "machine", "tpm"];

/// Every VM on a node of ARM.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    for (host, origin) in site.hosts.iter().zip(&origins.hosts) {
        let Some(node) = host.node.map(|node| &site.nodes[node.index()]) else { continue };
        // One that is made for x86 is told to be in the wrong place, and its hardware is right for the other one.
        let misplaced = host.image.is_some_and(|image| site.images[image.index()].arch.value != Arch::Arm64);
        if host.kind != Kind::Vm || node.arch.value != Arch::Arm64 || misplaced {
            continue;
        }
        for (span, label) in wrong(host, origin) {
            let message = format!("`{}` runs on ARM, and its hardware is that of x86", host.named.path);
            out.push(
                report(&CODE, message, &host.named, span, label)
                    .secondary(place(&node.named, node.arch.span), format!("`{}` is arm64", node.named.path))
                    .help("leave it out, or run it on a node of the other architecture"),
            );
        }
    }
}

fn wrong<'a>(host: &'a Host, origin: &'a HostOrigin) -> impl Iterator<Item = (Span, &'static str)> + 'a {
    let hardware = &host.hardware;
    origin.hardware.iter().filter_map(move |(field, span)| {
        let label = match *field {
            "cpu" if !matches!(hardware.cpu.as_str(), "host" | "max") => "KVM knows the node's own CPU there: `host`",
            "firmware" if !hardware.ovmf => "there is no BIOS for ARM",
            "machine" if hardware.q35 => "Q35 is a chipset of x86",
            "tpm" if hardware.tpm => "Proxmox has a TPM for x86 alone",
            _ => return None,
        };
        Some((*span, label))
    })
}
