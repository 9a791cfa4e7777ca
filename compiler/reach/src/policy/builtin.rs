//! Rules that nobody writes and no site works without: the way in for nodes and operators, the packets that carry an
//! overlay, name resolution before the overlay is there.
//!
//! Replies need no rule, since every layer tracks connections. Neither does who asks for its address: a client is heard by raw
//! sockets, and what it needs besides is the head of its filter and an option of Proxmox, by the ports of both ends. What an overlay's packets carry is no concern of these
//! rules: the underlay is open for them, and the overlay's own rules decide.

use std::collections::BTreeSet;
use std::net::IpAddr;

use arvc_site::endpoints::Tunnels;
use arvc_site::model::{DatacenterId, Families, Family, Host, HostId, Kind, NetworkId, NodeId, Transport};
use ipnet::IpNet;

use super::Peer;
use super::table::{Direction, Opening, Table};
use crate::address::node_on;
use crate::members::Members;
use crate::ports::PortSet;

/// Opens what is built in, for all machines.
pub(super) fn open(members: &Members, table: &mut Table) {
    way_in(members, table);
    underlay(members, table);
    resolvers(members, table);
}

/// SSH from the nodes of a guest's datacenter, and from the operators. A machine that is not created belongs to no
/// datacenter: if Ansible configures it, any node may be the one that it is configured through.
///
/// Some answer elsewhere than at port 22, or by another protocol.
fn way_in(members: &Members, table: &mut Table) {
    let mut ways: BTreeSet<(bool, u16)> = BTreeSet::from([(false, 22)]);
    ways.extend(members.site.hosts.iter().map(|host| (host.connection.winrm, host.connection.port())));
    for way in ways {
        way_in_by(members, table, way);
    }
}

fn way_in_by(members: &Members, table: &mut Table, way: (bool, u16)) {
    let site = members.site;
    let ssh = PortSet::ports(Transport::Tcp, way.1, way.1);
    let what = if way.0 { "WinRM" } else { "SSH" };
    let goes = |host: &Host| (host.connection.winrm, host.connection.port()) == way;
    let operators = table.reason(format!("operators: {what}"));
    for (index, node) in site.nodes.iter().enumerate() {
        let id = NodeId(index as u32);
        let reason = table.reason(format!("{}: {what}", node.named.path));
        for (network, hosts) in segments(members, |host| goes(host) && administers(members, node.datacenter, host)) {
            let (on, routed): (Vec<HostId>, Vec<HostId>) = hosts.into_iter().partition(|host| {
                let profile = members.profile_of[host.index()];
                members.networks(profile).iter().any(|network| !node_on(site, *network, id).is_empty())
            });
            // A node is met on the segments that it has an address on, and through the router by all others.
            let here = !node_on(site, network, id).is_empty();
            let families = node.addresses().map(|address| Family::of(address.value)).collect();
            let reached = if here { on } else { leading_out(members, network, families, routed) };
            let opening = Opening::here(network, Peer::Node(id), ssh.clone(), reason);
            table.open(Direction::In, opening, reached.into_iter());
        }
    }
    if site.operators.addresses.is_empty() {
        return;
    }
    for (network, hosts) in segments(members, goes) {
        let own = &site.networks[network.index()];
        let near = site.operators.addresses.iter().any(|address| crate::members::meets(&address.value, own));
        let families = site.operators.addresses.iter().map(|address| Family::of_prefix(&address.value)).collect();
        let reached = if near { hosts } else { leading_out(members, network, families, hosts) };
        let opening = Opening::here(network, Peer::Operators, ssh.clone(), operators);
        table.open(Direction::In, opening, reached.into_iter());
    }
}

fn administers(members: &Members, datacenter: DatacenterId, host: &Host) -> bool {
    match (host.kind, host.node) {
        (Kind::Machine, _) | (_, None) => host.managed,
        (_, Some(node)) => members.site.nodes[node.index()].datacenter == datacenter,
    }
}

fn leading_out(members: &Members, network: NetworkId, families: Families, hosts: Vec<HostId>) -> Vec<HostId> {
    let leads = |host: &HostId| {
        let profile = members.profile_of[host.index()];
        families.iter().any(|family| members.way_out(profile, family).contains(&network))
    };
    hosts.into_iter().filter(leads).collect()
}

/// Every network that is no overlay, with the wanted machines on it.
fn segments(members: &Members, wanted: impl Fn(&Host) -> bool) -> Vec<(NetworkId, Vec<HostId>)> {
    let networks = members.site.network_ids();
    let segments = networks.filter(|network| !members.is_overlay(*network));
    segments.map(|network| (network, on(members, network, &wanted))).collect()
}

fn on(members: &Members, network: NetworkId, wanted: impl Fn(&Host) -> bool) -> Vec<HostId> {
    let there = |host: &&HostId| {
        let profile = members.profile_of[host.index()];
        members.networks(profile).contains(&network) && wanted(&members.site.hosts[host.index()])
    };
    members.all.iter().filter(there).copied().collect()
}

/// The packets of each overlay on its underlay. Both directions at both ends: a tunnel is started by either side, and
/// no tunnel may rest on what a node's connection tracking happens to remember.
///
/// The whole network and not its members: the tunnel itself asks for a certificate, and a list would change every
/// machine's filter whenever a machine is added.
fn underlay(members: &Members, table: &mut Table) {
    let site = members.site;
    for (index, overlay) in site.networks.iter().enumerate() {
        let id = NetworkId(index as u32);
        let Some(tunnels) = Tunnels::of(site, id) else { continue };
        let (underlay, port) = (tunnels.underlay, tunnels.port);
        let ports = PortSet::ports(Transport::Udp, port, port);
        let inner = on(members, underlay, |host| host.is_on(id));
        let reason = table.reason(format!("{}: tunnels", overlay.named.path));
        for direction in [Direction::In, Direction::Out] {
            let opening = Opening::here(underlay, Peer::Network(underlay), ports.clone(), reason);
            table.open(direction, opening, inner.iter().copied());
        }

        // Members that are elsewhere come from any address: to the machines inside that the port is handed on to, by a node
        // or by a router in front, and to one another, wherever the lighthouse has found them.
        let entered = |host: &HostId| {
            let machine = &site.hosts[host.index()];
            (machine.lighthouse || machine.relay) && !tunnels.public(site, *host).is_empty()
        };
        let reason = table.reason(format!("{}: members elsewhere", overlay.named.path));
        let opening = Opening::here(underlay, Peer::Any, ports.clone(), reason);
        table.open(Direction::In, opening, inner.iter().copied().filter(entered));
        let segments = || site.network_ids().filter(|network| !members.is_overlay(*network));
        let homes: Vec<NetworkId> =
            segments().filter(|network| !on(members, *network, |host| host.is_on(id)).is_empty()).collect();
        for network in segments() {
            let outer = on(members, network, |host| host.is_on(id) && !host.is_on(underlay));
            // Two of them on one segment need nobody between them.
            let beside = Opening::here(network, Peer::Network(network), ports.clone(), reason);
            table.open(Direction::Out, beside, outer.iter().copied());
            // From anywhere only where the world finds it. Behind a router that translates, what nobody asked for comes from the
            // networks of other members; and to an address that is handed out from its own segment alone.
            let (known, hidden): (Vec<HostId>, Vec<HostId>) =
                outer.into_iter().partition(|host| !tunnels.public(site, *host).is_empty());
            let opening = Opening::here(network, Peer::Any, ports.clone(), reason);
            table.open(Direction::In, opening, known.into_iter());
            let (leased, stated): (Vec<HostId>, Vec<HostId>) =
                hidden.into_iter().partition(|host| members.is_leased(*host, network));
            let beside = Opening::here(network, Peer::Network(network), ports.clone(), reason);
            table.open(Direction::In, beside, leased.into_iter());
            for other in &homes {
                let opening = Opening::here(network, Peer::Network(*other), ports.clone(), reason);
                table.open(Direction::In, opening, stated.iter().copied());
            }
        }

        // A lighthouse or relay must be reached first: from elsewhere by the addresses that the world knows it by; and one that
        // is elsewhere itself from everywhere.
        let outer = on(members, id, |host| !host.is_on(underlay));
        for host in on(members, id, |host| host.lighthouse || host.relay) {
            let machine = &site.hosts[host.index()];
            let reason = table.reason(format!("{}: tunnel to {}", overlay.named.path, machine.named.path));
            let mut addresses = tunnels.public(site, host);
            let mut asking: Vec<HostId> = outer.iter().copied().filter(|other| *other != host).collect();
            if !machine.is_on(underlay) {
                let own = machine.interfaces.iter().filter(|interface| !members.is_overlay(interface.network));
                addresses.extend(own.flat_map(|interface| interface.addresses()).map(|address| address.value));
                asking.extend(&inner);
            }
            addresses.sort_unstable();
            addresses.dedup();
            for address in addresses {
                ask(members, table, address, &asking, &ports, reason);
            }
        }
    }
}

/// Names before the overlay is there, and the upstreams of the site's own resolvers.
fn resolvers(members: &Members, table: &mut Table) {
    let site = members.site;
    let dns = PortSet::ports(Transport::Tcp, 53, 53).union(&PortSet::ports(Transport::Udp, 53, 53));
    let reason = table.reason("uplink resolvers".to_owned());
    for address in &site.uplink_resolvers {
        ask(members, table, *address, &members.all, &dns, reason);
    }
    for service in &site.services {
        let reason = table.reason(format!("upstream of {}", service.named.name));
        for address in service.resolver.iter().flatten() {
            ask(members, table, *address, &service.hosts, &dns, reason);
        }
    }
}

/// Opens an address that lies beyond, on the networks that each machine reaches it by.
fn ask(members: &Members, table: &mut Table, address: IpAddr, hosts: &[HostId], ports: &PortSet, reason: u32) {
    let inside = |network: &NetworkId| members.site.networks[network.index()].contains(address);
    let networks: Vec<NetworkId> = members.site.network_ids().collect();
    let inside: Vec<NetworkId> = networks.iter().copied().filter(inside).collect();
    for network in networks {
        let asks = |host: &HostId| {
            let profile = members.profile_of[host.index()];
            members.outward(profile, Family::of(address), &inside, &[], None).contains(&network)
        };
        let opening = Opening::here(network, Peer::Prefix(IpNet::from(address)), ports.clone(), reason);
        table.open(Direction::Out, opening, hosts.iter().copied().filter(asks));
    }
}
