//! Networks: bridges, overlays, and plain ones.

use arvc_lang::data::{DataId, Ports};
use ipnet::IpNet;

use super::Decoder;
use super::settings::numbers;
use crate::checks::{
    gateway_outside_network, gateways_of_one_family, invalid_bridge, invalid_mtu, invalid_vlan, network_kind,
    overlay_port, prefixes_meet,
};
use crate::model::{Gateway, Network, NetworkId, NetworkKind, Spanned};
use crate::read::Thing;

/// The fields that decide what a network is, each with its place.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) bridge: Option<Spanned<String>>,
    pub(crate) vlan: Option<Spanned<i64>>,
    pub(crate) underlay: Option<Spanned<NetworkId>>,
    pub(crate) port: Option<Spanned<Ports>>,
    pub(crate) gateways: Vec<Gateway>,
    /// One of them failed.
    pub(crate) failed: bool,
}

impl Written {
    fn note<T>(&mut self, value: Option<T>) -> Option<T> {
        self.failed |= value.is_none();
        value
    }
}

impl Decoder<'_> {
    pub(super) fn networks(&mut self) {
        for entity in self.index.networks.clone() {
            let mut named = self.entity_named("a network", entity);
            let mut written = Written::default();
            let (mut prefix, mut more) = (None, Vec::new());
            let mut gateway: Option<DataId> = None;
            let (mut mtu, mut reserved) = (None, Vec::new());
            for field in self.entity_fields(entity) {
                let (id, span) = (field.value, self.read.span(field.value));
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(id),
                    "cidr" => prefix = self.read.prefix(id),
                    "prefixes" => more = self.prefixes(id, &mut written),
                    "bridge" => {
                        let bridge = written.note(self.read.text(id));
                        self.read.diagnostics.extend(bridge.and_then(|bridge| invalid_bridge::check(bridge, span)));
                        written.bridge = bridge.map(|value| Spanned { value: value.to_owned(), span });
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
                    "gateway" => gateway = Some(id),
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
            let kind = NetworkKind::Plain;
            let mut network = Network { named, prefix, more, kind, mtu, reserved };
            let problems = prefixes_meet::check(&network);
            self.read.diagnostics.extend(problems);
            if let Some(id) = gateway {
                written.gateways = self.gateways(&network, id);
            }
            network.kind = self.kind(&network, written);
            self.site.networks.push(network);
        }
        let problems = network_kind::check_underlays(&self.site.networks);
        self.read.diagnostics.extend(problems);
    }

    fn prefixes(&self, id: DataId, written: &mut Written) -> Vec<Spanned<IpNet>> {
        let items = written.note(self.read.list(id)).unwrap_or_default();
        items.iter().filter_map(|item| written.note(self.read.prefix(*item))).collect()
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
        let Some(bridge) = written.bridge else { return NetworkKind::Plain };
        for gateway in &written.gateways {
            out.extend(gateway_outside_network::check(network, gateway));
        }
        out.extend(gateways_of_one_family::check(network, &written.gateways));
        NetworkKind::Bridge {
            bridge: bridge.value,
            vlan: written.vlan.and_then(|vlan| u16::try_from(vlan.value).ok()),
            gateways: written.gateways,
        }
    }
}
