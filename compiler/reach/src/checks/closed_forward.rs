//! A node hands on a port that nothing allows.
//!
//! ## What is wrong
//!
//! A `forward` of a node leads to a machine that does not let the port in from the Internet.
//!
//! ## Why
//!
//! A forward is a path and no permission: only `allow` opens. So the port looks open at the node and is closed at the
//! machine. (The overlay's own port, to a lighthouse or relay, is open by itself.)
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve = {
//!     address = 192.168.100.1;
//!     uplink = { address = 198.51.100.10; };
//!     forward = [
//!       { port = 443/tcp; to = hosts.web; }, # error: L0403
//!     ];
//!   };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   hosts.web = { vmid = 100; };
//! }
//! ```
//!
//! ## What to do
//!
//! Add `internet -> hosts.web : 443/tcp` to `allow`, or remove the forward.

use arvc_site::edge::has_way_out;
use arvc_site::model::{End, FlowOrigin, HostId, NetworkKind, Transport};
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::{Intents, words};
use crate::bits::Bits;
use crate::ports::PortSet;

/// A forward to a closed port.
pub static CODE: Code =
    Code::new("L0403", "a node hands on a port that nothing allows", include_str!("closed_forward.rs"));

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    let site = intents.site;
    for node in &site.nodes {
        for forward in &node.forwards {
            let ports = PortSet::from(forward.ports);
            let host = &site.hosts[forward.to.index()];
            let closed = ports.difference(&from_outside(intents, forward.to));
            // A need of the world is an error by itself where it is closed.
            let closed = closed.difference(&needed_outside(intents, forward.to));
            // What a guest without a way out gets is told already, and no flow would open it.
            if !closed.is_none() && !host.broken && has_way_out(site, host) {
                let message = format!("`{}` hands on {closed}, and nothing allows it", node.named.name);
                let label = format!("closed at `{}`", host.named.name);
                found.push(Diagnostic::new(&CODE, message, forward.span, label).help(format!(
                    "add to `allow`: `internet -> {}{}`",
                    host.named.path,
                    words::suffix(&closed)
                )));
            }
        }
    }
}

/// What a machine lets in from addresses beyond the site's networks: any of them counts, so that a forward for the
/// operators alone is no mistake.
fn from_outside(intents: &Intents, host: HostId) -> PortSet {
    let (site, space) = (intents.site, intents.space);
    let class = space.classes_of(&[host]);
    let beyond = space.zones.iter().enumerate().filter(|(_, zone)| zone.inside.is_empty());
    let zones = beyond.map(|(zone, _)| space.zone_class(zone));
    let mut open = PortSet::none();
    for zone in zones {
        let source = Bits::from_iter([zone]);
        for piece in intents.near.from(zone).into_iter().map(|place| intents.opening(place)) {
            if piece.targets.meets(&class) && piece.sources.meets(&source) {
                open = open.union(&piece.ports);
            }
        }
    }
    let machine = &site.hosts[host.index()];
    if machine.lighthouse || machine.relay {
        for interface in &machine.interfaces {
            if let NetworkKind::Overlay { port, .. } = site.networks[interface.network.index()].kind {
                open = open.union(&PortSet::ports(Transport::Udp, port, port));
            }
        }
    }
    if !site.operators.addresses.is_empty() {
        open = open.union(&PortSet::ports(Transport::Tcp, 22, 22));
    }
    open
}

/// What the world needs of a machine: the proxy of a public route.
fn needed_outside(intents: &Intents, host: HostId) -> PortSet {
    let class = intents.space.classes_of(&[host]);
    let claims = intents.needs.iter().filter(|claim| claim.flow.flow.source == End::Internet);
    let pieces = claims.flat_map(|claim| &claim.pieces).filter(|piece| piece.targets.meets(&class));
    pieces.fold(PortSet::none(), |ports, piece| ports.union(&piece.ports))
}

/// Whether an `allow` of the author opens a machine to the whole Internet.
pub(super) fn is_for_the_world(origin: FlowOrigin, source: &End) -> bool {
    origin == FlowOrigin::Author
        && match source {
            End::Internet => true,
            End::Union(ends) => ends.contains(&End::Internet),
            _ => false,
        }
}
