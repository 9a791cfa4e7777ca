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
//! State another address, or take another VMID.

use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;
use ipnet::IpNet;

use crate::model::{Network, Site};
use crate::place::report;

/// An address that a machine cannot have.
pub static CODE: Code = Code::new("E0322", "an address that a machine cannot have", include_str!("address_in_use.rs"));

/// Every interface's address; a machine with the same one by rule on several networks is reported once.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let taken: Vec<_> = site.networks.iter().map(|network| Taken::of(site, network)).collect();
    for host in &site.hosts {
        let mut reported: Option<Span> = None;
        let all = host.interfaces.iter().flat_map(|interface| interface.addresses().map(move |it| (interface, it)));
        for (interface, address) in all {
            let Some((whose, span)) = taken[interface.network.index()].by(address.value) else { continue };
            if reported.replace(address.span) == Some(address.span) {
                continue;
            }
            let network = &site.networks[interface.network.index()];
            let message = format!("`{}` cannot have {} in `{}`", host.named.path, address.value, network.named.path);
            let label = format!("this is {whose}");
            let by_rule = host.vmid.is_some_and(|vmid| vmid.span == address.span);
            let mut diagnostic = report(&CODE, message, &host.named, address.span, &label).secondary(span, whose);
            if let (true, Some(range)) = (by_rule, host.range) {
                let range = &site.ranges[range.index()];
                diagnostic = diagnostic.secondary(range.addresses.span, "the rule of the range gives it");
            }
            out.push(diagnostic);
        }
    }
}

/// The addresses of one network that no machine can have.
struct Taken<'a> {
    network: &'a Network,
    nodes: Vec<(IpAddr, Span)>,
}

impl<'a> Taken<'a> {
    fn of(site: &Site, network: &'a Network) -> Self {
        let nodes = site.nodes.iter().filter(|_| network.is_bridge()).flat_map(|node| node.addresses());
        let nodes = nodes.filter(|address| network.contains(address.value));
        Self { network, nodes: nodes.map(|address| (address.value, address.span)).collect() }
    }

    /// Whose the address is, and where that is written.
    fn by(&self, address: IpAddr) -> Option<(&'static str, Span)> {
        let prefix = self.network.prefix_of(address)?;
        if let Some((own, what)) = own(&prefix.value)
            && own == address
        {
            return Some((what, prefix.span));
        }
        if broadcast(&prefix.value) == Some(address) {
            return Some(("the network's broadcast address", prefix.span));
        }
        if let Some((_, span)) = self.nodes.iter().find(|(node, _)| *node == address) {
            return Some(("the address of a node", *span));
        }
        let gateways = self.network.gateways().iter();
        let gateway = gateways.filter(|gateway| gateway.node.is_none()).find(|gateway| gateway.address == address)?;
        Some(("the gateway's address", gateway.span))
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
