//! Guests that do not fit on their node
//!
//! ## What is wrong
//!
//! The guests of a node have more memory together than it has for them, or one guest has more cores than the node.
//!
//! ## Why
//!
//! Proxmox starts guests until memory runs out, and then the kernel kills one of them. A guest with more cores than its node
//! does not start at all.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; memory = 4GiB; cores = 4; };
//!   hosts.dns.node = nodes.pve;
//!   hosts.a = { vmid = 3000; groups = [ groups.projects ]; node = nodes.second; memory = 3GiB; };
//!   hosts.b = { vmid = 3001; groups = [ groups.projects ]; node = nodes.second; memory = 2GiB; }; # error: E0862
//! ```
//!
//! ## What to do
//!
//! Give the guests less, or put some on another node.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::capacity::{Asked, largest, size};
use crate::model::Site;
use crate::origins::Origins;
use crate::place::report;

/// Guests that do not fit on their node.
pub static CODE: Code = Code::new("E0862", "guests that do not fit on their node", include_str!("node_full.rs"));

/// Every node that says how much it has. The place is the guest with which it is too much, in the order of names.
pub(crate) fn check(site: &Site, origins: &Origins, asked: &[Asked], out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts || !origins.all.nodes {
        return;
    }
    for (node, asked) in site.nodes.iter().zip(asked) {
        if let Some(memory) = node.memory
            && asked.memory > memory.value
        {
            let mut sum = 0_u64;
            let over = asked.guests.iter().find(|id| {
                sum = sum.saturating_add(site.hosts[id.index()].memory);
                sum > memory.value
            });
            let Some(host) = over.map(|id| &site.hosts[id.index()]) else { continue };
            let message = format!(
                "the guests of `{}` have {} of memory, and it has {} for them",
                node.named.path,
                size(asked.memory),
                size(memory.value)
            );
            let largest = largest(site, &asked.guests, |host| host.memory, size);
            out.push(
                report(&CODE, message, &host.named, host.named.key, &format!("the largest are {largest}"))
                    .secondary(memory.span, "what the node has for guests")
                    .help("give the guests less, or put some on another node"),
            );
        }
        let Some(cores) = node.cores else { continue };
        let large = asked.guests.iter().map(|id| &site.hosts[id.index()]).filter(|host| host.cores > cores.value);
        for host in large {
            let message = format!(
                "`{}` has {} cores, and `{}` has {}",
                host.named.path, host.cores, node.named.path, cores.value
            );
            out.push(
                report(&CODE, message, &host.named, host.named.key, "Proxmox does not start it")
                    .secondary(cores.span, "what the node has")
                    .help("give the guest fewer, or put it on another node"),
            );
        }
    }
}
