//! Something is handed on to a tool that does not read it
//!
//! ## What is wrong
//!
//! A machine has further arguments for Terraform, keys for Nebula or variables for Ansible, and that tool knows nothing of
//! the machine.
//!
//! ## Why
//!
//! It would change nothing, and nobody would notice.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.switch = {
//!     kind = Machine;
//!     managed = false;
//!     on.bridge.address = 192.168.100.250;
//!     groups = [ groups.projects ];
//!     terraform.bios = "ovmf"; # error: E0372
//!   };
//! ```
//!
//! ## What to do
//!
//! Remove it, or let the tool know the machine: guests of Proxmox are Terraform's, members of the overlay have a Nebula
//! configuration, and `managed` machines are Ansible's.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::extra::ExtraField;
use crate::model::{Kind, Named, Node, Site};
use crate::origins::Origins;
use crate::place::report;

/// Something is handed on to a tool that does not read it.
pub static CODE: Code =
    Code::new("E0372", "something is handed on to a tool that does not read it", include_str!("extra_unused.rs"));

/// Every machine.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    for (host, origin) in site.hosts.iter().zip(&origins.hosts).filter(|(host, _)| !host.broken) {
        if [&host.terraform, &host.nebula, &host.variables].iter().all(|extras| extras.is_empty()) {
            continue;
        }
        let overlay = || host.interfaces.iter().any(|interface| site.networks[interface.network.index()].is_overlay());
        if host.kind == Kind::Machine && !origin.kind_failed {
            unread(&host.named, &host.terraform, "Terraform", "it is a `Machine`, which nobody creates", out);
        }
        if !overlay() && origins.all.networks {
            unread(&host.named, &host.nebula, "Nebula", "it is on no overlay", out);
        }
        if !host.managed {
            unread(&host.named, &host.variables, "Ansible", "it says `managed = false`", out);
        }
    }
    // What `connection` says of a node that Ansible does not know is reported as such.
    let unknown = |node: &&Node| {
        let connection = &node.connection;
        !connection.managed && connection.network.is_none() && connection.bastion.is_none()
    };
    for node in site.nodes.iter().filter(unknown) {
        unread(&node.named, &node.variables, "Ansible", "it does not say `managed = true`", out);
    }
}

fn unread(named: &Named, extras: &[ExtraField], tool: &str, why: &str, out: &mut Vec<Diagnostic>) {
    let Some(first) = extras.first() else { return };
    let message = format!("{tool} does not know `{}`: {why}", named.path);
    out.push(report(&CODE, message, named, first.key, &format!("{tool} would not read it")));
}
