//! What no machine works without opens what must stay closed.
//!
//! ## What is wrong
//!
//! No `allow` opens what a `never` forbids, and one of the rules does that every machine has unasked: the way in for nodes and
//! operators, uplink resolvers, DHCP. Or the source leads from an overlay to a network behind it, and hands on there, with its own
//! address, what others may open: so may it itself. Or it meets the target through the world, and arrives there with the address that
//! a router gives it, for which something is open.
//!
//! ## Why
//!
//! Such a rule is there whether it is written or not, and the claim would be untrue. Whoever reads the claim should see that it
//! does not hold for this.
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
//!   never = [
//!     nodes.pve -> hosts.web, # error: E0411
//!     nodes.pve -> hosts.web except (nodes.pve -> any : 22/tcp),
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Spare it, as the message says; or take away what the rule follows from: an address of `operators`, a resolver of
//! `uplink_resolvers`, an address by DHCP. `arvc reach --unasked` lists all of these rules with what they follow from.

use arvc_site::model::Flow;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::unfiltered_never::openings;
use super::words;
use crate::describe::describe;
use crate::layers::{Finding, Layer, Layers, Path};
use crate::ports::PortSet;

/// A claim that meets what is built in.
pub static CODE: Code =
    Code::new("E0411", "a `never` meets what every machine has unasked", include_str!("never_built_in.rs"));

/// Tells of a claim that no `allow` meets what passes by a rule. Whether there is something.
pub(super) fn check(layers: &Layers, flow: &Flow, open: &[Finding], found: &mut Vec<Diagnostic>) -> bool {
    let site = layers.site();
    let ruled = open.iter().find_map(|finding| {
        let (path, packets, _) = finding.certain().find(|(.., ruled)| *ruled)?;
        Some((finding, path, packets))
    });
    let Some((finding, path, packets)) = ruled else { return false };
    let (source, target) = (finding.source.name(site), finding.target.name(site));
    let handed = reasons(path, &packets).first().copied();
    let unasked = unasked(layers, path, &packets);
    let bare = Flow { except: Vec::new(), ..flow.clone() };
    let mut diagnostic = Diagnostic::new(
        &CODE,
        format!("`{}` must stay closed, and {packets} from `{source}` to `{target}` is open", describe(site, &bare)),
        flow.span,
        "must stay closed",
    );
    match (unasked.first(), handed) {
        (Some(reason), _) => diagnostic = diagnostic.note(format!("open unasked: {reason}")),
        (None, Some(flow)) if path.is_through_the_world() => {
            diagnostic = diagnostic.note(format!("`{source}` arrives there with an address that this lets in: {flow}"));
        }
        (None, Some(flow)) if !matches!(finding.source, crate::layers::Party::Host(_)) => {
            diagnostic = diagnostic.note(format!("this lets in addresses of `{source}`: {flow}"));
        }
        (None, Some(flow)) => {
            diagnostic = diagnostic.note(format!("`{source}` hands this on with its own address: {flow}"));
        }
        (None, None) => {}
    }
    let finding = Finding { packets: packets.clone(), paths: vec![path.clone()], ..finding.clone() };
    found.push(openings(layers, &finding, diagnostic).help(spare(layers, flow, &packets)));
    true
}

/// How a claim spares some packets between its own ends.
pub(super) fn spare(layers: &Layers, flow: &Flow, packets: &PortSet) -> String {
    let site = layers.site();
    let ends = (crate::describe::end(site, &flow.source), crate::describe::target(site, flow));
    words::spare(flow, &format!("{} -> {}{}", ends.0, ends.1, words::suffix(packets)))
}

/// Why rules on a path let some packets through.
fn reasons<'p>(path: &'p Path, packets: &PortSet) -> Vec<&'p str> {
    let steps = path.steps.iter().filter(|step| step.layer != Layer::Router);
    let rules = steps.flat_map(|step| step.rules.iter()).filter(|(ports, _)| ports.meets(packets));
    rules.flat_map(|(_, reason)| reason.split("; ")).collect()
}

/// Those of them that no flow of the site is.
pub(super) fn unasked<'p>(layers: &Layers, path: &'p Path, packets: &PortSet) -> Vec<&'p str> {
    let site = layers.site();
    let mut reasons = reasons(path, packets);
    reasons.retain(|reason| site.allow.iter().all(|flow| describe(site, flow) != *reason));
    reasons.dedup();
    reasons
}
