//! From an overlay to a network behind one of its members.
//!
//! The sender is told of the network if it may open anything there. Its outbound rules know the other end by the certificate of the
//! member, and by the address behind it. That member's inbound rules and its packet filter hand on what is allowed from end to end, by
//! both addresses, and with its own address as the source: behind it, it is the member that asks.

use std::net::IpAddr;

use arvc_site::model::{Family, HostId, NetworkId};

use super::decide::{Detail, Ends, Layers, Other};
use super::{Layer, Party, Path, Step, Way, handed, tunnel};
use crate::ports::PortSet;

/// The way from a member of an overlay into a network behind another one.
#[derive(Clone, Copy)]
pub(super) struct Behind {
    pub overlay: NetworkId,
    pub network: NetworkId,
    /// The member that leads there.
    pub gate: HostId,
}

/// Every way of one machine over an overlay to the addresses that another one has behind a member, which may be that member itself.
pub(super) fn paths(layers: &Layers, a: HostId, b: HostId) -> Vec<Path> {
    let mut paths = Vec::new();
    for behind in ways(layers, a) {
        for to in layers.met(b, behind.network) {
            let Some(from) = layers.address(a, behind.overlay, Family::of(to)) else { continue };
            let asked = layers.detail.get() != Detail::Ways;
            let steps = if asked { steps(layers, behind, (a, from), Some(b), to) } else { Vec::new() };
            let way = Way::Routed(behind.overlay, behind.network);
            let nothing = Ends { source: None, target: None, to: Other::Address(to), from: Other::Address(from) };
            paths.push(layers.path(way, Some(from), to, &nothing, steps));
        }
    }
    paths
}

/// The networks behind members of overlays that a machine is on, without those that it is on itself.
pub(super) fn ways(layers: &Layers, a: HostId) -> Vec<Behind> {
    let on = layers.host(a).interfaces.iter().map(|interface| interface.network);
    let mut ways = Vec::new();
    for overlay in on {
        for behind in &layers.site.networks[overlay.index()].behind {
            let network = behind.network.value;
            let gate = layers.members.gate(overlay, network).filter(|gate| *gate != a);
            let elsewhere = !layers.host(a).is_on(network);
            ways.extend(gate.filter(|_| elsewhere).map(|gate| Behind { overlay, network, gate }));
        }
    }
    ways
}

/// What a packet meets on such a way, to a machine or to an address that no machine has.
pub(super) fn steps(
    layers: &Layers,
    behind: Behind,
    (a, from): (HostId, IpAddr),
    target: Option<HostId>,
    to: IpAddr,
) -> Vec<Step> {
    let Behind { overlay, network, gate } = behind;
    let (own, policy) = (&layers.policies.of(a).outbound, layers.policies.of(gate));
    let mut steps = Vec::new();
    if !own.iter().any(|rule| rule.network == overlay && rule.there == network) {
        let note = format!(
            "it may open nothing on {}, and is not told of it",
            layers.site.networks[network.index()].named.path
        );
        steps.push(Step {
            layer: Layer::Tunnel,
            at: Party::Host(a),
            lower: PortSet::none(),
            upper: PortSet::none(),
            rules: std::rc::Rc::default(),
            note: Some(note),
        });
    }
    steps.push(layers.step(Layer::NebulaOut, a, overlay, own, &Other::Member(gate, to)));
    steps.push(tunnel::step(layers, overlay, a, gate));
    let family = Family::of(to);
    let forwards = policy.forward.iter();
    let forwards =
        forwards.filter(|it| it.hidden && it.family == family && (it.into, it.out) == (Some(overlay), Some(network)));
    let (lower, upper, rules) = handed::handed_on(layers, forwards, &Other::Address(from), &Other::Address(to));
    let handed = |layer, note: &str| Step {
        layer,
        at: Party::Host(gate),
        lower: lower.clone(),
        upper: upper.clone(),
        rules: rules.clone(),
        note: Some(note.to_owned()),
    };
    steps.push(handed(Layer::NebulaIn, "for what is behind it"));
    if target == Some(gate) {
        // An address of its own is not handed on.
        steps.push(layers.step(Layer::Filter, gate, overlay, &policy.inbound, &Other::Member(a, from)));
        return steps;
    }
    steps.push(handed(Layer::Forward, "it leads there, and asks with its own address"));
    let seen = layers.address(gate, network, family);
    if layers.has_proxmox(gate, network) {
        let other = target.map_or(Other::Address(to), |target| Other::Member(target, to));
        steps.push(layers.step(Layer::ProxmoxOut, gate, network, &policy.outbound, &other));
    }
    if let (Some(target), Some(seen)) = (target, seen) {
        steps.extend(layers.arrive(target, network, &Other::Member(gate, seen)));
    }
    steps
}

impl Layers<'_> {
    /// The member that stands between the ends of a path, if that leads out of an overlay.
    pub(super) fn gate_of(&self, way: Way) -> Option<Behind> {
        let Way::Routed(overlay, network) = way else { return None };
        let gate = self.members.gate(overlay, network)?;
        Some(Behind { overlay, network, gate })
    }
}
