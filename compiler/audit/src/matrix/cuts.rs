//! Where a list of rules may change its mind: addresses and ports at which a value begins or ends that it compares with.
//!
//! Whatever a rule asks of an address or a port is whether it is in an interval. Between two neighbouring cuts no interval begins or
//! ends, so what lies there is in the same ones, and a list says the same to it.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::filter::{Filter, Test};
use crate::nebula::{Member, PortSpec};
use crate::packet::{Addr, Addresses, Ports};
use crate::proxmox::{Action, Cluster, Guest, Rule, Sets, Spec};
use crate::tree::Tree;

/// The place of an address between cuts: the family too, and beside the numbers some address of the Internet.
pub(super) type View = (bool, u32);

/// The cuts of one list.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    source: Vec<IpAddr>,
    dest: Vec<IpAddr>,
    ports: Vec<u16>,
}

/// Prefixes that the chains of Proxmox treat by themselves: broadcast and multicast, and what is the link's.
const SPECIAL: [&str; 4] = ["224.0.0.0/4", "255.255.255.255/32", "fe80::/10", "ff00::/8"];
/// Ports that they treat by themselves: DHCP; management, corosync.
const DHCP: [(u16, u16); 2] = [(67, 68), (546, 547)];
pub(super) const MANAGEMENT: [(u16, u16); 5] = [(22, 22), (3128, 3128), (5900, 5999), (8006, 8006), (60000, 60050)];
pub(super) const COROSYNC: (u16, u16) = (5404, 5405);

impl Cuts {
    /// Of the filter of a machine.
    pub fn of_filter(filter: &Filter) -> Self {
        let mut cuts = Self::default();
        for condition in filter.chains.iter().flat_map(|chain| &chain.rules).flat_map(|rule| &rule.conditions) {
            match &condition.test {
                Test::Source(addresses) => spans(addresses, &mut cuts.source),
                Test::Dest(addresses) => spans(addresses, &mut cuts.dest),
                Test::AskedDest(addresses) => {
                    spans(addresses, &mut cuts.source);
                    spans(addresses, &mut cuts.dest);
                }
                Test::Sport(ports) | Test::Dport(ports) | Test::AskedPort(ports) => cuts.ports(ports),
                _ => {}
            }
        }
        cuts.sorted()
    }

    /// Of the firewall of a guest.
    pub fn of_guest(tree: &Tree, guest: &Guest) -> Self {
        let cluster = tree.proxmox.center(guest.id.center);
        let mut cuts = Self::proxmox(cluster);
        DHCP.iter().for_each(|range| cuts.range(*range));
        let own = Sets { own: Some((&guest.sets, &guest.aliases)), cluster: cluster.names() };
        cuts.rules(cluster, &guest.rules, own);
        for set in guest.sets.values() {
            set.entries.iter().for_each(|(entry, _)| net(*entry, &mut cuts.source));
        }
        for nic in &guest.nics {
            nic.addresses.iter().for_each(|own| net(IpNet::from(own.addr()), &mut cuts.source));
        }
        cuts.sorted()
    }

    /// Of the firewall of a node.
    pub fn of_node(tree: &Tree, node: &str) -> Self {
        let proxmox = &tree.proxmox;
        let cluster = proxmox.center(proxmox.center_of(node));
        let mut cuts = Self::proxmox(cluster);
        MANAGEMENT.iter().chain([&COROSYNC]).for_each(|range| cuts.range(*range));
        let sets = Sets { own: None, cluster: cluster.names() };
        cuts.rules(cluster, &cluster.rules, sets);
        if let Some(node) = proxmox.nodes.get(node) {
            cuts.rules(cluster, &node.rules, sets);
        }
        let management = cluster.sets.get("management").into_iter().flat_map(|set| &set.entries);
        let local = cluster.aliases.get("local_network").into_iter().map(|(local, _)| *local);
        for prefix in management.map(|(entry, _)| *entry).chain(local) {
            net(prefix, &mut cuts.source);
            net(prefix, &mut cuts.dest);
        }
        cuts.sorted()
    }

    /// Of the rules of a member; addresses are asked by its rules only of the other end, which is looked at as it is.
    pub fn of_member(member: &Member) -> Self {
        let mut cuts = Self::default();
        for rule in [&member.inbound, &member.outbound].into_iter().flatten().flatten() {
            if let PortSpec::Range(low, high) = rule.port {
                let port = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
                cuts.range((port(low), port(high)));
            }
        }
        cuts.sorted()
    }

    /// Where the place of an address is, as a source.
    pub fn source(&self, address: Addr) -> View {
        view(&self.source, address)
    }

    /// Where the place of an address is, as a destination.
    pub fn dest(&self, address: Addr) -> View {
        view(&self.dest, address)
    }

    /// Where the place of a port is.
    pub fn port(&self, port: u16) -> usize {
        self.ports.partition_point(|cut| *cut <= port)
    }

    /// With those of others.
    pub fn with(mut self, other: Self) -> Self {
        self.source.extend(other.source);
        self.dest.extend(other.dest);
        self.ports.extend(other.ports);
        self.sorted()
    }

    fn proxmox(cluster: &Cluster) -> Self {
        let mut cuts = Self::default();
        for prefix in SPECIAL.iter().map(|text| text.parse().expect("a prefix")) {
            net(prefix, &mut cuts.source);
            net(prefix, &mut cuts.dest);
        }
        if let Some(set) = cluster.sets.get("blacklist") {
            set.entries.iter().for_each(|(entry, _)| net(*entry, &mut cuts.source));
        }
        cuts
    }

    fn rules(&mut self, cluster: &Cluster, rules: &[Rule], sets: Sets<'_>) {
        for rule in rules {
            rule.sport.iter().chain(&rule.dport).for_each(|ports| self.ports(ports));
            for (spec, cuts) in [(&rule.source, &mut self.source), (&rule.dest, &mut self.dest)] {
                match spec {
                    Spec::Any | Spec::Unknown(_) => {}
                    Spec::These(addresses) => spans(addresses, cuts),
                    Spec::Alias(scope, name) => sets.alias(*scope, name).into_iter().for_each(|it| net(it, cuts)),
                    Spec::Set(scope, name) => {
                        let entries = sets.set(*scope, name).into_iter().flat_map(|set| &set.entries);
                        entries.for_each(|(entry, _)| net(*entry, cuts));
                    }
                }
            }
            if let Action::Group(name) = &rule.action
                && let Some(group) = cluster.groups.get(name)
            {
                // A group inside a group is empty.
                let plain = group.rules.iter().filter(|rule| !matches!(rule.action, Action::Group(_)));
                plain.for_each(|rule| self.rules(cluster, std::slice::from_ref(rule), sets.in_group()));
            }
        }
    }

    fn ports(&mut self, ports: &Ports) {
        ports.0.iter().for_each(|range| self.range(*range));
    }

    fn range(&mut self, (low, high): (u16, u16)) {
        self.ports.push(low);
        self.ports.extend(high.checked_add(1));
    }

    fn sorted(mut self) -> Self {
        for cuts in [&mut self.source, &mut self.dest] {
            cuts.sort_unstable();
            cuts.dedup();
        }
        self.ports.sort_unstable();
        self.ports.dedup();
        self
    }
}

fn view(cuts: &[IpAddr], address: Addr) -> View {
    match address {
        Addr::At(address) => (address.is_ipv6(), cuts.partition_point(|cut| *cut <= address) as u32),
        Addr::Internet(v6) => (v6, u32::MAX),
    }
}

fn spans(addresses: &Addresses, cuts: &mut Vec<IpAddr>) {
    addresses.spans().iter().for_each(|(low, high)| span(*low, *high, cuts));
}

fn net(net: IpNet, cuts: &mut Vec<IpAddr>) {
    span(net.network(), net.broadcast(), cuts);
}

fn span(low: IpAddr, high: IpAddr, cuts: &mut Vec<IpAddr>) {
    cuts.push(low);
    cuts.extend(super::classes::after(high));
}
