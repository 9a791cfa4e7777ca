//! Networks: bridges, overlays, and plain ones.

use arvc_lang::data::{DataId, Ports};
use arvc_syntax::source::Span;
use ipnet::IpNet;

use super::Decoder;
use super::settings::numbers;
use crate::checks::{
    gateway_outside_network, gateways_of_one_family, invalid_bridge, invalid_mtu, invalid_vlan, invalid_vnet,
    network_kind, overlay_port, prefixes_meet, router_unfiltered,
};
use crate::model::{Behind, Network, NetworkId, NetworkKind, NodeId, Pool, Router, Spanned, VipId};
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
    pub(crate) behind: Option<Span>,
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
    /// The owners of an address of several machines.
    Vip(VipId, DataId),
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
        for (at, entity) in (0..).zip(self.index.networks.clone()) {
            let id = NetworkId(at);
            let mut named = self.entity_named("a network", entity);
            let mut written = Written::default();
            let (mut prefix, mut more) = (None, Vec::new());
            let (mut gateway, mut router, mut behind) = (None, None, Vec::new());
            let (mut mtu, mut reserved, mut dhcp, mut pools) = (None, Vec::new(), None, Vec::new());
            let (mut nodes, mut joined, mut default_route) = (Vec::new(), true, true);
            let mut unfiltered = None;
            for field in self.entity_fields(entity) {
                let (value, span) = (field.value, self.read.span(field.value));
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(value),
                    "cidr" => prefix = self.read.prefix(value),
                    "prefixes" => more = self.prefixes(value, &mut written),
                    "bridge" => {
                        let bridge = written.note(self.read.text(value));
                        self.read.diagnostics.extend(bridge.and_then(|bridge| invalid_bridge::check(bridge, span)));
                        written.bridge = bridge.map(|value| Spanned { value: value.to_owned(), span });
                    }
                    "vnet" => {
                        let vnet = written.note(self.read.text(value));
                        self.read.diagnostics.extend(vnet.and_then(|vnet| invalid_vnet::check(vnet, span)));
                        written.vnet = vnet.map(|value| Spanned { value: value.to_owned(), span });
                    }
                    "vlan" => {
                        let vlan = written.note(self.read.int(value));
                        self.read.diagnostics.extend(vlan.and_then(|vlan| invalid_vlan::check(vlan, span)));
                        written.vlan = vlan.map(|value| Spanned { value, span });
                    }
                    "underlay" => {
                        let underlay = match self.read.thing(value) {
                            Some(Thing::Network(network)) => Some(Spanned { value: network, span }),
                            _ => None,
                        };
                        written.underlay = written.note(underlay);
                    }
                    "port" => {
                        let ports = written.note(self.read.ports(value));
                        written.port = ports.map(|value| Spanned { value, span });
                    }
                    "gateway" => (gateway, written.gateway) = (Some(value), Some(span)),
                    "router" => (router, written.router) = (Some(value), Some(span)),
                    "behind" => {
                        behind = self.behind(value);
                        written.behind = self.read.list(value).filter(|items| !items.is_empty()).map(|_| span);
                    }
                    "nodes" => {
                        nodes = self.node_list(value, &mut written.failed);
                        if !nodes.is_empty() {
                            written.nodes = Some(span);
                        }
                    }
                    "joined" => {
                        joined = written.note(self.read.flag(value)).unwrap_or(true);
                        if !joined {
                            written.nodes = Some(span);
                        }
                    }
                    "unfiltered" => unfiltered = self.read.flag(value).filter(|said| *said).map(|_| span),
                    "default_route" => default_route = self.read.flag(value).unwrap_or(true),
                    "dhcp" => dhcp = self.read.int_range(value).map(numbers),
                    "pools" => pools = self.pools(id, value),
                    "mtu" => {
                        let value = self.read.int(value);
                        self.read.diagnostics.extend(value.and_then(|mtu| invalid_mtu::check(mtu, span)));
                        mtu = value.and_then(|mtu| u32::try_from(mtu).ok());
                    }
                    "reserved" => reserved = self.reserved(value),
                    _ => {}
                }
            }
            let Some(prefix) = prefix else { continue };
            let kind = NetworkKind::Plain;
            let mut network = Network {
                named,
                prefix,
                more,
                kind,
                mtu,
                reserved,
                dhcp,
                pools,
                nodes,
                joined,
                default_route,
                router: None,
                unfiltered,
                behind,
            };
            let problems = prefixes_meet::check(&network);
            self.read.diagnostics.extend(problems);
            network.kind = self.kind(&network, written);
            if let Some(span) = unfiltered.filter(|_| network.is_overlay() || gateway.is_none() && router.is_none()) {
                let problem = router_unfiltered::without_router(&network.named, span, network.is_overlay());
                self.read.diagnostics.push(problem);
            }
            match (&network.kind, gateway, router) {
                (NetworkKind::Bridge { .. }, Some(value), _) => {
                    let found = self.gateways(id, &network, value);
                    let problems = found.iter().filter_map(|gateway| gateway_outside_network::check(&network, gateway));
                    self.read.diagnostics.extend(problems);
                    self.read.diagnostics.extend(gateways_of_one_family::check(&network, &found));
                    if let NetworkKind::Bridge { gateways, .. } = &mut network.kind {
                        *gateways = found;
                    }
                }
                (NetworkKind::Plain, _, Some(value)) => network.router = self.router(id, &network, value),
                _ => {}
            }
            self.site.networks.push(network);
        }
        let problems = network_kind::check_underlays(&self.site.networks);
        self.read.diagnostics.extend(problems);
    }

    fn prefixes(&self, id: DataId, written: &mut Written) -> Vec<Spanned<IpNet>> {
        let items = written.note(self.read.list(id)).unwrap_or_default();
        items.iter().filter_map(|item| written.note(self.read.prefix(*item))).collect()
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

    /// The networks behind members. What failed is reported.
    fn behind(&self, id: DataId) -> Vec<Behind> {
        let mut list = Vec::new();
        for item in self.read.list(id).unwrap_or_default() {
            let (mut network, mut member) = (None, None);
            for field in self.read.record(*item).unwrap_or_default() {
                let span = self.read.span(field.value);
                match (self.read.name(field.name), self.read.thing(field.value)) {
                    ("network", Some(Thing::Network(value))) => network = Some(Spanned { value, span }),
                    ("member", Some(Thing::Host(value))) => member = Some(Spanned { value, span }),
                    _ => {}
                }
            }
            list.extend(network.zip(member).map(|(network, member)| Behind { network, member }));
        }
        list
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

    fn kind(&mut self, network: &Network, written: Written) -> NetworkKind {
        let named = &network.named;
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
