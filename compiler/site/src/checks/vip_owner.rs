//! An owner that cannot have the address
//!
//! ## What is wrong
//!
//! `owners` names something that is neither a host nor a cluster, a machine that is not on the network of the address, one
//! that is on another segment of it than the others, or nobody.
//!
//! ## Why
//!
//! An address that machines have by turns is answered for by one of them, on the network that it is of. A machine that is not
//! on that network cannot take it over, and would be noticed the day that it has to.
//!
//! ## Example
//!
//! ```arv part
//!   networks.lan = { cidr = 10.0.20.0/24; };
//!   hosts.far = { kind = Machine; groups = [ groups.projects ]; on.lan.address = 10.0.20.9; };
//!   vips.api = {
//!     network = networks.bridge;
//!     address = 192.168.100.9;
//!     owners = [ hosts.far ]; # error: E0805
//!   };
//! ```
//!
//! ## What to do
//!
//! Put the machine on the network (`on = { … };`), or take it off the owners.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{HostId, NetworkId, Site};
use crate::origins::Origins;
use crate::place::{place, report};
use crate::segments::Segments;

/// An owner that cannot have the address.
pub static CODE: Code = Code::new("E0805", "an owner that cannot have the address", include_str!("vip_owner.rs"));

/// An owner that is no machine.
pub(crate) fn wrong_kind(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "an owner is a host or a cluster", span, "this is neither")
        .help("name a machine or a cluster: `owners = [ hosts.a, hosts.b ];`")
}

/// Every address of several machines, and every pool.
pub(crate) fn check(site: &Site, segments: &Segments, origins: &Origins, out: &mut Vec<Diagnostic>) {
    for (vip, origin) in site.vips.iter().zip(&origins.vips) {
        if vip.broken {
            continue;
        }
        let span = origin.owners.unwrap_or(vip.named.key);
        if vip.owners.is_empty() && origins.all.hosts {
            let message = format!("nobody owns `{}`", vip.named.path);
            out.push(
                report(&CODE, message, &vip.named, span, "no machine answers for the address")
                    .help("name the machines that have it by turns: `owners = [ hosts.a, hosts.b ];`"),
            );
        }
        for owner in &vip.owners {
            let what = format!("`{}`", vip.named.path);
            if let Some(message) = absent(site, *owner, vip.network, &what) {
                let host = &site.hosts[owner.index()].named;
                let network = &site.networks[vip.network.index()].named.path;
                let label = format!("`{}` is not on `{network}`", host.path);
                out.push(
                    report(&CODE, message, &vip.named, span, &label)
                        .secondary(place(host, host.key), "the machine")
                        .help(format!("put it on `{network}`, or take it off the owners")),
                );
            }
        }
    }
    split(site, segments, origins, out);
    for (id, network) in (0..).map(NetworkId).zip(&site.networks) {
        for pool in &network.pools {
            for owner in &pool.owners {
                let what = format!("`{}.pools.{}`", network.named.path, pool.name);
                if let Some(message) = absent(site, *owner, id, &what) {
                    let host = &site.hosts[owner.index()].named;
                    let label = format!("`{}` is not on `{}`", host.path, network.named.path);
                    out.push(
                        report(&CODE, message, &network.named, pool.key, &label)
                            .secondary(place(host, host.key), "the machine")
                            .help(format!("put it on `{}`, or take it off the owners", network.named.path)),
                    );
                }
            }
        }
    }
}

/// Owners that an address cannot move between, since their segments are not joined.
fn split(site: &Site, segments: &Segments, origins: &Origins, out: &mut Vec<Diagnostic>) {
    for (vip, origin) in site.vips.iter().zip(&origins.vips).filter(|(vip, _)| !vip.broken) {
        let Some(first) = vip.owners.first().map(|id| &site.hosts[id.index()]) else { continue };
        let mut others = vip.owners.iter().map(|id| &site.hosts[id.index()]);
        let Some(other) = others.find(|other| !segments.meet(vip.network, first, other)) else { continue };
        let message = format!("`{}` cannot move from `{}` to `{}`", vip.named.path, first.named.path, other.named.path);
        let network = &site.networks[vip.network.index()].named;
        let span = origin.owners.unwrap_or(vip.named.key);
        out.push(
            report(&CODE, message, &vip.named, span, "they are on segments that are not joined")
                .secondary(place(network, network.key), "once a node: `joined = false`")
                .help("name owners on one segment, or put the address on a network whose segments are joined"),
        );
    }
}

fn absent(site: &Site, owner: HostId, network: NetworkId, what: &str) -> Option<String> {
    let host = &site.hosts[owner.index()];
    let on = host.broken || host.is_on(network);
    (!on).then(|| format!("`{}` cannot answer for {what}", host.named.path))
}
