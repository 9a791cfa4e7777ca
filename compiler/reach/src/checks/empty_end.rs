//! A flow has nobody at one end.
//!
//! ## What is wrong
//!
//! The source or the target of a flow is a service that no machine runs, `resolvers` or `lighthouses` of a site without
//! such, `operators` without addresses; or both ends are one and the same machine. (A group or cluster without members
//! is reported where it is defined, and `all [ … ]` of groups without a common machine by itself.)
//!
//! ## Why
//!
//! Such a flow opens, needs or forbids nothing. Most often a name is not the one that was meant, or the machine that
//! should run the service lacks it.
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
//!   services.db = { name = "db"; sql = { ports = [ 5432/tcp ]; }; };
//!   hosts.db = { vmid = 100; lighthouse = true; };
//!   hosts.app = { vmid = 101; };
//!   allow = [
//!     hosts.app -> services.db : 5432/tcp, # error: L0402
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Name the end that is meant, let a machine run the service, or remove the flow.

use arvc_site::model::End;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::Intents;
use crate::classes::Parties;
use crate::describe::end;
use crate::flows::Resolved;

/// A flow of nobody.
pub static CODE: Code = Code::new("L0402", "a flow has nobody at one end", include_str!("empty_end.rs"));

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    let (site, space) = (intents.site, intents.space);
    for (field, claim) in intents.written() {
        let Resolved { flow, source, target, .. } = &claim.flow;
        if !claim.pieces.is_empty() {
            continue;
        }
        let verb = match field {
            "allow" => "opens",
            "never" => "forbids",
            _ => "needs",
        };
        for (parties, named) in [(source, &flow.source), (target, &flow.target)] {
            if parties.is_empty() && is_told_here(named) {
                let message = format!("`{}` is nobody", end(site, named));
                found.push(Diagnostic::new(&CODE, message, flow.span, format!("so this flow {verb} nothing")));
            }
        }
        let (from, to) = (space.members.of(&flow.source), space.members.of(&flow.target));
        let addresses = |parties: &Parties| !parties.zones.is_empty() || !parties.placed.is_empty();
        if let ([one], [other]) = (from.as_slice(), to.as_slice())
            && one == other
            && !addresses(source)
            && !addresses(target)
        {
            let message = format!("both ends are `{}`", site.hosts[one.index()].named.name);
            let label = format!("so this flow {verb} nothing");
            found.push(
                Diagnostic::new(&CODE, message, flow.span, label)
                    .note("what a machine sends to itself never leaves it"),
            );
        }
    }
}

/// Whether nobody else reports that the end is empty: groups, clusters and `all` are the site's own checks.
fn is_told_here(end: &End) -> bool {
    match end {
        End::Group(_) | End::Cluster(_) | End::All(_) => false,
        End::Union(ends) => ends.iter().all(is_told_here),
        _ => true,
    }
}
