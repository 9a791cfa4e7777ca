//! A `never` meets something that is allowed.
//!
//! ## What is wrong
//!
//! A claim that something stays closed is contradicted: an `allow`, an essential, or what peers say to one another opens
//! part of it, and the claim does not except that part. The message shows one such connection.
//!
//! ## Why
//!
//! Of the two statements one is not meant. arvc does not guess which one: a claim that silently lost against an `allow`
//! would be worth nothing.
//!
//! `any` is every machine of the site, and a claim without `via` speaks of every network. Replies belong to their
//! connection. Not claimed against: the way in of nodes and operators over SSH, and the tunnel packets that carry an
//! overlay.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve = { address = 192.168.100.1; };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   groups = { web = {}; games = {}; };
//!   hosts.web = { vmid = 100; lighthouse = true; groups = [ groups.web ]; };
//!   hosts.chess = { vmid = 101; groups = [ groups.games ]; };
//!   allow = [ groups.web -> any : 80/tcp ];
//!   never = [
//!     groups.web -> groups.games, # error: E0402
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Narrow the `allow`, or say in the claim what it spares: `except (groups.web -> groups.games : 80/tcp)`, or
//! `except essentials`.

use std::collections::BTreeSet;

use arvc_site::model::{Flow, FlowOrigin};
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::{Claim, Intents, words};
use crate::describe::describe;
use crate::flows::{common, witness};

/// A claim that something opens.
pub static CODE: Code = Code::new("E0402", "a `never` meets something that is allowed", include_str!("never_met.rs"));

/// How many openings are shown; the rest are counted.
const SHOWN: usize = 3;

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    let (site, space) = (intents.site, intents.space);
    for claim in &intents.never {
        let never = claim.flow.flow;
        let mut met: Vec<(&Flow, String)> = Vec::new();
        let near = claim.pieces.iter().flat_map(|piece| intents.near.to(piece));
        let near: BTreeSet<u32> = near.map(|(flow, _)| flow).collect();
        for Claim { flow, pieces } in near.into_iter().map(|flow| &intents.allow[flow as usize]) {
            let allow = flow.flow;
            let mut both = claim.pieces.iter().flat_map(|a| pieces.iter().filter_map(|b| common(space, a, b)));
            if let Some(witness) = both.find_map(|piece| witness(space, &piece)) {
                let path = words::path(site, witness.path);
                met.push((allow, format!("`{}` over {path}", words::connection(space, &witness))));
            }
        }
        let Some((allow, connection)) = met.first() else { continue };
        let bare = Flow { except: Vec::new(), ..never.clone() };
        let message = format!("`{}` must stay closed, and {} opens it", describe(site, &bare), opener(allow));
        let mut diagnostic = Diagnostic::new(&CODE, message, never.span, format!("open is {connection}"));
        for (allow, connection) in met.iter().take(SHOWN) {
            diagnostic = diagnostic.secondary(allow.span, format!("this opens {connection}"));
        }
        if met.len() > SHOWN {
            diagnostic = diagnostic.note(format!("{} further flows open parts of it", met.len() - SHOWN));
        }
        found.push(diagnostic.help(match allow.origin {
            FlowOrigin::Essential if never.except.is_empty() => {
                "what every machine needs is spared by `except essentials`".to_owned()
            }
            FlowOrigin::Essential => format!("what every machine needs: {}", words::spare(never, "essentials")),
            FlowOrigin::Peers(_) => format!("if it is meant, {}", words::spare(never, &peers(intents, allow))),
            _ => format!("narrow it, or {}", words::spare(never, &describe(site, allow))),
        }));
    }
}

fn opener(allow: &Flow) -> &'static str {
    match allow.origin {
        FlowOrigin::Essential => "an essential",
        FlowOrigin::Peers(_) => "a service's `peers`",
        _ => "an `allow`",
    }
}

/// What peers say to one another, as the flow that it is.
fn peers(intents: &Intents, allow: &Flow) -> String {
    describe(intents.site, &Flow { origin: FlowOrigin::Author, ..allow.clone() })
}
