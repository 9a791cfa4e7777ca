//! The edge of a node: what it masquerades for its guests, and which ports of its uplink it hands on to them.
//!
//! Neither the provider nor the Proxmox API manages NAT, so this is a reviewed file and a unit with the manual step in
//! its head. The rules stand in chains of their own, which is what makes loading them again harmless.
//! It does not filter: who may use a forwarded port is the guest's own firewall's business.

mod beside;

use std::fmt::Write;
use std::net::IpAddr;

use arvc_site::edge::handed_to;
use arvc_site::model::{Family, Forward, NAMESPACE, Network, NetworkKind, Node, NodeId, Site, Transport};

use crate::tree::Tree;

/// Loads the rules of any node, before its guests start.
const UNIT: &str = include_str!("proxmox/arvc-edge.service");

/// Adds the files of every node that routes for guests.
pub fn emit(site: &Site, header: &str, tree: &mut Tree) {
    for (node, id) in site.nodes.iter().zip(0..) {
        let edge = Edge::of(site, NodeId(id), node);
        if edge.inside.is_empty() && node.forwards.is_empty() {
            continue;
        }
        let folder = format!("proxmox/{}", node.named.name);
        tree.text(format!("{folder}/edge.rules"), edge.rules(header));
        tree.text(format!("{folder}/arvc-edge.service"), format!("# {header}\n{}", edge.own(UNIT)));
    }
}

/// A packet on a guest's firewall bridge, and one that comes from it: both are shown to the node's chains (br_netfilter) though they
/// are only bridged.
const FROM_A_GUEST: [&str; 2] = ["-i fwbr+", "-m physdev --physdev-in fwpr+"];

/// A node as the router of bridges.
struct Edge<'a> {
    site: &'a Site,
    id: NodeId,
    node: &'a Node,
    /// The bridges that it is the gateway of.
    inside: Vec<&'a Network>,
}

impl<'a> Edge<'a> {
    fn of(site: &'a Site, id: NodeId, node: &'a Node) -> Self {
        let routed = |network: &&Network| network.routed_by(id);
        Self { site, id, node, inside: site.networks.iter().filter(routed).collect() }
    }

    fn rules(&self, header: &str) -> String {
        let mut text = head(&self.node.named.name);
        text.push_str("*raw\n:ARVC-PREROUTING - [0:0]\n");
        text.push_str("-A ARVC-PREROUTING -i fwbr+ -j CT --zone 1\n");
        self.bridged_forwards(&mut text);
        text.push_str("COMMIT\n");
        text.push_str("*nat\n:ARVC-POSTROUTING - [0:0]\n:ARVC-PREROUTING - [0:0]\n");
        self.masquerade(&mut text);
        self.forward(&mut text);
        text.push_str("COMMIT\n");
        format!("# {header}\n{}", self.own(&text))
    }

    /// A text with the names that this site has at a node, which may be the edge of other sites too. A namespace is letters
    /// and digits; the names that stand in the text are those of a site that says none.
    fn own(&self, text: &str) -> String {
        let datacenter = self.site.datacenters.get(self.node.datacenter.index());
        let namespace = datacenter.map_or(NAMESPACE, |datacenter| datacenter.namespace.value.as_str());
        if namespace == NAMESPACE {
            return text.to_owned();
        }
        text.replace("/etc/arvc/edge.rules", &format!("/etc/arvc/{namespace}.rules"))
            .replace("system/arvc-edge.service", &format!("system/{namespace}-edge.service"))
            .replace("enable arvc-edge", &format!("enable {namespace}-edge"))
            .replace("restart arvc-edge", &format!("restart {namespace}-edge"))
            .replace("ARVC-", &format!("{}-", namespace.to_ascii_uppercase()))
    }

    /// Between the networks of the site it routes without translating, also into those that it is beside and not the router of:
    /// firewalls there go by addresses, and what came from the node's would be let in as the node.
    fn masquerade(&self, text: &mut String) {
        let routed =
            self.inside.iter().flat_map(|network| network.prefixes().map(move |prefix| (network, prefix.value)));
        let (v4, v6): (Vec<_>, Vec<_>) = routed.partition(|(_, prefix)| Family::of_prefix(prefix) == Family::V4);
        for (_, prefix) in &v4 {
            line(text, format_args!("-A ARVC-POSTROUTING -d {prefix} -j RETURN"));
        }
        let out = self.node.uplink.as_ref().map(|uplink| format!(" -o {}", interface(&uplink.bridge)));
        if out.is_none() && !v4.is_empty() {
            // A packet between two guests of one bridge passes these chains too, and would come from the node.
            line(text, format_args!("-A ARVC-POSTROUTING -m physdev --physdev-is-bridged -j RETURN"));
        }
        let out = out.as_deref().unwrap_or_default();
        if !v4.is_empty() {
            for beside in beside::prefixes(self.site, self.id) {
                let towards = beside.others.iter().map(|other| format!("-d {other}"));
                let tunnels = beside.tunnels.iter().map(|(at, port)| format!("-d {at} -p udp -m udp --dport {port}"));
                for to in towards.chain(tunnels) {
                    for (_, own) in &v4 {
                        line(text, format_args!("-A ARVC-POSTROUTING -s {own} {to}{out} -j MASQUERADE"));
                    }
                }
                line(text, format_args!("-A ARVC-POSTROUTING -d {} -j RETURN", beside.prefix));
            }
        }
        for (_, prefix) in &v4 {
            line(text, format_args!("-A ARVC-POSTROUTING -s {prefix}{out} -j MASQUERADE"));
        }
        for (network, prefix) in &v6 {
            line(
                text,
                format_args!(
                    "# {prefix} of {} is IPv6: nothing is translated, and routing it is left to the node (net.ipv6.conf.all.forwarding).",
                    network.named.path
                ),
            );
        }
    }

    /// What comes from the guests' side is not for the forwards: they reach one another by name, not around the node.
    fn forward(&self, text: &mut String) {
        if self.node.forwards.is_empty() {
            return;
        }
        for network in &self.inside {
            line(text, format_args!("-A ARVC-PREROUTING -i {} -j RETURN", side(network)));
        }
        for from in FROM_A_GUEST {
            line(text, format_args!("-A ARVC-PREROUTING {from} -j RETURN"));
        }
        let own = self.destination();
        for forward in &self.node.forwards {
            let ports = ports(forward);
            match self.target(forward) {
                Some(target) => {
                    line(text, format_args!("-A ARVC-PREROUTING {own} {ports} -j DNAT --to-destination {target}"));
                }
                None => {
                    let host = &self.site.hosts[forward.to.index()].named.path;
                    line(text, format_args!("# {ports} is not handed on: {host} has no IPv4 address on a bridge."));
                }
            }
        }
    }

    /// What a guest sends to a forwarded port passes the node twice if the way to it leads out and back: as a bridged packet, and
    /// as the node's own. Only the second is to be translated, so the first is tracked apart. Of guests whose way out is the node
    /// itself there is no second: the node answers them, and tracked apart its answers would be those of no connection, which its
    /// firewall drops.
    fn bridged_forwards(&self, text: &mut String) {
        let (own, bridged) = (self.destination(), FROM_A_GUEST[1]);
        let forwards: Vec<&Forward> = self.node.forwards.iter().filter(|it| self.target(it).is_some()).collect();
        let routed = self.inside.iter().flat_map(|network| network.prefixes()).map(|prefix| prefix.value);
        for prefix in routed.filter(|prefix| Family::of_prefix(prefix) == Family::V4 && !forwards.is_empty()) {
            line(text, format_args!("-A ARVC-PREROUTING -s {prefix} {bridged} -j RETURN"));
        }
        for forward in forwards {
            line(text, format_args!("-A ARVC-PREROUTING {own} {} {bridged} -j CT --zone 2", ports(forward)));
        }
    }

    /// The address that the node hands ports of on.
    fn destination(&self) -> String {
        match self.node.uplink.as_ref().map(|uplink| uplink.address.value) {
            Some(IpAddr::V4(address)) => format!("-d {address}/32"),
            _ => "-m addrtype --dst-type LOCAL".to_owned(),
        }
    }

    /// The target's address.
    fn target(&self, forward: &Forward) -> Option<IpAddr> {
        handed_to(self.site, self.id, forward).map(|(_, address)| address)
    }
}

fn head(node: &str) -> String {
    format!(
        "\
#
# The edge of {node}: it masquerades for the guests of its bridges and hands ports on to them. Nothing installs this
# file. Review it, then, on {node} and as root, now and after each change:
#
#   install -D -m 644 edge.rules /etc/arvc/edge.rules
#   install -m 644 arvc-edge.service /etc/systemd/system/arvc-edge.service
#   systemctl daemon-reload && systemctl enable arvc-edge && systemctl reload-or-restart arvc-edge
#
# It has chains of its own and touches no other. Lines with the same purpose in /etc/network/interfaces must go.
#
# The zone is not optional: with the guests' firewall bridges (fwbr), the first pass of a packet would fix it as not to
# be translated, and no guest would get out (Proxmox VE manual, \"Masquerading (NAT) with iptables\").
"
    )
}

/// One line of the file. Everything in it is an address, a port, a name of [`interface`] or a path of the site.
fn line(text: &mut String, content: std::fmt::Arguments) {
    let content: String = content.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{content}");
}

/// The node's own side of a network: Linux names that of a VLAN after bridge and tag.
fn side(network: &Network) -> String {
    match &network.kind {
        NetworkKind::Bridge { bridge, vlan: Some(tag), .. } => format!("{}.{tag}", interface(bridge)),
        NetworkKind::Bridge { bridge, .. } => interface(bridge),
        _ => String::new(),
    }
}

/// A bridge's name, without what no interface that Proxmox makes has in its name and what a rule would read as syntax.
fn interface(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect()
}

fn ports(forward: &Forward) -> String {
    let transport = match forward.ports.transport {
        Transport::Tcp => "tcp",
        Transport::Udp => "udp",
    };
    match (forward.ports.first, forward.ports.last) {
        (first, last) if first == last => format!("-p {transport} -m {transport} --dport {first}"),
        (first, last) => format!("-p {transport} -m {transport} --dport {first}:{last}"),
    }
}
