//! An address that a machine cannot have
//!
//! ## What is wrong
//!
//! A machine's address is the network's own, the broadcast address, the gateway's or a node's.
//!
//! ## Why
//!
//! The first two address all machines, and the others are taken. A /31 or /32 of IPv4 has no address for all (RFC 3021). An
//! IPv6 network has no broadcast address, and its first one belongs to the routers (RFC 4291, 2.6.1).
//!
//! ## Example
//!
//! ```arv part
//!   hosts.laptop = {
//!     kind = Machine;
//!     groups = [ groups.projects ];
//!     on.bridge.address = 192.168.100.1; # error: E0322
//!   };
//! ```
//!
//! ## What to do
//!
//! State another address, or take another VMID. If the machine is the router of the network, name it as such: `gateway = hosts.router`.

use std::collections::HashSet;
use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;
use ipnet::IpNet;

use crate::model::{HostId, Network, NetworkId, NodeId, RangeId, Router, Site};
use crate::place::report;
use crate::segments::Segments;

/// An address that a machine cannot have.
pub static CODE: Code = Code::new("E0322", "an address that a machine cannot have", include_str!("address_in_use.rs"));

const GATEWAY: &str = "the gateway's address";

/// Every interface's address; a machine with the same one by rule on several networks is reported once.
///
/// `told` are the networks of each range that what it gives there is wrong in, which is reported at the range.
/// The machines and the places of addresses that it told of.
pub(crate) fn check(
    site: &Site,
    segments: &Segments,
    told: &[(RangeId, NetworkId)],
    out: &mut Vec<Diagnostic>,
) -> HashSet<(HostId, Span)> {
    let mut said = HashSet::new();
    let networks = (0..).map(NetworkId).zip(&site.networks);
    let taken: Vec<_> = networks.map(|(id, network)| Taken::of(site, segments, id, network)).collect();
    for (id, host) in (0..).map(HostId).zip(&site.hosts) {
        let mut reported: Option<Span> = None;
        let all = host.interfaces.iter().flat_map(|interface| interface.addresses().map(move |it| (interface, it)));
        for (interface, address) in all {
            let here = segments.of(interface.network, host);
            let Some((whose, span)) = taken[interface.network.index()].by(address.value, &here) else { continue };
            if reported.replace(address.span) == Some(address.span) {
                continue;
            }
            let by_rule = host.slot.is_some_and(|slot| slot.span == address.span);
            let (network, value) = (interface.network, address.value);
            let declared = |range: RangeId| {
                site.numbering[range.index()].names(network, value) || told.binary_search(&(range, network)).is_ok()
            };
            if by_rule && host.range.is_some_and(declared) {
                continue;
            }
            said.insert((id, address.span));
            let network = &site.networks[interface.network.index()];
            let message = format!("`{}` cannot have {} in `{}`", host.named.path, address.value, network.named.path);
            let label = format!("this is {whose}");
            let diagnostic = report(&CODE, message, &host.named, address.span, &label).secondary(span, whose);
            if let (true, Some(range)) = (by_rule, host.range) {
                let range = &site.ranges[range.index()];
                let at = range.addresses_at(interface.network);
                out.push(
                    diagnostic
                        .secondary(at, "the rule of the range gives it")
                        .help(format!("give it another {}, or state its address there", range.counts())),
                );
                continue;
            }
            out.push(match whose {
                GATEWAY => diagnostic.help(format!(
                    "state another address; if it is the router of `{}`, write `gateway = {}` there",
                    network.named.path, host.named.path
                )),
                _ => diagnostic.help("state another address"),
            });
        }
    }
    said
}

/// The addresses of one network that no machine can have.
pub(crate) struct Taken<'a> {
    network: &'a Network,
    /// Addresses of nodes, and the segments that they are on.
    nodes: Vec<(IpAddr, Span, Option<u32>)>,
}

impl<'a> Taken<'a> {
    pub(crate) fn of(site: &Site, segments: &Segments, id: NetworkId, network: &'a Network) -> Self {
        let nodes = (0..).map(NodeId).zip(&site.nodes).filter(|(node, _)| network.is_bridge() && network.is_at(*node));
        let nodes = nodes.flat_map(|(at, node)| node.addresses().map(move |address| (at, address)));
        let nodes = nodes.filter(|(_, address)| network.contains(address.value));
        let nodes = nodes.map(|(at, address)| (address.value, address.span, segments.at(id, at)));
        Self { network, nodes: nodes.collect() }
    }

    /// All of them, each with whose it is and where that is written.
    pub(crate) fn all(&self) -> impl Iterator<Item = (IpAddr, &'static str, Span)> {
        let of = |prefix: IpNet| own(&prefix).map(|(own, _)| own).into_iter().chain(broadcast(&prefix));
        let prefixes = self.network.prefixes().flat_map(move |prefix| of(prefix.value));
        let gateways = self.network.gateways().iter().map(|gateway| gateway.address);
        let all = prefixes.chain(self.nodes.iter().map(|(node, ..)| *node)).chain(gateways);
        all.filter_map(|address| self.by(address, &[]).map(|(whose, span)| (address, whose, span)))
    }

    /// Whose the address is, and where that is written.
    fn by(&self, address: IpAddr, segments: &[u32]) -> Option<(&'static str, Span)> {
        let prefix = self.network.prefix_of(address)?;
        if let Some((own, what)) = own(&prefix.value)
            && own == address
        {
            return Some((what, prefix.span));
        }
        if broadcast(&prefix.value) == Some(address) {
            return Some(("the network's broadcast address", prefix.span));
        }
        let here = |segment: &Option<u32>| segments.is_empty() || segment.is_none_or(|it| segments.contains(&it));
        if let Some((_, span, _)) = self.nodes.iter().find(|(node, _, at)| *node == address && here(at)) {
            return Some(("the address of a node", *span));
        }
        let gateways = self.network.gateways().iter();
        let mut elsewhere = gateways.filter(|gateway| gateway.router == Router::Elsewhere);
        let gateway = elsewhere.find(|gateway| gateway.address == address)?;
        Some((GATEWAY, gateway.span))
    }
}

/// Whether no machine can have an address of a network, whoever asks.
pub(crate) fn is_in_use(site: &Site, network: &Network, address: IpAddr) -> bool {
    let Some(prefix) = network.prefix_of(address) else { return false };
    own(&prefix.value).is_some_and(|(own, _)| own == address)
        || broadcast(&prefix.value) == Some(address)
        || network.gateways().iter().any(|gateway| gateway.address == address)
        || (network.is_bridge() && site.nodes.iter().any(|node| node.addresses().any(|it| it.value == address)))
}

/// What an address is, if it belongs to no single machine. A router may have the one of all routers.
pub(crate) fn for_all(prefix: &IpNet, address: IpAddr) -> Option<&'static str> {
    match own(prefix) {
        Some((own, what)) if own == address && own.is_ipv4() => Some(what),
        _ => (broadcast(prefix) == Some(address)).then_some("the network's broadcast address"),
    }
}

/// What an address is, if it belongs to all machines or all routers.
pub(crate) fn own_or_broadcast(prefix: &IpNet, address: IpAddr) -> Option<&'static str> {
    let own = own(prefix).filter(|(own, _)| *own == address).map(|(_, what)| what);
    own.or_else(|| for_all(prefix, address))
}

/// The first address, if it is not a machine's.
fn own(prefix: &IpNet) -> Option<(IpAddr, &'static str)> {
    match prefix {
        IpNet::V4(net) => (net.prefix_len() < 31).then(|| (net.network().into(), "the network's own address")),
        // RFC 6164: both addresses of a /127 are machines'.
        IpNet::V6(net) => (net.prefix_len() < 127).then(|| (net.network().into(), "the address of all routers")),
    }
}

fn broadcast(prefix: &IpNet) -> Option<IpAddr> {
    match prefix {
        IpNet::V4(net) => (net.prefix_len() < 31).then(|| net.broadcast().into()),
        IpNet::V6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_prefixes_have_no_addresses_for_all() {
        let of = |text: &str| {
            let prefix: IpNet = text.parse().unwrap();
            (own(&prefix).map(|(own, _)| own.to_string()), broadcast(&prefix).map(|it| it.to_string()))
        };
        assert_eq!(of("10.0.0.4/30"), (Some("10.0.0.4".into()), Some("10.0.0.7".into())));
        assert_eq!(of("10.0.0.4/31"), (None, None));
        assert_eq!(of("10.0.0.4/32"), (None, None));
        assert_eq!(of("fd00::/64"), (Some("fd00::".into()), None));
        assert_eq!(of("fd00::/127"), (None, None));
    }
}
