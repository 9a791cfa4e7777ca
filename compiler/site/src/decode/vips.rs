//! Addresses that several machines have by turns, prefixes of others, and whatever names a machine before machines are read:
//! routers, owners of pools.

use arvc_lang::data::{DataId, Datum};

use super::Decoder;
use super::networks::Later;
use crate::checks::{gateway_outside_network, vip_owner};
use crate::model::{Family, Foreign, Gateway, HostId, NetworkId, NetworkKind, Router, Spanned, Vip, VipId};
use crate::origins::VipOrigin;
use crate::read::Thing;

impl Decoder<'_> {
    pub(super) fn vips(&mut self) {
        for entity in self.index.vips.clone() {
            let mut named = self.entity_named("an address", entity);
            let (mut network, mut address, mut further, mut owners) = (None, None, Vec::new(), None);
            let mut origin = VipOrigin::default();
            for field in self.entity_fields(entity) {
                let id = field.value;
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(id),
                    "network" => {
                        origin.network = Some(self.read.span(id));
                        if let Some(Thing::Network(id)) = self.read.thing(id) {
                            network = Some(id);
                        }
                    }
                    "address" => address = self.read.address(id),
                    "addresses" => {
                        for item in self.read.list(id).unwrap_or_default() {
                            further.extend(self.read.address(*item));
                        }
                    }
                    "owners" => (owners, origin.owners) = (Some(id), Some(self.read.span(id))),
                    _ => {}
                }
            }
            self.origins.vips.push(origin);
            let broken = owners.is_none() || network.is_none();
            let id = VipId(self.site.vips.len() as u32);
            self.later.extend(owners.map(|owners| Later::Vip(id, owners)));
            // A network that failed leaves nothing to say, but the address keeps its place.
            let nowhere = Spanned { value: std::net::Ipv4Addr::UNSPECIFIED.into(), span: named.key };
            let network = network.unwrap_or(NetworkId(u32::MAX));
            self.site.vips.push(Vip {
                named,
                network,
                address: address.unwrap_or(nowhere),
                further,
                owners: Vec::new(),
                broken,
            });
        }
    }

    pub(super) fn foreign(&mut self) {
        for entity in self.index.foreign.clone() {
            let mut named = self.entity_named("a prefix", entity);
            let mut prefix = None;
            for field in self.entity_fields(entity) {
                match self.read.name(field.name) {
                    "description" => named.description = self.read.description(field.value),
                    "cidr" => prefix = self.read.prefix(field.value),
                    _ => {}
                }
            }
            // The index holds only those with a prefix.
            self.site.foreign.extend(prefix.map(|prefix| Foreign { named, prefix }));
        }
    }

    /// The machines of a list of hosts and clusters, sorted, and whether all of it was understood.
    fn owners(&mut self, id: DataId) -> (Vec<HostId>, bool) {
        let items = self.read.list(id);
        let mut fine = items.is_some();
        let mut owners = Vec::new();
        for item in items.unwrap_or_default() {
            match (self.read.value(*item), self.read.thing(*item)) {
                (_, Some(Thing::Host(host))) => owners.push(host),
                (_, Some(Thing::Cluster(cluster))) => {
                    owners.extend(&self.site.clusters[cluster.index()].members);
                }
                (Datum::Failed, _) | (Datum::Entity(_), None) => fine = false,
                _ => {
                    self.read.diagnostics.push(vip_owner::wrong_kind(self.read.span(*item)));
                    fine = false;
                }
            }
        }
        owners.sort_unstable();
        owners.dedup();
        (owners, fine)
    }

    /// What was put off until every machine has its addresses.
    pub(super) fn later(&mut self) {
        let mut later = std::mem::take(&mut self.later);
        // Who has an address by turns is known before that is a router.
        later.sort_by_key(|later| !matches!(later, Later::Vip(..)));
        for later in later {
            match later {
                Later::Vip(vip, owners) => {
                    let (hosts, fine) = self.owners(owners);
                    let broken = !fine || hosts.iter().any(|id| self.site.hosts[id.index()].broken);
                    let vip = &mut self.site.vips[vip.index()];
                    (vip.owners, vip.broken) = (hosts, vip.broken || broken);
                }
                Later::Owners(network, pool, owners) => {
                    let (hosts, _) = self.owners(owners);
                    self.site.networks[network.index()].pools[pool].owners = hosts;
                }
                Later::Gateway(network, router, span) => {
                    self.goes_out_elsewhere(network, router);
                    let found = self.addresses_of_router(network, router, span);
                    if let NetworkKind::Bridge { gateways, .. } = &mut self.site.networks[network.index()].kind {
                        gateways.extend(found.into_iter().map(|address| Gateway { address, router, span }));
                        gateways.sort_by_key(|gateway| gateway.span);
                    }
                }
                Later::Router(network, router, span) => {
                    let address = match router {
                        Router::Host(host) => self.site.hosts[host.index()]
                            .interfaces
                            .first()
                            .and_then(|it| it.addresses().next())
                            .map(|it| it.value),
                        Router::Vip(vip) => Some(self.site.vips[vip.index()].address.value),
                        _ => None,
                    };
                    self.site.networks[network.index()].router =
                        address.map(|address| Gateway { address, router, span });
                }
            }
        }
    }

    /// Who is the router of a network has no way out by it.
    fn goes_out_elsewhere(&mut self, network: NetworkId, router: Router) {
        let routers = match router {
            Router::Host(host) => vec![host],
            Router::Vip(vip) => self.site.vips[vip.index()].owners.clone(),
            Router::Node(_) | Router::Elsewhere => Vec::new(),
        };
        for host in routers {
            let interfaces = self.site.hosts[host.index()].interfaces.iter_mut();
            interfaces.filter(|interface| interface.network == network).for_each(|it| it.default_route = false);
        }
    }

    /// The addresses that a machine or an address of several has on a network as its router, one of each family.
    fn addresses_of_router(
        &mut self,
        network: NetworkId,
        router: Router,
        span: arvc_syntax::source::Span,
    ) -> Vec<std::net::IpAddr> {
        let there = &self.site.networks[network.index()];
        let (found, broken, named) = match router {
            Router::Host(host) => {
                let host = &self.site.hosts[host.index()];
                let interface = host.interfaces.iter().find(|interface| interface.network == network);
                let of = |family| {
                    let mut own = interface.into_iter().flat_map(|interface| interface.addresses());
                    own.find(|address| Family::of(address.value) == family).map(|address| address.value)
                };
                let found: Vec<_> = Family::ALL.into_iter().filter_map(of).collect();
                (found, host.broken, &host.named)
            }
            Router::Vip(vip) => {
                let vip = &self.site.vips[vip.index()];
                let of = |family| vip.addresses().map(|it| it.value).find(|address| Family::of(*address) == family);
                let here = vip.network == network;
                (Family::ALL.into_iter().filter(|_| here).filter_map(of).collect(), vip.broken, &vip.named)
            }
            _ => return Vec::new(),
        };
        if found.is_empty() && !broken {
            self.read.diagnostics.push(gateway_outside_network::not_there(&there.named, named, span));
        }
        found
    }
}
