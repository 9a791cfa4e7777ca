//! A path that is there on some nodes alone
//!
//! ## What is wrong
//!
//! A machine `needs` another one that it meets only on segments that are not joined, and one of them may run on several nodes:
//! on some of these the two have no network between them.
//!
//! ## Why
//!
//! Where the segments of a network are not joined, two guests meet there as long as they run on one node. The HA manager starts
//! a guest on another node when its own is lost, and there it is cut off from what it needs.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes = { pve.address = 192.168.100.1; second.address = 192.168.100.2; };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = 192.168.100.254; };
//!   networks.inner = { cidr = 10.0.40.0/24; bridge = "vmbr3"; joined = false; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   services.files = { name = "files"; listen = [ networks.inner ]; nfs.ports = [ 2049/tcp ]; };
//!   hosts.store = { vmid = 100; node = nodes.pve; services = [ services.files ]; };
//!   hosts.app = {
//!     vmid = 101;
//!     node = nodes.pve;
//!     datastore = "ceph";
//!     ha = { nodes = [ nodes.second ]; strict = true; };
//!     needs = [ services.files.nfs ]; # error: E0865
//!   };
//!   allow = [ hosts.app -> hosts.store : services.files.nfs ];
//! }
//! ```
//!
//! ## What to do
//!
//! Put both on an overlay, or on a network whose segments are joined; or let both run on one node.

use std::collections::BTreeSet;

use arvc_site::model::HostId;
use arvc_site::segments::places;
use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::{Claim, Intents, words};
use crate::members::Profile;
use crate::path::Path;

/// A path that is there on some nodes alone.
pub static CODE: Code =
    Code::new("E0865", "a path that is there on some nodes alone", include_str!("not_everywhere.rs"));

/// Two kinds of machines that a need connects, the first one first.
pub(super) type Pair = (Profile, Profile);

/// Every need. The pairs that are told.
pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) -> BTreeSet<Pair> {
    let (mut told, mut spans): (BTreeSet<Pair>, BTreeSet<Span>) = Default::default();
    if is_plain(intents) {
        return told;
    }
    for claim in &intents.needs {
        if let Some((pair, problem)) = problem(intents, claim, &CODE) {
            told.insert(pair);
            if spans.insert(claim.flow.flow.span) {
                found.push(problem);
            }
        }
    }
    told
}

/// Whether two machines that may meet always do: every machine's place is known, or every segment joined.
pub(super) fn is_plain(intents: &Intents) -> bool {
    let members = intents.space.members;
    let certain = |profile| members.networks(profile).iter().all(|network| members.always(profile, profile, *network));
    (0..members.profiles.len()).all(certain)
}

/// Two machines of a claim that may meet on its paths, and not wherever they run.
pub(super) fn problem(intents: &Intents, claim: &Claim, code: &'static Code) -> Option<(Pair, Diagnostic)> {
    let (site, members) = (intents.site, intents.space.members);
    let of = |host: HostId| members.profile_of[host.index()];
    let meeting = intents.meetings(claim).into_iter().find(|meeting| {
        let always = |path: &Path| {
            path.source != path.target || members.always(of(meeting.source), of(meeting.target), path.source)
        };
        !meeting.paths.is_empty() && !meeting.paths.iter().any(always)
    })?;
    let (source, target) = (&site.hosts[meeting.source.index()], &site.hosts[meeting.target.index()]);
    // The one that may be elsewhere, and a node where the other one is not.
    let (moves, stays) = if places(source).len() > 1 { (source, target) } else { (target, source) };
    let apart = places(moves).into_iter().find(|node| places(stays) != [*node])?;
    let network = words::network(site, meeting.paths[0].source);
    let node = &site.nodes[apart.index()].named;
    let message = format!("`{}` and `{}` meet on {network} on some nodes alone", source.named.name, target.named.name);
    let label = match places(stays).as_slice() {
        [only] => format!(
            "`{}` may run on `{}`, and `{}` runs on `{}`: their segments are not joined",
            moves.named.name,
            node.path,
            stays.named.name,
            site.nodes[only.index()].named.path
        ),
        _ => "each may run on several nodes, whose segments are not joined".to_owned(),
    };
    let problem = Diagnostic::new(code, message, claim.flow.flow.span, label)
        .secondary(source.named.key, words::on(intents.space, meeting.source))
        .secondary(target.named.key, words::on(intents.space, meeting.target))
        .help("put both on an overlay or on a network whose segments are joined, or let both run on one node");
    let (a, b) = (of(meeting.source), of(meeting.target));
    Some(((a.min(b), a.max(b)), problem))
}
