//! Parties, ways and layers in words.

use arvc_site::model::{NetworkId, Site};

use super::{Layer, Party, Step, Way};

impl Party {
    /// As a message names it: a machine by its name, a node by its path.
    pub fn name(&self, site: &Site) -> String {
        match self {
            Self::Host(host) => site.hosts[host.index()].named.name.clone(),
            Self::Node(node) => site.nodes[node.index()].named.path.clone(),
            Self::Internet => "internet".to_owned(),
            Self::Operators => "operators".to_owned(),
            Self::Prefix(prefix) if prefix.prefix_len() == prefix.max_prefix_len() => prefix.addr().to_string(),
            Self::Prefix(prefix) => prefix.to_string(),
            Self::Part(whole, addresses) => match **addresses {
                [one] => Self::Prefix(one).name(site),
                _ => whole.name(site),
            },
        }
    }
}

impl Way {
    /// The path of the network; of both, where it is routed.
    pub fn name(self, site: &Site) -> String {
        let path = |network: NetworkId| site.networks[network.index()].named.path.as_str();
        match self {
            Self::Direct(network) => path(network).to_owned(),
            Self::Routed(first, last) if site.networks[first.index()].is_overlay() => {
                format!("{} and, behind its member, {}", path(first), path(last))
            }
            Self::Routed(first, last) => format!("{}, routed to {}", path(first), path(last)),
            Self::Elsewhere => "no network of the site".to_owned(),
        }
    }
}

impl Step {
    /// What decides, and where.
    pub fn name(&self, site: &Site) -> String {
        let at = self.at.name(site);
        match self.layer {
            Layer::ProxmoxOut => format!("Proxmox firewall, out of {at}"),
            Layer::ProxmoxIn => format!("Proxmox firewall, into {at}"),
            Layer::NodeIn => format!("Proxmox firewall of {at}"),
            Layer::NebulaOut => format!("Nebula, out of {at}"),
            Layer::NebulaIn => format!("Nebula, into {at}"),
            Layer::Address => format!("address of {at}"),
            Layer::Tunnel => "tunnel".to_owned(),
            Layer::Router => format!("router {at}"),
            Layer::Filter => format!("packet filter of {at}"),
            Layer::Forward => format!("packet filter of {at}, forwarding"),
        }
    }
}
