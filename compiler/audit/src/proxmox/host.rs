//! The chains of a node: its own rules, the data centre's, then what Proxmox lets in by itself, then the policy.

use std::collections::HashMap;
use std::sync::LazyLock;

use ipnet::IpNet;

use super::chains::{discovers, is_tcp, on, policy, smurf, walk};
use super::engine::bounded;
use super::{Cluster, Direction, IpSet, Proxmox, Sets};
use crate::bounds::{Outcome, Tri};
use crate::packet::{Addresses, Packet, Port, UDP};
use crate::place::{Place, Why};

/// What the management ports are open to: the set of that name, and the network that Proxmox takes for the local one.
const MANAGEMENT: &[(u16, u16)] = &[(22, 22), (3128, 3128), (5900, 5999), (8006, 8006), (60000, 60050)];
/// What a node may ask of the local network.
const PEERS: &[(u16, u16)] = &[(22, 22), (3128, 3128), (5900, 5999), (8006, 8006)];

/// What becomes of a packet that comes to a node over an interface of it (empty if nobody knows).
/// `ring`: whether it is from a node to another, at addresses of theirs.
pub fn host_in(proxmox: &Proxmox, node: &str, iface: &str, packet: &Packet, ring: bool) -> Outcome {
    let outcome = host(proxmox, node, iface, packet, Direction::In, ring);
    // There what Proxmox lets in by itself comes first, and no rule takes it back.
    bounded(outcome, proxmox, Some(node), || is_tcp(packet, MANAGEMENT))
}

/// What becomes of a packet that a node sends.
pub fn host_out(proxmox: &Proxmox, node: &str, iface: &str, packet: &Packet, ring: bool) -> Outcome {
    host(proxmox, node, iface, packet, Direction::Out, ring)
}

fn host(proxmox: &Proxmox, name: &str, iface: &str, packet: &Packet, direction: Direction, ring: bool) -> Outcome {
    let mut outcome = Outcome::default();
    if packet.answer {
        return Outcome::pass("an answer", None);
    }
    let absent = super::Node::default();
    let node = proxmox.nodes.get(name).unwrap_or(&absent);
    let cluster = proxmox.center(proxmox.center_of(name));
    for (switch, words) in [
        (&cluster.enabled, "the firewall of the data centre is off"),
        (&node.enabled, "the firewall of the node is off"),
    ] {
        let off = match on(switch) {
            Tri::No => Tri::Yes,
            Tri::Yes => Tri::No,
            maybe => maybe,
        };
        if outcome.may(&off, true, words, switch.place) {
            return outcome;
        }
    }
    if discovers(packet) && outcome.may(&on(&node.ndp), true, "neighbour discovery", node.ndp.place) {
        return outcome;
    }
    if direction == Direction::In {
        if let Some(set) = cluster.sets.get("blacklist")
            && outcome.may(&set.holds(packet.src), false, "the blacklist holds its source", Some(set.place))
        {
            return outcome;
        }
        if smurf(packet.src) && outcome.may(&on(&node.nosmurfs), false, "its source is a broadcast address", None) {
            return outcome;
        }
    }
    if packet.proto == 2 && outcome.may(&Tri::Yes, true, "IGMP", None) {
        return outcome;
    }
    if let Some(why) = &proxmox.stray {
        outcome.may(&Tri::Maybe(why.clone()), true, "rules that may be its own", None);
        outcome.may(&Tri::Maybe(why.clone()), false, "rules that may be its own", None);
    }
    let sets = Sets { own: Some((&*EMPTY.0, &*EMPTY.1)), cluster: cluster.names() };
    for rules in [&node.rules, &cluster.rules] {
        if walk(cluster, rules, packet, direction, iface, sets, &mut outcome) {
            return outcome;
        }
    }
    let local = local_network(cluster);
    let (peer, ranges) = match direction {
        Direction::In => (packet.src, MANAGEMENT),
        _ => (packet.dst, PEERS),
    };
    if is_tcp(packet, ranges) {
        let local = match &local {
            Ok(local) => local.contain(peer),
            Err(why) => Tri::Maybe(why.clone()),
        };
        let listed = match (direction, cluster.sets.get("management")) {
            (Direction::In, Some(set)) => set.holds(peer),
            _ => Tri::No,
        };
        let place = cluster.sets.get("management").map(|set| set.place);
        if outcome.may(&listed.or(|| local), true, "Proxmox lets management in by itself", place) {
            return outcome;
        }
    }
    if ring && corosync(packet) {
        let why = "which addresses of the nodes corosync speaks between";
        outcome.may(&Tri::Maybe(why.into()), true, "Proxmox lets corosync through by itself", None);
    }
    let default = if direction == Direction::In { &cluster.policy_in } else { &cluster.policy_out };
    policy(default, None, packet, &mut outcome);
    outcome
}

/// What the nodes of a cluster say to one another.
fn corosync(packet: &Packet) -> bool {
    packet.proto == UDP && matches!(packet.dport, Port::At(5404..=5405))
}

/// The network that Proxmox takes for the local one: the alias of that name, or else what the routes say.
pub(crate) fn local_network(cluster: &Cluster) -> Result<Addresses, Why> {
    match cluster.aliases.get("local_network") {
        Some((net, _)) => Ok(Addresses::nets([*net])),
        None => Err("which network Proxmox takes for the local one: there is no alias local_network".into()),
    }
}

type Names = (LazyLock<HashMap<String, IpSet>>, LazyLock<HashMap<String, (IpNet, Place)>>);

/// A node has no names of its own.
static EMPTY: Names = (LazyLock::new(HashMap::new), LazyLock::new(HashMap::new));
