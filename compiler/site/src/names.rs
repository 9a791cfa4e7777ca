//! What the names of the site's domains lead to, in each of two views: the one of the site's own resolvers, and the
//! world's.
//!
//! A machine's name leads to its addresses on the overlay, or on its first network if it is on none: what is named is what
//! services listen on. A cluster's name leads to all of its members, since any of them may be the active one. An alias is a
//! CNAME where DNS allows one and a resolver follows it (RFC 1034, 3.6.2): inside one zone, to one name, and not at the
//! domain itself; elsewhere it has the addresses.

use std::net::IpAddr;

use arvc_lang::data::Transport;
use arvc_syntax::source::Span;

use crate::model::{
    Alias, AliasOf, Answer, EndpointId, Host, HostId, Interface, Network, NetworkId, NodeId, PortTerm, Route,
    ServiceName, Site, View, Vip, ZoneRecord,
};
use crate::spelling::dns;

/// What says that a name answers something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A record of the author.
    Record(u32),
    /// An alias.
    Alias(u32),
    /// A route.
    Route(u32),
    /// A name by which clients look for a service.
    Service(u32),
}

/// An answer beside those of the machines' own names.
#[derive(Clone, Debug)]
pub struct Said {
    /// What says it.
    pub source: Source,
    /// The domain that the name is in.
    pub domain: String,
    /// The whole name, without a final dot.
    pub owner: String,
    /// What is answered.
    pub answer: Answer,
    /// How many seconds it may be kept.
    pub ttl: Option<u32>,
    /// Who is answered; `None` is everybody.
    pub view: Option<View>,
    /// Where the name is written.
    pub name: Span,
    /// Where the answer is.
    pub span: Span,
}

impl Said {
    /// Whether it is part of a view.
    pub fn is_in(&self, view: View) -> bool {
        self.view.is_none_or(|only| only == view)
    }
}

/// The site's domain and the further ones, each once, the site's own first.
pub fn domains(site: &Site) -> Vec<&str> {
    let further = site.names.domains.iter().map(|domain| domain.named.name.as_str());
    [site.domain.as_str()].into_iter().chain(further.filter(|name| *name != site.domain)).collect()
}

/// The name servers that the world asks for a domain; none if it has no public view.
pub fn servers<'s>(site: &'s Site, domain: &str) -> &'s [crate::model::Spanned<String>] {
    let found = site.names.domains.binary_search_by(|known| known.named.name.as_str().cmp(domain));
    found.map_or(&[], |at| &site.names.domains[at].servers)
}

/// The domain of the site that a name lies in: the longest one that it ends in.
pub fn zone_of<'s>(site: &'s Site, name: &str) -> Option<&'s str> {
    let mut rest = name;
    loop {
        if rest == site.domain {
            return Some(&site.domain);
        }
        if let Ok(at) = site.names.domains.binary_search_by(|known| known.named.name.as_str().cmp(rest)) {
            return Some(&site.names.domains[at].named.name);
        }
        rest = rest.split_once('.')?.1;
    }
}

/// The whole name of a target: one label is a name of this domain.
pub(crate) fn target(name: &str, domain: &str) -> String {
    match name.strip_suffix('.') {
        Some(whole) => whole.to_owned(),
        None if name.contains('.') => name.to_owned(),
        None => format!("{name}.{domain}"),
    }
}

/// A machine's own name.
pub fn host_name(site: &Site, host: &Host) -> String {
    dns::whole(&host.named.name, &site.domain)
}

/// The name of an address that several machines have by turns.
pub fn vip_name(site: &Site, vip: &Vip) -> String {
    dns::whole(&vip.named.name, &site.domain)
}

/// The addresses that a machine's name leads to, with the network that they are on.
pub fn addresses<'s>(site: &'s Site, host: &'s Host) -> Vec<(IpAddr, &'s Network)> {
    let interfaces = host.interfaces.iter().map(|interface| (interface, &site.networks[interface.network.index()]));
    let best = interfaces
        .min_by_key(|(interface, network)| (!network.is_overlay(), interface.address.is_none(), !network.joined));
    let all =
        best.into_iter().flat_map(|(interface, network)| interface.addresses().map(move |it| (it.value, network)));
    all.collect()
}

/// The addresses that a Proxmox host's name leads to: its first one, and those beside it on the same network, if one of the
/// site's has it.
pub fn node_addresses(site: &Site, id: NodeId) -> Vec<(IpAddr, Option<&Network>)> {
    let node = &site.nodes[id.index()];
    let here = |network: &&Network| network.is_bridge() && network.is_at(id) && network.contains(node.address.value);
    match site.networks.iter().find(here) {
        None => vec![(node.address.value, None)],
        Some(network) => {
            let beside = node.addresses().filter(|address| network.contains(address.value));
            beside.map(|address| (address.value, Some(network))).collect()
        }
    }
}

/// The addresses by which the world reaches an endpoint: those of nodes that hand its ports on, and those by which it reaches
/// the machines themselves. An address that they have by turns stands for their own on that network: it leads to whoever
/// is there.
pub fn public_addresses(site: &Site, endpoint: EndpointId) -> Vec<IpAddr> {
    let endpoint = &site.endpoints[endpoint.index()];
    let serves = |forward: &crate::model::Forward| {
        endpoint.hosts.contains(&forward.to)
            && tcp_ports(&endpoint.ports).any(|(first, last)| {
                forward.ports.transport == Transport::Tcp && forward.ports.first <= first && last <= forward.ports.last
            })
    };
    let mut found = Vec::new();
    for node in &site.nodes {
        let Some(uplink) = &node.uplink else { continue };
        if node.forwards.iter().any(serves) {
            found.push(uplink.public.unwrap_or(uplink.address).value);
        }
    }
    // A service that names no network may listen on any below the overlay.
    let listens = |network: NetworkId| {
        !site.networks[network.index()].is_overlay()
            && (endpoint.listen.is_empty() || endpoint.listen.contains(&network))
    };
    // One that a machine may have which does not serve the endpoint leads to it by chance.
    let shared = site.vips.iter().filter(|vip| {
        !vip.owners.is_empty() && vip.owners.iter().all(|owner| endpoint.hosts.contains(owner)) && listens(vip.network)
    });
    let public =
        |vip| Vip::addresses(vip).map(|it| it.value).filter(|address| !is_private(*address)).map(move |it| (vip, it));
    let shared: Vec<(&Vip, IpAddr)> = shared.flat_map(public).collect();
    found.extend(shared.iter().map(|(_, address)| *address));
    for id in endpoint.hosts.iter().filter(|id| site.hosts[id.index()].status.is_there()) {
        for interface in &site.hosts[id.index()].interfaces {
            let stands_for = |address: &IpAddr| {
                shared.iter().any(|(vip, shared)| {
                    vip.network == interface.network && vip.owners.contains(id) && shared.is_ipv4() == address.is_ipv4()
                })
            };
            if listens(interface.network) {
                found.extend(known_outside(interface).filter(|address| !stands_for(address)));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The addresses of a machine's own by which the world reaches it.
pub fn outside(site: &Site, host: HostId) -> impl Iterator<Item = IpAddr> + '_ {
    let interfaces = site.hosts[host.index()].interfaces.iter();
    let below = interfaces.filter(|interface| !site.networks[interface.network.index()].is_overlay());
    below.flat_map(known_outside)
}

/// The addresses of an interface that mean something to the world. What is stated stands for those of its family.
pub(crate) fn known_outside(interface: &Interface) -> impl Iterator<Item = IpAddr> + '_ {
    let stated = interface.public.map(|public| public.value);
    let others = interface.addresses().map(|address| address.value).filter(move |address| {
        !is_private(*address) && stated.is_none_or(|stated| stated.is_ipv4() != address.is_ipv4())
    });
    stated.into_iter().chain(others)
}

/// Private by its registry: RFC 1918, RFC 6598 (a provider's own translation), RFC 4193; or of the link alone.
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [a, b, ..] = address.octets();
            address.is_private() || address.is_link_local() || address.is_loopback() || (a == 100 && b & 0xc0 == 64)
        }
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local() || address.is_loopback(),
    }
}

/// The spans of TCP ports among what a flow can name.
pub(crate) fn tcp_ports(terms: &[PortTerm]) -> impl Iterator<Item = (u16, u16)> {
    terms.iter().filter_map(|term| match term {
        PortTerm::Ports(ports) if ports.transport == Transport::Tcp => Some((ports.first, ports.last)),
        _ => None,
    })
}

/// Machines that are not merely planned.
fn there<'s>(site: &'s Site, hosts: &'s [HostId]) -> impl Iterator<Item = &'s Host> {
    hosts.iter().map(|id| &site.hosts[id.index()]).filter(|host| host.status.is_there())
}

/// Everything that names of the site's domains answer beside the machines' own names: records, aliases, routes, and where
/// services are.
pub fn said(site: &Site) -> Vec<Said> {
    let mut all: Vec<Said> = (0..).zip(&site.records).map(|(at, record)| of_record(at, record)).collect();
    for (at, alias) in (0..).zip(&site.names.aliases) {
        of_alias(site, at, alias, &mut all);
    }
    for (at, route) in (0..).zip(&site.names.routes) {
        of_route(site, at, route, &mut all);
    }
    for (at, named) in (0..).zip(&site.names.services) {
        of_service(site, at, named, &mut all);
    }
    all
}

fn of_record(at: u32, record: &ZoneRecord) -> Said {
    Said {
        source: Source::Record(at),
        domain: record.domain.clone(),
        owner: record.owner.clone(),
        answer: record.answer.clone(),
        ttl: record.ttl,
        view: record.view,
        name: record.name,
        span: record.span,
    }
}

fn of_alias(site: &Site, at: u32, alias: &Alias, all: &mut Vec<Said>) {
    let Some(domain) = zone_of(site, &alias.name) else { return };
    let hosts = machines(site, alias.of);
    let mut known = there(site, &hosts);
    let only = match (alias.of, known.next(), known.next()) {
        (_, None, _) => return,
        (AliasOf::Cluster(id), ..) => Some(dns::whole(&site.clusters[id.index()].named.name, &site.domain)),
        (_, Some(one), None) => Some(host_name(site, one)),
        _ => None,
    };
    let mut add = |answer| {
        all.push(Said {
            source: Source::Alias(at),
            domain: domain.to_owned(),
            owner: alias.name.clone(),
            answer,
            ttl: None,
            view: Some(View::Internal),
            name: alias.span,
            span: alias.span,
        });
    };
    match only {
        Some(name) if domain == site.domain && alias.name != domain => add(Answer::Cname(name)),
        _ => internal(site, &hosts).into_iter().for_each(|address| add(Answer::Address(address))),
    }
}

fn of_route(site: &Site, at: u32, route: &Route, all: &mut Vec<Said>) {
    let Some(domain) = zone_of(site, &route.named.name) else { return };
    let hosts = &site.endpoints[route.frontend.value.index()].hosts;
    let views = [(View::Internal, internal(site, hosts)), (View::Public, public(site, route))];
    for (view, addresses) in views {
        all.extend(addresses.into_iter().map(|address| Said {
            source: Source::Route(at),
            domain: domain.to_owned(),
            owner: route.named.name.clone(),
            answer: Answer::Address(address),
            ttl: None,
            view: Some(view),
            name: route.named.key,
            span: route.named.key,
        }));
    }
}

/// One record a machine, all alike: which of them comes first is the client's choice. A machine without an address has none.
fn of_service(site: &Site, at: u32, named: &ServiceName, all: &mut Vec<Said>) {
    let Some(domain) = zone_of(site, &named.name) else { return };
    let hosts = there(site, &site.endpoints[named.endpoint.index()].hosts);
    all.extend(hosts.filter(|host| !host.interfaces.is_empty()).map(|host| Said {
        source: Source::Service(at),
        domain: domain.to_owned(),
        owner: named.name.clone(),
        answer: Answer::Srv { priority: 0, weight: 0, ports: named.ports, target: host_name(site, host) },
        ttl: None,
        view: Some(View::Internal),
        name: named.span,
        span: named.span,
    }));
}

fn public(site: &Site, route: &Route) -> Vec<IpAddr> {
    match route.exposure {
        View::Public => public_addresses(site, route.frontend.value),
        View::Internal => Vec::new(),
    }
}

/// The addresses of machines' names, each once.
fn internal(site: &Site, hosts: &[HostId]) -> Vec<IpAddr> {
    let mut found: Vec<_> =
        there(site, hosts).flat_map(|host| addresses(site, host)).map(|(address, _)| address).collect();
    found.sort();
    found.dedup();
    found
}

/// The machines that an alias leads to.
pub(crate) fn machines(site: &Site, of: AliasOf) -> Vec<HostId> {
    match of {
        AliasOf::Host(id) => vec![id],
        AliasOf::Service(id) => site.services[id.index()].hosts.clone(),
        AliasOf::Cluster(id) => site.clusters[id.index()].members.clone(),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_target_of_one_label_is_of_the_domain() {
        assert_eq!(target("mail", "example.org"), "mail.example.org");
        assert_eq!(target("mx.example.com", "example.org"), "mx.example.com");
        assert_eq!(target("mx.", "example.org"), "mx");
    }
}
