//! One machine that everything depends on
//!
//! ## What is wrong
//!
//! All resolvers or all lighthouses are lost with one node, and the site has clusters that survive the loss of each.
//!
//! ## Why
//!
//! Without a resolver no name of the site is answered, and without a lighthouse no member of the overlay finds another one that
//! it has not spoken to yet. The clusters are there and nobody reaches them.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   nodes.third = { address = 192.168.100.3; };
//!   hosts.dns.node = nodes.second;
//!   hosts.dns-2 = { # error: L0855
//!     vmid = 1002;
//!     node = nodes.second;
//!     groups = [ groups.infrastructure ];
//!     lighthouse = true;
//!     services = [ std.dns {} ];
//!   };
//!   clusters.postgres = std.patroni { members = 3; first = 3000; groups = [ groups.infrastructure ]; spread = true; };
//! ```
//!
//! ## What to do
//!
//! Run a second one on another node. If the loss is accepted: `accepted_losses = [ nodes.second ];`.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::Availability;
use crate::availability::losses::{Loss, present};
use crate::model::{Accepted, HostId, NetworkId, Site};
use crate::origins::Origins;
use crate::place::report;

/// One machine that everything depends on.
pub static CODE: Code = Code::new("L0855", "one machine that everything depends on", include_str!("only_one.rs"));

/// One lint for the machines that are lost together, whatever they are to the site.
pub(crate) fn check(site: &Site, origins: &Origins, availability: &Availability, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts || !origins.all.nodes || !availability.promises(site) {
        return;
    }
    let mut found: BTreeMap<Vec<HostId>, (Loss, Vec<String>)> = BTreeMap::new();
    let all = (0..site.hosts.len() as u32).map(HostId).filter(|id| present(&site.hosts[id.index()]));
    let all: Vec<_> = all.collect();
    let mut take = |hosts: Vec<HostId>, one: String, several: String| {
        let accepted = hosts.iter().any(|id| site.accepted_losses.binary_search(&Accepted::Host(*id)).is_ok());
        if let (Some(loss), false) = (availability.losses.of_all(&hosts), accepted) {
            let words = if hosts.len() == 1 { one } else { several };
            found.entry(hosts).or_insert_with(|| (loss, Vec::new())).1.push(words);
        }
    };
    let resolves = |id: &HostId| {
        let services = &site.hosts[id.index()].services;
        services.iter().any(|service| site.services[service.index()].resolver.is_some())
    };
    take(all.iter().copied().filter(resolves).collect(), "the only resolver".into(), "all resolvers".into());
    for (network, id) in site.networks.iter().zip(0..).filter(|(network, _)| network.is_overlay()) {
        let on = |host: &HostId| {
            let host = &site.hosts[host.index()];
            host.lighthouse && host.is_on(NetworkId(id))
        };
        let path = &network.named.path;
        let lighthouses = all.iter().copied().filter(on).collect();
        take(lighthouses, format!("the only lighthouse of `{path}`"), format!("all lighthouses of `{path}`"));
    }
    for (hosts, (loss, what)) in found {
        let mut named = hosts.iter().map(|id| &site.hosts[id.index()].named);
        // The last one by name is the one that was meant as the spare.
        let Some(named) = named.next_back() else { continue };
        let (what, loss) = (what.join(" and "), loss.named(site));
        let message = match hosts.len() {
            1 => format!("`{}` is {what}", named.path),
            _ => format!("{what} are lost with `{}`", loss.path),
        };
        let label = format!("it is lost with `{}`", loss.path);
        let help = match loss.path == named.path {
            true => "run a second one on another machine".to_owned(),
            false => format!(
                "run another one on another node; if the loss is accepted: `accepted_losses = [ {} ];`",
                if hosts.len() == 1 { &named.path } else { &loss.path }
            ),
        };
        out.push(report(&CODE, message, named, named.key, &label).help(help));
    }
}
