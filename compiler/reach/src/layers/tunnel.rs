//! Whether two members of an overlay find a way for its packets: directly, or through a relay.
//!
//! Certain is what a member can start by itself: it finds the other, because it is told where it is or a lighthouse that both
//! reach tells it, and a first datagram passes everything below. Nothing rests on hole punching, nor on the other one's having
//! spoken first; but whoever has a lighthouse reports to it at once, so that the lighthouse reaches him.

use std::net::IpAddr;

use arvc_site::endpoints::Tunnels;
use arvc_site::model::{HostId, NetworkId};

use super::decide::{Layers, open, unknown};
use super::{Layer, Party, Step};

/// The packets of the overlay between two members.
pub(super) fn step(layers: &Layers, overlay: NetworkId, a: HostId, b: HostId) -> Step {
    if let Some(known) = layers.tunnels.borrow().get(&(overlay, a, b)) {
        return known.clone();
    }
    let step = between(layers, overlay, a, b);
    layers.tunnels.borrow_mut().insert((overlay, a, b), step.clone());
    step
}

fn between(layers: &Layers, overlay: NetworkId, a: HostId, b: HostId) -> Step {
    let at = Party::Host(a);
    let Some(tunnels) = Tunnels::of(layers.site, overlay) else { return open(Layer::Tunnel, at, "no overlay") };
    let found = Found { layers, tunnels };
    if let Some(to) = found.direct(a, b).or_else(|| found.reported(a, b)) {
        return open(Layer::Tunnel, at, &format!("direct, {to}"));
    }
    match found.relay(a, b) {
        Some(relay) => open(Layer::Tunnel, at, &format!("through the relay {}", layers.host(relay).named.path)),
        None => unknown(
            Layer::Tunnel,
            at,
            "neither is known to reach the other, and there is no relay that both reach".to_owned(),
        ),
    }
}

/// How members find one another.
struct Found<'l, 's> {
    layers: &'l Layers<'s>,
    tunnels: Tunnels,
}

impl Found<'_, '_> {
    /// Where the first reaches the second by itself.
    fn direct(&self, a: HostId, b: HostId) -> Option<String> {
        let layers = self.layers;
        let (own, other) = (layers.host(a), layers.host(b));
        if other.lighthouse || other.relay {
            let places = self.tunnels.places(layers.site, &layers.segments, own, b);
            if let Some(at) = self.any(a, b, places) {
                return Some(at);
            }
        }
        // For a lighthouse nobody asks.
        if other.lighthouse || !self.is_told(a, b) {
            return None;
        }
        self.any(a, b, self.tells(b))
    }

    /// The first of these addresses at which the first reaches the second, in words.
    fn any(&self, a: HostId, b: HostId, places: Vec<IpAddr>) -> Option<String> {
        let layers = self.layers;
        let address = places.into_iter().find(|to| layers.datagram(a, b, *to, self.tunnels.port))?;
        let beside = layers.host(b).interfaces.iter().find(|it| {
            !layers.members.is_overlay(it.network)
                && layers.host(a).is_on(it.network)
                && layers.met(b, it.network).contains(&address)
        });
        Some(match beside {
            Some(it) => format!("on {}", layers.site.networks[it.network.index()].named.path),
            None => format!("to {} at {address}", layers.host(b).named.path),
        })
    }

    /// A lighthouse reaches whoever reports to it.
    fn reported(&self, a: HostId, b: HostId) -> Option<String> {
        if !self.layers.host(a).lighthouse || self.layers.host(b).lighthouse {
            return None;
        }
        self.direct(b, a).map(|_| format!("which {} keeps open", self.layers.host(b).named.path))
    }

    /// Whether a lighthouse that both reach tells the first where the second is.
    fn is_told(&self, a: HostId, b: HostId) -> bool {
        let lighthouses = self.hubs(|host| host.lighthouse);
        lighthouses.into_iter().any(|hub| self.reaches_hub(a, hub) && self.reaches_hub(b, hub))
    }

    fn reaches_hub(&self, a: HostId, hub: HostId) -> bool {
        if a == hub {
            return true;
        }
        // A lighthouse asks no other one.
        if self.layers.host(a).lighthouse {
            return false;
        }
        let key = (self.tunnels.overlay, a, hub);
        if let Some(known) = self.layers.hub_reached.borrow().get(&key) {
            return *known;
        }
        let places = self.tunnels.places(self.layers.site, &self.layers.segments, self.layers.host(a), hub);
        let reached = self.any(a, hub, places).is_some();
        self.layers.hub_reached.borrow_mut().insert(key, reached);
        reached
    }

    fn relay(&self, a: HostId, b: HostId) -> Option<HostId> {
        let (own, other) = (self.layers.host(a), self.layers.host(b));
        // A relay uses none, and what a lighthouse has, nobody is told.
        if own.relay || other.relay || other.lighthouse || !self.is_told(a, b) {
            return None;
        }
        let hop = |x: HostId, y: HostId| self.direct(x, y).or_else(|| self.reported(x, y)).is_some();
        let relays = self.hubs(|host| host.relay).into_iter();
        // The target tells which relays it has: those that it finds.
        let has =
            |relay: HostId| !self.tunnels.places(self.layers.site, &self.layers.segments, other, relay).is_empty();
        let mut relays = relays.filter(|relay| *relay != a && *relay != b && has(*relay));
        relays.find(|relay| (hop(a, *relay) || hop(*relay, a)) && (hop(*relay, b) || hop(b, *relay)))
    }

    fn hubs(&self, wanted: impl Fn(&arvc_site::model::Host) -> bool) -> Vec<HostId> {
        let hubs = self.layers.hubs.iter().copied();
        hubs.filter(|hub| wanted(self.layers.host(*hub)) && self.layers.host(*hub).is_on(self.tunnels.overlay))
            .collect()
    }

    /// What a member tells lighthouses of itself: on the underlay its addresses there, elsewhere all; and what the world knows it by.
    fn tells(&self, host: HostId) -> Vec<IpAddr> {
        let layers = self.layers;
        let interfaces = || layers.host(host).interfaces.iter().filter(|it| !layers.members.is_overlay(it.network));
        let inside = layers.host(host).is_on(self.tunnels.underlay);
        let own = interfaces().filter(|it| !inside || it.network == self.tunnels.underlay);
        let own = own.flat_map(|it| it.addresses()).map(|address| address.value);
        own.chain(interfaces().filter_map(|it| it.public).map(|address| address.value)).collect()
    }
}
