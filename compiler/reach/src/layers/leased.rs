//! The ways of machines whose address nobody knows: something hands it out, from a pool that the site states.
//!
//! Where something filters by address, or a router does, it is not known what passes; at most what passes for some address of the
//! pool. Where nothing does, no address matters: two phones on one segment reach one another, whatever they are given.

use std::net::IpAddr;

use arvc_site::model::{Family, HostId, Kind, NetworkId};
use ipnet::IpNet;

use super::decide::{Detail, Ends, Layers, Other, unknown};
use super::{Layer, Party, Path, Step, Way, edge, handed};
use crate::address::leases;
use crate::ports::PortSet;

/// What an end of a way has there.
pub(super) enum Foot {
    /// An address.
    Known(IpAddr),
    /// One of these, and nobody knows which.
    Leased(Vec<IpNet>),
}

impl Foot {
    /// The address, if it is known.
    pub fn known(&self) -> Option<IpAddr> {
        match self {
            Self::Known(address) => Some(*address),
            Self::Leased(_) => None,
        }
    }

    /// The address, or one that it may be.
    pub fn sample(&self) -> IpAddr {
        match self {
            Self::Known(address) => *address,
            Self::Leased(pool) => pool[0].addr(),
        }
    }

    /// Every address that it may be.
    pub fn prefixes(&self) -> Vec<IpNet> {
        match self {
            Self::Known(address) => vec![IpNet::from(*address)],
            Self::Leased(pool) => pool.clone(),
        }
    }

    fn other(&self, host: HostId) -> Other<'_> {
        match self {
            Self::Known(address) => Other::Member(host, *address),
            Self::Leased(pool) => Other::Zone(pool),
        }
    }
}

/// The ways of two machines on a network that both are on, where the address of either is not known.
pub(super) fn beside(layers: &Layers, a: HostId, b: HostId, network: NetworkId) -> Vec<Path> {
    let mut paths = Vec::new();
    if !layers.members.is_leased(a, network) && !layers.members.is_leased(b, network) {
        return paths;
    }
    for (from, to) in layers.feet((a, network), (b, network)) {
        let ends =
            Ends { source: Some((a, network)), target: Some((b, network)), to: to.other(b), from: from.other(a) };
        let mut path = layers.path(Way::Direct(network), from.known(), to.sample(), &ends, Vec::new());
        layers.doubt(&mut path, (Some((a, network)), &from), (Some((b, network)), &to));
        paths.push(path);
    }
    paths
}

/// The same from a network of the first into one of the second that it is not on, by routers.
pub(super) fn routed(layers: &Layers, a: HostId, b: HostId) -> Vec<Path> {
    let mut paths = Vec::new();
    let networks = |host: HostId| layers.host(host).interfaces.iter().map(|interface| interface.network);
    for first in networks(a) {
        for last in networks(b) {
            let leased = layers.members.is_leased(a, first) || layers.members.is_leased(b, last);
            let overlay = layers.members.is_overlay(first) || layers.members.is_overlay(last);
            if !leased || overlay || layers.host(a).is_on(last) {
                continue;
            }
            for (from, to) in layers.feet((a, first), (b, last)) {
                let Some(router) = by_router(layers, (a, first, &from), (b, last, &to)) else { continue };
                let ends =
                    Ends { source: Some((a, first)), target: Some((b, last)), to: to.other(b), from: from.other(a) };
                let mut path = layers.path(Way::Routed(first, last), from.known(), to.sample(), &ends, router);
                layers.doubt(&mut path, (Some((a, first)), &from), (Some((b, last)), &to));
                paths.push(path);
            }
        }
    }
    paths
}

/// What a router between two networks says, a router of ours by every address that may be meant.
fn by_router(
    layers: &Layers,
    (a, first, from): (HostId, NetworkId, &Foot),
    (b, last, to): (HostId, NetworkId, &Foot),
) -> Option<Vec<Step>> {
    let steps = edge::between(layers, (a, first, from.sample()), (b, last, to.sample()))?;
    let family = Family::of(to.sample());
    let router = layers.handing(a, first, family).filter(|router| !router.hosts().contains(&b));
    let (from, to) = (from.prefixes(), to.prefixes());
    Some(match handed::steps(layers, router, family, &Other::Zone(&from), &Other::Zone(&to)) {
        Some(ours) => ours.into_iter().chain(steps.into_iter().filter(|step| step.layer == Layer::Router)).collect(),
        None => steps,
    })
}

impl Layers<'_> {
    /// The addresses that a machine may have on a network where something else gives it one.
    fn leases(&self, host: HostId, network: NetworkId, family: Family) -> Option<Vec<IpNet>> {
        let interface = self.host(host).interface_on(network)?;
        interface.leased.filter(|leased| *leased == family)?;
        let of_family = |prefix: &IpNet| Family::of_prefix(prefix) == family;
        let mut pool: Vec<IpNet> = leases(self.site, network).into_iter().filter(of_family).collect();
        if pool.is_empty() {
            let all = self.site.networks[network.index()].prefixes().map(|prefix| prefix.value.trunc());
            pool = all.filter(of_family).collect();
        }
        pool.sort_unstable();
        (!pool.is_empty()).then_some(pool)
    }

    /// Whether an address of a target on a way is only one of those that it may be given.
    pub fn is_given(&self, target: &Party, way: Way, address: IpAddr) -> bool {
        let (Party::Host(host), Some(last)) = (target, way.last()) else { return false };
        self.members.is_leased(*host, last) && !self.met(*host, last).contains(&address)
    }

    /// What a machine sends from on a network.
    pub(super) fn foot(&self, host: HostId, network: NetworkId, family: Family) -> Option<Foot> {
        let known = self.address(host, network, family).map(Foot::Known);
        known.or_else(|| self.leases(host, network, family).map(Foot::Leased))
    }

    /// What a machine is met at on a network.
    pub(super) fn met_at(&self, host: HostId, network: NetworkId) -> Vec<Foot> {
        let known = self.met(host, network).into_iter().map(Foot::Known);
        let leased = Family::ALL.into_iter().filter_map(|family| self.leases(host, network, family));
        known.chain(leased.map(Foot::Leased)).collect()
    }

    /// The ends of the ways between two machines of which one or both are not known.
    fn feet(&self, (a, first): (HostId, NetworkId), (b, last): (HostId, NetworkId)) -> Vec<(Foot, Foot)> {
        let all = self.met_at(b, last).into_iter();
        let all = all.filter_map(|to| Some((self.foot(a, first, Family::of(to.sample()))?, to)));
        all.filter(|(from, to)| from.known().is_none() || to.known().is_none()).collect()
    }

    /// Says of a path that an address on it is not known, where that decides anything. What a guest sends Proxmox looks at.
    pub(super) fn doubt(
        &self,
        path: &mut Path,
        (source, from): (Option<(HostId, NetworkId)>, &Foot),
        (target, to): (Option<(HostId, NetworkId)>, &Foot),
    ) {
        let leased = |end: Option<(HostId, NetworkId)>, foot: &Foot| end.filter(|_| foot.known().is_none());
        let (source, target) = (leased(source, from), leased(target, to));
        let guest = source.is_some_and(|(host, _)| self.host(host).kind != Kind::Machine);
        let decides = guest || path.steps.iter().any(|step| step.lower != PortSet::all());
        if self.detail.get() == Detail::Ways || !decides {
            return;
        }
        for (host, network) in [target, source].into_iter().flatten() {
            let path_of = &self.site.networks[network.index()].named.path;
            let note = format!("which address it is given on {path_of} is not known");
            path.steps.insert(0, unknown(Layer::Address, Party::Host(host), note));
        }
    }
}
