//! What Proxmox hosts let in to themselves that no machine of the site sends: what the nodes of a cluster say to one another, and
//! what an `allow` opens at them for one another, for the operators, and for whoever is known by an address alone.
//!
//! Proxmox lets its management ports and corosync in by itself. A Ceph cluster on the nodes is not among that, and would stand
//! still once the firewall of the data centre is on: each of its daemons speaks to each other one.

use std::sync::Arc;

use arvc_site::model::{End, Family, Flow, NodeId, Site, Transport};
use ipnet::IpNet;

use super::Peer;
use crate::describe::describe;
use crate::members::Members;
use crate::ports::PortSet;

/// The ports that the nodes' own firewall lets the set `management` in to (`pve-firewall`, `Firewall.pm`).
const MANAGEMENT: [(u16, u16); 5] = [(22, 22), (3128, 3128), (5900, 5999), (8006, 8006), (60000, 60050)];

/// The monitors, by both versions of their protocol; OSDs, managers and metadata servers, as far as Ceph 18 counts by itself
/// (`ms_bind_port_max`; before, and in the macro of Proxmox, it is 7300).
const CEPH: [(u16, u16); 3] = [(3300, 3300), (6789, 6789), (6800, 7568)];

/// One opening at a Proxmox host itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeRule {
    /// The host that lets it in.
    pub node: NodeId,
    /// Why it is there, as a reviewer reads it: `datastores.ceph: Ceph of the nodes`.
    pub reason: Arc<str>,
    /// What may come in.
    pub ports: PortSet,
    /// From whom: another node, the operators, or addresses.
    pub peer: Peer,
}

impl NodeRule {
    /// The addresses that it lets in: those that a node may send from.
    pub fn sources(&self, site: &Site) -> Vec<IpNet> {
        sources(site, &self.peer)
    }
}

fn sources(site: &Site, peer: &Peer) -> Vec<IpNet> {
    match peer {
        Peer::Node(node) => site.nodes[node.index()].own_addresses().map(IpNet::from).collect(),
        Peer::Operators => site.operators.addresses.iter().map(|prefix| prefix.value.trunc()).collect(),
        Peer::Prefix(prefix) => vec![*prefix],
        _ => Vec::new(),
    }
}

/// The ports by which nodes are managed.
pub(crate) fn management() -> PortSet {
    let ports = MANAGEMENT.iter().map(|(first, last)| PortSet::ports(Transport::Tcp, *first, *last));
    ports.fold(PortSet::none(), |all, ports| all.union(&ports))
}

/// All of them, sorted; none twice.
pub(super) fn rules(members: &Members) -> Vec<NodeRule> {
    let site = members.site;
    let mut list = Vec::new();
    ceph(site, &mut list);
    for flow in &site.allow {
        let pairs = at_nodes(site, flow);
        if pairs.is_empty() {
            continue;
        }
        let arms = members.arms(flow.ports.as_deref());
        let plain = arms.iter().filter(|arm| arm.endpoint.is_none());
        let ports = plain.fold(PortSet::none(), |all, arm| all.union(&arm.ports));
        let reason: Arc<str> = describe(site, flow).into();
        list.extend(pairs.into_iter().filter(|_| !ports.is_none()).map(|(peer, node)| NodeRule {
            node,
            reason: reason.clone(),
            ports: ports.clone(),
            peer,
        }));
    }
    list.sort_unstable();
    list.dedup();
    list
}

/// A pool or file system of Ceph that no machine serves is that of its nodes. Of a cluster all of them, whoever has the storage
/// itself: its daemons may be on any, and each node that they are let in from owns the others already.
fn ceph(site: &Site, list: &mut Vec<NodeRule>) {
    let ports = CEPH.iter().map(|(first, last)| PortSet::ports(Transport::Tcp, *first, *last));
    let ports = ports.fold(PortSet::none(), |all, ports| all.union(&ports));
    let mut done = Vec::new();
    let on_nodes = |kind: arvc_site::model::StorageKind| kind.is_spread();
    for store in site.datastores.iter().filter(|store| store.kind.is_some_and(on_nodes) && store.server.is_none()) {
        let having = site.node_ids().filter(|node| store.is_on(*node));
        let mut clusters: Vec<_> = having.map(|node| site.nodes[node.index()].datacenter).collect();
        clusters.sort_unstable();
        clusters.dedup();
        // Several pools are of one Ceph.
        clusters.retain(|cluster| !done.contains(cluster));
        done.extend(&clusters);
        for cluster in clusters {
            let nodes: Vec<NodeId> =
                site.node_ids().filter(|node| site.nodes[node.index()].datacenter == cluster).collect();
            let reason: Arc<str> = format!("{}: Ceph of the nodes", store.named.path).into();
            let pairs = nodes.iter().flat_map(|node| nodes.iter().map(move |other| (*node, *other)));
            list.extend(pairs.filter(|(node, other)| node != other).map(|(node, other)| NodeRule {
                node,
                reason: reason.clone(),
                ports: ports.clone(),
                peer: Peer::Node(other),
            }));
        }
    }
}

/// Who may open something to which node by a flow that no machine has to be part of, of those that have addresses of one family. A
/// node's firewall goes by addresses on whatever network, so a flow that says which one means something else. To the Internet no node
/// is opened.
pub(crate) fn at_nodes(site: &Site, flow: &Flow) -> Vec<(Peer, NodeId)> {
    let mut pairs = named(site, flow);
    pairs.retain(|(peer, node)| {
        let sources = sources(site, peer);
        let mut own = site.nodes[node.index()].known_addresses();
        own.any(|own| sources.iter().any(|prefix| Family::of_prefix(prefix) == Family::of(own)))
    });
    pairs
}

/// Whether a flow would open something at nodes, if one of its ends had an address of the other's family.
pub(crate) fn apart(site: &Site, flow: &Flow) -> bool {
    !named(site, flow).is_empty() && at_nodes(site, flow).is_empty()
}

/// The same whatever addresses they have.
fn named(site: &Site, flow: &Flow) -> Vec<(Peer, NodeId)> {
    if flow.via.is_some() || !flow.except.is_empty() {
        return Vec::new();
    }
    let (mut from, mut to) = (Vec::new(), Vec::new());
    peers(site, &flow.source, &mut from);
    peers(site, &flow.target, &mut to);
    let targets: Vec<NodeId> =
        to.into_iter().filter_map(|peer| if let Peer::Node(node) = peer { Some(node) } else { None }).collect();
    let pairs = from.iter().flat_map(|peer| targets.iter().map(move |node| (peer.clone(), *node)));
    pairs.filter(|(peer, node)| *peer != Peer::Node(*node)).collect()
}

fn peers(site: &Site, end: &End, list: &mut Vec<Peer>) {
    // No packet of an overlay comes to a node, which is no member.
    let inside = |prefix: &IpNet| site.networks.iter().any(|it| it.is_overlay() && it.contains(prefix.addr()));
    match end {
        End::Union(ends) => ends.iter().for_each(|end| peers(site, end, list)),
        End::Node(node) => list.push(Peer::Node(*node)),
        End::Operators => list.push(Peer::Operators),
        End::Prefix(prefix) if !inside(prefix) => list.push(Peer::Prefix(prefix.trunc())),
        End::Network(network) => {
            let prefixes = site.networks[network.index()].prefixes().map(|prefix| prefix.value.trunc());
            list.extend(prefixes.filter(|prefix| !inside(prefix)).map(Peer::Prefix));
        }
        _ => {}
    }
}
