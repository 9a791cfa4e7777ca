//! A `needs` does not say which network it uses.
//!
//! ## What is wrong
//!
//! Two machines share more than one network that the need could use, or one meets the other on several of its networks
//! through a router, and nothing chooses.
//!
//! ## Why
//!
//! A need is about one connection that a program makes, to one address. On which network that is decides what has to be
//! open, and arvc does not guess it. (An `allow` without `via` opens each of them.)
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
//!   networks.storage = { cidr = 192.168.200.0/24; bridge = "vmbr2"; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   hosts.nas = { vmid = 100; };
//!   hosts.app = {
//!     vmid = 101;
//!     needs = [
//!       hosts.app -> hosts.nas : 2049/tcp, # error: E0404
//!     ];
//!   };
//!   allow = [ hosts.app -> hosts.nas : 2049/tcp ];
//! }
//! ```
//!
//! ## What to do
//!
//! Write the need as a flow with `via NETWORK`, or let the service say where it listens (`listen = [ NETWORK ];`). A machine with
//! several ways out says which of them it does not take: `on.NETWORK.default_route = false;`.

use std::collections::BTreeSet;

use arvc_site::model::{Flow, HostId, NetworkId};
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::{Intents, Meeting, words};
use crate::describe::describe;

/// A need with several paths.
pub static CODE: Code =
    Code::new("E0404", "a `needs` does not say which network it uses", include_str!("ambiguous_network.rs"));

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    let site = intents.site;
    let mut told = BTreeSet::new();
    for claim in intents.doubtful() {
        let need = claim.flow.flow;
        let several = intents.meetings(claim).into_iter().find(|meeting| meeting.paths.len() > 1);
        let Some(Meeting { source, target, paths }) = several else { continue };
        if !told.insert(need.span) {
            continue;
        }
        let name = |host: HostId| &site.hosts[host.index()].named.name;
        let mut networks: Vec<NetworkId> = paths.iter().map(|path| path.target).collect();
        networks.sort_unstable();
        networks.dedup();
        if let [_] = networks.as_slice() {
            // Several ways out of the source are said of the source.
            networks = paths.iter().map(|path| path.source).collect();
            let message = format!("`{}` has several ways to `{}`", name(source), name(target));
            let label = format!("this may leave by {}", words::networks(site, &networks));
            let help = "say on which of them the router is no way out: `default_route = false;`";
            found.push(
                Diagnostic::new(&CODE, message, need.span, label)
                    .secondary(site.hosts[source.index()].named.key, words::on(intents.space, source))
                    .help(help),
            );
            continue;
        }
        let message = match paths.iter().any(|path| path.is_routed()) {
            true => format!("`{}` meets `{}` on several networks", name(source), name(target)),
            false => format!("`{}` and `{}` share several networks", name(source), name(target)),
        };
        let label = format!("this may use {}", words::networks(site, &networks));
        let named = Flow { via: Some(networks[0]), ..need.clone() };
        let help = format!("name one: `{}`", describe(site, &named));
        found.push(Diagnostic::new(&CODE, message, need.span, label).help(help));
    }
}
