//! A pool that hands out what it must not
//!
//! ## What is wrong
//!
//! A span that DHCP or a load balancer hands out goes beyond its network, holds an address that is for all machines or
//! the router's or a node's, or meets another such span of its segment.
//!
//! ## Why
//!
//! Whoever gets the router's address from DHCP cuts off the whole segment. Two servers that hand out one address do not know
//! of one another.
//!
//! ## Example
//!
//! ```arv part
//!   networks.srv = {
//!     cidr = 10.0.20.0/24;
//!     bridge = "vmbr2";
//!     gateway = 10.0.20.1;
//!     dhcp = 1..9; # error: E0801
//!     pools.web = { addresses = 240..255; }; # error: E0801
//!   };
//! ```
//!
//! ## What to do
//!
//! Shorten the span.

use std::collections::BTreeMap;
use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::address_in_use::own_or_broadcast;
use super::pool_meets_range::spans;
use crate::allocation::{address, number};
use crate::model::{Named, Network, NetworkId, NodeId, Router, Site, Spanned};
use crate::place::{place, report};
use crate::segments::Segments;

/// A pool that hands out what it must not.
pub static CODE: Code = Code::new("E0801", "a pool that hands out what it must not", include_str!("pool_misplaced.rs"));

/// Every pool of every segment.
pub(crate) fn check(site: &Site, segments: &Segments, out: &mut Vec<Diagnostic>) {
    let mut by_segment: BTreeMap<u32, Vec<Handed<'_>>> = BTreeMap::new();
    for (id, network) in (0..).map(NetworkId).zip(&site.networks).filter(|(_, network)| !network.is_overlay()) {
        for (path, span) in spans(network) {
            if let Some(problem) = of_its_network(site, network, &path, span) {
                out.push(problem);
                continue;
            }
            let ends = address(&network.prefix.value, span.value.0).zip(address(&network.prefix.value, span.value.1));
            let Some((first, last)) = ends else { continue };
            // Spans of one network are held against one another even where nobody can say which segment it is.
            let segment = segments.whole(id).unwrap_or(u32::MAX - id.0);
            by_segment.entry(segment).or_default().push(Handed {
                path,
                first,
                last,
                span: span.span,
                named: &network.named,
            });
        }
    }
    for mut handed in by_segment.into_values() {
        handed.sort_by_key(|handed| (handed.first, handed.last, handed.span));
        let mut furthest: Option<&Handed<'_>> = None;
        for next in &handed {
            if let Some(before) = furthest.filter(|before| before.last >= next.first) {
                let (earlier, later) = if before.span < next.span { (before, next) } else { (next, before) };
                let message = format!("`{}` and `{}` have addresses in common", earlier.path, later.path);
                let label = format!("{} to {}", later.first, later.last);
                let also = format!("`{}` is {} to {}", earlier.path, earlier.first, earlier.last);
                out.push(
                    report(&CODE, message, later.named, later.span, &label)
                        .secondary(place(earlier.named, earlier.span), also)
                        .note(format!("in common: {} is the first", next.first))
                        .help("end the one before the other begins"),
                );
            }
            if furthest.is_none_or(|before| before.last < next.last) {
                furthest = Some(next);
            }
        }
    }
}

struct Handed<'a> {
    path: String,
    first: IpAddr,
    last: IpAddr,
    span: Span,
    named: &'a Named,
}

fn of_its_network(site: &Site, network: &Network, path: &str, span: Spanned<(u64, u64)>) -> Option<Diagnostic> {
    let prefix = &network.prefix.value;
    let (first, last) = span.value;
    let problem = |message: String, label: String, other: (Span, String)| {
        let diagnostic = report(&CODE, message, &network.named, span.span, &label);
        Some(
            diagnostic
                .secondary(other.0, other.1)
                .help("begin it behind, or end it before what is not to be handed out"),
        )
    };
    let whole = (network.prefix.span, format!("`{}` is {prefix}", network.named.path));
    let Some(end) = address(prefix, last) else {
        let most = number(prefix, prefix.broadcast()).unwrap_or(u64::MAX);
        let message = format!("`{path}` goes beyond its network");
        return problem(message, format!("the last host number of {prefix} is {most}"), whole);
    };
    let begin = address(prefix, first)?;
    for end in [begin, end] {
        if let Some(what) = own_or_broadcast(prefix, end) {
            return problem(format!("`{path}` holds {end}"), format!("{end} is {what}"), whole);
        }
    }
    let inside = |address: IpAddr| number(prefix, address).is_some_and(|number| (first..=last).contains(&number));
    for gateway in network.gateways().iter().filter(|gateway| inside(gateway.address)) {
        // A node's and a machine's address is looked for where they are.
        let what = match gateway.router {
            Router::Elsewhere => "the gateway's address",
            Router::Node(_) => "the address of a node",
            Router::Host(_) | Router::Vip(_) => continue,
        };
        let address = gateway.address;
        let message = format!("`{path}` holds {address}");
        return problem(message, format!("{address} is {what}"), (gateway.span, what.to_owned()));
    }
    let nodes = (0..).map(NodeId).zip(&site.nodes).filter(|(at, _)| network.is_bridge() && network.is_at(*at));
    let mut own = nodes.flat_map(|(_, node)| node.addresses().map(move |address| (node, address)));
    let (node, there) = own.find(|(_, address)| inside(address.value))?;
    let message = format!("`{path}` holds {}", there.value);
    let label = format!("{} is the address of `{}`", there.value, node.named.path);
    problem(message, label, (place(&node.named, there.span), "the address of a node".to_owned()))
}
