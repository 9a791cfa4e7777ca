//! A guest can ask no resolver
//!
//! ## What is wrong
//!
//! A guest has addresses of one family alone, and every one of `uplink_resolvers` is of the other family.
//!
//! ## Why
//!
//! Until the overlay is there a guest asks the uplink resolvers for names: of package mirrors, of time servers. One without
//! an address of their family cannot, and its first boot waits for answers that never come.
//!
//! ## Example
//!
//! ```arv part
//!   networks.bridge.prefixes = [ fd00:100::/64 ];
//!   hosts.six = {
//!     vmid = 3000; # error: L0820
//!     groups = [ groups.projects ];
//!     on = { bridge.family = Ipv6; overlay = {}; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Add a resolver of the family to `uplink_resolvers`. Each guest is given those that it can ask.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Families, Family, Kind, Site};
use crate::place::report;

/// A guest can ask no resolver.
pub static CODE: Code = Code::new("L0820", "a guest can ask no resolver", include_str!("resolver_of_other_family.rs"));

/// Every guest; of several the first is named.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let asked: Families = site.uplink_resolvers.iter().map(|address| Family::of(*address)).collect();
    if asked.is_none() || Family::ALL.into_iter().all(|family| asked.contains(family)) {
        return;
    }
    let mut without = site.hosts.iter().filter(|host| {
        let below = host.interfaces.iter().filter(|interface| !site.networks[interface.network.index()].is_overlay());
        let own = below.fold(Families::NONE, |all, interface| all.union(interface.families()));
        let counts = host.kind != Kind::Machine && host.status.is_there() && !host.broken;
        counts && !own.is_none() && own.intersection(asked).is_none()
    });
    let Some(host) = without.next() else { return };
    let name = asked.iter().map(|family| family.name()).collect::<Vec<_>>().join(" and ");
    let span = host.vmid.map_or(host.named.key, |vmid| vmid.span);
    let message = format!("`{}` can ask none of the uplink resolvers", host.named.path);
    let diagnostic = report(&CODE, message, &host.named, span, &format!("it has no {name} address on a segment"))
        .help("add a resolver of the other family to `uplink_resolvers`: each guest is given those that it can ask");
    out.push(match without.count() {
        0 => diagnostic,
        1 => diagnostic.note("nor can one more guest"),
        more => diagnostic.note(format!("nor can {more} more guests")),
    });
}
