//! The third layer: a pair of rule files for each set of machines with the same rules, or one file of nft where programs of the
//! machine hand packets on too, or a network is behind it, and the files for a failure.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::Ipv6Addr;

use arvc_reach::policy::{Forward, Peer, Policies, Policy, Rule};
use arvc_reach::ports::PortSet;
use arvc_reach::through::{End, Ends};
use arvc_reach::{Addresses, answered_for, private_prefixes};
use arvc_site::model::{Host, HostId, Interface, NetworkId, NodeId, Site};
use ipnet::{IpNet, Ipv6Net};

use crate::filter::{Accept, Family, Filter, Handed, Match, Section, Source, Table, document, table};
use crate::tree::Tree;

/// Writes `ansible/files/filter/` and tells, for each configured machine, the name of its files.
///
/// Machines with one policy have one pair, unless their interfaces have other names: then the further ones are named for
/// their first machine too. So are tables of nft, which have the machine's own addresses.
pub fn emit(site: &Site, policies: &Policies, header: &str, tree: &mut Tree) -> BTreeMap<HostId, String> {
    let mut names = BTreeMap::new();
    let private = private_prefixes(site);
    let addresses = Addresses::new(site);
    for policy in &policies.list {
        let mut known: Vec<(Vec<(&str, String)>, String)> = Vec::new();
        let mut layouts: BTreeMap<Layout, String> = BTreeMap::new();
        for id in &policy.hosts {
            let host = &site.hosts[id.index()];
            if !host.is_configured() {
                continue;
            }
            let device = |interface: &Interface| (interface.network, interface.device.clone(), interface.dhcp);
            let devices: Vec<Device> = host.interfaces.iter().map(device).collect();
            let own = host.forwards.then(|| own_addresses(site, host, *id));
            let layout = (devices, is_table(site, *id), own);
            if let Some(name) = layouts.get(&layout) {
                names.insert(*id, name.clone());
                continue;
            }
            let (devices, is_table, own) = &layout;
            let of_family = |family| filter(&addresses, devices, policy, family, &private);
            let files = match is_table {
                true => vec![("nft", {
                    let devices = devices.iter().map(|(_, device, _)| device.clone()).collect();
                    let [v4, v6] = [Family::V4, Family::V6].map(of_family);
                    table::document(header, &Table { devices, own: own.clone(), v4, v6 })
                })],
                false => FAMILIES.map(|(family, ending)| (ending, document(header, &of_family(family)))).to_vec(),
            };
            let name = match known.iter().find(|(texts, _)| *texts == files) {
                Some((_, name)) => name.clone(),
                None => {
                    let name = match known.is_empty() {
                        true => policy.name.clone(),
                        false => format!("{}.{}", policy.name, host.named.name),
                    };
                    known.push((files, name.clone()));
                    name
                }
            };
            layouts.insert(layout, name.clone());
            names.insert(*id, name);
        }
        for (files, name) in known {
            for (ending, text) in files {
                tree.text(format!("ansible/files/filter/{name}.{ending}"), text);
            }
        }
    }
    let mut configured = names.keys().map(|id| is_table(site, *id));
    if configured.clone().any(|table| table) {
        let [v4, v6] = FAMILIES.map(|(family, _)| fail_closed(&addresses, family));
        tree.text("ansible/files/filter/fail_closed.nft", table::closed(header, v4, v6));
    }
    if configured.any(|table| !table) {
        for (family, ending) in FAMILIES {
            tree.text(
                format!("ansible/files/filter/fail_closed.{ending}"),
                document(header, &fail_closed(&addresses, family)),
            );
        }
    }
    names
}

/// Whether a machine has one table of nftables: its programs have rules of their own, or it gives what it hands on another address.
pub(super) fn is_table(site: &Site, id: HostId) -> bool {
    let behind = site.networks.iter().flat_map(|network| &network.behind);
    site.hosts[id.index()].forwards || behind.into_iter().any(|behind| behind.member.value == id)
}

/// Each family with the ending of its file.
const FAMILIES: [(Family, &str); 2] = [(Family::V4, "v4"), (Family::V6, "v6")];

/// Every address that a machine answers at, on whatever network: its own, those that it has by turns with others, those that its
/// programs hand out or something else gives it; sorted.
fn own_addresses(site: &Site, host: &Host, id: HostId) -> Vec<IpNet> {
    let own = host.interfaces.iter().flat_map(Interface::addresses).map(|address| IpNet::from(address.value));
    let others = host.interfaces.iter().flat_map(|it| answered_for(site, id, it.network)).map(|(prefix, _)| prefix);
    let mut all: Vec<IpNet> = own.chain(others).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// A network, what the machine calls its device there, and whether that asks for its address.
type Device = (NetworkId, String, bool);

/// What the files say of their machine: its devices, whether they are one table, and its addresses where that asks for them.
type Layout = (Vec<Device>, bool, Option<Vec<IpNet>>);

fn filter(addresses: &Addresses, devices: &[Device], policy: &Policy, family: Family, private: &[IpNet]) -> Filter {
    let mut sections: Vec<Section> = Vec::new();
    for (network, device, _) in devices {
        // One comment for all rules of one reason, and what several peers share, a virtual address, is said once.
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut said: HashSet<(usize, Source, Match)> = HashSet::new();
        for rule in policy.inbound.iter().filter(|rule| rule.network == *network) {
            for source in sources(addresses, rule, family) {
                let place = *places.entry(&rule.reason).or_insert_with(|| {
                    sections.push(Section { comment: rule.reason.to_string(), rules: Vec::new() });
                    sections.len() - 1
                });
                let packets = packets(&rule.ports).into_iter();
                let new = packets.filter(|packet| said.insert((place, source, packet.clone())));
                let accepts = new.map(|packet| Accept { source, device: Some(device.clone()), packet });
                sections[place].rules.extend(accepts);
            }
        }
    }
    let network = |id: &NetworkId| &addresses.site.networks[id.index()];
    let links = devices.iter().filter(|(id, ..)| !network(id).is_overlay());
    let asks = devices.iter().filter(|(.., asks)| *asks).map(|(id, device, _)| {
        let among = network(id).prefix.value;
        // A server of IPv6 is met by its address of the link.
        let link = Ipv6Net::new_assert(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10);
        (device.clone(), if matches!(among, IpNet::V6(_)) { link.into() } else { among })
    });
    Filter {
        family,
        links: links.map(|(_, device, _)| device.clone()).collect(),
        asks: asks.filter(|(_, among)| of_family(among, family)).collect(),
        sections,
        handed: policy.forward.iter().filter(|it| is_of(it, family)).map(|it| handed(devices, it)).collect(),
        private: private.iter().copied().filter(|net| of_family(net, family)).collect(),
    }
}

fn is_of(forward: &Forward, family: Family) -> bool {
    (forward.family == arvc_site::model::Family::V4) == (family == Family::V4)
}

/// What it hands on, by the names of its devices.
fn handed(devices: &[Device], forward: &Forward) -> Handed {
    let device = |network: Option<NetworkId>| {
        let found = devices.iter().find(|(other, ..)| network == Some(*other));
        found.map(|(_, device, _)| device.clone())
    };
    let ends = |ends: &Ends| {
        let source = |end: &End| match end {
            End::Internet => Source::Internet,
            End::Prefix(net) if net.prefix_len() == 0 => Source::Anywhere,
            End::Prefix(net) => Source::Net(*net),
        };
        ends.iter().map(source).collect()
    };
    Handed {
        comment: forward.reason.to_string(),
        sources: ends(&forward.from),
        into: device(forward.into),
        targets: ends(&forward.to),
        out: device(forward.out),
        packets: packets(&forward.ports),
        hidden: forward.hidden,
    }
}

/// Drop everything but SSH from the nodes and the operators, on whatever device it comes: what a machine falls back to
/// when its own rules cannot be loaded.
fn fail_closed(addresses: &Addresses, family: Family) -> Filter {
    let site = addresses.site;
    // On each network a node comes from another address: that of the gateway that it is, or of its uplink.
    let hosts = site.hosts.iter().filter(|host| host.is_configured());
    let networks: BTreeSet<NetworkId> = hosts
        .flat_map(|host| &host.interfaces)
        .map(|interface| interface.network)
        .filter(|network| !site.networks[network.index()].is_overlay())
        .collect();
    let nodes = site.nodes.iter().zip(0..).map(|(node, id)| {
        let seen: BTreeSet<IpNet> =
            networks.iter().flat_map(|network| addresses.of(*network, &Peer::Node(NodeId(id)))).collect();
        (format!("{}: SSH", node.named.path), seen.into_iter().collect::<Vec<IpNet>>())
    });
    let mut ports: Vec<(u16, u16)> = vec![(22, 22)];
    ports.extend(
        site.hosts
            .iter()
            .filter(|host| host.is_configured())
            .filter_map(|host| host.connection.port)
            .map(|it| (it, it)),
    );
    ports.sort_unstable();
    ports.dedup();
    let operators = site.operators.addresses.iter().map(|address| address.value).collect();
    let sections = nodes.chain([("operators: SSH".to_owned(), operators)]).filter_map(|(comment, nets)| {
        let rules: Vec<Accept> = nets
            .into_iter()
            .filter(|net| of_family(net, family))
            .map(|net| Accept { source: Source::Net(net), device: None, packet: Match::Tcp(ports.clone()) })
            .collect();
        (!rules.is_empty()).then_some(Section { comment, rules })
    });
    Filter {
        family,
        links: Vec::new(),
        asks: Vec::new(),
        sections: sections.collect(),
        handed: Vec::new(),
        private: Vec::new(),
    }
}

fn sources(addresses: &Addresses, rule: &Rule, family: Family) -> Vec<Source> {
    match rule.peer {
        Peer::Internet => vec![Source::Internet],
        _ => {
            let nets = addresses.of(rule.there, &rule.peer).into_iter().filter(|net| of_family(net, family));
            nets.map(|net| if net.prefix_len() == 0 { Source::Anywhere } else { Source::Net(net) }).collect()
        }
    }
}

fn packets(ports: &PortSet) -> Vec<Match> {
    if ports.is_all() {
        return vec![Match::All];
    }
    let mut packets = Vec::new();
    if !ports.tcp.is_empty() {
        packets.push(Match::Tcp(ports.tcp.to_vec()));
    }
    if !ports.udp.is_empty() {
        packets.push(Match::Udp(ports.udp.to_vec()));
    }
    if ports.icmp {
        packets.push(Match::Echo);
    }
    packets.extend(ports.others.iter().flat_map(|(first, last)| (*first..=*last).map(Match::Protocol)));
    packets
}

fn of_family(net: &IpNet, family: Family) -> bool {
    matches!((net, family), (IpNet::V4(_), Family::V4) | (IpNet::V6(_), Family::V6))
}
