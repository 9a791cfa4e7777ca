//! A flow on an overlay names one IP protocol.
//!
//! ## What is wrong
//!
//! An `allow`, or what peers say to one another, opens `proto N` between two members of an overlay.
//!
//! ## Why
//!
//! A rule of Nebula names TCP, UDP, ICMP or every protocol. GRE, ESP and the others pass by a rule for every protocol
//! only, which would open all ports besides; so there is no rule for this flow, and nothing would pass.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ]; nodes.pve = { address = 192.168.100.1; };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   hosts.router = { vmid = 100; lighthouse = true; };
//!   hosts.app = { vmid = 101; };
//!   allow = [
//!     hosts.app -> hosts.router : proto 47, # error: E0406
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Send it over the bridge that both ends are on (`via networks.bridge`), or open every protocol: leave out the ports.

use std::collections::BTreeSet;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::{Intents, words};
use crate::flows::Piece;

/// One IP protocol on an overlay.
pub static CODE: Code =
    Code::new("E0406", "a flow on an overlay names one IP protocol", include_str!("protocol_on_overlay.rs"));

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    let (site, members) = (intents.site, intents.space.members);
    let mut told = BTreeSet::new();
    // What an exception leaves of a flow is no more than what was wrong with it.
    for claim in intents.allow.iter().filter(|claim| claim.flow.flow.except.is_empty()) {
        let flow = claim.flow.flow;
        let lost = |piece: &&Piece| {
            members.is_overlay(piece.path.source) && !piece.ports.is_all() && !piece.ports.others.is_empty()
        };
        let Some(piece) = claim.pieces.iter().find(lost) else { continue };
        if !told.insert(flow.span) {
            continue;
        }
        let numbers = piece.ports.others.iter().flat_map(|(first, last)| *first..=*last);
        let numbers: Vec<String> = numbers.map(|number| format!("`proto {number}`")).collect();
        let network = words::network(site, piece.path.source);
        let message = format!("Nebula has no rule for {} alone", numbers.join(", "));
        found.push(
            Diagnostic::new(&CODE, message, flow.span, format!("this flow is on {network}"))
                .note("its rules name TCP, UDP, ICMP or every protocol")
                .help("name the bridge that both ends are on with `via`, or leave out the ports"),
        );
    }
}
