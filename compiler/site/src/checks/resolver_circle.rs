//! A resolver that asks itself
//!
//! ## What is wrong
//!
//! A resolver forwards what it does not know to itself, or to another one of the site that forwards to it.
//!
//! ## Why
//!
//! A question about a name beyond the site goes round until it times out. `127.0.0.1` in `forward` is the resolver itself.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.dns-2 = {
//!     vmid = 1002;
//!     groups = [ groups.infrastructure ];
//!     services = [ std.dns { forward = [ 10.10.10.12 ]; } ]; # error: E0860
//!   };
//! ```
//!
//! ## What to do
//!
//! Forward to a resolver that is not of the site.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{HostId, Site};
use crate::origins::Origins;
use crate::place::report;

/// A resolver that asks itself.
pub static CODE: Code = Code::new("E0860", "a resolver that asks itself", include_str!("resolver_circle.rs"));

/// Every resolver, one problem a circle.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    let mut resolver_at: BTreeMap<IpAddr, HostId> = BTreeMap::new();
    for service in site.services.iter().filter(|service| service.resolver.is_some()) {
        for host in &service.hosts {
            let interfaces = site.hosts[host.index()].interfaces.iter();
            let addresses = interfaces.flat_map(|interface| interface.addresses()).map(|address| address.value);
            resolver_at.extend(addresses.map(|address| (address, *host)));
        }
    }
    let mut asks: BTreeMap<HostId, Vec<(HostId, Span)>> = BTreeMap::new();
    for (service, address) in &origins.forwards {
        let service = &site.services[service.index()];
        if address.value.is_loopback() && !service.hosts.is_empty() {
            let message = format!("{} asks itself", service.named.told());
            out.push(report(&CODE, message, &service.named, address.span, "this is the resolver itself").help(HELP));
            continue;
        }
        let Some(other) = resolver_at.get(&address.value) else { continue };
        for host in &service.hosts {
            asks.entry(*host).or_default().push((*other, address.span));
        }
    }
    let mut told = BTreeSet::new();
    for start in asks.keys() {
        let Some(circle) = circle(&asks, *start) else { continue };
        if !told.insert(circle.iter().map(|(host, _)| *host).min()) {
            continue;
        }
        let mut way: Vec<_> = circle.iter().map(|(host, _)| site.hosts[host.index()].named.path.as_str()).collect();
        way.push(way[0]);
        let named = &site.hosts[circle[0].0.index()].named;
        let message = format!("`{}` asks itself", named.path);
        let mut problem = Diagnostic::new(&CODE, message, circle[0].1, way.join(" → "));
        for pair in circle.windows(2) {
            if pair[1].1 != circle[0].1 {
                problem =
                    problem.secondary(pair[1].1, format!("asked by `{}`", site.hosts[pair[1].0.index()].named.path));
            }
        }
        out.push(problem.help(HELP));
    }
}

const HELP: &str = "forward to a resolver that is not of the site";

/// The way from a resolver back to itself: each with the address that it asks.
fn circle(asks: &BTreeMap<HostId, Vec<(HostId, Span)>>, start: HostId) -> Option<Vec<(HostId, Span)>> {
    let mut from: BTreeMap<HostId, (HostId, Span)> = BTreeMap::new();
    let mut next = vec![start];
    while let Some(at) = next.pop() {
        for (other, span) in asks.get(&at).into_iter().flatten() {
            if from.contains_key(other) {
                continue;
            }
            from.insert(*other, (at, *span));
            next.push(*other);
        }
        if let Some((mut at, mut span)) = from.get(&start).copied() {
            let mut way = vec![(at, span)];
            while at != start {
                (at, span) = from[&at];
                way.push((at, span));
            }
            way.reverse();
            return Some(way);
        }
    }
    None
}
