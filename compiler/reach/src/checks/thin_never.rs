//! One layer alone holds what must stay closed
//!
//! ## What is wrong
//!
//! A `never` is closed, and if somebody takes over its source there is one layer left that holds it, or none. Counted are
//! layers that the source does not own: what Nebula lets in at the target, the target's packet filter, the firewall of Proxmox
//! at either end, of a node its own one.
//!
//! ## Why
//!
//! Whoever is root on the source owns its packet filter and what its Nebula lets out, and shows whatever certificate was ever
//! granted to it. A machine that is no guest gives on its own segment whatever address it likes, so a rule that goes by the
//! source's address does not hold it. Up to 1.10 Nebula takes a ping back for an answer: it holds no ICMP of whoever the target may ping. Where one layer is left, a single mistake or a single bug opens what must stay closed.
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
//!   hosts.web = { vmid = 100; lighthouse = true; };
//!   hosts.appliance = { vmid = 101; managed = false; on.bridge = {}; };
//!   never = [
//!     hosts.web -> hosts.appliance, # error: L0410
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Give the target a second layer: let Ansible configure it, so that it has a packet filter, or put it on an overlay. A machine
//! that is no guest is held better on a segment of its own. Where it is enough for you, list it in `expect.weak`.

use arvc_site::model::{Flow, Kind};
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::doubts::Known;
use crate::layers::{Held, Layers, Party};

/// One layer alone holds a claim.
pub static CODE: Code =
    Code::new("L0410", "one layer alone holds what must stay closed", include_str!("thin_never.rs"));

/// Tells of a claim what is held least.
pub(super) fn check(layers: &Layers, weak: &Known, flow: &Flow, held: &[Held], found: &mut Vec<Diagnostic>) {
    let site = layers.site();
    let told = |held: &&Held| weak.holds(&held.source, &held.target, &held.packets);
    let held: Vec<&Held> = held.iter().filter(|held| held.certificate.is_none() && !told(held)).collect();
    let Some(least) = held.iter().min_by_key(|held| held.guard.is_some()) else { return };
    let (source, target) = (least.source.name(site), least.target.name(site));
    let packets = &least.packets;
    let (message, label) = match least.guard {
        Some(guard) => (
            format!("`{source}` is kept from {packets} on `{target}` by {} alone", guard.name()),
            "must stay closed, and one layer holds it",
        ),
        None => (
            format!("nothing keeps `{source}` from {packets} on `{target}` once somebody has taken it over"),
            "must stay closed, and no layer holds it against that",
        ),
    };
    let mut diagnostic =
        Diagnostic::new(&CODE, message, flow.span, label).note(format!("over {}", least.way.name(site)));
    let free = matches!(&least.source, Party::Host(host) if site.hosts[host.index()].kind == Kind::Machine);
    if free && least.guard.is_none() {
        diagnostic = diagnostic.note(format!("nobody checks which address `{source}` gives there"));
    }
    let pairs = held.iter().filter(|other| (&other.source, &other.target) != (&least.source, &least.target)).count();
    if pairs > 0 {
        diagnostic = diagnostic.note(format!("and so it is {pairs} times more, between others that this means"));
    }
    let bare = match &least.target {
        Party::Host(host) => !site.hosts[host.index()].is_configured(),
        _ => false,
    };
    found.push(diagnostic.help(match bare {
        true => format!(
            "let Ansible configure `{target}`, so that it has a packet filter, or put it on an overlay; \
             if it is enough, list it in `expect.weak`"
        ),
        false => format!(
            "put `{source}` on a segment of its own, or both on an overlay; if it is enough, list it in `expect.weak`"
        ),
    }));
}
