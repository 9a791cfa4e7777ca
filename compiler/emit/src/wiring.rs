//! `wiring.json`: what decides who reaches whom, and no file says that a program reads. It is for whoever reads the tree back.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use arvc_site::model::{Family, Gateway, Host, Kind, Network, NetworkKind, Node, NodeId, Router, Site};
use arvc_site::segments::Segments;
use ipnet::IpNet;
use serde_json::{Map, Value, json};

use crate::tree::Tree;

/// Adds the file, where there are nodes.
pub fn emit(site: &Site, tree: &mut Tree) {
    if site.nodes.is_empty() {
        return;
    }
    let nodes = || site.nodes.iter().zip((0..).map(NodeId));
    let addresses: BTreeMap<&str, Vec<String>> =
        nodes().map(|(node, id)| (node.named.name.as_str(), texts(addresses(site, node, id)))).collect();
    let routed: Vec<Value> = nodes().filter_map(|(node, id)| routed(site, node, id)).chain(passed(site)).collect();
    let operators: BTreeSet<_> = site.operators.addresses.iter().map(|prefix| prefix.value.trunc()).collect();
    let mut wiring = json!({
        "known_as": known_as(site),
        "machines": machines(site),
        "nodes": addresses,
        "operators": texts(operators),
        "outward": texts(outward(site)),
        "own": texts(own(site)),
        "routed": routed,
        "segments": segments(site),
    });
    let devices = devices(site);
    if !devices.is_empty() {
        wiring["devices"] = json!(devices);
    }
    let routers: Map<String, Value> =
        routers(site).into_iter().map(|(prefix, router)| (prefix.to_string(), json!(router))).collect();
    if !routers.is_empty() {
        wiring["routers"] = json!(routers);
    }
    let unfiltered = unfiltered(site);
    if !unfiltered.is_empty() {
        wiring["unfiltered"] = json!(texts(unfiltered));
    }
    let turns = turns(site);
    if !turns.is_empty() {
        wiring["turns"] = json!(turns);
    }
    tree.text("wiring.json", format!("{wiring:#}\n"));
}

/// Who is meant by an address that is not his own: a router in front of him hands on what is for it.
fn known_as(site: &Site) -> BTreeMap<String, String> {
    let there = site.hosts.iter().filter(|host| host.status.is_there());
    let machines = there.flat_map(|host| &host.interfaces);
    let machines = machines.filter_map(|it| Some((it.public?.value, it.addresses().next()?.value)));
    let uplinks = site.nodes.iter().filter_map(|node| node.uplink.as_ref());
    let uplinks = uplinks.filter_map(|uplink| Some((uplink.public?.value, uplink.address.value)));
    machines.chain(uplinks).map(|(known, own)| (known.to_string(), own.to_string())).collect()
}

/// What machines call their devices, where no other file says it: VMs, if it is not what cloud-init would call them; those that are no
/// guests and have a packet filter, by the addresses that they have there.
fn devices(site: &Site) -> BTreeMap<&str, BTreeMap<String, String>> {
    let of_vm = |host: &Host| -> BTreeMap<String, String> {
        let named = host.interfaces.iter().filter_map(|it| Some((it.index?, &it.device)));
        let other = named.filter(|(index, device)| **device != format!("eth{index}"));
        other.map(|(index, device)| (format!("net{index}"), device.clone())).collect()
    };
    let of_machine = |host: &Host| -> BTreeMap<String, String> {
        let below = host.interfaces.iter().filter(|it| !site.networks[it.network.index()].is_overlay());
        below.flat_map(|it| it.addresses().map(|own| (own.value.to_string(), it.device.clone()))).collect()
    };
    let there = site.hosts.iter().filter(|host| host.status.is_there());
    let devices = there.filter_map(|host| match host.kind {
        Kind::Vm => Some((host.named.name.as_str(), of_vm(host))),
        Kind::Machine if host.is_configured() => Some((host.named.name.as_str(), of_machine(host))),
        _ => None,
    });
    devices.filter(|(_, own)| !own.is_empty()).collect()
}

/// Addresses that machines have by turns, and who: at a time one of them answers there.
fn turns(site: &Site) -> BTreeMap<String, Vec<&str>> {
    let owners = |vip: &arvc_site::model::Vip| -> Vec<&str> {
        let owners = vip.owners.iter().map(|owner| &site.hosts[owner.index()]);
        owners.filter(|host| host.status.is_there()).map(|host| host.named.name.as_str()).collect()
    };
    let all = site.vips.iter().flat_map(|vip| vip.addresses().map(move |it| (it.value.to_string(), owners(vip))));
    all.filter(|(_, owners)| !owners.is_empty()).collect()
}

/// Where the machines are that are no guests: their addresses below the overlays.
fn machines(site: &Site) -> BTreeMap<&str, Vec<String>> {
    let machines = site.hosts.iter().filter(|host| host.status.is_there() && host.kind == Kind::Machine);
    let addresses = |host: &Host| {
        let below = host.interfaces.iter().filter(|it| !site.networks[it.network.index()].is_overlay());
        texts(below.flat_map(|it| it.addresses()).map(|address| address.value))
    };
    machines.map(|host| (host.named.name.as_str(), addresses(host))).filter(|(_, own)| !own.is_empty()).collect()
}

/// Every address that a node answers at: its own, that of its uplink, those by which it is a network's router.
fn addresses(site: &Site, node: &Node, id: NodeId) -> BTreeSet<IpAddr> {
    let gateways = site.networks.iter().flat_map(|network| network.gateways());
    let gateways = gateways.filter(|gateway| gateway.router == Router::Node(id)).map(|gateway| gateway.address);
    node.own_addresses().chain(gateways).collect()
}

/// The networks whose router is no node, and its address: no file says it of those on them that are no guests.
fn routers(site: &Site) -> BTreeMap<IpNet, IpAddr> {
    let other = |gateway: &&Gateway| !matches!(gateway.router, Router::Node(_));
    let of = site.networks.iter().filter(|network| !network.is_overlay()).flat_map(|network| {
        let prefixes = network.prefixes().map(|prefix| prefix.value.trunc());
        let gateway = move |prefix: &IpNet| {
            let stated = network.gateway(Family::of_prefix(prefix)).or(network.router.as_ref());
            stated.filter(other)
        };
        prefixes.filter_map(move |prefix| Some((prefix, gateway(&prefix)?.address)))
    });
    of.collect()
}

/// The prefixes from which the world is reached by a router that no file describes: it is taken to let everything out, and the
/// answers in.
fn outward(site: &Site) -> BTreeSet<IpNet> {
    let leads = |network: &&Network| network.router.is_some() || !network.gateways().is_empty() || !network.is_bridge();
    let networks = site.networks.iter().filter(|network| !network.is_overlay()).filter(leads);
    let prefixes = networks.flat_map(|network| {
        let plain = !network.is_bridge();
        let family = move |prefix: &IpNet| plain || network.gateway(Family::of_prefix(prefix)).is_some();
        network.prefixes().map(|prefix| prefix.value).filter(family)
    });
    prefixes.collect()
}

/// What is the site's own, and so is not the Internet: its networks, and the addresses that the world knows it by.
fn own(site: &Site) -> BTreeSet<IpNet> {
    let networks = site.networks.iter().flat_map(|network| network.prefixes()).map(|prefix| prefix.value.trunc());
    let uplinks = site.nodes.iter().filter_map(|node| node.uplink.as_ref());
    let uplinks = uplinks.flat_map(|uplink| [Some(uplink.address), uplink.public]).flatten();
    let interfaces = site.hosts.iter().flat_map(|host| &host.interfaces).filter_map(|interface| interface.public);
    networks.chain(uplinks.chain(interfaces).map(|address| address.value.into())).collect()
}

/// The networks between which a node routes: those that it is the router of.
fn routed(site: &Site, node: &Node, id: NodeId) -> Option<Value> {
    let networks = site.networks.iter().filter(|network| network.routed_by(id));
    let prefixes: BTreeSet<_> = networks.flat_map(|network| network.prefixes()).map(|prefix| prefix.value).collect();
    (prefixes.len() > 1).then(|| json!({ "by": node.named.name, "networks": texts(prefixes) }))
}

/// The networks whose router is somebody else's and is said to filter nothing.
fn unfiltered(site: &Site) -> BTreeSet<IpNet> {
    let of = site.networks.iter().flat_map(|network| {
        let prefixes = network.prefixes().map(|prefix| prefix.value.trunc());
        prefixes.filter(|prefix| network.unfiltered_router(Family::of_prefix(prefix)).is_some())
    });
    of.collect()
}

/// Those of them that have one router: it leads from each to each other one.
fn passed(site: &Site) -> Vec<Value> {
    let mut groups: BTreeSet<BTreeSet<IpNet>> = BTreeSet::new();
    for network in &site.networks {
        for family in Family::ALL {
            let others = site.networks.iter().filter(|other| network.is_passed_to(other, family));
            let prefixes = others.flat_map(Network::prefixes).map(|prefix| prefix.value.trunc());
            groups.insert(prefixes.filter(|prefix| Family::of_prefix(prefix) == family).collect());
        }
    }
    let several = groups.into_iter().filter(|prefixes| prefixes.len() > 1);
    several.map(|prefixes| json!({ "networks": texts(prefixes) })).collect()
}

/// Bridges of several nodes that are one segment.
fn segments(site: &Site) -> Vec<Value> {
    let segments = Segments::new(site);
    let mut joined: BTreeMap<(&str, Option<u16>, u32), BTreeSet<&str>> = BTreeMap::new();
    for (network, id) in site.networks.iter().zip((0..).map(arvc_site::model::NetworkId)) {
        let NetworkKind::Bridge { bridge, vlan, .. } = &network.kind else { continue };
        for (node, at) in site.nodes.iter().zip((0..).map(NodeId)).filter(|(_, at)| network.is_at(*at)) {
            if let Some(segment) = segments.at(id, at) {
                joined.entry((bridge, *vlan, segment)).or_default().insert(&node.named.name);
            }
        }
    }
    let several = joined.into_iter().filter(|(_, nodes)| nodes.len() > 1);
    let one = several.map(|((bridge, vlan, _), nodes)| match vlan {
        None => json!({ "bridge": bridge, "nodes": nodes }),
        Some(tag) => json!({ "bridge": bridge, "vlan": tag, "nodes": nodes }),
    });
    one.collect()
}

fn texts(values: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}
