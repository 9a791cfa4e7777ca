//! Whether two members of an overlay find a way for its packets: directly, or through a relay.

use arvc_site::endpoints::Tunnels;
use arvc_site::model::{HostId, NetworkId};

use super::decide::{Layers, open, unknown};
use super::{Layer, Party, Step};

/// The packets of the overlay between two members.
///
/// Its port is open both ways between its members, and outwards to those that are elsewhere, so that only the underlay itself
/// decides: a segment that both are on, an address that the world knows, a relay that both reach.
pub(super) fn step(layers: &Layers, overlay: NetworkId, a: HostId, b: HostId) -> Step {
    let (site, at) = (layers.site, Party::Host(a));
    let Some(tunnels) = Tunnels::of(site, overlay) else { return open(Layer::Tunnel, at, "no overlay") };
    let (own, other) = (layers.host(a), layers.host(b));
    let shared = own.interfaces.iter().map(|interface| interface.network).find(|network| {
        !site.networks[network.index()].is_overlay()
            && other.is_on(*network)
            && layers.segments.meet(*network, own, other)
    });
    if let Some(network) = shared {
        let path = &site.networks[network.index()].named.path;
        return open(Layer::Tunnel, at, &format!("direct, on {path}"));
    }
    for host in [b, a] {
        if let Some(address) = tunnels.public(site, host).first() {
            let name = &layers.host(host).named.path;
            return open(Layer::Tunnel, at, &format!("direct, to {name} at {address}"));
        }
    }
    let relay = (0..site.hosts.len() as u32).map(HostId).find(|id| {
        let relay = layers.host(*id);
        *id != a && *id != b && relay.relay && relay.is_on(overlay) && relay.status.is_there()
    });
    match relay {
        Some(relay) => open(Layer::Tunnel, at, &format!("through the relay {}", layers.host(relay).named.path)),
        None => unknown(
            Layer::Tunnel,
            at,
            "neither has an address that the other is known to reach, and there is no relay".to_owned(),
        ),
    }
}
