//! Who is asked about: a machine, a node, an address, the world.

use std::collections::BTreeSet;
use std::net::IpAddr;

use arvc_verdict::Path;
use ipnet::IpNet;

use super::Way;
use crate::bounds::Outcome;
use crate::nebula::Member;
use crate::packet::{Addr, is_public};
use crate::proxmox::Nic;
use crate::tree::{Host, Tree};

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End<'t> {
    Host(&'t Host),
    Node(&'t str),
    Address(IpAddr),
    Internet,
}

impl End<'_> {
    /// Whether it is this machine.
    pub fn is(&self, host: &Host) -> bool {
        matches!(self, Self::Host(own) if std::ptr::eq(*own, host))
    }
}

impl Tree {
    /// The end of a name. An address of a machine is that machine.
    pub(crate) fn end(&self, name: &str) -> Option<End<'_>> {
        if let Some(host) = self.hosts.get(name) {
            return Some(End::Host(host));
        }
        if let Some(node) = self.node(name) {
            return Some(End::Node(node));
        }
        if name == "internet" {
            return Some(End::Internet);
        }
        let address = match self.only_wired(name) {
            [only] => *only,
            _ => name.parse().ok()?,
        };
        Some(match self.owners.get(&address) {
            Some((owner, _)) => End::Host(&self.hosts[owner]),
            None => End::Address(address),
        })
    }

    /// The addresses of a machine that has no file: the wiring alone says where it is, and nobody filters it there.
    pub fn only_wired(&self, name: &str) -> &[IpAddr] {
        match self.hosts.contains_key(name) || self.nodes.contains(name) {
            true => &[],
            false => self.wiring.machines.get(name).map(Vec::as_slice).unwrap_or_default(),
        }
    }

    /// A node by name: one that has rules, guests, or an address.
    pub(crate) fn node(&self, name: &str) -> Option<&str> {
        self.nodes.get(name).map(String::as_str)
    }

    /// All nodes, sorted.
    pub(crate) fn nodes(&self) -> BTreeSet<&str> {
        self.nodes.iter().map(String::as_str).collect()
    }

    pub(crate) fn node_names(&self) -> impl Iterator<Item = &str> {
        let own = self.proxmox.nodes.keys().map(String::as_str);
        let of_guests = self.proxmox.guests.values().filter_map(|guest| guest.node.as_deref());
        own.chain(self.wiring.nodes.keys().map(String::as_str)).chain(of_guests)
    }

    /// The device of a host on a segment: the one that has this address if one does.
    pub(crate) fn nic<'t>(
        &'t self,
        host: &'t Host,
        bridge: &str,
        vlan: Option<u16>,
        address: Option<IpAddr>,
    ) -> Option<&'t Nic> {
        let guest = self.guest(host)?;
        let mut there = guest.nics.iter().filter(|nic| nic.bridge.value.as_deref() == Ok(bridge) && nic.vlan == vlan);
        let has = |nic: &&Nic| address.is_none_or(|address| nic.addresses.iter().any(|net| net.addr() == address));
        there.clone().find(has).or_else(|| there.next())
    }

    /// The member that a host is in the overlay of a device.
    pub(crate) fn member<'t>(&'t self, host: &Host, device: Option<&str>) -> Option<&'t Member> {
        let mut members = host.members.iter().map(|index| &self.members[*index]);
        members.find(|member| device.is_none() || member.device.as_deref() == device)
    }

    /// The addresses that a packet may come from.
    pub(crate) fn sources(&self, way: &Way<'_, '_>) -> Vec<Addr> {
        if let Some(source) = way.manner.source {
            return vec![Addr::At(source)];
        }
        let v6 = way.address.is_ipv6();
        let fits = |address: &IpAddr| address.is_ipv6() == v6;
        let at = |addresses: Vec<IpAddr>| -> Vec<Addr> { addresses.into_iter().filter(fits).map(Addr::At).collect() };
        match way.from {
            End::Address(address) => at(vec![address]),
            End::Internet => at(self.internet().to_vec()),
            End::Node(node) => match self.wiring.nodes.get(node) {
                Some(addresses) => {
                    // The system takes the one whose network the destination is in.
                    let near = self.near_by(way, addresses);
                    let mut own = if near.is_empty() { at(self.leading(way, addresses)) } else { at(near) };
                    // Behind a router that filters nothing it leaves by the network that this is the router of.
                    let passed = |own: &Addr| matches!(own, Addr::At(own) if self.is_routed(*own, way.address, false));
                    if *way.path == Path::Routed && own.iter().any(passed) {
                        own.retain(passed);
                        return own;
                    }
                    // Out into the world by a way that no file describes, it may have one there that no file names.
                    let outward = *way.path == Path::Routed && is_public(way.address);
                    let known = addresses.iter().any(|own| fits(own) && is_public(*own));
                    if outward && known && matches!(way.to, End::Node(_)) {
                        own.retain(|own| matches!(own, Addr::At(own) if is_public(*own)));
                    }
                    if outward && !known {
                        own.extend(at(self.internet().to_vec()));
                    }
                    own
                }
                None => at(self.gateways(way)),
            },
            End::Host(host) => match way.path {
                Path::Overlay(device) => match self.member(host, device.as_deref()) {
                    Some(member) => at(member.addresses()),
                    None => at(self.vouched_for(host)),
                },
                Path::Bridge(bridge, vlan) => match self.nic(host, bridge, *vlan, None) {
                    Some(_) => {
                        let guest = self.guest(host).into_iter().flat_map(|guest| &guest.nics);
                        let there = guest.filter(|nic| nic.bridge.value.as_ref() == Ok(bridge) && nic.vlan == *vlan);
                        let nets: Vec<_> = there.flat_map(|nic| &nic.addresses).collect();
                        // The system takes the one whose network the destination is in.
                        let near = nets.iter().filter(|net| net.contains(&way.address)).map(|net| net.addr());
                        let near = at(near.collect());
                        if near.is_empty() { at(nets.iter().map(|net| net.addr()).collect()) } else { near }
                    }
                    None if host.guest.is_none() => at(host.addresses.clone()),
                    None => Vec::new(),
                },
                Path::Routed => {
                    let nics = self.guest(host).into_iter().flat_map(|guest| &guest.nics);
                    // What hands an address out tells the router with it.
                    let routed = nics.filter(|nic| nic.dhcp || nic.gateways.iter().any(fits));
                    let own = at(routed.flat_map(|nic| &nic.addresses).map(|net| net.addr()).collect());
                    match own.is_empty() {
                        true if host.guest.is_none() => match host.addresses.as_slice() {
                            [] => at(self.internet().to_vec()),
                            addresses => at(self.leading(way, addresses)),
                        },
                        _ => own,
                    }
                }
            },
        }
    }

    /// The addresses of a machine that are on a network behind a member.
    fn vouched_for(&self, host: &Host) -> Vec<IpAddr> {
        let nets: Vec<&IpNet> =
            self.members.iter().flat_map(|member| &member.certificate).flat_map(|own| &own.unsafe_networks).collect();
        let own = self.guest(host).into_iter().flat_map(|guest| &guest.nics).flat_map(|nic| &nic.addresses);
        let own = own.map(|net| net.addr()).chain(host.addresses.iter().copied());
        own.filter(|address| nets.iter().any(|net| net.contains(address))).collect()
    }

    /// What becomes of a packet of one that has no address to send it from: nothing, but for a guest that asks for one, which
    /// has an address that no file says.
    pub(crate) fn without_source(&self, way: &Way<'_, '_>) -> Outcome {
        let words = "it has no address to send from there";
        let End::Host(host) = way.from else { return Outcome::drop(words, None) };
        let mut nics = self.guest(host).into_iter().flat_map(|guest| &guest.nics);
        let asks = nics.any(|nic| match way.path {
            Path::Bridge(bridge, vlan) => nic.dhcp && nic.bridge.value.as_ref() == Ok(bridge) && nic.vlan == *vlan,
            Path::Routed => nic.dhcp,
            Path::Overlay(_) => false,
        });
        match asks {
            true => Outcome::unknown(format!("which address {} is given", host.name).into(), words, Some(host.place)),
            false => Outcome::drop(words, None),
        }
    }

    /// Those of a machine's addresses that it may take for what it sends: into the world that of a network which leads there, if any
    /// of its networks is said to.
    fn leading(&self, way: &Way<'_, '_>, own: &[IpAddr]) -> Vec<IpAddr> {
        let leads = |own: &&IpAddr| is_public(**own) || self.leads_out(Addr::At(**own));
        let leading: Vec<IpAddr> = own.iter().filter(leads).copied().collect();
        match *way.path == Path::Routed && is_public(way.address) && !leading.is_empty() {
            true => leading,
            false => own.to_vec(),
        }
    }

    /// Those of a node's addresses that are on the segment of a machine's address.
    fn near_by(&self, way: &Way<'_, '_>, own: &[IpAddr]) -> Vec<IpAddr> {
        let End::Host(host) = way.to else { return Vec::new() };
        let (address, path) = (way.address, way.path);
        let nics = || self.guest(host).into_iter().flat_map(|guest| &guest.nics);
        let on = |net: &IpNet| own.iter().copied().filter(|own| net.contains(own)).collect();
        let wider = |net: &&IpNet| net.prefix_len() < net.max_prefix_len() && net.contains(&address);
        if let Some(net) = nics().flat_map(|nic| &nic.addresses).find(wider) {
            return on(net);
        }
        // Of an address that something hands out, and of a machine without a device of Proxmox, its neighbours say the network.
        let beside = self.proxmox.guests.values().flat_map(|guest| &guest.nics);
        let mut beside = beside.filter(|nic| match path {
            Path::Bridge(bridge, vlan) => nic.bridge.value.as_ref() == Ok(bridge) && nic.vlan == *vlan,
            _ => false,
        });
        let beside = beside.find_map(|nic| nic.addresses.iter().find(wider));
        // Where it has none, the networks of the site do.
        let stated = || {
            let own = self.wiring.own.iter().filter(|_| matches!(path, Path::Bridge(..)));
            own.filter(wider).max_by_key(|net| net.prefix_len())
        };
        beside.or_else(stated).map(on).unwrap_or_default()
    }

    /// The gateways of a destination's segment: where a node is, if no file says it.
    fn gateways(&self, way: &Way<'_, '_>) -> Vec<IpAddr> {
        let (End::Host(host), Path::Bridge(bridge, vlan)) = (way.to, way.path) else { return Vec::new() };
        self.nic(host, bridge, *vlan, Some(way.address)).map(|nic| nic.gateways.clone()).unwrap_or_default()
    }
}
