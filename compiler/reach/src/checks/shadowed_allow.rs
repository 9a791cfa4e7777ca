//! An `allow` opens nothing that another flow does not.
//!
//! ## What is wrong
//!
//! Everything that a flow of `allow` opens is opened by another one as well, by an essential, or by what peers say to
//! one another.
//!
//! ## Why
//!
//! A flow that changes nothing misleads: who removes it believes that something is closed now. Often the wider one is
//! the mistake, left over from a search for a fault.
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
//!   hosts.db = { vmid = 100; lighthouse = true; };
//!   hosts.app = { vmid = 101; };
//!   allow = [
//!     hosts.app -> hosts.db,
//!     hosts.app -> hosts.db : 5432/tcp, # error: L0401
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Remove the wider flow if it is too wide, else the narrower one.

use arvc_site::model::FlowOrigin;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::Intents;
use crate::flows::is_subset;

/// A flow that another one covers.
pub static CODE: Code =
    Code::new("L0401", "an `allow` opens nothing that another flow does not", include_str!("shadowed_allow.rs"));

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    for (index, claim) in intents.authors() {
        let Some(piece) = claim.pieces.first() else { continue };
        // Who covers all of it meets its first piece.
        let mut others: Vec<usize> = intents.near.to(piece).into_iter().map(|(other, _)| other as usize).collect();
        others.dedup();
        let covers = |a: usize, b: usize| is_subset(intents.space, &intents.allow[b].pieces, &intents.allow[a].pieces);
        // Of two equal ones the second is the needless one.
        let wider = others.into_iter().find(|other| {
            *other != index
                && covers(*other, index)
                && (*other < index || !covers(index, *other) || intents.site.allow[*other].origin != FlowOrigin::Author)
        });
        let Some(wider) = wider.map(|wider| &intents.site.allow[wider]) else { continue };
        let label = match wider.origin {
            FlowOrigin::Essential => "every machine may do this anyway",
            FlowOrigin::Peers(_) => "the machines of this service may do this anyway",
            _ => "this opens all of it",
        };
        found.push(
            Diagnostic::new(
                &CODE,
                "this `allow` opens nothing that another flow does not",
                claim.flow.flow.span,
                "needless",
            )
            .secondary(wider.span, label)
            .help("remove the wider flow if it is too wide, else this one"),
        );
    }
}
