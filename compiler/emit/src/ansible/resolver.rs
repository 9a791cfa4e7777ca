//! Who answers the site's names, and who asks whom: what the role `resolver` reads.
//!
//! A resolver whose service has a role of the site's own is deployed by that one; machines are sent to it all the same. The
//! resolvers themselves go on asking those of the uplink.

use std::net::IpAddr;

use arvc_reach::policy::{Peer, Policy};
use arvc_site::model::{Family, Host, HostId, Interface, NetworkId, Service, Site, Status};
use arvc_site::names;

use crate::dns;
use crate::yaml::{Entry, Yaml, entry};

/// The port that every resolver answers on, and every program asks.
const PORT: u16 = 53;

/// The resolvers of a site that has some.
pub struct Resolvers<'s> {
    site: &'s Site,
    /// With the service that makes them one, and where they listen.
    list: Vec<(HostId, &'s Service, Vec<&'s Interface>)>,
}

impl<'s> Resolvers<'s> {
    /// Those that are there; none if the emitted roles have nothing to do for anybody.
    pub fn of(site: &'s Site) -> Option<Self> {
        let present = |(id, _): &(HostId, &Service)| site.hosts[id.index()].status == Status::Present;
        let list = dns::resolving(site).into_iter().filter(present).map(|(id, service)| {
            let places = dns::places(site, &site.hosts[id.index()], service);
            (id, service, places)
        });
        let list: Vec<_> = list.collect();
        (!list.is_empty()).then_some(Self { site, list })
    }

    /// Whether the emitted role makes a resolver of it.
    pub fn serves(&self, id: HostId) -> bool {
        let own = |service: &Service| service.role.is_none();
        self.site.hosts[id.index()].is_configured()
            && self.list.iter().any(|(host, service, _)| *host == id && own(service))
    }

    /// Those that a machine asks: over an overlay where both are on one, and only where its policy lets it.
    pub fn asked_by(&self, id: HostId, host: &Host, policy: &Policy) -> Vec<IpAddr> {
        if !host.is_configured() || self.list.iter().any(|(other, ..)| *other == id) {
            return Vec::new();
        }
        let one = |(id, _, places): &(HostId, &Service, Vec<&Interface>)| {
            let other = &self.site.hosts[id.index()];
            let mut places: Vec<&&Interface> = places.iter().collect();
            places.sort_by_key(|place| !self.site.networks[place.network.index()].is_overlay());
            places.into_iter().find_map(|place| {
                let families = host.interface_on(place.network)?.families();
                let open = lets_out(policy, place.network, *id, other);
                let mut addresses = place.addresses().map(|address| address.value);
                addresses.find(|address| open && families.contains(Family::of(*address)))
            })
        };
        self.list.iter().filter_map(one).collect()
    }

    /// What the role reads of every machine.
    pub fn shared(&self) -> Vec<Entry> {
        let probe = self.list.first().map(|(id, ..)| names::host_name(self.site, &self.site.hosts[id.index()]));
        vec![
            entry("resolver_probe", Yaml::str(probe.unwrap_or_default())),
            entry("resolver_zones", Yaml::strs(dns::zones(self.site))),
        ]
    }

    /// What it reads of one.
    pub fn own(&self, id: HostId, host: &Host, policy: &Policy) -> Vec<Entry> {
        let mut entries = Vec::new();
        if let Some((_, _, places)) = self.list.iter().find(|(other, ..)| *other == id && self.serves(id)) {
            let addresses = places.iter().flat_map(|place| place.addresses());
            entries.push(entry("resolver_listens", Yaml::strs(addresses.map(|address| address.value.to_string()))));
        }
        let servers = self.asked_by(id, host, policy);
        if !servers.is_empty() {
            entries.push(entry("resolver_servers", Yaml::strs(servers.iter().map(ToString::to_string))));
        }
        entries
    }
}

/// Whether a machine may ask another one on a network.
fn lets_out(policy: &Policy, network: NetworkId, id: HostId, other: &Host) -> bool {
    let names = |peer: &Peer| match peer {
        Peer::Any => true,
        Peer::Host(host) => *host == id,
        Peer::Group(group) => other.groups.contains(group),
        Peer::AllOf(groups) => groups.iter().all(|group| other.groups.contains(group)),
        Peer::Network(named) => other.is_on(*named),
        Peer::Prefix(prefix) => {
            other.interface_on(network).is_some_and(|it| it.addresses().any(|address| prefix.contains(&address.value)))
        }
        Peer::Node(_) | Peer::Operators | Peer::Internet => false,
    };
    let asks = |ports: &[(u16, u16)]| ports.iter().any(|(first, last)| (*first..=*last).contains(&PORT));
    policy.outbound.iter().any(|rule| rule.network == network && names(&rule.peer) && asks(&rule.ports.udp))
}
