//! A way that Ansible cannot go
//!
//! ## What is wrong
//!
//! `connection` of a machine or a node names a network that it is not on, a bastion that is no host or node, that is the
//! machine itself, or that is reached through the machine; a port that is none; a `password` without `winrm`; or anything at
//! all for a machine that Ansible does not configure, or a node that it does not know.
//!
//! ## Why
//!
//! Ansible connects to one address, by way of the bastion if there is one. SSH goes by keys: a password is for Windows alone.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     connection.bastion = hosts.a; # error: E0839
//!   };
//! ```
//!
//! ## What to do
//!
//! Name a node or another host: `connection.bastion = nodes.pve;`. A host must be allowed to reach the machine's SSH port.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Bastion, HostId, Named, NodeId, Site};
use crate::origins::Origins;
use crate::place::report;

/// A way that Ansible cannot go.
pub static CODE: Code = Code::new("E0839", "a way that Ansible cannot go", include_str!("connection.rs"));

/// A stated port that is none.
pub(crate) fn port(named: &Named, port: i64, span: Span) -> Diagnostic {
    report(&CODE, format!("`{}` cannot answer at port {port}", named.path), named, span, "not between 1 and 65535")
}

/// A machine that is its own bastion.
pub(crate) fn itself(named: &Named, span: Span) -> Diagnostic {
    report(&CODE, format!("`{}` is reached through itself", named.path), named, span, "the machine itself")
}

/// A bastion that is no machine.
pub(crate) fn no_bastion(named: &Named, span: Span) -> Diagnostic {
    let message = format!("`{}` is reached through something that is no machine", named.path);
    report(&CODE, message, named, span, "neither a host nor a node")
}

/// Every machine.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    nodes(site, origins, out);
    for (id, host) in (0..).map(HostId).zip(&site.hosts).filter(|(_, host)| !host.broken) {
        let connection = &host.connection;
        let networks = [connection.network, connection.services].into_iter().flatten();
        for network in networks.filter(|_| origins.all.networks) {
            if !host.is_on(network.value) {
                let path = &site.networks[network.value.index()].named.path;
                let message = format!("Ansible does not find `{}` on `{path}`", host.named.path);
                out.push(report(&CODE, message, &host.named, network.span, "the machine is not on it"));
            }
        }
        let Some(bastion) = connection.bastion else { continue };
        if let Some(through) = circle(site, id) {
            let message = format!("`{}` is reached through itself", host.named.path);
            let label = format!("`{}` is reached through it", site.hosts[through.index()].named.path);
            out.push(report(&CODE, message, &host.named, bastion.span, &label));
        }
    }
}

/// Every Proxmox host.
fn nodes(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    for (id, node) in (0..).map(NodeId).zip(&site.nodes) {
        let connection = &node.connection;
        let stated = connection.network.map(|it| it.span).or(connection.bastion.map(|it| it.span));
        if let (Some(span), false) = (stated, connection.managed) {
            let message = format!("Ansible does not know `{}`", node.named.path);
            out.push(
                report(&CODE, message, &node.named, span, "nobody goes this way")
                    .help("let Ansible know it: `managed = true;`"),
            );
            continue;
        }
        if let Some(network) = connection.network.filter(|_| origins.all.networks && origins.all.nodes) {
            let known = &site.networks[network.value.index()];
            if !node.own_addresses().any(|address| known.contains(address)) {
                let message = format!("Ansible does not find `{}` on `{}`", node.named.path, known.named.path);
                out.push(report(&CODE, message, &node.named, network.span, "the node has no address there"));
            }
        }
        if let Some(bastion) = connection.bastion.filter(|it| leads_back(site, it.value, id)) {
            let message = format!("`{}` is reached through itself", node.named.path);
            out.push(report(&CODE, message, &node.named, bastion.span, "it is reached through the node"));
        }
    }
}

/// Whether the way to a bastion leads over a node.
fn leads_back(site: &Site, mut at: Bastion, start: NodeId) -> bool {
    for _ in 0..=site.hosts.len() + site.nodes.len() {
        let next = match at {
            Bastion::Node(node) if node == start => return true,
            Bastion::Node(node) => site.nodes.get(node.index()).and_then(|node| node.connection.bastion),
            Bastion::Host(host) => site.hosts[host.index()].connection.bastion,
        };
        let Some(next) = next else { return false };
        at = next.value;
    }
    false
}

/// The machine that a way leads back from, if it is a circle that this machine is the first of.
fn circle(site: &Site, start: HostId) -> Option<HostId> {
    let mut at = start;
    for _ in 0..site.hosts.len() {
        let Some(Bastion::Host(next)) = site.hosts[at.index()].connection.bastion.map(|it| it.value) else {
            return None;
        };
        if next == start {
            return Some(at);
        }
        // Whoever comes first by name tells of the circle.
        if next < start {
            return None;
        }
        at = next;
    }
    None
}
