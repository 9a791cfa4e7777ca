//! An address of several machines that is taken
//!
//! ## What is wrong
//!
//! An address of `vips` is outside its network, the network's own or the broadcast address, the gateway's, a node's, a
//! machine's, or that of another of `vips` on the segment.
//!
//! ## Why
//!
//! The machine that has the address by turns would answer for one that is another's at all times.
//!
//! ## Example
//!
//! ```arv part
//!   vips.api = {
//!     network = networks.bridge;
//!     address = 192.168.100.11; # error: E0804
//!     owners = [ hosts.dns ];
//!   };
//! ```
//!
//! ## What to do
//!
//! State an address that no machine has. Where the address is the segment's router, name it there:
//! `gateway = vips.NAME;`.

use std::collections::BTreeMap;
use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::address_in_use::own_or_broadcast;
use crate::model::{Named, Network, NetworkId, NodeId, Router, Site};
use crate::place::{place, report};
use crate::segments::Segments;

/// An address of several machines that is taken.
pub static CODE: Code =
    Code::new("E0804", "an address of several machines that is taken", include_str!("vip_in_use.rs"));

/// Every one of them.
pub(crate) fn check(site: &Site, segments: &Segments, out: &mut Vec<Diagnostic>) {
    if site.vips.is_empty() {
        return;
    }
    let taken = taken(site, segments);
    let mut seen: BTreeMap<(u32, IpAddr), &Named> = BTreeMap::new();
    let mut vips: Vec<_> = site.vips.iter().collect();
    vips.sort_by_key(|vip| vip.address.span);
    for vip in vips {
        let Some(network) = site.networks.get(vip.network.index()).filter(|network| !network.is_overlay()) else {
            continue;
        };
        let address = vip.address.value;
        let problem = |what: &str, span: Span, label: String| {
            let message = format!("`{}` cannot have {address}", vip.named.path);
            report(&CODE, message, &vip.named, vip.address.span, what).secondary(span, label)
        };
        let prefix = network.prefix.value;
        let whole = format!("`{}` is {prefix}", network.named.path);
        let Some(holder) = network.prefix_of(address) else {
            let help = format!("state an address in {prefix} that no machine has");
            out.push(problem(&format!("not in {prefix}"), network.prefix.span, whole).help(help));
            continue;
        };
        if let Some(what) = own_or_broadcast(&holder.value, address) {
            out.push(problem(&format!("this is {what}"), holder.span, whole).help(ANOTHER));
            continue;
        }
        if let Some((what, span)) = router(network, address) {
            out.push(
                problem(what, span, "the gateway".to_owned())
                    .help(format!("if it is the router that they are by turns: `gateway = {};`", vip.named.path)),
            );
            continue;
        }
        let nodes = (0..).map(NodeId).zip(&site.nodes).filter(|(at, _)| network.is_bridge() && network.is_at(*at));
        let node = nodes.map(|(_, node)| node).find(|node| node.addresses().any(|own| own.value == address));
        if let Some(node) = node {
            let at = place(&node.named, node.address.span);
            out.push(problem("this is the address of a node", at, "the node".to_owned()).help(ANOTHER));
            continue;
        }
        // Without owners nobody can say where it would be.
        let owners = vip.owners.iter().flat_map(|id| segments.of(vip.network, &site.hosts[id.index()]));
        let mut all: Vec<u32> = owners.collect();
        if all.is_empty() {
            all = segments_of(site, segments, vip.network);
        }
        all.sort_unstable();
        all.dedup();
        let other = all.iter().find_map(|segment| taken.get(&(*segment, address)));
        if let Some((named, span)) = other {
            let label = format!("`{}` has it", named.path);
            out.push(problem("a machine has this address", place(named, *span), label).help(ANOTHER));
            continue;
        }
        for segment in all {
            if let Some(before) = seen.insert((segment, address), &vip.named) {
                let label = format!("`{}` has it", before.path);
                out.push(problem("given twice", place(before, before.key), label).help(ANOTHER));
                break;
            }
        }
    }
}

const ANOTHER: &str = "state an address that no machine has";

fn router(network: &Network, address: IpAddr) -> Option<(&'static str, Span)> {
    let gateway = network.gateways().iter().find(|gateway| gateway.address == address)?;
    (gateway.router == Router::Elsewhere).then_some(("this is the gateway's address", gateway.span))
}

/// The addresses of machines, by segment.
fn taken<'a>(site: &'a Site, segments: &Segments) -> BTreeMap<(u32, IpAddr), (&'a Named, Span)> {
    let mut taken = BTreeMap::new();
    for host in &site.hosts {
        for interface in &host.interfaces {
            for segment in segments.of(interface.network, host) {
                for own in interface.addresses() {
                    taken.entry((segment, own.value)).or_insert((&host.named, own.span));
                }
            }
        }
    }
    taken
}

fn segments_of(site: &Site, segments: &Segments, network: NetworkId) -> Vec<u32> {
    let nodes = (0..site.nodes.len().max(1) as u32).map(NodeId);
    let mut all: Vec<u32> = nodes
        .filter(|node| site.networks[network.index()].is_at(*node))
        .filter_map(|node| segments.at(network, node))
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}
