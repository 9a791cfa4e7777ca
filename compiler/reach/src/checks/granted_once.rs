//! A certificate that was granted once opens what must stay closed
//!
//! ## What is wrong
//!
//! A machine had another group, name or address once, or is gone. Its certificate of that time says so until it expires, whatever
//! the site says by now, and whoever shows it gets through to what a `never` keeps closed. No layer but its own stops it.
//!
//! ## Why
//!
//! Nebula believes a certificate and not the site. Taking a group away takes it out of the next certificate alone; the former
//! one is good until it ends or until its fingerprint is in the blocklist of every member. A ping that Nebula up to 1.10 takes
//! for an answer needs no certificate of another time: that is [L0410](L0410.md).
//!
//! ## Example
//!
//! ```arv site
//! # arv.lock: environments.site.certificates.web = [{ name = "web", networks = ["10.10.10.101/24"], groups = ["admin"] }]
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve = { address = 192.168.100.1; };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   groups = { admin = {}; web = {}; };
//!   hosts.desk = { vmid = 100; lighthouse = true; groups = [ groups.admin ]; };
//!   hosts.web = { vmid = 101; groups = [ groups.web ]; };
//!   hosts.vault = { vmid = 102; managed = false; };
//!   allow = [ groups.admin -> hosts.vault : 8200/tcp ];
//!   never = [
//!     hosts.web -> hosts.vault : 8200/tcp, # error: E0412
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Block the certificate: `nebula/sign.sh --withdrawn` prints its fingerprint as a line for the site's
//! `nebula.config.pki.blocklist`. Once it is blocked everywhere, or has expired, `arvc lock release NAME --certificates` says
//! so, and the proof believes it.

use arvc_site::lock::Grant;
use arvc_site::model::{End, Flow};
use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::layers::{Held, Layers, Party, Way};
use crate::ports::PortSet;

/// A certificate opens a claim.
pub static CODE: Code = Code::new(
    "E0412",
    "a certificate that was granted once opens what must stay closed",
    include_str!("granted_once.rs"),
);

/// Tells of a claim which certificate opens it. Whether there is one.
pub(super) fn check(layers: &Layers, flow: &Flow, held: &[Held], found: &mut Vec<Diagnostic>) -> bool {
    let site = layers.site();
    // What Nebula takes for an answer it takes from whatever certificate, the present one too.
    let opened = |held: &Held| held.packets.difference(&held.answers);
    let opens = |held: &&Held| held.certificate.is_some() && held.guard.is_none() && !opened(held).is_none();
    let own = held.iter().find(opens).cloned();
    let Some(held) = own.or_else(|| gone(layers, flow)) else { return false };
    let Some(grant) = &held.certificate else { return false };
    let target = held.target.name(site);
    let message = format!("a certificate of `{}` opens {} on `{target}`", grant.name, opened(&held));
    let mut diagnostic = Diagnostic::new(&CODE, message, flow.span, "must stay closed")
        .note(format!("it was granted once, and says {}", says(grant)));
    if let Party::Host(host) = &held.source {
        let host = &site.hosts[host.index()];
        diagnostic = diagnostic.secondary(host.named.key, "has it, and does not say that any more");
    }
    let holder = match &held.source {
        Party::Host(host) => site.hosts[host.index()].named.name.as_str(),
        _ => grant.name.as_str(),
    };
    found.push(diagnostic.help(format!(
        "block it (`nebula/sign.sh --withdrawn` prints its fingerprint), then: `arvc lock release {holder} --certificates`"
    )));
    true
}

/// What a certificate says, in words.
pub(super) fn says(grant: &Grant) -> String {
    let networks: Vec<String> = grant.networks.iter().map(ToString::to_string).collect();
    let groups = match grant.groups.as_slice() {
        [] => "no group".to_owned(),
        [one] => format!("group {one}"),
        groups => format!("groups {}", groups.join(", ")),
    };
    format!("{}, {groups}", networks.join(", "))
}

/// A certificate of a machine that is gone, which counts as one of the groups that it names.
fn gone(layers: &Layers, flow: &Flow) -> Option<Held> {
    let site = layers.site();
    let there = |name: &str| site.hosts.iter().any(|host| host.named.name == name && host.status.is_there());
    let grants = site.withdrawn.iter().filter(|(name, _)| !there(name)).flat_map(|(_, grants)| grants);
    for grant in grants.filter(|grant| meant(layers, &flow.source, grant)) {
        let networks = site.network_ids();
        let networks = networks.filter(|id| {
            let network = &site.networks[id.index()];
            network.is_overlay() && grant.networks.iter().any(|own| network.contains(own.addr()))
        });
        for network in networks.filter(|network| flow.via.is_none_or(|via| via == *network)) {
            for target in layers.parties(&flow.target) {
                let Party::Host(host) = target else { continue };
                if !site.hosts[host.index()].is_on(network) {
                    continue;
                }
                let spared = flow.except.iter().filter(|spared| meant(layers, &spared.source, grant));
                let packets = spared
                    .filter(|spared| layers.parties(&spared.target).contains(&target))
                    .fold(layers.meant(flow, &target), |left, spared| left.difference(&layers.meant(spared, &target)));
                let stand = layers.against(grant, host, network);
                let packets = stand.open(&packets).difference(&stand.answers);
                if !packets.is_none() {
                    let source = Party::Prefix(grant.networks.first().copied()?);
                    let certificate = Some(grant.clone());
                    let (way, answers) = (Way::Direct(network), PortSet::none());
                    return Some(Held { source, target, way, packets, guard: None, answers, certificate });
                }
            }
        }
    }
    None
}

/// Whether an end means whoever shows a certificate: every machine, or those of a group that it names.
fn meant(layers: &Layers, end: &End, grant: &Grant) -> bool {
    match end {
        End::Any => true,
        End::Group(group) => grant.groups.contains(&layers.site().groups[group.index()].named.name),
        End::Union(ends) => ends.iter().any(|end| meant(layers, end, grant)),
        End::All(ends) => ends.iter().all(|end| meant(layers, end, grant)),
        _ => false,
    }
}
