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
//! source's address does not hold it. Up to 1.10 Nebula takes a ping back for an answer: it holds no ICMP of whoever the target
//! may ping. Where one layer is left, a single mistake or a single bug opens what must stay closed.
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
//! that is no guest is held better on a segment of its own. Against a ping that is taken for an answer, take Nebula 1.11 or later,
//! or let the target not ping the source. Where it is enough for you, list it in `expect.weak`.

use arvc_site::model::{End, Flow, FlowOrigin, Kind};
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::doubts::Known;
use super::granted_once::says;
use crate::layers::{Held, Layers, Party};

/// One layer alone holds a claim.
pub static CODE: Code =
    Code::new("L0410", "one layer alone holds what must stay closed", include_str!("thin_never.rs"));

/// Tells of a claim what is held least.
pub(super) fn check(layers: &Layers, weak: &Known, flow: &Flow, held: &[Held], found: &mut Vec<Diagnostic>) {
    let site = layers.site();
    let told = |held: &&Held| weak.holds(&held.source, &held.target, &held.packets);
    // What a certificate of another time opens by rules is an error of its own.
    let counts = |held: &&Held| held.certificate.is_none() || held.guard.is_some() || !held.answers.is_none();
    let held: Vec<&Held> = held.iter().filter(counts).filter(|held| !told(held)).collect();
    let Some(least) = held.iter().min_by_key(|held| (held.guard.is_some(), held.certificate.is_some())) else { return };
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
    let machine = matches!(&least.source, Party::Host(host) if site.hosts[host.index()].kind == Kind::Machine);
    let certified = least.way.first().is_some_and(|network| site.networks[network.index()].is_overlay());
    let answered = !least.answers.is_none();
    if machine && !certified && least.guard.is_none() {
        diagnostic = diagnostic.note(format!("nobody checks which address `{source}` gives there"));
    }
    if answered {
        diagnostic = diagnostic.note(format!(
            "Nebula {} takes {} from whoever `{target}` may ping for an answer, and `{target}` may ping `{source}`",
            site.nebula.version.value, least.answers
        ));
        for ping in pings(layers, &least.target, &least.source) {
            diagnostic = diagnostic.secondary(ping.span, format!("lets `{target}` ping `{source}`"));
        }
    }
    if let Some(grant) = &least.certificate {
        diagnostic = diagnostic.note(format!("with a certificate that was granted once, which says {}", says(grant)));
    }
    let pairs = held.iter().filter(|other| (&other.source, &other.target) != (&least.source, &least.target)).count();
    if pairs > 0 {
        diagnostic = diagnostic.note(format!("and so it is {pairs} times more, between others that this means"));
    }
    let bare = match &least.target {
        Party::Host(host) => !site.hosts[host.index()].is_configured(),
        _ => false,
    };
    let enough = "if it is enough, list it in `expect.weak`";
    let help = match (answered, bare, certified) {
        _ if least.certificate.is_some() && !answered => format!(
            "block it (`nebula/sign.sh --withdrawn` prints its fingerprint), then: `arvc lock release {source} --certificates`; \
             {enough}"
        ),
        (true, ..) => format!(
            "take Nebula 1.11 or later (`nebula.version`), which tells a ping from an answer, or let `{target}` not ping \
             `{source}`; {enough}"
        ),
        (_, true, true) => format!("let Ansible configure `{target}`, so that it has a packet filter; {enough}"),
        (_, true, false) => format!(
            "let Ansible configure `{target}`, so that it has a packet filter, or put it on an overlay; {enough}"
        ),
        (_, false, _) => format!("put `{source}` on a segment of its own, or both on an overlay; {enough}"),
    };
    found.push(diagnostic.help(help));
}

/// The flows of `allow` by which one may ping another.
fn pings<'a>(layers: &Layers<'a>, source: &Party, target: &Party) -> impl Iterator<Item = &'a Flow> {
    let author = |flow: &&Flow| flow.origin == FlowOrigin::Author;
    layers.site().allow.iter().filter(author).filter(move |flow| {
        let meant = |end: &End, party: &Party| layers.parties(end).contains(party);
        layers.ports(flow.ports.as_deref()).icmp && meant(&flow.source, source) && meant(&flow.target, target)
    })
}
