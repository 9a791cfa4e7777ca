//! A guest that is made anew
//!
//! ## What is wrong
//!
//! `arv.lock` knows a guest, and the machine of this name is none any more, or is a container where there was a VM, or the reverse.
//!
//! ## Why
//!
//! To Terraform the three are different things. It destroys the guest with its disks, and makes the new one empty; a machine that
//! Proxmox does not run it does not make at all. That may be meant, as when a service moves to a machine of its own: then what it
//! holds has to be copied before the apply.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.site.hosts.nas = { vmid = 3000, on = { bridge = "192.168.100.30", overlay = "10.10.10.30" } }
//!   hosts.nas = {
//!     kind = Machine; # error: L0835
//!     groups = [ groups.projects ];
//!     on = { bridge.address = 192.168.100.30; overlay.address = 10.10.10.30; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Copy what the guest holds before the next apply, or keep the guest out of it: `terraform state rm
//! proxmox_virtual_environment_vm.nas` leaves it as it is, for you to remove. The next build enters the change, and says this no
//! more. If it was not meant, take the edit back.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::allocate::Renames;
use crate::lock::Held;
use crate::model::{Host, Kind, Site};
use crate::origins::Origins;
use crate::place::report;
use crate::spelling::terraform;

/// A guest that is made anew.
pub static CODE: Code = Code::new("L0835", "a guest that is made anew", include_str!("guest_remade.rs"));

/// Every machine that the lock knows as another kind of guest.
pub(crate) fn check(site: &Site, origins: &Origins, renames: &Renames, held: &Held, out: &mut Vec<Diagnostic>) {
    if held.own.hosts.is_empty() {
        return;
    }
    let knows_kinds = held.own.knows_kinds();
    for (host, origin) in site.hosts.iter().zip(&origins.hosts) {
        let Some(old) = held.own.hosts.get(renames.known(held, &host.named.name)) else { continue };
        let Some(vmid) = old.vmid.filter(|_| !host.broken && !origin.kind_failed) else { continue };
        let was = if old.container { "container" } else { "VM" };
        let is = match (host.kind, old.container) {
            (Kind::Machine, _) => "no guest",
            (Kind::Vm, true) => "a VM",
            (Kind::Container, false) if knows_kinds => "a container",
            _ => continue,
        };
        out.push(diagnostic(host, origin.kind.unwrap_or(host.named.key), was, vmid.0, is));
    }
}

fn diagnostic(host: &Host, span: Span, was: &str, vmid: u32, is: &str) -> Diagnostic {
    let named = &host.named;
    let message = format!("`{}` was a {was} with VMID {vmid}, and is {is}", named.path);
    let resource = match was {
        "VM" => "proxmox_virtual_environment_vm",
        _ => "proxmox_virtual_environment_container",
    };
    let makes = if host.kind == Kind::Machine { "" } else { ", and makes an empty one with its VMID" };
    report(&CODE, message, named, span, &format!("`arv.lock` holds a {was}"))
        .note(format!("Terraform destroys the {was} with its disks{makes}"))
        .help("copy what it holds before the next apply, or take this edit back")
        .help(format!(
            "to keep the {was} as it is, take it from Terraform: `terraform state rm {resource}.{}`",
            terraform::resource(&named.name)
        ))
}
