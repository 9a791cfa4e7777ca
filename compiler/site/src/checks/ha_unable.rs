//! A guest that the HA manager cannot keep
//!
//! ## What is wrong
//!
//! A machine that Proxmox does not run says `ha`; or a guest's `ha.nodes` names a node of another Proxmox cluster; or `ha`
//! is `strict` and leaves no node but the guest's own.
//!
//! ## Why
//!
//! The HA manager of a Proxmox cluster starts that cluster's guests on that cluster's nodes. Where it may use no other node it
//! does nothing about the loss of one.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   hosts.dns.node = nodes.pve;
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     node = nodes.second;
//!     ha.strict = true; # error: E0854
//!   };
//! ```
//!
//! ## What to do
//!
//! Name the other nodes: `ha.nodes = [ nodes.second ];`, or leave `strict` out.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Kind, Site};
use crate::place::report;

/// A guest that the HA manager cannot keep.
pub static CODE: Code = Code::new("E0854", "a guest that the HA manager cannot keep", include_str!("ha_unable.rs"));

/// Every machine with `ha`.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for host in &site.hosts {
        let Some(ha) = &host.ha else { continue };
        let named = &host.named;
        if host.kind == Kind::Machine {
            let message = format!("the HA manager keeps guests, and `{}` is none", named.path);
            out.push(
                report(&CODE, message, named, ha.span, "Proxmox does not run it")
                    .help("leave `ha` out: it starts with its own power"),
            );
            continue;
        }
        let Some(node) = host.node else { continue };
        let home = &site.nodes[node.index()];
        let foreign = ha.nodes.iter().map(|other| &site.nodes[other.index()]);
        if let Some(other) = foreign.clone().find(|other| other.datacenter != home.datacenter) {
            let message = format!(
                "`{}` runs on `{}`, and `{}` is of another cluster",
                named.path, home.named.path, other.named.path
            );
            let label =
                format!("`{}` is not of `{}`", other.named.path, site.datacenters[home.datacenter.index()].named.path);
            out.push(
                report(&CODE, message, named, ha.span, &label).help("name nodes of the Proxmox cluster that runs it"),
            );
        } else if ha.strict && host.placement == [node] {
            let message = format!("`{}` may run on `{}` alone", named.path, home.named.path);
            out.push(
                report(&CODE, message, named, ha.span, "`strict` without another node")
                    .help("name the other nodes: `ha.nodes = [ … ];`, or leave `strict` out"),
            );
        }
    }
}
