//! The paths between two ends that are asked about.

use std::net::IpAddr;

use arvc_verdict::Path;

use crate::decide::End;
use crate::filter::Filter;
use crate::packet::is_public;
use crate::proxmox::Nic;
use crate::tree::{Host, Tree};

impl Tree {
    /// The paths from one end to another, each with an address of the other.
    pub(super) fn ways(&self, from: End<'_>, to: End<'_>) -> Vec<(Path, IpAddr)> {
        let mut ways = Vec::new();
        match (from, to) {
            (End::Host(source), End::Host(target)) => {
                self.inside(source, target, &mut ways);
                self.to_machine(source, target, &mut ways);
                let own = self.guest(target).into_iter().flat_map(|guest| &guest.nics).flat_map(addresses);
                own.chain(self.alone(target).iter().copied())
                    .for_each(|address| self.behind_a_member(source, address, &mut ways));
            }
            (End::Address(address), End::Host(target)) => {
                for (path, nic) in self.segments(target) {
                    let own = addresses(nic).filter(|own| own.is_ipv4() == address.is_ipv4());
                    ways.extend(own.map(|own| (path.clone(), own)));
                }
                ways.extend(self.to_addresses(&[address], self.alone(target), false));
                if is_public(address) {
                    let handed = self.edges.values().flat_map(Filter::translated_addresses);
                    // To a private one the world leads nobody.
                    let led = |to: &IpAddr| is_public(*to) && to.is_ipv4() == address.is_ipv4();
                    let handed = handed.filter(|to| target.guest.is_some() && led(to));
                    ways.extend(handed.map(|to| (Path::Routed, to)));
                }
            }
            (End::Host(source), End::Address(address)) => {
                let there = self.segments(source).filter(|(_, nic)| speaks(nic, address));
                ways.extend(there.map(|(path, _)| (path, address)));
                self.behind_a_member(source, address, &mut ways);
            }
            (End::Host(source), End::Node(node)) => {
                for address in self.wiring.nodes.get(node).into_iter().flatten() {
                    let near =
                        self.segments(source).filter(|(_, nic)| nic.addresses.iter().any(|net| net.contains(address)));
                    let alone = self.alone(source).iter().flat_map(|own| self.segments_of(*own, *address));
                    let beside: Vec<Path> = near.map(|(path, _)| path).chain(alone).collect();
                    ways.extend(beside.iter().map(|path| (path.clone(), *address)));
                    if beside.is_empty() && self.leaves(source, *address) {
                        ways.push((Path::Routed, *address));
                    }
                }
            }
            (End::Node(node), End::Host(target)) => {
                let own = self.wiring.nodes.get(node).map(Vec::as_slice).unwrap_or_default();
                for (path, nic) in self.segments(target) {
                    let met = addresses(nic).filter(|address| {
                        let nets = nic.addresses.iter().filter(|net| net.addr().is_ipv4() == address.is_ipv4());
                        nets.into_iter().any(|net| own.iter().any(|own| net.contains(own)))
                    });
                    ways.extend(met.map(|address| (path.clone(), address)));
                }
                ways.extend(self.to_addresses(own, self.alone(target), true));
            }
            (End::Node(source), End::Node(target)) if source != target => {
                let own = self.wiring.nodes.get(source).map(Vec::as_slice).unwrap_or_default();
                ways.extend(self.to_node(own, target, true));
            }
            // What is a node's is asked about by its name.
            // One that machines have by turns is asked about by their names.
            (End::Address(address), End::Node(node))
                if self.node_at(address).is_none() && !self.wiring.turns.contains_key(&address) =>
            {
                ways.extend(self.to_node(&[address], node, false));
            }
            (End::Internet, End::Node(node)) => ways.extend(self.to_node(self.internet(), node, false)),
            (End::Internet, End::Host(target)) => {
                let handed = self.edges.values().flat_map(Filter::translated_addresses);
                let own = self.guest(target).into_iter().flat_map(|guest| &guest.nics).flat_map(addresses);
                let alone = self.alone(target).iter().copied();
                ways.extend(handed.chain(own).chain(alone).map(|address| (Path::Routed, address)));
            }
            (End::Host(source), End::Internet) => {
                let out = self.internet().iter().filter(|address| self.leaves(source, **address));
                ways.extend(out.map(|address| (Path::Routed, *address)));
            }
            _ => {}
        }
        ways.sort();
        ways.dedup();
        ways
    }

    fn inside(&self, source: &Host, target: &Host, ways: &mut Vec<(Path, IpAddr)>) {
        for index in &target.members {
            let member = &self.members[*index];
            let device = self.several_overlays.then(|| member.device.clone()).flatten();
            if self.member(source, device.as_deref()).is_some() {
                let addresses = member.addresses().into_iter();
                ways.extend(addresses.map(|address| (Path::Overlay(device.clone()), address)));
            }
        }
    }

    /// Over an overlay to a network behind one of its members.
    fn behind_a_member(&self, source: &Host, address: IpAddr, ways: &mut Vec<(Path, IpAddr)>) {
        for member in source.members.iter().map(|index| &self.members[*index]) {
            if member.routes.iter().any(|route| route.net.contains(&address)) {
                let device = self.several_overlays.then(|| member.device.clone()).flatten();
                ways.push((Path::Overlay(device), address));
            }
        }
    }

    /// Below the overlays: on a segment, or by a router where they share none.
    fn to_machine(&self, source: &Host, target: &Host, ways: &mut Vec<(Path, IpAddr)>) {
        let near = |own: &[IpAddr], nic: &Nic| own.iter().any(|own| nic.addresses.iter().any(|net| net.contains(own)));
        for (path, nic) in self.segments(target) {
            let Path::Bridge(bridge, vlan) = &path else { continue };
            let beside = match source.guest {
                Some(_) => self.nic(source, bridge, *vlan, None).is_some(),
                None => near(&source.addresses, nic),
            };
            for address in addresses(nic) {
                if beside {
                    ways.push((path.clone(), address));
                } else if self.leaves(source, address) {
                    ways.push((Path::Routed, address));
                }
            }
        }
        for address in self.alone(target).iter().copied() {
            let beside: Vec<Path> =
                self.segments(source).filter(|(_, nic)| near(&[address], nic)).map(|(path, _)| path).collect();
            if beside.is_empty() && self.leaves(source, address) {
                ways.push((Path::Routed, address));
            }
            ways.extend(beside.into_iter().map(|path| (path, address)));
        }
    }

    /// The addresses of a machine that is no guest.
    fn alone<'t>(&self, host: &'t Host) -> &'t [IpAddr] {
        if host.guest.is_some() { &[] } else { &host.addresses }
    }

    /// The devices of a guest with their segments.
    fn segments<'t>(&'t self, host: &'t Host) -> impl Iterator<Item = (Path, &'t Nic)> {
        let nics = self.guest(host).into_iter().flat_map(|guest| &guest.nics);
        nics.filter_map(|nic| Some((Path::Bridge(nic.bridge.value.clone().ok()?, nic.vlan), nic)))
    }

    /// Whether a machine sends to an address that is on none of its segments.
    fn leaves(&self, host: &Host, address: IpAddr) -> bool {
        match self.guest(host) {
            Some(guest) => {
                let leads = |nic: &Nic| nic.dhcp && speaks(nic, address);
                let routed = |nic: &Nic| nic.gateways.iter().any(|gateway| gateway.is_ipv4() == address.is_ipv4());
                guest.nics.iter().any(|nic| leads(nic) || routed(nic))
            }
            None => host
                .addresses
                .iter()
                .any(|own| own.is_ipv4() == address.is_ipv4() && (!is_public(*own) || is_public(address))),
        }
    }
}

fn addresses(nic: &Nic) -> impl Iterator<Item = IpAddr> {
    nic.addresses.iter().map(|net| net.addr())
}

/// Whether a device has an address of a family.
fn speaks(nic: &Nic, address: IpAddr) -> bool {
    addresses(nic).any(|own| own.is_ipv4() == address.is_ipv4())
}
