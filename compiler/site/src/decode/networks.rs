//! Networks: bridges, overlays, and plain ones.

use std::net::IpAddr;

use arvc_lang::data::{DataId, Datum, Field, Ports};
use arvc_syntax::source::Span;
use ipnet::IpNet;

use super::Decoder;
use super::settings::numbers;
use crate::checks::{
    gateway_outside_network, invalid_bridge, invalid_mtu, invalid_vlan, invalid_vnet, network_kind, overlay_port,
};
use crate::model::{Gateway, Named, Network, NetworkId, NetworkKind, NodeId, Pool, Router, Spanned};
use crate::read::Thing;

/// The fields that decide what a network is, each with its place.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) bridge: Option<Spanned<String>>,
    pub(crate) vnet: Option<Spanned<String>>,
    pub(crate) vlan: Option<Spanned<i64>>,
    pub(crate) underlay: Option<Spanned<NetworkId>>,
    pub(crate) port: Option<Spanned<Ports>>,
    pub(crate) gateway: Option<Span>,
    pub(crate) router: Option<Span>,
    /// What only a segment of nodes has: its nodes, and that they are not joined.
    pub(crate) nodes: Option<Span>,
    /// One of them failed.
    pub(crate) failed: bool,
}

/// What names a machine whose address is not read yet.
#[derive(Clone, Copy)]
pub(crate) enum Later {
    /// A gateway of a network.
    Gateway(NetworkId, Router, Span),
    /// The router that a network is behind.
    Router(NetworkId, Router, Span),
    /// The owners of a network's pool, by its place there.
    Owners(NetworkId, usize, DataId),
}

impl Written {
    fn note<T>(&mut self, value: Option<T>) -> Option<T> {
        self.failed |= value.is_none();
        value
    }
}

impl Decoder<'_> {
    pub(super) fn networks(&mut self) {
        for (at, entity) in self.index.networks.clone().into_iter().enumerate() {
            let mut named = self.entity_named("a network", entity);
            let mut written = Written::default();
            let mut prefix: Option<Spanned<IpNet>> = None;
            let (mut mtu, mut reserved, mut dhcp, mut pools) = (None, Vec::new(), None, Vec::new());
            let (mut nodes, mut joined, mut default_route) = (Vec::new(), true, true);
            let (mut gateway, mut router) = (None, None);
            for field in self.entity_fields(entity) {
                let (id, span) = (field.value, self.read.span(field.value));
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(id),
                    "cidr" => prefix = self.read.prefix(id),
                    "bridge" => {
                        let bridge = written.note(self.read.text(id));
                        self.read.diagnostics.extend(bridge.and_then(|bridge| invalid_bridge::check(bridge, span)));
                        written.bridge = bridge.map(|value| Spanned { value: value.to_owned(), span });
                    }
                    "vnet" => {
                        let vnet = written.note(self.read.text(id));
                        self.read.diagnostics.extend(vnet.and_then(|vnet| invalid_vnet::check(vnet, span)));
                        written.vnet = vnet.map(|value| Spanned { value: value.to_owned(), span });
                    }
                    "vlan" => {
                        let vlan = written.note(self.read.int(id));
                        self.read.diagnostics.extend(vlan.and_then(|vlan| invalid_vlan::check(vlan, span)));
                        written.vlan = vlan.map(|value| Spanned { value, span });
                    }
                    "underlay" => {
                        let underlay = match self.read.thing(id) {
                            Some(Thing::Network(network)) => Some(Spanned { value: network, span }),
                            _ => None,
                        };
                        written.underlay = written.note(underlay);
                    }
                    "port" => {
                        let ports = written.note(self.read.ports(id));
                        written.port = ports.map(|value| Spanned { value, span });
                    }
                    "gateway" => (gateway, written.gateway) = (Some(id), Some(span)),
                    "router" => (router, written.router) = (Some(id), Some(span)),
                    "nodes" => {
                        nodes = self.node_list(id, &mut written.failed);
                        if !nodes.is_empty() {
                            written.nodes = Some(span);
                        }
                    }
                    "joined" => {
                        joined = written.note(self.read.flag(id)).unwrap_or(true);
                        if !joined {
                            written.nodes = Some(span);
                        }
                    }
                    "default_route" => default_route = self.read.flag(id).unwrap_or(true),
                    "dhcp" => dhcp = self.read.int_range(id).map(numbers),
                    "pools" => pools = self.pools(NetworkId(at as u32), id),
                    "mtu" => {
                        let value = self.read.int(id);
                        self.read.diagnostics.extend(value.and_then(|mtu| invalid_mtu::check(mtu, span)));
                        mtu = value.and_then(|mtu| u32::try_from(mtu).ok());
                    }
                    "reserved" => reserved = self.reserved(id),
                    _ => {}
                }
            }
            let Some(prefix) = prefix else { continue };
            let id = NetworkId(at as u32);
            let mut kind = self.kind(&named, written);
            if let (NetworkKind::Bridge { gateways, .. }, Some(value)) = (&mut kind, gateway) {
                *gateways = self.gateways(id, &named, prefix, value);
            }
            let router = match kind {
                NetworkKind::Plain => router.and_then(|value| self.router(id, value)),
                _ => None,
            };
            self.site.networks.push(Network {
                named,
                prefix,
                kind,
                mtu,
                reserved,
                dhcp,
                pools,
                nodes,
                joined,
                default_route,
                router,
            });
        }
        let problems = network_kind::check_underlays(&self.site.networks);
        self.read.diagnostics.extend(problems);
    }

    /// The nodes that a list names, sorted.
    fn node_list(&self, id: DataId, failed: &mut bool) -> Vec<NodeId> {
        let items = self.read.list(id);
        *failed |= items.is_none();
        let mut nodes = Vec::new();
        for item in items.unwrap_or_default() {
            match self.read.thing(*item) {
                Some(Thing::Node(node)) => nodes.push(node),
                _ => *failed = true,
            }
        }
        nodes.sort();
        nodes.dedup();
        nodes
    }

    /// The routers of a network: one, or a list of them.
    fn gateways(&mut self, network: NetworkId, named: &Named, prefix: Spanned<IpNet>, id: DataId) -> Vec<Gateway> {
        let one = [id];
        let items = self.read.list(id).unwrap_or(&one);
        let mut gateways = Vec::with_capacity(items.len());
        for item in items {
            let span = self.read.span(*item);
            let Some((router, address)) = self.router_at(network, *item) else { continue };
            match address {
                Some(address) => {
                    let problem = gateway_outside_network::check(named, prefix, address, span);
                    self.read.diagnostics.extend(problem);
                    gateways.push(Gateway { address, router, span });
                }
                None => self.later.push(Later::Gateway(network, router, span)),
            }
        }
        gateways
    }

    /// The router that a network on no bridge is behind.
    fn router(&mut self, network: NetworkId, id: DataId) -> Option<Gateway> {
        let span = self.read.span(id);
        let (router, address) = self.router_at(network, id)?;
        if address.is_none() {
            self.later.push(Later::Router(network, router, span));
        }
        address.map(|address| Gateway { address, router, span })
    }

    /// Who a router is, and its address where that is known before machines are read.
    fn router_at(&mut self, network: NetworkId, id: DataId) -> Option<(Router, Option<IpAddr>)> {
        match self.read.value(id) {
            Datum::Address(address) => Some((Router::Elsewhere, Some(*address))),
            Datum::Failed => None,
            Datum::Entity(_) => match self.read.thing(id)? {
                Thing::Node(node) => Some((Router::Node(node), Some(self.node_address(node, network)?))),
                Thing::Host(host) => Some((Router::Host(host), None)),
                Thing::Vip(vip) => Some((Router::Vip(vip), None)),
                _ => {
                    self.read.diagnostics.push(gateway_outside_network::wrong_kind(self.read.span(id)));
                    None
                }
            },
            _ => {
                self.read.diagnostics.push(gateway_outside_network::wrong_kind(self.read.span(id)));
                None
            }
        }
    }

    /// The address of a node that is not read yet: that on the network, or else its own.
    fn node_address(&self, node: NodeId, network: NetworkId) -> Option<IpAddr> {
        let field_of = |fields: &[Field], name: &str| {
            fields.iter().find(|field| self.read.name(field.name) == name).map(|field| field.value)
        };
        let fields = self.entity_fields(self.index.nodes[node.index()]);
        let name = self.key(self.index.networks[network.index()]);
        let there = field_of(fields, "on").and_then(|on| field_of(self.read.record(on)?, name));
        let there = there.and_then(|entry| field_of(self.read.record(entry)?, "address"));
        let address = there.or_else(|| field_of(fields, "address"))?;
        self.read.address(address).map(|address| address.value)
    }

    /// Spans that something else hands out. Their owners are read when machines are.
    fn pools(&mut self, network: NetworkId, id: DataId) -> Vec<Pool> {
        let mut pools = Vec::new();
        for entry in self.read.record(id).unwrap_or_default() {
            let (mut addresses, mut owners) = (None, None);
            for field in self.read.record(entry.value).unwrap_or_default() {
                match self.read.name(field.name) {
                    "addresses" => addresses = self.read.int_range(field.value).map(numbers),
                    "owners" => owners = Some(field.value),
                    _ => {}
                }
            }
            let Some(numbers) = addresses else { continue };
            self.later.extend(owners.map(|owners| Later::Owners(network, pools.len(), owners)));
            let name = self.read.name(entry.name).to_owned();
            pools.push(Pool { name, key: entry.key, numbers, owners: Vec::new() });
        }
        pools
    }

    fn reserved(&self, id: DataId) -> Vec<Spanned<(u64, u64)>> {
        let items = self.read.list(id).unwrap_or_default();
        items.iter().filter_map(|item| self.read.int_range(*item)).map(numbers).collect()
    }

    fn kind(&mut self, named: &Named, written: Written) -> NetworkKind {
        let out = &mut self.read.diagnostics;
        let mixed = network_kind::check(named, &written);
        let fine = mixed.is_none() && !written.failed;
        // What the network is is not known, so nobody can say that a machine is not on it.
        self.origins.all.networks &= fine;
        out.extend(mixed);
        if let Some(underlay) = &written.underlay {
            let port = match &written.port {
                Some(port) => {
                    out.extend(overlay_port::check(port.value, port.span));
                    port.value.first
                }
                None => {
                    if fine {
                        out.push(overlay_port::missing(named));
                    }
                    0
                }
            };
            return NetworkKind::Overlay { underlay: underlay.value, port };
        }
        let Some(bridge) = written.bridge.or(written.vnet) else { return NetworkKind::Plain };
        NetworkKind::Bridge {
            bridge: bridge.value,
            vlan: written.vlan.and_then(|vlan| u16::try_from(vlan.value).ok()),
            gateways: Vec::new(),
        }
    }
}
