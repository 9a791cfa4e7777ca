//! An address that something hands out to others
//!
//! ## What is wrong
//!
//! A machine has an address that its network's DHCP server or load balancer hands out.
//!
//! ## Why
//!
//! The server does not know that the address is taken, and gives it to whoever asks. A machine that asks the server itself
//! (`dhcp = true`) may have it: the server knows it by its MAC address.
//!
//! ## Example
//!
//! ```arv part
//!   networks.srv = { cidr = 10.0.20.0/24; bridge = "vmbr2"; dhcp = 100..199; };
//!   hosts.nas = {
//!     kind = Machine;
//!     groups = [ groups.projects ];
//!     on.srv.address = 10.0.20.150; # error: E0802
//!   };
//! ```
//!
//! ## What to do
//!
//! State another address, shorten the pool, or make it a reservation: `mac = …; dhcp = true;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::pool_meets_range::{numbered, spans};
use crate::allocation::{as_number, number};
use crate::model::{Named, Network, Site, Spanned};
use crate::place::{place, report};

/// An address that something hands out to others.
pub static CODE: Code =
    Code::new("E0802", "an address that something hands out to others", include_str!("address_in_pool.rs"));

/// Every interface, and every address that machines have by turns.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    if site.networks.iter().all(|network| network.dhcp.is_none() && network.pools.is_empty()) {
        return;
    }
    for host in &site.hosts {
        let all = host.interfaces.iter().flat_map(|interface| interface.addresses().map(move |it| (interface, it)));
        for (interface, address) in all {
            let network = &site.networks[interface.network.index()];
            // What a range gives into a pool is wrong where both are declared.
            let by_rule = host.slot.is_some_and(|slot| slot.span == address.span);
            let numbering = host.range.filter(|_| by_rule).map(|range| &site.numbering[range.index()]);
            let numbered = numbering.and_then(|it| numbered(interface.network, network, it));
            let declared = numbered.is_some_and(|(sequence, _)| sequence.slot_of(as_number(address.value)).is_some());
            if !declared {
                out.extend(one(network, &host.named, address, interface.dhcp));
            }
        }
    }
    for vip in &site.vips {
        if let Some(network) = site.networks.get(vip.network.index()) {
            out.extend(one(network, &vip.named, vip.address, false));
        }
    }
}

/// Whether something hands an address of the network out.
pub(crate) fn is_handed_out(network: &Network, address: std::net::IpAddr) -> bool {
    let number = number(&network.prefix.value, address);
    number.is_some_and(|number| spans(network).any(|(_, span)| (span.value.0..=span.value.1).contains(&number)))
}

fn one(network: &Network, named: &Named, at: Spanned<std::net::IpAddr>, asks: bool) -> Option<Diagnostic> {
    if network.is_overlay() {
        return None;
    }
    let number = number(&network.prefix.value, at.value)?;
    let dhcp = format!("{}.dhcp", network.named.path);
    let (path, span) = spans(network)
        .find(|(path, span)| (span.value.0..=span.value.1).contains(&number) && !(asks && *path == dhcp))?;
    let message = format!("{} of `{}` is in `{path}`", at.value, named.path);
    let label = format!("{} is host number {number}", at.value);
    let diagnostic = report(&CODE, message, named, at.span, &label)
        .secondary(place(&network.named, span.span), format!("handed out: {} to {}", span.value.0, span.value.1));
    Some(match path == dhcp {
        true => diagnostic
            .help("make it a reservation of the DHCP server: `mac = …; dhcp = true;`")
            .help("or state an address outside of the span"),
        false => diagnostic.help("state an address outside of the span, or hand out fewer"),
    })
}
