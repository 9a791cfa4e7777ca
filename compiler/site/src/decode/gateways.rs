//! The routers of a segment: addresses, and nodes with their address of each family.

use std::net::IpAddr;

use arvc_lang::data::{DataId, Datum};
use ipnet::IpNet;

use super::Decoder;
use crate::checks::gateway_outside_network;
use crate::model::{Family, Gateway, Network, NodeId, Spanned};
use crate::read::Thing;

impl Decoder<'_> {
    /// The routers that a network's `gateway` names: one, or a list.
    pub(super) fn gateways(&mut self, network: &Network, id: DataId) -> Vec<Gateway> {
        let mut gateways = Vec::new();
        match self.read.list(id) {
            Some(items) => items.iter().for_each(|item| self.gateway(network, *item, &mut gateways)),
            None => self.gateway(network, id, &mut gateways),
        }
        gateways
    }

    fn gateway(&mut self, network: &Network, id: DataId, gateways: &mut Vec<Gateway>) {
        let span = self.read.span(id);
        match (self.read.value(id), self.read.thing(id)) {
            (Datum::Address(address), _) => gateways.push(Gateway { address: *address, node: None, span }),
            (Datum::Entity(_), Some(Thing::Node(node))) => {
                let own = self.node_addresses(node);
                // The order of the network's prefixes decides, as it does for the addresses that guests are made with.
                let inside = |family| {
                    let of_family = |prefix: &Spanned<IpNet>| Family::of_prefix(&prefix.value) == family;
                    let mut prefixes = network.prefixes().filter(of_family);
                    prefixes.find_map(|prefix| own.iter().find(|address| prefix.value.contains(*address)))
                };
                let mut found: Vec<IpAddr> = Family::ALL.into_iter().filter_map(inside).copied().collect();
                if found.is_empty() {
                    // It is none of the network's, which is reported with the address that was meant most likely.
                    found.extend(own.first());
                }
                gateways.extend(found.into_iter().map(|address| Gateway { address, node: Some(node), span }));
            }
            (Datum::Failed, _) | (Datum::Entity(_), None) => {}
            _ => self.read.diagnostics.push(gateway_outside_network::wrong_kind(span)),
        }
    }

    /// The addresses of a node that is not read yet: a gateway needs nothing else of it.
    fn node_addresses(&self, node: NodeId) -> Vec<IpAddr> {
        let mut own = Vec::new();
        for field in self.entity_fields(self.index.nodes[node.index()]) {
            match self.read.name(field.name) {
                "address" => {
                    own.splice(0..0, self.read.address(field.value).map(|address| address.value)).for_each(drop)
                }
                "addresses" => {
                    let items = self.read.list(field.value).unwrap_or_default().iter();
                    own.extend(items.filter_map(|item| self.read.address(*item)).map(|address| address.value));
                }
                _ => {}
            }
        }
        own
    }
}
