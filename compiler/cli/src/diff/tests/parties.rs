//! Who is asked about on two sides: machines that are there, nodes, each address of the operators.

use pretty_assertions::assert_eq;

use super::arvc;
use crate::exit;
use crate::world::memory::Memory;

/// A node with two guests; what is open to the machine for mail, and from it.
fn site(more: &str) -> String {
    format!(
        r#"{{
  name = "lab"; domain = "lab.internal"; operators.addresses = [ 10.1.1.50 ];
  nodes.pve.address = 10.1.1.11;
  networks.lan = {{ cidr = 10.1.1.0/24; bridge = "vmbr0"; gateway = 10.1.1.1; }};
  ranges.all = {{ vmids = 1000..1089; addresses = 100..189; }};
  images.debian.vmid = 9000;
  hosts.web = {{ vmid = 1000; }};
  {more}
}}
"#
    )
}

/// What is told of connections between two sites.
fn connections(before: &str, after: &str) -> String {
    let mut world = Memory::new("/lab");
    world.file("old.arv", before);
    world.file("new.arv", after);
    assert_eq!(arvc(&mut world, &["diff", "old.arv", "new.arv"]), exit::GOOD, "{}", world.stderr);
    section(&world.stdout)
}

/// What is told of connections between the tree of a site and another site.
fn from_tree(before: &str, after: &str) -> String {
    let mut world = Memory::new("/lab");
    world.file("site.arv", before);
    assert_eq!(arvc(&mut world, &["build"]), exit::GOOD, "{}", world.stderr);
    world.file("site.arv", after);
    assert_eq!(arvc(&mut world, &["diff"]), exit::GOOD, "{}", world.stderr);
    section(&world.stdout)
}

/// The lines about connections, without the first that names the sides.
fn section(told: &str) -> String {
    let ends = ["\nMachines\n", "\nCertificates\n", "\narv.lock\n", "\nFiles: "];
    let end = ends.iter().filter_map(|end| told.find(end)).min();
    let lines = told[..end.unwrap_or(told.len())].lines().skip(2);
    lines.map(|line| format!("{line}\n")).collect()
}

const MAIL: &str =
    "hosts.mail = { vmid = 1001; };\n  allow = [ hosts.mail -> internet : 25/tcp, hosts.web -> hosts.mail : 587/tcp ];";

#[test]
fn a_machine_that_is_retired_or_planned_is_not_there() {
    let there = site(MAIL);
    let told = |status: &str| site(&MAIL.replace("1001;", &format!("1001; status = {status};")));
    let gone = connections(&there, &site(""));
    assert_eq!(
        gone,
        "\
Connections of what is gone
  - mail -> 1.1.1.1 : 53/tcp, 53/udp over networks.lan
  - mail -> 1.1.1.1, internet : 25/tcp, 80/tcp, 443/tcp, 123/udp over networks.lan
  - operators, nodes.pve -> mail : 22/tcp over networks.lan
  - web -> mail : 587/tcp over networks.lan
"
    );
    assert_eq!(connections(&there, &told("Retired")), gone);
    let new = connections(&site(""), &there);
    assert_eq!(new, gone.replace("gone", "new").replace("  - ", "  + "));
    assert_eq!(connections(&told("Planned"), &there), new);
    assert_eq!(connections(&told("Planned"), &told("Retired")), "nothing changes\n");
}

/// A node with an address of the world, and a machine elsewhere that has one.
fn with_operators(operators: &str) -> String {
    format!(
        r#"{{
  name = "lab"; domain = "lab.internal"; operators.addresses = [ {operators} ];
  nodes.pve = {{ address = 10.0.0.1; uplink.address = 203.0.113.1; }};
  networks.lan = {{ cidr = 10.0.0.0/24; bridge = "vmbr1"; gateway = nodes.pve; }};
  networks.vpsnet.cidr = 198.18.0.5/32;
  ranges.all = {{ vmids = 1000..1089; addresses = 10..99; }};
  images.debian.vmid = 9000;
  hosts.web = {{ vmid = 1000; }};
  hosts.vps = {{ kind = Machine; on.vpsnet.address = 198.18.0.5; }};
  allow = [ internet -> hosts.vps : 443/tcp ];
}}
"#
    )
}

/// What is told of who may manage machines, whatever the sign.
fn managed(mark: char, who: &str) -> Vec<String> {
    [
        format!(
            "  {mark} {who} -> nodes.pve : 22/tcp, 3128/tcp, 5900-5999/tcp, 8006/tcp, 60000-60050/tcp over networks.lan"
        ),
        format!("  {mark} {who} -> vps : 22/tcp over networks.vpsnet"),
    ]
    .into()
}

/// What is opened and closed, without the layers.
fn rows(told: &str) -> Vec<String> {
    let rows = told.split("\nLayers that").next().unwrap_or(told).lines().filter(|line| line.starts_with("  "));
    rows.map(|line| line.split("  (").next().unwrap_or(line).to_owned()).collect()
}

#[test]
fn each_address_of_the_operators_is_told_by_itself() {
    let (one, two) = (with_operators("198.51.100.7"), with_operators("198.51.100.7, 192.0.2.44"));
    assert_eq!(rows(&connections(&one, &two)), managed('+', "192.0.2.44"));
    assert_eq!(rows(&connections(&two, &one)), managed('-', "192.0.2.44"));
    // One in place of another: the operators are those of the later side.
    let other = with_operators("192.0.2.44");
    assert_eq!(rows(&connections(&one, &other)), [managed('+', "operators"), managed('-', "198.51.100.7")].concat());
    // A prefix instead of one of its addresses.
    let wider = with_operators("198.51.100.0/24");
    assert_eq!(rows(&connections(&one, &wider)), managed('+', "operators"));
    // Of the prefix one address keeps it.
    let part = |row: String| format!("{row}: was open, and is not known now");
    let left: Vec<String> = managed('?', "198.51.100.0/24").into_iter().map(part).collect();
    assert_eq!(rows(&connections(&wider, &one)), left);
    assert_eq!(rows(&connections(&one, &one)), Vec::<String>::new());
}

#[test]
fn what_a_rule_of_a_node_names_is_told_by_itself() {
    let before = with_operators("198.51.100.7");
    let after =
        before.replace("allow = [", "allow = [ 192.0.2.5 -> nodes.pve : 9100/tcp, operators -> nodes.pve : 9101/tcp,");
    assert_eq!(
        rows(&connections(&before, &after)),
        [
            "  + 192.0.2.5 -> nodes.pve : 9100/tcp over networks.lan",
            "  + operators -> nodes.pve : 9101/tcp over networks.lan",
        ]
    );
}

/// The rows of a diff that begins with a tree.
fn read(before: &str, after: &str) -> Vec<String> {
    rows(&from_tree(before, after))
}

#[test]
fn a_tree_tells_who_gets_at_nodes_and_machines_that_are_no_guests() {
    let before = with_operators("198.51.100.7");
    let after = with_operators("198.51.100.7, 192.0.2.44");
    let of = |row: &&String| row.contains("192.0.2.44 -> pve") || row.contains("192.0.2.44 -> vps");
    let found = read(&before, &after);
    assert_eq!(
        found.iter().filter(of).collect::<Vec<_>>(),
        [
            "  + 192.0.2.44 -> pve : 22/tcp, 3128/tcp, 5900-5999/tcp, 8006/tcp, 60000-60050/tcp over routed",
            "  + 192.0.2.44 -> vps : 22/tcp over routed",
        ]
    );
    assert!(found.iter().all(|row| row.contains("192.0.2.44")), "{found:#?}");
    let flows = "allow = [ operators -> nodes.pve : 9100/tcp, operators -> hosts.vps : 8443/tcp, 192.0.2.5 -> hosts.vps : 9000/tcp,";
    assert_eq!(
        read(&before, &before.replace("allow = [", flows)),
        [
            "  + 192.0.2.5 -> vps : 9000/tcp over routed",
            "  + operators -> pve : 9100/tcp over routed",
            "  + operators -> vps : 8443/tcp over routed",
            // No file says which of its addresses the node takes.
            "  ? pve -> vps : 8443/tcp, 9000/tcp over routed: was closed, and is not known now",
        ]
    );
}

#[test]
fn a_tree_tells_who_gets_at_a_node_that_is_new() {
    let after = r#"{
  name = "lab"; domain = "lab.internal"; operators.addresses = [ 10.1.1.50 ];
  nodes = { pve1 = { address = 10.1.1.11; }; pve2 = { address = 10.1.1.12; }; };
  networks.lan = { cidr = 10.1.1.0/24; bridge = "vmbr0"; gateway = 10.1.1.1; };
  ranges.all = { vmids = 1000..1089; addresses = 100..189; };
  images.debian = { vmid = 9000; node = nodes.pve1; };
  hosts.web = { vmid = 1000; node = nodes.pve1; };
}"#;
    let found = read(&after.replace("pve2 = { address = 10.1.1.12; };", ""), after);
    let ports = "3128/tcp, 5900-5999/tcp, 8006/tcp, 60000-60050/tcp over bridge vmbr0";
    for row in [
        format!("  + pve2 -> pve1 : {ports}"),
        "  + pve2 -> pve1, web : 22/tcp over bridge vmbr0".to_owned(),
        format!("  + operators, pve1 -> pve2 : 22/tcp, {ports}"),
    ] {
        assert!(found.contains(&row), "{row}\n{found:#?}");
    }
}

#[test]
fn a_rule_about_everybody_is_about_nobody() {
    let plain = site("hosts.docker = { vmid = 1001; };");
    let forwards = site("hosts.docker = { vmid = 1001; forwards = true; };");
    for (before, after) in [(&plain, &forwards), (&forwards, &plain)] {
        assert_eq!(read(before, after), Vec::<String>::new(), "{}", from_tree(before, after));
    }
}

#[test]
fn a_second_family_does_not_hide_what_the_first_hands_on() {
    let site = |more: &str, prefixes: &str| {
        format!(
            r#"{{
  name = "lab"; domain = "lab.internal"; operators.addresses = [ 198.51.100.7 ];
  nodes.pve = {{ address = 10.0.0.1; {more} uplink.address = 203.0.113.10; forward = [ {{ port = 443/tcp; to = hosts.web; }} ]; }};
  networks.lan = {{ cidr = 10.0.0.0/24; {prefixes} bridge = "vmbr1"; gateway = nodes.pve; }};
  ranges.all = {{ vmids = 1000..1089; addresses = 10..99; }};
  images.debian.vmid = 9000;
  hosts.web = {{ vmid = 1000; }};
  allow = [ internet -> hosts.web : 443/tcp ];
}}"#
        )
    };
    let found = read(&site("", ""), &site("addresses = [ 2001:db8:1::1 ];", "prefixes = [ 2001:db8:1::/64 ];"));
    assert!(found.contains(&"  + internet -> web : 443/tcp over routed by IPv6".to_owned()), "{found:#?}");
    assert!(found.iter().all(|row| row.starts_with("  + ") && row.ends_with("IPv6")), "{found:#?}");
}
