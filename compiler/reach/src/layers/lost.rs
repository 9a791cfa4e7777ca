//! What leaves a machine at all: a guest whose networks have no router was told of none, and its system finds no way beyond its segments.

use std::rc::Rc;

use arvc_site::model::{Family, HostId, Kind, NetworkId};
use ipnet::IpNet;

use super::decide::Layers;
use super::{Layer, Party, Step};
use crate::members::meets;
use crate::ports::PortSet;

impl Layers<'_> {
    /// Whether something leads beyond the segments of a machine; of one that is no guest nobody says what it was told.
    pub(super) fn finds_out(&self, host: HostId, family: Family) -> bool {
        let host = self.host(host);
        let leads = |network: NetworkId| self.site.networks[network.index()].gateway(family).is_some();
        host.kind == Kind::Machine || host.interfaces.iter().any(|it| it.dhcp || it.default_route && leads(it.network))
    }

    /// Whether what a machine says to a zone leaves it: on a network that some of the zone is on, or by its way out. Of one that is no guest
    /// nobody says.
    pub(super) fn answers(&self, host: HostId, zone: &[IpNet], family: Family) -> bool {
        let near = |network: NetworkId| {
            let network = &self.site.networks[network.index()];
            zone.iter().any(|prefix| meets(prefix, network))
        };
        self.finds_out(host, family) || self.host(host).interfaces.iter().any(|it| near(it.network))
    }

    /// That nothing a machine says to a zone leaves it, if so it is.
    pub(super) fn lost(&self, host: HostId, zone: &[IpNet], family: Family, note: &str) -> Option<Step> {
        let (lower, upper) = (PortSet::none(), PortSet::none());
        (!self.answers(host, zone, family)).then(|| Step {
            layer: Layer::Router,
            at: Party::Host(host),
            lower,
            upper,
            rules: Rc::default(),
            note: Some(note.to_owned()),
        })
    }
}
