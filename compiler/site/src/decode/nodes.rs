//! Proxmox hosts, their uplink and the ports that they hand on.

use std::net::IpAddr;

use arvc_lang::data::DataId;

use super::Decoder;
use crate::checks::{
    address_outside_network, datacenter_choice, duplicate_forward, guest_off_node, invalid_bridge, unknown_network,
};
use crate::model::{DatacenterId, Forward, HostId, Named, NetworkId, Node, NodeId, Spanned, Uplink};
use crate::read::Thing;

impl Decoder<'_> {
    pub(super) fn nodes(&mut self) {
        for entity in self.index.nodes.clone() {
            let mut named = self.entity_named("a node", entity);
            let (mut address, mut uplink, mut forwards) = (None, None, Vec::new());
            let (mut datacenter, mut failed) = (None, false);
            let mut on = None;
            for field in self.entity_fields(entity) {
                let id = field.value;
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(id),
                    "on" => on = Some(id),
                    "address" => address = self.read.address(id),
                    "datacenter" => match self.read.thing(id) {
                        Some(Thing::Datacenter(id)) => datacenter = Some(id),
                        _ => failed = true,
                    },
                    "uplink" => {
                        uplink = self.uplink(id);
                        // Without it nobody can say how members outside enter.
                        self.origins.all.nodes &= uplink.is_some();
                    }
                    "forward" => forwards = self.forwards(id),
                    _ => {}
                }
            }
            let Some(address) = address else {
                self.origins.all.nodes = false;
                continue;
            };
            let datacenter = datacenter.unwrap_or_else(|| {
                if !failed && self.origins.all.datacenters && self.site.datacenters.len() != 1 {
                    self.read.diagnostics.push(datacenter_choice::diagnostic(&named, &self.site.datacenters));
                }
                DatacenterId(0)
            });
            self.read.diagnostics.extend(duplicate_forward::check(&named, &forwards));
            let on = on.map_or_else(Vec::new, |id| self.node_interfaces(&named, id));
            let node = Node { named, datacenter, address, on, uplink, forwards };
            let id = NodeId(self.site.nodes.len() as u32);
            for (network, address) in &node.on {
                let network = &self.site.networks[network.index()];
                if !network.is_at(id) {
                    self.read.diagnostics.push(guest_off_node::of_node(&node, network, address.span));
                }
            }
            self.site.nodes.push(node);
        }
    }

    /// A node's addresses by network, sorted; what is not understood is reported and left out.
    fn node_interfaces(&mut self, named: &Named, id: DataId) -> Vec<(NetworkId, Spanned<IpAddr>)> {
        let mut on = Vec::new();
        for field in self.read.record(id).unwrap_or_default() {
            let name = self.read.name(field.name);
            let Some(network) = self.network_named(name) else {
                if self.origins.all.networks {
                    let problem = unknown_network::diagnostic(named, name, field.key, &self.site.networks);
                    self.read.diagnostics.push(problem);
                }
                continue;
            };
            let fields = self.read.record(field.value).unwrap_or_default();
            let address = fields.iter().find(|field| self.read.name(field.name) == "address");
            let Some(address) = address.and_then(|field| self.read.address(field.value)) else { continue };
            let there = &self.site.networks[network.index()];
            let problem = address_outside_network::check(named, address, there);
            let fine = problem.is_none();
            self.read.diagnostics.extend(problem);
            if fine {
                on.push((network, address));
            }
        }
        on.sort_by_key(|(network, _)| *network);
        on
    }

    fn uplink(&mut self, id: DataId) -> Option<Uplink> {
        let (mut bridge, mut address, mut public) = (String::new(), None, None);
        for field in self.read.record(id)? {
            match self.read.name(field.name) {
                "bridge" => {
                    bridge = self.read.text(field.value)?.to_owned();
                    self.read.diagnostics.extend(invalid_bridge::check(&bridge, self.read.span(field.value)));
                }
                "address" => address = self.read.address(field.value),
                // A public address that failed leaves nothing to say about the uplink.
                "public" => public = Some(self.read.address(field.value)?),
                _ => {}
            }
        }
        Some(Uplink { bridge, address: address?, public })
    }

    fn forwards(&mut self, id: DataId) -> Vec<Forward> {
        let mut forwards = Vec::new();
        let items = self.read.list(id);
        self.origins.all.nodes &= items.is_some();
        for item in items.unwrap_or_default() {
            let (mut ports, mut to): (Option<Spanned<_>>, Option<HostId>) = (None, None);
            for field in self.read.record(*item).unwrap_or_default() {
                match self.read.name(field.name) {
                    "port" => ports = self.read.ports(field.value).map(|ports| self.read.spanned(field.value, ports)),
                    "to" => {
                        if let Some(Thing::Host(host)) = self.read.thing(field.value) {
                            to = Some(host);
                        }
                    }
                    _ => {}
                }
            }
            match (ports, to) {
                (Some(ports), Some(to)) => forwards.push(Forward { ports: ports.value, to, span: ports.span }),
                // What is forwarded is unknown, so nobody can say that something is not.
                _ => self.origins.all.nodes = false,
            }
        }
        forwards
    }
}
