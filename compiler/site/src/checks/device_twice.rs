//! A device that several machines have
//!
//! ## What is wrong
//!
//! More VMs of one node have a hardware mapping than the node has devices of that name, and all of them are `Present`.
//!
//! ## Why
//!
//! A device is one VM's at a time. The second one does not start; which one is second is a matter of luck after each boot of
//! the node. A mapping that nobody declared is taken to be one device of each node; a mediated one can be divided.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = { vmid = 3000; groups = [ groups.projects ]; hardware.pci.hostpci0.mapping = "gpu"; };
//!   hosts.b = {
//!     vmid = 3001;
//!     groups = [ groups.projects ];
//!     hardware.pci.hostpci0.mapping = "gpu"; # error: E0837
//!   };
//! ```
//!
//! ## What to do
//!
//! Let one of them be `Disabled`, or declare the devices that there are: `datacenters.NAME.mappings.gpu.devices = [ … ];`.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::device_mapping::declared;
use super::invalid_name::shown;
use crate::model::{Host, NodeId, Site, Status};
use crate::place::{place, report};

/// A device that several machines have.
pub static CODE: Code = Code::new("E0837", "a device that several machines have", include_str!("device_twice.rs"));

/// Every mapping on every node.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let mut users: BTreeMap<(NodeId, &str), Vec<(&Host, Span)>> = BTreeMap::new();
    for host in site.hosts.iter().filter(|host| host.status == Status::Present) {
        let Some(node) = host.node else { continue };
        let pci = host.hardware.pci.iter().filter(|device| device.mdev.is_none()).map(|device| &device.mapping);
        for mapping in pci.chain(host.hardware.usb.iter().map(|device| &device.mapping)) {
            users.entry((node, &mapping.value)).or_default().push((host, mapping.span));
        }
    }
    for ((node, name), users) in users {
        let mappings = &site.datacenters[site.nodes[node.index()].datacenter.index()].mappings;
        let declared = declared(mappings, name);
        let there = declared.map_or(1, |it| it.devices.iter().filter(|device| device.node == node).count());
        // A mapping that the node does not have is another problem.
        if users.len() <= there || there == 0 || declared.is_some_and(|it| it.mediated) {
            continue;
        }
        let mut users = users;
        users.sort_by_key(|(host, span)| place(&host.named, *span));
        let (second, span) = users[there];
        let message =
            format!("`{}` gives {} to {} machines", site.nodes[node.index()].named.path, shown(name), users.len());
        let label = match there {
            1 => "it is one device, and it is given away".to_owned(),
            _ => format!("there are {there} of them, and all are given away"),
        };
        let mut diagnostic = report(&CODE, message, &second.named, span, &label);
        for (host, span) in users.iter().take(there) {
            diagnostic = diagnostic.secondary(place(&host.named, *span), format!("`{}` has it", host.named.path));
        }
        out.push(diagnostic.help("let one of them be `Disabled`, or declare the devices that the node has"));
    }
}
