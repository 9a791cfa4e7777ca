//! What machines get inside, with and without an overlay: whom they ask and wait for, what their rules say, who answers
//! them, who still comes in when their own rules fail.

mod sites;

use arvc_emit::tree::Tree;
use arvc_site::model::*;
use pretty_assertions::assert_eq;
use sites::*;

fn emitted(site: &Site) -> Tree {
    let (policies, mut tree) = (arvc_reach::policy::policies(site), Tree::default());
    arvc_emit::ansible::emit(site, &policies, HEADER, &mut tree);
    arvc_emit::nebula::emit(site, &policies, HEADER, &mut tree);
    arvc_emit::dns::emit(site, HEADER, &mut tree);
    tree
}

fn text<'tree>(tree: &'tree Tree, path: &str) -> &'tree str {
    &tree.files[path].text
}

/// A part of a file, from a line to the line before another.
fn part<'text>(text: &'text str, from: &str, to: &str) -> &'text str {
    let start = text.find(from).expect("the part's first line");
    &text[start..start + text[start..].find(to).expect("the line behind the part")]
}

/// [`small`] with `app` as a second lighthouse and relay, and a laptop outside that reaches `dns` through the node.
fn outside() -> Site {
    let mut site = small();
    site.nodes[0].uplink = Some(Uplink { bridge: "vmbr0".into(), address: at(address("198.51.100.10")), public: None });
    let span = at(()).span;
    site.nodes[0].forwards = vec![Forward { ports: ports(Transport::Udp, 4242, 4242), to: HostId(2), span }];
    site.hosts[0].lighthouse = true;
    site.hosts[0].relay = true;
    let laptop = guest(&mut site, "laptop", 5000, 99, PROJECTS);
    let laptop = &mut site.hosts[laptop.index()];
    laptop.kind = Kind::Machine;
    laptop.vmid = None;
    laptop.interfaces.remove(0);
    site
}

#[test]
fn a_machine_outside_knows_only_the_lighthouses_and_relays_that_it_finds() {
    let tree = emitted(&outside());
    let laptop = text(&tree, "nebula/laptop.yml");
    let places = "static_host_map:\n  \"10.10.10.11\":\n    - \"198.51.100.10:4242\"\n";
    assert_eq!(part(laptop, "static_host_map", "lighthouse:"), places);
    assert_eq!(part(laptop, "  hosts:", "listen:"), "  hosts:\n    - \"10.10.10.11\"\n");
    assert_eq!(part(laptop, "  relays:", "cipher:"), "  relays:\n    - \"10.10.10.11\"\n");
    let inside = text(&tree, "nebula/db.yml");
    let both = "  relays:\n    - \"10.10.10.11\"\n    - \"10.10.10.41\"\n";
    assert_eq!(part(inside, "  relays:", "cipher:"), both);
}

#[test]
fn a_machine_outside_finds_a_node_behind_a_router_by_its_public_address() {
    let mut site = outside();
    let uplink = site.nodes[0].uplink.as_mut().expect("the node has an uplink");
    uplink.public = Some(at(address("203.0.113.77")));
    uplink.address = at(address("192.168.1.10"));
    let tree = emitted(&site);
    let places = "static_host_map:\n  \"10.10.10.11\":\n    - \"203.0.113.77:4242\"\n";
    assert_eq!(part(text(&tree, "nebula/laptop.yml"), "static_host_map", "lighthouse:"), places);
}

#[test]
fn a_lighthouse_waits_for_no_other_lighthouse() {
    let tree = emitted(&outside());
    let variables = |host: &str| text(&tree, &format!("ansible/inventory/host_vars/{host}.yml")).to_owned();
    // `app` may ask `dns`, which is a resolver; but the one that joins first would wait for the other.
    assert!(variables("app").contains("nebula_probes: []\n"), "{}", variables("app"));
    assert!(variables("db").contains("  - address: 10.10.10.11\n    port: 53\n"), "{}", variables("db"));
}

#[test]
fn nobody_waits_for_a_lighthouse_that_is_switched_off() {
    let mut site = small();
    site.hosts[2].status = Status::Disabled;
    let tree = emitted(&site);
    let variables = text(&tree, "ansible/inventory/host_vars/app.yml");
    assert!(variables.contains("nebula_probes: []\n"), "{variables}");
}

#[test]
fn a_reason_stands_once_above_the_rules_that_it_has() {
    let mut site = small();
    let targets = End::Union(vec![End::Host(HostId(0)), End::Host(HostId(1))]);
    site.allow.push(flow(End::Host(HostId(2)), targets, &[tcp(8080)]));
    let tree = emitted(&site);
    let rule = |host| format!("    - proto: \"tcp\"\n      port: \"8080\"\n      host: \"{host}\"\n");
    let expected = format!("    # hosts.dns -> [ hosts.app, hosts.db ] : 8080/tcp\n{}{}", rule("app"), rule("db"));
    let outbound = part(text(&tree, "nebula/dns.yml"), "    # hosts.dns", "  inbound:");
    assert_eq!(outbound, expected);
}

#[test]
fn a_resolver_listens_on_a_bridge_for_those_that_only_the_bridge_leads_to_it() {
    let listens = |site: &Site| {
        let tree = emitted(site);
        let lines = text(&tree, "dns/unbound/dns.conf").lines().map(str::trim);
        let wanted = |line: &&str| line.starts_with("interface:") || line.starts_with("access-control:");
        lines.filter(wanted).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut site = small();
    assert_eq!(listens(&site), ["interface: 10.10.10.11", "access-control: 10.10.10.0/24 allow"]);
    site.hosts[0].interfaces.pop();
    let both = [
        "interface: 192.168.100.11",
        "interface: 10.10.10.11",
        "access-control: 192.168.100.0/24 allow",
        "access-control: 10.10.10.0/24 allow",
    ];
    assert_eq!(listens(&site), both);
}

#[test]
fn a_site_without_an_overlay_has_nothing_that_joins_one() {
    let mut site = small();
    site.networks.pop();
    for host in &mut site.hosts {
        host.interfaces.pop();
        (host.lighthouse, host.relay) = (false, false);
    }
    let tree = emitted(&site);
    let left: Vec<_> = tree.files.keys().filter(|path| path.contains("nebula") && !path.starts_with("dns/")).collect();
    assert_eq!(left, Vec::<&String>::new());
    let plays = |tree: &Tree| -> Vec<String> {
        let lines = text(tree, "ansible/playbooks/site.yml").lines();
        lines.filter_map(|line| line.split_once("import_playbook: ")).map(|(_, play)| play.to_owned()).collect()
    };
    assert_eq!(plays(&tree), ["bootstrap.yml", "security.yml", "resolver.yml"]);
    assert!(!text(&tree, "ansible/inventory/group_vars/all.yml").contains("nebula_version"));
    assert_eq!(plays(&emitted(&small())), ["bootstrap.yml", "security.yml", "nebula.yml", "resolver.yml"]);
}

#[test]
fn a_node_comes_in_by_its_address_on_each_bridge_when_rules_fail() {
    let mut site = small();
    let second = bridge(&mut site, "second", "192.168.200.0/24", "vmbr2", Some(("192.168.200.1", Some(NodeId(0)))));
    site.hosts[0].interfaces[0].network = second;
    site.hosts[0].interfaces[0].address = Some(at(address("192.168.200.41")));
    let tree = emitted(&site);
    let closed = text(&tree, "ansible/files/filter/fail_closed.v4");
    let expected = "\
# nodes.pve: SSH
-A INPUT -s 192.168.100.1/32 -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -s 192.168.200.1/32 -p tcp -m tcp --dport 22 -j ACCEPT
";
    assert_eq!(part(closed, "# nodes.pve", "# operators"), expected);
}
