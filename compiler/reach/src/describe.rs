//! Flows in the words of the language, for the reasons of rules and for messages.

use arvc_site::model::{End, Flow, FlowOrigin, NetworkId, PortTerm, Site, Transport, VipId};

/// A flow as it is written: `groups.projects -> clusters.postgres : clusters.postgres.sql`. What the machines of a
/// service say to one another is written nowhere as a flow: `peers of postgres`.
pub fn describe(site: &Site, flow: &Flow) -> String {
    if let FlowOrigin::Peers(service) = flow.origin {
        return format!("peers of {}", site.services[service.index()].named.name);
    }
    text(site, flow)
}

fn text(site: &Site, flow: &Flow) -> String {
    let source = flow.written.source.map_or_else(|| end(site, &flow.source), |vip| by_turns(site, vip));
    let mut text = format!("{source} -> {}", target(site, flow));
    text.push_str(&ports(site, flow));
    if let Some(via) = via(site, flow) {
        text = format!("{text} via {}", site.networks[via.index()].named.path);
    }
    if !flow.except.is_empty() {
        let spared: Vec<String> = flow.except.iter().map(|flow| format!("({})", self::text(site, flow))).collect();
        text = format!("{text} except {}", list(&spared));
    }
    text
}

/// The ports of a flow with the colon before them; nothing for every protocol.
pub(crate) fn ports(site: &Site, flow: &Flow) -> String {
    let Some(terms) = &flow.ports else { return String::new() };
    let terms: Vec<String> = terms.iter().map(|term| port(site, term)).collect();
    format!(" : {}", list(&terms))
}

/// An end as it is written: `groups.web`, `[ hosts.a, internet ]`, `all [ groups.a, groups.b ]`.
pub(crate) fn end(site: &Site, end: &End) -> String {
    match end {
        End::Any => "any".to_owned(),
        End::Internet => "internet".to_owned(),
        End::Operators => "operators".to_owned(),
        End::Resolvers => "resolvers".to_owned(),
        End::Lighthouses => "lighthouses".to_owned(),
        End::Group(group) => site.groups[group.index()].named.path.clone(),
        End::Host(host) => site.hosts[host.index()].named.path.clone(),
        End::Cluster(cluster) => site.clusters[cluster.index()].named.path.clone(),
        // One that is written in a list has no path of its own: it is run by exactly whose list that is.
        End::Service(service) => {
            let named = &site.services[service.index()].named;
            named.in_list().unwrap_or(&named.path).to_owned()
        }
        End::Node(node) => site.nodes[node.index()].named.path.clone(),
        End::Network(network) => site.networks[network.index()].named.path.clone(),
        End::Prefix(prefix) => prefix.to_string(),
        End::Union(ends) => list(&ends.iter().map(|part| self::end(site, part)).collect::<Vec<_>>()),
        End::All(ends) => {
            let parts: Vec<String> = ends.iter().map(|part| self::end(site, part)).collect();
            format!("all [ {} ]", parts.join(", "))
        }
    }
}

/// The target. The machines of an endpoint are written as what it belongs to: a `needs` names the endpoint alone.
pub(crate) fn target(site: &Site, flow: &Flow) -> String {
    if let Some(vip) = flow.written.target {
        return by_turns(site, vip);
    }
    if let (End::Union(ends), Some([PortTerm::Endpoint(endpoint)])) = (&flow.target, flow.ports.as_deref()) {
        let endpoint = &site.endpoints[endpoint.index()];
        let served = endpoint.hosts.iter().map(|host| End::Host(*host));
        if ends.iter().cloned().eq(served)
            && let Some((owner, _)) = endpoint.named.path.rsplit_once('.')
        {
            return owner.to_owned();
        }
    }
    end(site, &flow.target)
}

/// The network that has to be named: that of a target which machines have by turns goes without saying.
pub(crate) fn via(site: &Site, flow: &Flow) -> Option<NetworkId> {
    let own = flow.written.target.map(|vip| site.vips[vip.index()].network);
    flow.via.filter(|via| own != Some(*via))
}

fn by_turns(site: &Site, vip: VipId) -> String {
    site.vips[vip.index()].named.path.clone()
}

fn port(site: &Site, term: &PortTerm) -> String {
    match term {
        PortTerm::Ports(ports) => {
            let transport = match ports.transport {
                Transport::Tcp => "tcp",
                Transport::Udp => "udp",
            };
            match ports.first == ports.last {
                true => format!("{}/{transport}", ports.first),
                false => format!("{}-{}/{transport}", ports.first, ports.last),
            }
        }
        PortTerm::Icmp => "icmp".to_owned(),
        PortTerm::Proto(number) => format!("proto {number}"),
        PortTerm::Endpoint(endpoint) => site.endpoints[endpoint.index()].named.path.clone(),
    }
}

fn list(parts: &[String]) -> String {
    match parts {
        [one] => one.clone(),
        _ => format!("[ {} ]", parts.join(", ")),
    }
}
