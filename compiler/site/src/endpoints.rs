//! Where a machine is found from outside of its own networks, for whoever has to know it without asking: members of an
//! overlay that look for a lighthouse or a relay.

use std::net::IpAddr;

use arvc_lang::data::Transport;

use crate::model::{Family, Host, HostId, Interface, NetworkId, NetworkKind, Node, Site};
use crate::names::known_outside;
use crate::segments::Segments;

/// An overlay, as far as its packets are concerned.
#[derive(Clone, Copy, Debug)]
pub struct Tunnels {
    /// The overlay.
    pub overlay: NetworkId,
    /// What its packets travel on.
    pub underlay: NetworkId,
    /// The UDP port of every member.
    pub port: u16,
}

impl Tunnels {
    /// The tunnels of a network, if it is an overlay.
    pub fn of(site: &Site, overlay: NetworkId) -> Option<Self> {
        match site.networks[overlay.index()].kind {
            NetworkKind::Overlay { underlay, port } => Some(Self { overlay, underlay, port }),
            _ => None,
        }
    }

    /// The nodes that hand the overlay's port on to a machine, and have an address that the world knows.
    pub fn entrances<'a>(&self, site: &'a Site, host: HostId) -> impl Iterator<Item = &'a Node> + use<'a> {
        let port = self.port;
        let hands_on = move |node: &&Node| {
            node.forwards.iter().any(|forward| {
                forward.to == host
                    && forward.ports.transport == Transport::Udp
                    && (forward.ports.first..=forward.ports.last).contains(&port)
            })
        };
        site.nodes.iter().filter(|node| node.uplink.is_some()).filter(hands_on)
    }

    /// The addresses by which members elsewhere find a machine: those of the nodes that hand the port on to it, and its
    /// own public ones, on the underlay too. A private one means nothing out there.
    pub fn public(&self, site: &Site, id: HostId) -> Vec<IpAddr> {
        let nodes = self.entrances(site, id).filter_map(|node| node.uplink.as_ref());
        let nodes = nodes.map(|uplink| uplink.public.unwrap_or(uplink.address).value);
        let host = &site.hosts[id.index()];
        let own = host.interfaces.iter().filter(|interface| !site.networks[interface.network.index()].is_overlay());
        let elsewhere = || site.hosts.iter().any(|it| self.is_elsewhere(it));
        // One of the underlay is of use to members elsewhere alone, and opens the port to the world.
        let inside = |interface: &Interface, address: IpAddr| {
            let stated = interface.public.is_some_and(|stated| stated.value == address);
            interface.network == self.underlay && !stated
        };
        let own = own.flat_map(|interface| known_outside(interface).map(move |address| (interface, address)));
        let own = own.filter(|(interface, address)| !inside(interface, *address) || elsewhere());
        let own = own.map(|(_, address)| address);
        let mut found = Vec::new();
        for address in nodes.chain(own) {
            if !found.contains(&address) {
                found.push(address);
            }
        }
        found
    }

    /// Whether a machine is a member, and not on the underlay.
    fn is_elsewhere(&self, host: &Host) -> bool {
        host.status.is_there() && host.is_on(self.overlay) && !host.is_on(self.underlay)
    }

    /// Where `host` finds `other` without asking: on the underlay if both are on one segment of it; else on another segment that both
    /// are on, from a bridge of the site at each address that it has, and by those that the world knows; where there is
    /// none, at whatever address it has.
    pub fn places(&self, site: &Site, segments: &Segments, host: &Host, id: HostId) -> Vec<IpAddr> {
        let other = &site.hosts[id.index()];
        let there = other.interface_on(self.underlay);
        if let (Some(here), Some(there)) = (host.interface_on(self.underlay), there)
            && segments.meet(self.underlay, host, other)
        {
            let families = here.families();
            let met = there.addresses().map(|address| address.value);
            return met.filter(|address| families.contains(Family::of(*address))).collect();
        }
        let outside = || other.interfaces.iter().filter(|it| !site.networks[it.network.index()].is_overlay());
        let all = |interface: &Interface| interface.addresses().map(|address| address.value).collect::<Vec<_>>();
        let shared = outside()
            .filter(|interface| host.is_on(interface.network) && segments.meet(interface.network, host, other));
        let mut places: Vec<IpAddr> = shared.flat_map(all).collect();
        // From a bridge of the site, its node leads to the site's other networks.
        if there.is_none() && host.interfaces.iter().any(|it| site.networks[it.network.index()].is_bridge()) {
            places.extend(outside().flat_map(all));
        }
        places.extend(self.public(site, id));
        if places.is_empty() && there.is_none() {
            places.extend(outside().flat_map(all));
        }
        let mut seen = Vec::new();
        places.retain(|address| {
            let new = !seen.contains(address);
            seen.push(*address);
            new
        });
        places
    }
}
