//! A member outside that no relay can be reached by
//!
//! ## What is wrong
//!
//! A machine is on an overlay and not on its underlay, and no relay can be reached from there: no node hands the overlay's
//! port on to one, and none has an address that the world knows.
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

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::endpoints::Tunnels;
use crate::model::{Host, HostId, NetworkId, Site};
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
        let Some(tunnels) = Tunnels::of(site, overlay) else { continue };
        let (underlay, port) = (tunnels.underlay, tunnels.port);
        let hosts = || (0..).map(HostId).zip(&site.hosts).filter(|(_, host)| host.status.is_there());
        let members = || hosts().filter(|(_, host)| host.is_on(overlay));
        let entrances: BTreeSet<HostId> =
            members().map(|(id, _)| id).filter(|id| !tunnels.public(site, *id).is_empty()).collect();
        let hidden = members().any(|(id, host)| host.is_on(underlay) && !entrances.contains(&id));
        // Without a lighthouse to enter by, that is the problem; a machine that is not understood might be the relay.
        let entered = entrances.iter().any(|id| site.hosts[id.index()].lighthouse);
        let relayed = entrances.iter().any(|id| site.hosts[id.index()].relay || site.hosts[id.index()].broken);
        if !entered || relayed || !hidden {
            continue;
        }
        // A member of another segment of the underlay finds the members of this one as little as who is elsewhere.
        let first = members().map(|(_, host)| host).find(|host| host.is_on(underlay));
        let inside =
            |host: &Host| host.is_on(underlay) && first.is_none_or(|first| segments.meet(underlay, first, host));
        for (_, host) in members().filter(|(id, host)| !inside(host) && !entrances.contains(id)) {
            let message = format!(
                "`{}` finds no relay of `{}` and reaches few of its members",
                host.named.path, network.named.path
            );
            let label = format!("it is not on `{}`", site.networks[underlay.index()].named.path);
            let names: Vec<String> =
                entrances.iter().map(|id| format!("`{}`", site.hosts[id.index()].named.path)).collect();
            out.push(
                report(&CODE, message, &host.named, host.named.key, &label).help(format!(
                    "set `relay = true;` at {}, which is reached there by {port}/udp",
                    names.join(" or ")
                )),
            );
        }
    }
}
