//! The verdict on random clusters and placements is that of trying every single loss.

use std::collections::BTreeSet;
use std::fmt::Write;

use arvc_lang::functions::Calls;
use arvc_lang::{LoadError, Loader, evaluate_site};
use proptest::prelude::*;

use super::Availability;
use super::losses::Loss;
use crate::model::{Host, HostId, Kind, NodeId, PlaceId, Site};

struct NoFiles;

impl Loader for NoFiles {
    fn load(&mut self, _: &str) -> Result<String, LoadError> {
        Err(LoadError::NotFound)
    }

    fn list(&mut self, _: &str) -> Result<Vec<String>, LoadError> {
        Err(LoadError::NotFound)
    }
}

/// A member: its node, the nodes that the HA manager may use, its storage and where copies of that are, a witness, a machine.
#[derive(Clone, Debug)]
struct Member {
    node: usize,
    ha: Option<Vec<usize>>,
    store: usize,
    copies: Vec<usize>,
    witness: bool,
    machine: bool,
    place: usize,
}

/// One of each kind: a node's own, one that keeps itself on several machines, one that is lost as one, one that a machine
/// serves, one that is replicated, and one that nobody declared.
const STORES: [&str; 6] = ["local-lvm", "ceph", "nas", "export", "tank", "other"];

#[derive(Clone, Debug)]
struct Plan {
    nodes: usize,
    /// For each node, the rack that it stands in; 9 is none.
    racks: Vec<usize>,
    /// For each rack, whether it is within the room.
    within: Vec<bool>,
    members: Vec<Member>,
    quorum: bool,
    votes: Option<usize>,
    replicas: usize,
}

fn member() -> impl Strategy<Value = Member> {
    let ha = proptest::option::weighted(0.3, proptest::collection::vec(0..4_usize, 0..3));
    let flags = (proptest::bool::weighted(0.2), proptest::bool::weighted(0.2));
    let disk = (0..STORES.len(), proptest::collection::vec(0..4_usize, 1..3));
    (0..4_usize, ha, disk, flags, 0..4_usize).prop_map(|(node, ha, (store, copies), (witness, machine), place)| {
        Member { node, ha, store, copies, witness, machine, place }
    })
}

fn plan() -> impl Strategy<Value = Plan> {
    let places = (proptest::collection::vec(0..4_usize, 4), proptest::collection::vec(any::<bool>(), 3));
    let cluster = (any::<bool>(), proptest::option::weighted(0.3, 1..6_usize), 0..3_usize);
    (1..5_usize, places, proptest::collection::vec(member(), 1..7), cluster).prop_map(
        |(nodes, (racks, within), members, (quorum, votes, replicas))| Plan {
            nodes,
            racks,
            within,
            members,
            quorum,
            votes,
            replicas,
        },
    )
}

fn source(plan: &Plan) -> String {
    let mut text = String::from(
        r#"{ name = "site"; domain = "example.internal"; operators.addresses = [ 203.0.113.9 ];
  networks.lan = { cidr = 10.0.0.0/16; bridge = "vmbr1"; }; images.debian.file = "local:import/debian-13.qcow2";
  ranges.r = { vmids = 1000..1999; addresses = 1000..1999; }; places.room = {};
  datastores = {
    local-lvm.kind = LvmThin; ceph.kind = Rbd; nas.kind = Nfs; tank.kind = Zfs;
    export = { kind = Nfs; server = hosts.server; };
  };
  hosts.server = { kind = Machine; places = [ places.rack0 ]; on.lan.address = 10.0.8.1; };
"#,
    );
    for (at, within) in plan.within.iter().enumerate() {
        let within = if *within { "places.room" } else { "" };
        let _ = writeln!(text, "  places.rack{at} = {{ within = [ {within} ]; }};");
    }
    let rack = |at: usize| if at < 3 { format!("places.rack{at}") } else { String::new() };
    for at in 0..plan.nodes {
        let rack = rack(plan.racks[at]);
        let _ = writeln!(text, "  nodes.n{at} = {{ address = 10.0.0.{}; places = [ {rack} ]; }};", at + 1);
    }
    let votes = plan.votes.map_or_else(String::new, |votes| format!("votes = {votes};"));
    let _ = writeln!(text, "  clusters.c = {{ quorum = {}; replicas = {}; {votes}", plan.quorum, plan.replicas);
    for (at, member) in plan.members.iter().enumerate() {
        let witness = if member.witness { "witness = true;" } else { "" };
        if member.machine {
            let rack = rack(member.place);
            let _ = writeln!(
                text,
                "    members.m{at} = {{ kind = Machine; places = [ {rack} ]; {witness} on.lan.address = 10.0.9.{}; }};",
                at + 1
            );
            continue;
        }
        let store = STORES[member.store];
        let copies: Vec<_> = member.copies.iter().map(|node| format!("nodes.n{}", node % plan.nodes)).collect();
        let copies = match store {
            "tank" => format!("replication.to = [ {} ];", copies.join(", ")),
            _ => String::new(),
        };
        let ha = member.ha.as_ref().map_or_else(String::new, |nodes| {
            let nodes: Vec<_> = nodes.iter().map(|node| format!("nodes.n{}", node % plan.nodes)).collect();
            format!("ha = {{ nodes = [ {} ]; strict = true; }};", nodes.join(", "))
        });
        let _ = writeln!(
            text,
            "    members.m{at} = {{ vmid = {}; node = nodes.n{}; datastore = \"{store}\"; {ha} {copies} {witness} }};",
            1000 + at,
            member.node % plan.nodes
        );
    }
    text + "  };\n}"
}

fn site(text: &str) -> Site {
    let mut outcome = evaluate_site("site.arv", text.to_owned(), &mut NoFiles);
    let calls = Calls::new(&outcome.sources, &mut outcome.functions);
    crate::resolve(&outcome.data.expect("a value"), calls).0.unwrap_or_else(|| panic!("a site: {text}"))
}

/// Whether a place is gone with another one.
fn inside(site: &Site, place: PlaceId, gone: PlaceId) -> bool {
    place == gone || site.places[place.index()].within.iter().any(|outer| inside(site, *outer, gone))
}

fn stands(site: &Site, places: &[PlaceId], gone: Loss) -> bool {
    matches!(gone, Loss::Place(place) if places.iter().any(|own| inside(site, *own, place)))
}

fn node_lives(site: &Site, node: NodeId, gone: Loss) -> bool {
    gone != Loss::Node(node) && !stands(site, &site.nodes[node.index()].places, gone)
}

fn lives(site: &Site, id: HostId, host: &Host, gone: Loss) -> bool {
    if host.kind == Kind::Machine {
        return gone != Loss::Machine(id) && !stands(site, &host.places, gone);
    }
    let named = |named: &crate::model::Named, name: &str| named.name == name;
    match host.datastore.as_str() {
        "nas" if matches!(gone, Loss::Storage(id) if named(&site.datastores[id.index()].named, "nas")) => return false,
        "export" => {
            let server = site.hosts.iter().position(|host| named(&host.named, "server")).expect("the server is there");
            if !lives(site, HostId(server as u32), &site.hosts[server], gone) {
                return false;
            }
        }
        _ => {}
    }
    let home = host.node.expect("a guest has a node");
    let has_disk = |node: NodeId| match host.datastore.as_str() {
        "local-lvm" => false,
        "tank" => host.replication.as_ref().is_some_and(|it| it.to.contains(&node)),
        _ => true,
    };
    let mut others = host.placement.iter().filter(|node| host.ha.is_some() && has_disk(**node));
    node_lives(site, home, gone) || others.any(|node| node_lives(site, *node, gone))
}

/// Every single loss tried, and those kept that no smaller one of them explains.
fn tried(site: &Site) -> BTreeSet<Loss> {
    let cluster = &site.clusters[0];
    let nodes = (0..site.nodes.len() as u32).map(|at| Loss::Node(NodeId(at)));
    let places = (0..site.places.len() as u32).map(|at| Loss::Place(PlaceId(at)));
    let machines = cluster.members.iter().filter(|id| site.hosts[id.index()].kind == Kind::Machine);
    let server = site.host_ids().filter(|id| !cluster.members.contains(id));
    let machines = machines.copied().chain(server.filter(|id| site.hosts[id.index()].kind == Kind::Machine));
    let storages = (0..site.datastores.len() as u32).map(|id| Loss::Storage(crate::model::DatastoreId(id)));
    let losses: Vec<Loss> = nodes.chain(places).chain(machines.map(Loss::Machine)).chain(storages).collect();
    let stops = |gone: &Loss| {
        let alive: Vec<_> =
            cluster.members.iter().filter(|id| lives(site, **id, &site.hosts[id.index()], *gone)).collect();
        let copies = alive.iter().filter(|id| !site.hosts[id.index()].witness).count();
        let majority = if cluster.quorum || cluster.votes.is_some() { cluster.members.len() / 2 + 1 } else { 0 };
        let votes = majority.max(cluster.votes.map_or(0, |votes| votes.value as usize));
        let only_votes = cluster.members.iter().all(|id| site.hosts[id.index()].witness);
        let needed = if only_votes && cluster.replicas.value == 0 { 0 } else { cluster.replicas.value as usize + 1 };
        // What takes nobody stops nobody.
        alive.len() < cluster.members.len() && (alive.len() < votes || copies < needed)
    };
    let stopping: BTreeSet<Loss> = losses.into_iter().filter(stops).collect();
    let smaller = |other: &Loss, place: PlaceId| match other {
        Loss::Node(node) => stands(site, &site.nodes[node.index()].places, Loss::Place(place)),
        Loss::Machine(host) => stands(site, &site.hosts[host.index()].places, Loss::Place(place)),
        Loss::Storage(_) => false,
        Loss::Place(inner) => *inner != place && inside(site, *inner, place),
    };
    let minimal = |loss: &&Loss| match loss {
        Loss::Place(place) => !stopping.iter().any(|other| smaller(other, *place)),
        _ => true,
    };
    stopping.iter().filter(minimal).copied().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_losses_that_stop_a_cluster_are_those_that_stop_it_when_tried(plan in plan()) {
        let text = source(&plan);
        let site = site(&text);
        let availability = Availability::new(&site);
        let found: BTreeSet<Loss> = availability.stops[0].iter().map(|stop| stop.loss).collect();
        prop_assert_eq!(found, tried(&site), "{}", text);
    }
}
