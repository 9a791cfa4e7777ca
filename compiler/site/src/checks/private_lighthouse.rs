//! A lighthouse that members outside cannot find
//!
//! ## What is wrong
//!
//! A lighthouse or relay is not on the underlay and has private addresses only, no `public` among them; and a member of the
//! overlay is on none of its networks.
//!
//! ## Why
//!
//! Such a member (a laptop) is told the private address, which means something on the lighthouse's own network alone.
//! Wherever else the member is, it finds nobody.
//!
//! ## Example
//!
//! ```arv part
//!   networks.house.cidr = 192.168.1.0/24;
//!   hosts.pi = { # error: L0830
//!     kind = Machine;
//!     groups = [ groups.projects ];
//!     lighthouse = true;
//!     on = { house.address = 192.168.1.5; overlay.address = 10.10.10.200; };
//!   };
//!   hosts.laptop = { kind = Machine; managed = false; on.overlay.address = 10.10.10.201; };
//!   nodes.pve.uplink.address = 198.51.100.10;
//!   nodes.pve.forward = [ { port = 4242/udp; to = hosts.dns; } ];
//!   hosts.dns.relay = true;
//!   expect.unknown = [ nodes.pve -> hosts.pi : 22/tcp ];
//! ```
//!
//! ## What to do
//!
//! State the address of the router in front of it, which hands the overlay's port on: `on.house.public = …;`. Or let
//! another machine be the lighthouse.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::endpoints::Tunnels;
use crate::model::{HostId, NetworkId, Site};
use crate::origins::Origins;
use crate::place::{place, report};

/// A lighthouse that members outside cannot find.
pub static CODE: Code =
    Code::new("L0830", "a lighthouse that members outside cannot find", include_str!("private_lighthouse.rs"));

/// Every lighthouse and relay that is not on the underlay.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !(origins.all.hosts && origins.all.nodes && origins.all.networks) || site.hosts.iter().any(|host| host.broken) {
        return;
    }
    for tunnels in (0..site.networks.len() as u32).filter_map(|id| Tunnels::of(site, NetworkId(id))) {
        let members = || site.hosts.iter().filter(|host| host.status.is_there() && host.is_on(tunnels.overlay));
        for (id, host) in (0..).map(HostId).zip(&site.hosts) {
            let fixed = host.status.is_there() && (host.lighthouse || host.relay) && host.is_on(tunnels.overlay);
            if !fixed || host.is_on(tunnels.underlay) || !tunnels.public(site, id).is_empty() {
                continue;
            }
            let segments: Vec<_> = host.interfaces.iter().map(|interface| interface.network).collect();
            let segments = || segments.iter().filter(|network| **network != tunnels.overlay);
            // Without any address below it, that is the problem.
            let Some(own) = segments().next() else { continue };
            let elsewhere = |other: &&&crate::model::Host| {
                !other.is_on(tunnels.underlay) && !segments().any(|network| other.is_on(*network))
            };
            let Some(member) = members().collect::<Vec<_>>().iter().find(elsewhere).copied() else { continue };
            let own = &site.networks[own.index()].named.path;
            let what = if host.lighthouse { "a lighthouse" } else { "a relay" };
            let message = format!("`{}` is {what} that `{}` cannot find", host.named.path, member.named.path);
            let label = format!("its only address below the overlay is a private one of `{own}`");
            let name = own.strip_prefix("networks.").unwrap_or(own);
            out.push(
                report(&CODE, message, &host.named, host.named.key, &label)
                    .secondary(place(&member.named, member.named.key), "a member that is elsewhere")
                    .help(format!("state the address that the world reaches it by: `on.{name}.public = …;`")),
            );
        }
    }
}
