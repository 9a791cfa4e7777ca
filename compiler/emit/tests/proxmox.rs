//! What a node gets for sites made by hand.

mod sites;

use arvc_emit::tree::Tree;
use arvc_site::model::*;
use pretty_assertions::assert_eq;
use sites::*;

fn emitted(site: &Site) -> Tree {
    let mut tree = Tree::default();
    arvc_emit::proxmox::emit(site, HEADER, &mut tree);
    tree
}

/// The rules without their head.
fn rules(site: &Site) -> String {
    let text = &emitted(site).files["proxmox/pve/edge.rules"].text;
    text[text.find("*raw").expect("a table")..].to_owned()
}

#[test]
fn a_gateway_masquerades_behind_the_zone_of_the_guests_bridges() {
    let expected = "\
*raw
:ARVC-PREROUTING - [0:0]
-A ARVC-PREROUTING -i fwbr+ -j CT --zone 1
COMMIT
*nat
:ARVC-POSTROUTING - [0:0]
:ARVC-PREROUTING - [0:0]
-A ARVC-POSTROUTING -d 192.168.100.0/24 -j RETURN
-A ARVC-POSTROUTING -m physdev --physdev-is-bridged -j RETURN
-A ARVC-POSTROUTING -s 192.168.100.0/24 -j MASQUERADE
COMMIT
";
    assert_eq!(rules(&small()), expected);
}

#[test]
fn a_site_with_a_namespace_has_an_edge_beside_that_of_another_one() {
    let mut site = small();
    site.datacenters[0].namespace.value = "stg".into();
    let tree = emitted(&site);
    for path in ["proxmox/pve/edge.rules", "proxmox/pve/arvc-edge.service"] {
        let text = &tree.files[path].text;
        assert!(text.contains("STG-PREROUTING") && !text.contains("ARVC"), "{text}");
        assert!(text.contains("/etc/arvc/stg.rules") && !text.contains("/etc/arvc/edge.rules"), "{text}");
    }
    assert!(tree.files["proxmox/pve/edge.rules"].text.contains("/etc/systemd/system/stg-edge.service\n"));
}

#[test]
fn forwarded_ports_go_to_addresses_on_the_bridge() {
    let mut site = small();
    site.nodes[0].uplink = Some(Uplink { bridge: "vmbr0".into(), address: at(address("198.51.100.10")), public: None });
    let forward = |ports, to| Forward { ports, to, span: at(()).span };
    site.nodes[0].forwards = vec![
        forward(ports(Transport::Udp, 4242, 4242), HostId(2)),
        forward(ports(Transport::Tcp, 8000, 8010), HostId(0)),
    ];
    let expected = "\
-A ARVC-POSTROUTING -d 192.168.100.0/24 -j RETURN
-A ARVC-POSTROUTING -s 192.168.100.0/24 -o vmbr0 -j MASQUERADE
-A ARVC-PREROUTING -i vmbr1 -j RETURN
-A ARVC-PREROUTING -i fwbr+ -j RETURN
-A ARVC-PREROUTING -m physdev --physdev-in fwpr+ -j RETURN
-A ARVC-PREROUTING -d 198.51.100.10/32 -p udp -m udp --dport 4242 -j DNAT --to-destination 192.168.100.11
-A ARVC-PREROUTING -d 198.51.100.10/32 -p tcp -m tcp --dport 8000:8010 -j DNAT --to-destination 192.168.100.41
COMMIT
";
    assert!(rules(&site).ends_with(expected), "{}", rules(&site));
    // What the guests of the node itself send to it is answered by the node, in the table that it was tracked in.
    let tracked = "\
-A ARVC-PREROUTING -i fwbr+ -j CT --zone 1
-A ARVC-PREROUTING -s 192.168.100.0/24 -m physdev --physdev-in fwpr+ -j RETURN
-A ARVC-PREROUTING -d 198.51.100.10/32 -p udp -m udp --dport 4242 -m physdev --physdev-in fwpr+ -j CT --zone 2
-A ARVC-PREROUTING -d 198.51.100.10/32 -p tcp -m tcp --dport 8000:8010 -m physdev --physdev-in fwpr+ -j CT --zone 2
COMMIT
";
    assert!(rules(&site).contains(tracked), "{}", rules(&site));
}

#[test]
fn behind_a_router_packets_arrive_for_the_nodes_own_address() {
    let mut site = small();
    let (own, public) = (at(address("192.168.1.10")), Some(at(address("198.51.100.10"))));
    site.nodes[0].uplink = Some(Uplink { bridge: "vmbr0".into(), address: own, public });
    site.nodes[0].forwards = vec![Forward { ports: ports(Transport::Tcp, 80, 80), to: HostId(0), span: at(()).span }];
    assert!(rules(&site).contains("-A ARVC-PREROUTING -d 192.168.1.10/32 -p tcp"), "{}", rules(&site));
}

#[test]
fn what_cannot_be_handed_on_is_said() {
    let mut site = small();
    site.hosts[0].interfaces.remove(0);
    site.nodes[0].forwards = vec![Forward { ports: ports(Transport::Tcp, 80, 80), to: HostId(0), span: at(()).span }];
    assert!(rules(&site).contains("# -p tcp -m tcp --dport 80 is not handed on: hosts.app has no IPv4 address"));
}

#[test]
fn a_node_that_routes_nothing_has_no_edge() {
    let mut site = small();
    if let NetworkKind::Bridge { gateways, .. } = &mut site.networks[0].kind {
        *gateways = vec![Gateway { address: address("192.168.100.254"), router: Router::Elsewhere, span: at(()).span }];
    }
    assert!(emitted(&site).files.is_empty());
}

/// `small` whose node has an address in the home network too, by which it gets out, and whose router is another one.
fn at_home() -> (Site, NetworkId) {
    let mut site = small();
    let home = bridge(&mut site, "home", "192.168.1.0/24", "vmbr0", Some(("192.168.1.1", None)));
    site.nodes[0].more.push(at(address("192.168.1.10")));
    (site, home)
}

/// Puts a machine on a network.
fn put(site: &mut Site, host: HostId, network: NetworkId, ip: &str) {
    let interfaces = &mut site.hosts[host.index()].interfaces;
    let mut interface = interfaces[0].clone();
    (interface.network, interface.address) = (network, Some(at(address(ip))));
    interfaces.insert(0, interface);
}

/// The rules for what leaves.
fn leaving(site: &Site) -> Vec<String> {
    let rules = rules(site);
    let own = rules.lines().filter_map(|line| line.strip_prefix("-A ARVC-POSTROUTING "));
    own.filter(|line| !line.contains("physdev")).map(str::to_owned).collect()
}

#[test]
fn nothing_is_translated_into_a_network_of_the_site_that_another_one_routes() {
    let (mut site, home) = at_home();
    let nas = guest(&mut site, "nas", 900, 50, PROJECTS);
    put(&mut site, nas, home, "192.168.1.50");
    let expected = [
        "-d 192.168.100.0/24 -j RETURN",
        // The router of the home is no machine of the site: what it answers names for would not come back.
        "-s 192.168.100.0/24 -d 192.168.1.1/32 -j MASQUERADE",
        "-d 192.168.1.0/24 -j RETURN",
        "-s 192.168.100.0/24 -j MASQUERADE",
    ];
    assert_eq!(leaving(&site), expected);
    // An uplink there is no other thing.
    site.nodes[0].more.clear();
    site.nodes[0].uplink = Some(Uplink { bridge: "vmbr0".into(), address: at(address("192.168.1.10")), public: None });
    let by_uplink = expected.map(|line| match line.ends_with("RETURN") {
        true => line.to_owned(),
        false => line.replace(" -j", " -o vmbr0 -j"),
    });
    assert_eq!(leaving(&site), by_uplink);
}

#[test]
fn who_has_no_filter_of_the_site_is_met_as_from_the_node() {
    let (mut site, home) = at_home();
    let except = |site: &Site| -> Vec<String> {
        let inside = leaving(site).into_iter().filter(|line| line.contains("-d 192.168.1."));
        inside.filter_map(|line| Some(line.split_once("-d ")?.1.replace(" -j MASQUERADE", ""))).collect()
    };
    let all = ["192.168.1.0/24 -j RETURN"];
    assert_eq!(except(&site), [&["192.168.1.1/32"], &all[..]].concat());
    // A printer, that nobody configures; and what a flow names by address.
    let printer = guest(&mut site, "printer", 900, 50, PROJECTS);
    put(&mut site, printer, home, "192.168.1.60");
    (site.hosts[printer.index()].kind, site.hosts[printer.index()].managed) = (Kind::Machine, false);
    site.allow.push(flow(End::Host(HostId(0)), End::Prefix(prefix("192.168.1.64/30")), &[tcp(2049)]));
    assert_eq!(except(&site), [&["192.168.1.1/32", "192.168.1.60/32", "192.168.1.64/30"], &all[..]].concat());
    // Not if a machine that goes by addresses has one of these, or may be given one.
    let nas = guest(&mut site, "nas", 901, 51, PROJECTS);
    put(&mut site, nas, home, "192.168.1.65");
    assert_eq!(except(&site), [&["192.168.1.1/32", "192.168.1.60/32"], &all[..]].concat());
    site.networks[home.index()].dhcp = Some(at((60, 90)));
    assert_eq!(except(&site), [&["192.168.1.1/32"], &all[..]].concat());
    // Another node stands there too.
    site.allow.push(flow(End::Host(HostId(0)), End::Prefix(prefix("192.168.1.11/32")), &[tcp(8006)]));
    let other = node("other", "192.168.1.11");
    site.nodes.push(other);
    assert_eq!(except(&site), [&["192.168.1.1/32"], &all[..]].concat());
}

#[test]
fn tunnels_to_a_lighthouse_that_takes_them_from_anywhere_are_translated() {
    let (mut site, home) = at_home();
    let pi = guest(&mut site, "pi", 900, 50, INFRASTRUCTURE);
    put(&mut site, pi, home, "192.168.1.5");
    site.hosts[pi.index()].interfaces.retain(|interface| interface.network != BRIDGE);
    site.hosts[pi.index()].lighthouse = true;
    let tunnels = |site: &Site| leaving(site).iter().filter(|line| line.contains("udp")).cloned().collect::<Vec<_>>();
    // What lets tunnels in from the networks of members alone goes by addresses.
    assert_eq!(tunnels(&site), Vec::<String>::new());
    site.hosts[pi.index()].interfaces[0].public = Some(at(address("198.51.100.20")));
    assert_eq!(tunnels(&site), ["-s 192.168.100.0/24 -d 192.168.1.5/32 -p udp -m udp --dport 4242 -j MASQUERADE"]);
}

#[test]
fn a_port_is_handed_on_by_a_node_where_that_one_routes() {
    let mut site = small();
    let other = bridge(&mut site, "other", "192.168.90.0/24", "vmbr9", Some(("192.168.90.1", Some(NodeId(1)))));
    site.nodes.push(node("other", "192.168.90.1"));
    put(&mut site, HostId(0), other, "192.168.90.41");
    let forward = Forward { ports: ports(Transport::Tcp, 80, 80), to: HostId(0), span: at(()).span };
    site.nodes.iter_mut().for_each(|node| node.forwards = vec![forward.clone()]);
    let tree = emitted(&site);
    for (node, to) in [("pve", "192.168.100.41"), ("other", "192.168.90.41")] {
        let text = &tree.files[&format!("proxmox/{node}/edge.rules")].text;
        assert!(text.contains(&format!("--dport 80 -j DNAT --to-destination {to}\n")), "{text}");
    }
}

#[test]
fn a_name_cannot_become_a_rule() {
    let mut site = small();
    site.nodes[0].uplink =
        Some(Uplink { bridge: "vmbr0 -j ACCEPT\n-A X".into(), address: at(address("198.51.100.10")), public: None });
    assert!(rules(&site).contains("-o vmbr0-jACCEPT-AX -j MASQUERADE"));
}

#[test]
fn the_head_says_what_to_do_by_hand() {
    let tree = emitted(&small());
    let text = &tree.files["proxmox/pve/edge.rules"].text;
    assert!(text.starts_with("# Generated by arvc from site.arv. Do not edit.\n"));
    assert!(text.contains("#   install -D -m 644 edge.rules /etc/arvc/edge.rules\n"));
    let unit = &tree.files["proxmox/pve/arvc-edge.service"].text;
    assert!(unit.starts_with("# Generated by arvc from site.arv. Do not edit.\n#\n# Loads /etc/arvc/edge.rules"));
}
