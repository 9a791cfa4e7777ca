//! No answer comes back to what an `allow` opens
//!
//! ## What is wrong
//!
//! An `allow` opens a machine to addresses that are on none of its networks, over a network that is not its way out (`via`). What comes in
//! there is answered by the way out, with an address that nobody expects from there; or it would have to leave by a network that
//! leads nowhere.
//!
//! ## Why
//!
//! A machine has one default route. The port is open to everybody on that network, and the connection never comes about: routers
//! that track connections, Proxmox's filter of addresses and whoever asked drop such answers.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve = { address = 192.168.100.1; };
//!   networks.lan = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   networks.dmz = { cidr = 192.168.200.0/24; bridge = "vmbr2"; gateway = 192.168.200.1; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   hosts.web = { vmid = 100; on = { lan = {}; dmz.default_route = false; }; };
//!   allow = [
//!     internet -> hosts.web : 443/tcp via networks.dmz, # error: L0416
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Let the machine go out there (`default_route = false` on the other network), open it over its way out, or let a proxy on that
//! network ask it.

use arvc_site::model::{Family, HostId, NetworkId};
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::{Intents, words};
use crate::bits::Bits;
use crate::describe::end;
use crate::path::Path;

/// Nothing comes back.
pub static CODE: Code =
    Code::new("L0416", "no answer comes back to what an `allow` opens", include_str!("no_way_back.rs"));

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    let (site, members) = (intents.site, intents.space.members);
    for (_, claim) in intents.authors() {
        let flow = claim.flow.flow;
        let Some(via) = flow.via.filter(|via| !members.is_overlay(*via)) else { continue };
        let pieces = claim.pieces.iter().filter(|piece| piece.path == Path::direct(via));
        let ways =
            pieces.flat_map(|piece| [(&piece.sources, &piece.targets, true), (&piece.targets, &piece.sources, false)]);
        let lost = ways
            .into_iter()
            .find_map(|(zones, machines, inward)| Some((astray(intents, via, zones, machines)?, inward)));
        let Some((host, inward)) = lost else { continue };
        let named = &site.hosts[host.index()].named;
        let there = words::network(site, via);
        let beyond = end(site, if inward { &flow.source } else { &flow.target });
        let message = match inward {
            true => format!("what `{beyond}` sends to `{}` over {there} is answered by another way", named.name),
            false => format!("what `{}` sends to `{beyond}` leaves by another way than {there}", named.name),
        };
        let profile = members.profile_of[host.index()];
        let mut out: Vec<NetworkId> =
            Family::ALL.into_iter().flat_map(|family| members.way_out(profile, family)).collect();
        out.sort_unstable();
        out.dedup();
        let diagnostic = Diagnostic::new(&CODE, message, flow.span, "so no such connection comes about")
            .secondary(named.key, format!("{there} is not its way out"));
        found.push(match out.as_slice() {
            [] => diagnostic.help(format!("give {there} a gateway")),
            out => diagnostic.note(format!("it goes out by {}", words::networks(site, out))).help(format!(
                "open it over {}, or make {there} its way out: `default_route = false` on the other",
                words::networks(site, out)
            )),
        });
    }
}

/// A machine that meets only addresses beyond a network there, and does not go out by it.
fn astray(intents: &Intents, via: NetworkId, zones: &Bits, machines: &Bits) -> Option<HostId> {
    let (space, members) = (intents.space, intents.space.members);
    let zones: Vec<_> = zones.iter().filter_map(|class| space.zone(class)).collect();
    if zones.is_empty() || zones.iter().any(|zone| zone.inside.contains(&via)) {
        return None;
    }
    let lost = |host: &HostId| {
        let profile = members.profile_of[host.index()];
        let own = members.families(profile, via);
        let mut families = zones.iter().map(|zone| zone.family()).filter(|family| own.contains(*family)).peekable();
        families.peek().is_some() && families.all(|family| !members.way_out(profile, family).contains(&via))
    };
    machines.iter().flat_map(|class| space.hosts(class)).copied().find(lost)
}
