//! Where guests run: the node that they name, those that the HA manager may use, and the ones that a cluster is spread over.

use arvc_site::model::Site;
use pretty_assertions::assert_eq;

use crate::source;

const SITE: &str = r#"
  name = "site"; domain = "example.internal";
  operators.addresses = [ 203.0.113.9 ];
  networks.lan = { cidr = 10.0.0.0/16; bridge = "vmbr1"; };
  images.debian.file = "local:import/debian-13.qcow2";
  ranges.r = { vmids = 1000..1999; addresses = 1000..1999; };
"#;

fn nodes(names: &[&str]) -> String {
    let of = |(at, name): (usize, &&str)| format!("nodes.{name}.address = 10.0.0.{};\n", at + 1);
    names.iter().enumerate().map(of).collect()
}

/// A cluster of members `01`, `02`, …, spread.
fn cluster(name: &str, first: usize, members: usize) -> String {
    let member = |at: usize| format!("members.{at:02}.vmid = {};", first + at);
    let members: String = (1..=members).map(member).collect();
    format!("clusters.{name} = {{ spread = true; {members} }};\n")
}

fn resolve(parts: &[&str]) -> Site {
    let text = format!("{{ {SITE} {} }}", parts.concat());
    source::resolve(&text).0.expect("a record is a site")
}

/// Hosts with their nodes: `db-01 a`.
fn placed(site: &Site) -> Vec<String> {
    let of = |id: arvc_site::model::NodeId| site.nodes[id.index()].named.name.as_str();
    site.hosts.iter().map(|host| format!("{} {}", host.named.name, host.node.map_or("-", of))).collect()
}

fn placement(site: &Site, name: &str) -> Vec<String> {
    let host = site.hosts.iter().find(|host| host.named.name == name).expect("a host");
    host.placement.iter().map(|id| site.nodes[id.index()].named.name.clone()).collect()
}

#[test]
fn a_guest_may_run_on_its_node_and_where_the_ha_manager_may_start_it() {
    let site = resolve(&[
        &nodes(&["a", "b", "c"]),
        "hosts.plain = { vmid = 1001; node = nodes.b; };",
        "hosts.anywhere = { vmid = 1002; node = nodes.b; ha = {}; };",
        "hosts.preferring = { vmid = 1003; node = nodes.b; ha.nodes = [ nodes.c ]; };",
        "hosts.strict = { vmid = 1004; node = nodes.b; ha = { nodes = [ nodes.a ]; strict = true; }; };",
    ]);
    assert_eq!(placement(&site, "plain"), ["b"]);
    assert_eq!(placement(&site, "anywhere"), ["a", "b", "c"]);
    assert_eq!(placement(&site, "preferring"), ["a", "b", "c"]);
    assert_eq!(placement(&site, "strict"), ["a", "b"]);
}

#[test]
fn members_of_a_spread_cluster_are_on_different_nodes() {
    let site = resolve(&[&nodes(&["a", "b", "c"]), &cluster("db", 1000, 3), &cluster("kv", 1010, 3)]);
    let mut on: Vec<_> = placed(&site)[..3].iter().map(|it| it[6..].to_owned()).collect();
    on.sort();
    assert_eq!(on, ["a", "b", "c"]);
    assert!(site.hosts.iter().all(|host| host.placement.len() == 1));
}

#[test]
fn more_members_than_nodes_are_spread_as_evenly_as_they_can_be() {
    let site = resolve(&[&nodes(&["a", "b"]), &cluster("db", 1000, 5)]);
    let on = |node: &str| placed(&site).iter().filter(|it| it.ends_with(node)).count();
    let (few, many) = (on(" a").min(on(" b")), on(" a").max(on(" b")));
    assert_eq!((few, many), (2, 3));
}

#[test]
fn a_member_that_names_its_node_stays_and_the_others_go_elsewhere() {
    let stated = "clusters.db.members.02.node = nodes.c; clusters.db.members.03.node = nodes.a;";
    let site = resolve(&[&nodes(&["a", "b", "c"]), &cluster("db", 1000, 3), stated]);
    assert_eq!(placed(&site), ["db-01 b", "db-02 c", "db-03 a"]);
}

#[test]
fn other_machines_and_clusters_move_no_member() {
    let own = cluster("db", 1000, 3);
    let alone = placed(&resolve(&[&nodes(&["a", "b", "c", "d"]), &own]));
    let others =
        [&cluster("aa", 1100, 5), "hosts.x = { vmid = 1200; node = nodes.a; };", &cluster("zz", 1300, 2)].concat();
    let beside = placed(&resolve(&[&nodes(&["a", "b", "c", "d"]), &own, &others]));
    assert!(alone.iter().all(|it| beside.contains(it)), "{alone:?} {beside:?}");
    let grown = placed(&resolve(&[&nodes(&["a", "b", "c", "d"]), &cluster("db", 1000, 4)]));
    assert_eq!(grown[..3], alone);
}

#[test]
fn members_avoid_a_place_that_one_of_them_stands_in() {
    let nodes = "
      places.east = {}; places.west = {}; places.rack = { within = [ places.east ]; };
      nodes.a = { address = 10.0.0.1; places = [ places.rack ]; };
      nodes.b = { address = 10.0.0.2; places = [ places.east ]; };
      nodes.c = { address = 10.0.0.3; places = [ places.west ]; };
    ";
    let site = resolve(&[nodes, &cluster("db", 1000, 2)]);
    assert!(placed(&site).iter().any(|it| it.ends_with(" c")), "{:?}", placed(&site));
}

#[test]
fn a_cluster_is_spread_over_the_nodes_that_it_names() {
    let site =
        resolve(&[&nodes(&["a", "b", "c"]), &cluster("db", 1000, 2), "clusters.db.nodes = [ nodes.a, nodes.c ];"]);
    assert!(placed(&site).iter().all(|it| !it.ends_with(" b")), "{:?}", placed(&site));
}

#[test]
fn a_guest_with_a_choice_and_no_node_begins_on_one_of_them() {
    let site = resolve(&[
        &nodes(&["a", "b", "c"]),
        "hosts.x = { vmid = 1001; ha = { nodes = [ nodes.a, nodes.c ]; strict = true; }; };",
    ]);
    assert!(["x a", "x c"].contains(&placed(&site)[0].as_str()));
    assert_eq!(placement(&site, "x"), ["a", "c"]);
}
