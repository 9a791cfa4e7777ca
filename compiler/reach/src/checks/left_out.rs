//! An `allow` leaves out machines that no network connects.
//!
//! ## What is wrong
//!
//! An `allow` connects some machines of its two ends, and others not: they are on no common network, or not both on the
//! one that `via` or the endpoint's `listen` names. The message names up to three such pairs.
//!
//! ## Why
//!
//! A flow uses the overlay that both machines are on, else the bridge that they share, else the router that is the way out
//! of both. Between machines that have none of these it opens nothing. `groups.admin -> any` reads as if an administrator's laptop reached every machine, and does not say
//! that a storage box without the overlay is left out.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve = { address = 192.168.100.1; addresses = [ 192.168.200.1 ]; };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   networks.storage = { cidr = 192.168.200.0/24; bridge = "vmbr2"; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   hosts.app = { vmid = 100; on.bridge = {}; };
//!   hosts.db = { vmid = 101; };
//!   hosts.nas = { kind = Machine; managed = false; on.storage.address = 192.168.200.102; };
//!   allow = [
//!     hosts.app -> any : 22/tcp, # error: L0405
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Put one machine of each pair on a network of the other (`on.NETWORK = …;`), or name the router of both networks as one
//! (`gateway = hosts.router;`). If the pair shall not meet, name the
//! machines that are meant.

use std::collections::BTreeSet;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::{Intents, words};

/// Machines that a flow means and does not connect.
pub static CODE: Code =
    Code::new("L0405", "an `allow` leaves out machines that no network connects", include_str!("left_out.rs"));

/// How many pairs are named.
const SHOWN: usize = 3;

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    let site = intents.site;
    for (_, claim) in intents.authors() {
        let flow = claim.flow.flow;
        // One that opens nothing at all is an error.
        if claim.pieces.is_empty() {
            continue;
        }
        let mut pairs = BTreeSet::new();
        let apart = intents.meetings(claim).into_iter().filter(|meeting| meeting.paths.is_empty());
        let apart: Vec<_> = apart.map(|meeting| (meeting.source, meeting.target)).collect();
        let apart = apart.into_iter().filter(|(a, b)| pairs.insert((a.min(b).index(), a.max(b).index())));
        let apart: Vec<_> = apart.take(SHOWN).collect();
        let Some((source, target)) = apart.first() else { continue };
        let name = |host: arvc_site::model::HostId| &site.hosts[host.index()].named;
        let pair = |(a, b): &(_, _)| format!("`{}` and `{}`", name(*a).name, name(*b).name);
        let families = words::families_apart(intents.space, *source, *target, flow.via);
        let label = families.unwrap_or_else(|| match flow.via {
            Some(via) => format!("they are not both on {}", words::network(site, via)),
            None => "there is no path between them that this flow could use".to_owned(),
        });
        let mut diagnostic = Diagnostic::new(
            &CODE,
            format!("this `allow` leaves out {}, which no network connects", pair(&apart[0])),
            flow.span,
            label,
        )
        .secondary(name(*source).key, words::on(intents.space, *source))
        .secondary(name(*target).key, words::on(intents.space, *target));
        if apart.len() > 1 {
            let others: Vec<String> = apart[1..].iter().map(pair).collect();
            diagnostic = diagnostic.note(format!("nor does one connect {}", others.join(", nor ")));
        }
        if let Some(routers) = words::routers_apart(intents.space, *source, *target, flow.via) {
            diagnostic = diagnostic.note(routers);
        }
        found.push(diagnostic.help("put one of them on a network of the other, or name the machines that are meant"));
    }
}
