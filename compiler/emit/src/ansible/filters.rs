//! The third layer: a pair of rule files for each set of machines with the same rules, or one file of nft where programs of the
//! machine hand packets on too, and the files for a failure.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::Ipv6Addr;

use arvc_reach::policy::{Forward, Peer, Policies, Policy, Rule, names};
use arvc_reach::ports::PortSet;
use arvc_reach::through::{End, Ends};
use arvc_reach::{Addresses, answered_for, private_prefixes};
use arvc_site::model::{Host, HostId, Interface, NetworkId, NodeId, Site};
use ipnet::{IpNet, Ipv6Net};

use crate::filter::{Accept, Family, Filter, Handed, Match, Section, Source, Table, document, table};
use crate::tree::Tree;

/// Writes `ansible/files/filter/` and tells, for each configured machine, the name of its files.
pub fn emit(site: &Site, policies: &Policies, header: &str, tree: &mut Tree) -> BTreeMap<HostId, String> {
    let mut names = BTreeMap::new();
    let printer = Printer { addresses: Addresses::new(site), private: private_prefixes(site), header };
    for policy in &policies.list {
        let layouts = layouts(site, policy);
        let sets = printer.sets(policy, &layouts);
        for (name, (files, hosts)) in called(site, policy, &sets).into_iter().zip(sets) {
            names.extend(hosts.into_iter().map(|host| (host, name.clone())));
            for (ending, text) in files {
                tree.text(format!("ansible/files/filter/{name}.{ending}"), text);
            }
        }
    }
    let addresses = &printer.addresses;
    let mut configured = names.keys().map(|id| &site.hosts[id.index()]);
    if configured.clone().any(|host| host.forwards) {
        let [v4, v6] = FAMILIES.map(|(family, _)| fail_closed(addresses, family));
        tree.text("ansible/files/filter/fail_closed.nft", table::closed(header, v4, v6));
    }
    if configured.any(|host| !host.forwards) {
        for (family, ending) in FAMILIES {
            tree.text(
                format!("ansible/files/filter/fail_closed.{ending}"),
                document(header, &fail_closed(addresses, family)),
            );
        }
    }
    names
}

/// The name of each machine's files, by that of the machine; of one that has none, that of its policy.
pub fn names(site: &Site, policies: &Policies) -> BTreeMap<String, String> {
    let printer = Printer { addresses: Addresses::new(site), private: private_prefixes(site), header: "" };
    let mut names = BTreeMap::new();
    for policy in &policies.list {
        names.extend(policy.hosts.iter().map(|host| (*host, policy.name.clone())));
        let layouts = layouts(site, policy);
        // What the files say is asked only where there may be several.
        let sets = match layouts.len() {
            0 | 1 => layouts.into_values().map(|hosts| (Files::new(), hosts)).collect(),
            _ => printer.sets(policy, &layouts),
        };
        for (name, (_, hosts)) in called(site, policy, &sets).into_iter().zip(sets) {
            names.extend(hosts.into_iter().map(|host| (host, name.clone())));
        }
    }
    names.into_iter().map(|(host, name)| (site.hosts[host.index()].named.name.clone(), name)).collect()
}

/// What the files of a policy say of a machine: its devices, and its addresses where a table asks for them.
type Layout = (Vec<Device>, Option<Vec<IpNet>>);

/// Endings with texts.
type Files = Vec<(&'static str, String)>;

/// The configured machines of a policy, by what its files say of them.
fn layouts(site: &Site, policy: &Policy) -> BTreeMap<Layout, Vec<HostId>> {
    let mut layouts: BTreeMap<Layout, Vec<HostId>> = BTreeMap::new();
    for id in &policy.hosts {
        let host = &site.hosts[id.index()];
        if host.is_configured() {
            let device = |interface: &Interface| (interface.network, interface.device.clone(), interface.dhcp);
            let devices: Vec<Device> = host.interfaces.iter().map(device).collect();
            layouts.entry((devices, host.forwards.then(|| own_addresses(site, host, *id)))).or_default().push(*id);
        }
    }
    layouts
}

/// What each set of files of a policy is called: as it was, or like the policy, which is one set, or for its first machine too.
fn called(site: &Site, policy: &Policy, sets: &[(Files, Vec<HostId>)]) -> Vec<String> {
    let machine = |host: HostId| site.hosts[host.index()].named.name.as_str();
    let of_policy =
        |name: &&str| name.strip_prefix(policy.name.as_str()).is_some_and(|it| it.is_empty() || it.starts_with('.'));
    let had = |host: HostId| site.policies.files(machine(host)).filter(of_policy);
    let fits = |hosts: &[HostId], name: &str| {
        name.split_once('.').is_some_and(|(_, own)| hosts.iter().any(|host| machine(*host) == own))
    };
    let classes: Vec<&[HostId]> = sets.iter().map(|(_, hosts)| hosts.as_slice()).collect();
    let held = names::held(&classes, site.policies.certain, had, fits);
    let mut taken: BTreeSet<String> = held.iter().flatten().map(|name| (*name).to_owned()).collect();
    let name = |(held, hosts): (Option<&str>, &&[HostId])| match held {
        Some(name) => name.to_owned(),
        None if taken.insert(policy.name.clone()) => policy.name.clone(),
        None => names::free(format!("{}.{}", policy.name, machine(hosts[0])), &mut taken),
    };
    held.into_iter().zip(&classes).map(name).collect()
}

/// What is the same for all files.
struct Printer<'a> {
    addresses: Addresses<'a>,
    private: Vec<IpNet>,
    header: &'a str,
}

impl Printer<'_> {
    /// The machines of a policy by their files, in the order of the first machine of each. Machines with one policy have one pair,
    /// unless their interfaces have other names; tables of nft have the machine's own addresses.
    fn sets(&self, policy: &Policy, layouts: &BTreeMap<Layout, Vec<HostId>>) -> Vec<(Files, Vec<HostId>)> {
        let mut found: BTreeMap<Files, Vec<HostId>> = BTreeMap::new();
        for (layout, hosts) in layouts {
            found.entry(self.files(policy, layout)).or_default().extend(hosts);
        }
        let mut sets: Vec<(Files, Vec<HostId>)> = found.into_iter().collect();
        sets.iter_mut().for_each(|(_, hosts)| hosts.sort_unstable());
        sets.sort_by_key(|(_, hosts)| hosts[0]);
        sets
    }

    fn files(&self, policy: &Policy, (devices, own): &Layout) -> Files {
        let of_family = |family| filter(&self.addresses, devices, policy, family, &self.private);
        match own {
            Some(own) => vec![("nft", {
                let devices = devices.iter().map(|(_, device, _)| device.clone()).collect();
                let [v4, v6] = [Family::V4, Family::V6].map(of_family);
                table::document(self.header, &Table { devices, own: own.clone(), v4, v6 })
            })],
            None => FAMILIES.map(|(family, ending)| (ending, document(self.header, &of_family(family)))).to_vec(),
        }
    }
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
