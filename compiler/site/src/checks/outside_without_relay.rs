//! A member outside that no relay can be reached by
//!
//! ## What is wrong
//!
//! A machine is on an overlay and not on its underlay, and no node hands the overlay's port on to a relay.
//!
//! ## Why
//!
//! A member that is somewhere else finds the machines that a node hands the port on to, and no other: guests let the
//! overlay's packets in from their own bridge only. A relay carries them further. Without one, what `allow` opens between
//! the two never passes.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.pve.uplink.address = 198.51.100.10;
//!   nodes.pve.forward = [ { port = 4242/udp; to = hosts.dns; } ];
//!   hosts.vault = { vmid = 3000; groups = [ groups.projects ]; };
//!   hosts.laptop = { # error: L0307
//!     kind = Machine;
//!     managed = false;
//!     groups = [ groups.projects ];
//!     on.overlay.address = 10.10.10.200;
//!   };
//! ```
//!
//! ## What to do
//!
//! Set `relay = true;` at the machine that the port is handed on to.

use std::collections::BTreeSet;

use arvc_lang::data::Transport;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Host, HostId, NetworkId, NetworkKind, Site, Status};
use crate::origins::Origins;
use crate::place::report;
use crate::segments::Segments;

/// A member outside that no relay can be reached by.
pub static CODE: Code =
    Code::new("L0307", "a member outside that no relay can be reached by", include_str!("outside_without_relay.rs"));

/// Every member of an overlay that is not on its underlay, if there are members that it does not find by itself.
pub(crate) fn check(site: &Site, segments: &Segments, origins: &Origins, out: &mut Vec<Diagnostic>) {
    let broken = site.hosts.iter().any(|host| host.broken);
    if broken || !(origins.all.hosts && origins.all.nodes && origins.all.networks) {
        return;
    }
    for (overlay, network) in (0..).map(NetworkId).zip(&site.networks) {
        let NetworkKind::Overlay { underlay, port } = network.kind else { continue };
        let on = |host: &Host, id| host.interfaces.iter().any(|interface| interface.network == id);
        let forwards = site.nodes.iter().filter(|node| node.uplink.is_some()).flat_map(|node| &node.forwards);
        let entrances: BTreeSet<HostId> = forwards
            .filter(|it| it.ports.transport == Transport::Udp && (it.ports.first..=it.ports.last).contains(&port))
            .map(|it| it.to)
            .filter(|id| on(&site.hosts[id.index()], overlay))
            .collect();
        let hosts = || (0..).map(HostId).zip(&site.hosts);
        let hidden = hosts().any(|(id, host)| {
            host.status != Status::Planned && on(host, overlay) && on(host, underlay) && !entrances.contains(&id)
        });
        // Without a lighthouse to enter by, that is the problem; a machine that is not understood might be the relay.
        let entered = entrances.iter().any(|id| site.hosts[id.index()].lighthouse);
        let relayed = entrances.iter().any(|id| site.hosts[id.index()].relay || site.hosts[id.index()].broken);
        if !entered || relayed || !hidden {
            continue;
        }
        // A member of another segment of the underlay finds the members of this one as little as who is elsewhere.
        let first = hosts().map(|(_, host)| host).find(|host| on(host, overlay) && on(host, underlay));
        let inside = |host: &Host| on(host, underlay) && first.is_none_or(|first| segments.meet(underlay, first, host));
        for (_, host) in hosts().filter(|(_, host)| !host.broken && on(host, overlay) && !inside(host)) {
            let message = format!(
                "`{}` finds no relay of `{}` and reaches few of its members",
                host.named.path, network.named.path
            );
            let label = format!("it is not on `{}`", site.networks[underlay.index()].named.path);
            let names: Vec<String> =
                entrances.iter().map(|id| format!("`{}`", site.hosts[id.index()].named.path)).collect();
            out.push(
                report(&CODE, message, &host.named, host.named.key, &label)
                    .help(format!("set `relay = true;` at {}, which {port}/udp is handed on to", names.join(" or "))),
            );
        }
    }
}
