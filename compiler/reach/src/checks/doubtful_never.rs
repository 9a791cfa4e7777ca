//! It is not known whether what must stay closed is
//!
//! ## What is wrong
//!
//! No layer of the site closes what a `never` speaks of, and something that the site does not describe may or may not: a router
//! whose rules arvc does not write, or a tunnel of which nobody knows whether it comes about.
//!
//! ## Why
//!
//! A `never` is proved only if nothing may pass. Here the proof ends at somebody else's rules, which may change without anybody
//! seeing it in the site.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve = { address = 10.0.0.1; };
//!   networks.lan = { cidr = 10.0.0.0/24; bridge = "vmbr1"; gateway = 10.0.0.254; };
//!   networks.things = { cidr = 10.2.0.0/24; router = 10.0.0.254; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   hosts.camera = { kind = Machine; managed = false; on.things.address = 10.2.0.5; };
//!   hosts.printer = { kind = Machine; managed = false; on.lan.address = 10.0.0.7; };
//!   never = [
//!     hosts.camera -> hosts.printer, # error: L0411
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Give the target a layer of the site, or say in `expect.unknown` that this rests on the router. Of a router that filters nothing, as a
//! provider's, the network says so (`unfiltered = true`): then it is known to be open.

use arvc_site::model::Flow;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::doubts::Known;
use super::never_built_in::{spare, unasked};
use super::unfiltered;
use super::unfiltered_never::{openings, strangers};
use crate::layers::{Finding, Layers};

/// Nobody knows whether a claim holds.
pub static CODE: Code =
    Code::new("L0411", "it is not known whether what must stay closed is", include_str!("doubtful_never.rs"));

/// Tells what a claim rests on that is not known.
pub(super) fn check(layers: &Layers, known: &Known, flow: &Flow, doubts: &[Finding], found: &mut Vec<Diagnostic>) {
    let site = layers.site();
    let mut doubts = doubts.iter().filter(|finding| !known.holds(&finding.source, &finding.target, &finding.packets));
    let Some(finding) = doubts.next() else { return };
    let (source, target) = (finding.source.name(site), finding.target.name(site));
    let message = format!("it is not known whether `{source}` reaches {} on `{target}`", finding.packets);
    let unasked = finding.paths.iter().flat_map(|path| unasked(layers, path, &finding.packets)).next();
    let label = match unasked {
        Some(_) => "must stay closed, and a rule that nobody wrote may let it through",
        None => "must stay closed, and nothing of the site closes it",
    };
    let mut diagnostic = openings(layers, finding, Diagnostic::new(&CODE, message, flow.span, label));
    if let Some(reason) = unasked {
        diagnostic = diagnostic.note(format!("open unasked, if from there: {reason}"));
    }
    let further = doubts.count();
    if further > 0 {
        diagnostic = diagnostic.note(format!("and so it is between {further} further pairs of classes"));
    }
    if let Some(help) = unfiltered::help(site, &finding.paths, &finding.packets) {
        diagnostic = diagnostic.help(help);
    }
    let layer = match strangers(finding) {
        _ if unasked.is_some() => &*spare(layers, flow, &finding.packets),
        true => "let a guest, or a machine that Ansible configures, be the router between them",
        false => "give the target a layer of the site",
    };
    found.push(diagnostic.help(format!("{layer}, or list it in `expect.unknown`")));
}
