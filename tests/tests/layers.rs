//! The layers of the golden trees, read back from the emitted files alone: does each let through what the others do?
//!
//! A model of its own for each format, and nothing of the emitters: Nebula's rules against certificates, the guests' filters,
//! the security groups that guests insert. Each pair of machines is asked for every port that any file names, and for its
//! neighbours.

#[path = "layers/bridge.rs"]
mod bridge;
#[path = "layers/filter.rs"]
mod filter;
#[path = "layers/overlay.rs"]
mod overlay;
#[path = "layers/table.rs"]
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use arvc_tests::root;

/// The first packet of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Packet {
    Tcp(u16),
    Udp(u16),
    Echo,
    Gre,
}

impl Packet {
    /// As it is named between addresses of the family of one of them.
    fn protocol(self, other: IpAddr) -> &'static str {
        match self {
            Self::Tcp(_) => "tcp",
            Self::Udp(_) => "udp",
            Self::Echo if other.is_ipv4() => "icmp",
            Self::Echo => "ipv6-icmp",
            Self::Gre => "47",
        }
    }

    fn port(self) -> Option<u16> {
        match self {
            Self::Tcp(port) | Self::Udp(port) => Some(port),
            Self::Echo | Self::Gre => None,
        }
    }
}

/// A golden tree.
struct Tree(PathBuf);

impl Tree {
    fn all() -> Vec<(String, Self)> {
        let folders = fs::read_dir(root().join("golden")).expect("there are golden trees");
        let mut trees: Vec<_> = folders.map(|folder| folder.expect("an entry").path()).collect();
        trees.sort();
        let name = |path: &PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
        trees.into_iter().map(|path| (name(&path), Self(path))).collect()
    }

    fn named(name: &str) -> Self {
        Self(root().join("golden").join(name))
    }

    fn has(&self, path: &str) -> bool {
        self.0.join(path).exists()
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The variables of each machine that Ansible configures.
    fn variables(&self) -> BTreeMap<String, BTreeMap<String, String>> {
        let folder = fs::read_dir(self.0.join("ansible/inventory/host_vars")).expect("there are hosts");
        let files = folder.map(|file| file.expect("an entry").file_name().to_string_lossy().into_owned());
        files
            .map(|file| {
                let text = self.text(&format!("ansible/inventory/host_vars/{file}"));
                let pairs = text.lines().filter_map(|line| line.split_once(": "));
                let pairs = pairs.map(|(key, value)| (key.to_owned(), value.trim_matches('"').to_owned()));
                (file.trim_end_matches(".yml").to_owned(), pairs.collect())
            })
            .collect()
    }

    /// The filter of each machine that Ansible configures.
    fn filters(&self) -> BTreeMap<String, filter::Filter> {
        let variables = self.variables().into_iter();
        variables
            .filter_map(|(host, variables)| {
                // Windows has none.
                let policy = variables.get("security_policy")?;
                let text = |ending| self.text(&format!("ansible/files/filter/{policy}.{ending}"));
                let filter = match variables.contains_key("security_leaves_forwarding") {
                    true => filter::Filter::of_table(&text("nft")),
                    false => filter::Filter::read(&text("v4"), &text("v6")),
                };
                Some((host, filter))
            })
            .collect()
    }
}

/// The addresses of two machines that speak to one another: those of one family.
fn pairs(own: &[IpAddr], others: &[IpAddr]) -> Vec<(IpAddr, IpAddr)> {
    let all = own.iter().flat_map(|own| others.iter().map(|other| (*own, *other)));
    all.filter(|(own, other)| own.is_ipv4() == other.is_ipv4()).collect()
}

/// Packets around every port that the layers name.
fn packets(ports: impl IntoIterator<Item = u16>) -> Vec<Packet> {
    let mut around: BTreeSet<u16> = BTreeSet::from([1, u16::MAX]);
    for port in ports {
        around.extend([port.saturating_sub(1).max(1), port.max(1), port.saturating_add(1)]);
    }
    let transport = around.into_iter().flat_map(|port| [Packet::Tcp(port), Packet::Udp(port)]);
    transport.chain([Packet::Echo, Packet::Gre]).collect()
}

#[test]
fn on_the_overlay_the_sender_the_receiver_and_its_filter_say_the_same() {
    for (name, tree) in Tree::all().into_iter().filter(|(_, tree)| tree.has("nebula/certificates.json")) {
        let (members, filters, variables) = (overlay::Member::read(&tree), tree.filters(), tree.variables());
        let ports =
            members.values().flat_map(overlay::Member::ports).chain(filters.values().flat_map(filter::Filter::ports));
        let packets = packets(ports.collect::<BTreeSet<_>>());
        let mut open = 0;
        for (from, source) in &members {
            for (to, target) in members.iter().filter(|(to, _)| *to != from) {
                let pairs = pairs(&source.addresses, &target.addresses);
                for (packet, (own, other)) in
                    packets.iter().flat_map(|packet| pairs.iter().map(move |pair| (packet, pair)))
                {
                    let sends = source.sends(target, *other, *packet);
                    let takes = target.takes(source, *own, *packet);
                    assert_eq!(sends, takes, "{name}: Nebula, {from} -> {to} {packet:?}: outbound, inbound");
                    if let Some(filter) = filters.get(to) {
                        let passes = filter.passes(*own, &variables[to]["nebula_device"], *packet);
                        assert_eq!(takes, passes, "{name}: {from} -> {to} {packet:?}: Nebula, filter");
                    }
                    open += usize::from(takes);
                }
            }
        }
        assert!(open > 0, "{name}: something is open");
    }
}

/// Addresses that no guest has: in the place of one, the node's and the operators' side, the Internet, and what is not it.
const STRANGERS: [&str; 19] = [
    "192.168.100.1",
    "192.168.100.200",
    "192.168.50.1",
    "198.51.100.10",
    "203.0.113.5",
    "203.0.113.77",
    "8.8.8.8",
    "1.1.1.1",
    "10.10.10.11",
    "10.20.50.150",
    "10.20.90.9",
    "172.16.0.1",
    "127.0.0.1",
    "fd00:20::1",
    "2001:db8:20::c8",
    "2606:4700::1111",
    "2001:db8:1::9",
    "fe80::1",
    "fd00:30::b",
];

/// An address that no rule names.
const NOBODY: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];

#[test]
fn on_each_bridge_the_proxmox_firewall_and_the_filter_say_the_same() {
    let mut routed = 0;
    for (name, tree) in Tree::all().into_iter().filter(|(_, tree)| tree.has("terraform/firewall_guests.tf")) {
        let (guests, filters) = (bridge::read(&tree), tree.filters());
        assert!(!guests.is_empty(), "{name} has guests");
        let overlay = tree.has("nebula/certificates.json");
        let members = if overlay { overlay::Member::read(&tree) } else { BTreeMap::new() };
        let devices = || guests.iter().flat_map(|(guest, devices)| devices.iter().map(move |device| (guest, device)));
        let ports = devices().flat_map(|(_, it)| it.ports()).chain(filters.values().flat_map(filter::Filter::ports));
        let packets = packets(ports.collect::<BTreeSet<_>>());
        let strangers = STRANGERS.iter().map(|text| text.parse().expect("an address"));
        let sources: BTreeSet<IpAddr> =
            devices().flat_map(|(_, device)| device.addresses.clone()).chain(strangers).collect();
        for (to, target) in devices() {
            for source in sources.iter().filter(|source| !target.addresses.contains(source)) {
                // What is switched off, and Windows, have a firewall of Proxmox and no filter.
                let Some(filter) = filters.get(to) else { break };
                let own = target.addresses.iter().find(|own| own.is_ipv4() == source.is_ipv4());
                let nobody = if source.is_ipv4() { NOBODY[0] } else { NOBODY[1] };
                for packet in &packets {
                    let takes = target.takes(*source, own.copied().unwrap_or(nobody), *packet);
                    let passes = filter.passes(*source, &target.name, *packet);
                    assert_eq!(takes, passes, "{name}: {source} -> {to} {packet:?}: Proxmox, filter");
                }
            }
            for (from, source) in devices().filter(|(from, _)| *from != to) {
                let pairs = pairs(&source.addresses, &target.addresses);
                for (packet, (own, other)) in
                    packets.iter().flat_map(|packet| pairs.iter().map(move |pair| (packet, pair)))
                {
                    let (sends, takes) = (source.sends(*own, *other, *packet), target.takes(*own, *other, *packet));
                    // From another segment a guest may be let in by more than it sends: a prefix, or a router's address.
                    let beside = source.network == target.network;
                    // A member opens the tunnels' port to its whole segment, and in both directions.
                    let both = members.contains_key(to) && members.contains_key(from);
                    let tunnel = *packet == Packet::Udp(4242) && !both;
                    let good = tunnel || if beside { sends == takes } else { takes || !sends };
                    assert!(good, "{name}: Proxmox, {from} -> {to} {packet:?}: out {sends}, in {takes}");
                    routed += usize::from(!beside && sends && takes);
                }
            }
        }
    }
    assert!(routed > 0, "something is open through a router");
}

/// Neighbours, and who listens to which multicast: without either, a bridge that snoops cuts IPv6 off.
#[test]
fn what_ipv6_needs_of_the_link_passes_filter_and_firewall() {
    let mut devices = 0;
    for (name, tree) in Tree::all().into_iter().filter(|(_, tree)| tree.has("terraform/firewall_guests.tf")) {
        let (guests, filters) = (bridge::read(&tree), tree.filters());
        for (guest, filter) in filters {
            for device in guests.get(&guest).into_iter().flatten() {
                assert_eq!(filter.of_the_link(&device.name), ["135", "136", "130"], "{name}: {guest}");
                if device.addresses.iter().any(IpAddr::is_ipv6) {
                    assert_eq!(device.of_the_link(), (vec!["130"], vec!["131", "132", "143"]), "{name}: {guest}");
                    devices += 1;
                }
            }
        }
    }
    assert!(devices > 0, "somebody speaks IPv6");
}

/// A router's own layers: what its filter hands on is what its firewall lets in at one device and out at the other, and the ends that
/// are guests send it and take it.
#[test]
fn a_guest_that_is_a_router_hands_on_what_both_ends_say_and_nothing_else() {
    let mut handed = 0;
    for (name, tree) in Tree::all().into_iter().filter(|(_, tree)| tree.has("terraform/firewall_guests.tf")) {
        let (guests, filters) = (bridge::read(&tree), tree.filters());
        let all: Vec<&bridge::Device> = guests.values().flatten().collect();
        let strangers = STRANGERS.iter().map(|text| text.parse().expect("an address"));
        let operators = ["192.168.10.250", "192.168.10.2"].map(|text| text.parse().expect("an address"));
        let ends: BTreeSet<IpAddr> =
            all.iter().flat_map(|device| device.addresses.clone()).chain(strangers).chain(operators).collect();
        for (router, filter) in filters.iter().filter(|(_, filter)| filter.is_router()) {
            let told = tree.text(&format!("ansible/inventory/host_vars/{router}.yml"));
            assert!(told.contains("\nsecurity_forwards:\n  - ipv"), "{name}: {router} is told to hand on");
            let devices = &guests[router];
            let own = |end: &&IpAddr| devices.iter().any(|device| device.addresses.contains(end));
            let ports = devices.iter().flat_map(bridge::Device::ports).chain(filter.ports());
            let packets = packets(ports.collect::<BTreeSet<_>>());
            let pairs = devices.iter().flat_map(|into| devices.iter().map(move |out| (into, out)));
            for (into, out) in pairs.filter(|(into, out)| into.name != out.name) {
                for source in ends.iter().filter(|end| !own(end)) {
                    for dest in ends.iter().filter(|end| !own(end) && end.is_ipv4() == source.is_ipv4()) {
                        for packet in &packets {
                            let passes = filter.hands_on(*source, *dest, (&into.name, &out.name), *packet);
                            let enters = into.takes(*source, *dest, *packet);
                            let leaves = out.may_use(*source) && out.sends(*source, *dest, *packet);
                            let what = format!("{name}: {source} -> {router} -> {dest} {packet:?}");
                            assert_eq!(passes, enters && leaves, "{what}: filter, Proxmox in {enters}, out {leaves}");
                            let beside = |device: &&&bridge::Device, end: &IpAddr, foot: &bridge::Device| {
                                device.network == foot.network && device.addresses.contains(end)
                            };
                            for device in all.iter().filter(|device| passes && beside(device, source, into)) {
                                assert!(device.sends(*source, *dest, *packet), "{what}: the sender");
                            }
                            for device in all.iter().filter(|device| passes && beside(device, dest, out)) {
                                assert!(device.takes(*source, *dest, *packet), "{what}: the receiver");
                            }
                            handed += usize::from(passes);
                        }
                    }
                }
            }
        }
    }
    assert!(handed > 0, "something is handed on");
}

#[test]
fn the_table_of_the_first_example_holds_in_the_files() {
    let members = overlay::Member::read(&Tree::named("arvandor"));
    let open = |from: &str, to: &str, packet| members[from].sends(&members[to], members[to].addresses[0], packet);
    for (host, member) in &members {
        assert!(host == "laptop" || open("laptop", host, Packet::Tcp(22)), "admin reaches everything: {host}");
        for port in 1..=u16::MAX {
            let resolves = host == "dns" && port == 53;
            assert_eq!(host != "blocks" && open("blocks", host, Packet::Tcp(port)), resolves, "games are isolated");
            if member.groups.contains("games") || member.groups.contains("admin") {
                assert!(!open("shop", host, Packet::Tcp(port)), "projects reach neither games nor operators");
            }
        }
    }
    assert!(open("shop", "postgres-02", Packet::Tcp(5432)) && !open("shop", "postgres-02", Packet::Tcp(2379)));
    assert!(open("gitea", "postgres-02", Packet::Tcp(2379)), "infrastructure reaches infrastructure");
}

#[test]
fn every_switch_of_the_first_layer_is_on() {
    for (name, tree) in Tree::all().into_iter().filter(|(_, tree)| tree.has("terraform/firewall_guests.tf")) {
        // The firewall of a cluster is one environment's: that of staging is production's.
        let owner = name.strip_suffix("-staging").map_or(tree.0.clone(), |owner| tree.0.with_file_name(owner));
        let switches =
            |file: &str| fs::read_to_string(owner.join("terraform").join(file)).expect("a file of the owner");
        assert!(switches("firewall_cluster.tf").contains("\n  enabled        = true\n"), "{name}");
        assert!(switches("firewall_node.tf").contains("\n  enabled             = true\n"), "{name}");
        let guests = bridge::read(&tree);
        let options = tree.text("terraform/firewall_guests.tf");
        for line in ["  enabled       = true", "  input_policy  = \"DROP\"", "  output_policy = \"DROP\""] {
            assert_eq!(options.lines().filter(|other| *other == line).count(), guests.len(), "{name}: {line}");
        }
        let is_on = |line: &str| {
            let pair = line.strip_prefix("    ").and_then(|line| line.split_once('='));
            pair.is_some_and(|(key, value)| (key.trim_end(), value) == ("firewall", " true"))
        };
        let devices: usize = ["guests", "containers"]
            .iter()
            .filter_map(|file| fs::read_to_string(tree.0.join(format!("terraform/{file}.tf"))).ok())
            .map(|text| text.lines().filter(|line| is_on(line)).count())
            .sum();
        assert_eq!(devices, guests.values().map(Vec::len).sum::<usize>(), "{name}: each device is filtered");
    }
}
