//! A reserved address
//!
//! ## What is wrong
//!
//! A machine has an address whose host number is in `reserved` of its network.
//!
//! ## Why
//!
//! What is reserved belongs to something that the site does not describe: a DHCP pool, a balancer, a colleague's printer.
//!
//! ## Example
//!
//! ```arv part
//!   networks.lan = { cidr = 10.0.20.0/24; reserved = [ 100..199 ]; };
//!   hosts.printer = {
//!     kind = Machine;
//!     on.lan.address = 10.0.20.150; # error: E0323
//!   };
//! ```
//!
//! ## What to do
//!
//! State another address, or shorten the reserved span.

use std::collections::HashSet;
use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::allocation::number;
use crate::model::{HostId, Network, Site};
use crate::place::report;

/// A reserved address.
pub static CODE: Code = Code::new("E0323", "a reserved address", include_str!("address_reserved.rs"));

/// Whether an address is reserved in a network.
pub(crate) fn is_reserved(network: &Network, address: IpAddr) -> bool {
    let within = |number: u64| network.reserved.iter().any(|span| (span.value.0..=span.value.1).contains(&number));
    !network.reserved.is_empty()
        && network.prefix_of(address).and_then(|prefix| number(&prefix.value, address)).is_some_and(within)
}

/// Every interface's address against its network's reserved spans.
///
/// `said` are machines and places of addresses that are no machine's for another reason, which is reported.
pub(crate) fn check(site: &Site, said: &HashSet<(HostId, Span)>, out: &mut Vec<Diagnostic>) {
    for (id, host) in (0..).map(HostId).zip(&site.hosts) {
        for interface in &host.interfaces {
            let network = &site.networks[interface.network.index()];
            if network.reserved.is_empty() {
                continue;
            }
            // In each prefix: the rule gives a machine one number for all of them, which is reported once.
            let numbered = interface.addresses().filter_map(|address| {
                let number = number(&network.prefix_of(address.value)?.value, address.value)?;
                let within =
                    |span: &&crate::model::Spanned<(u64, u64)>| (span.value.0..=span.value.1).contains(&number);
                Some((address, number, network.reserved.iter().find(within)?))
            });
            let mut told: Option<Span> = None;
            for (address, number, reserved) in numbered {
                if said.contains(&(id, address.span)) || told.replace(address.span) == Some(address.span) {
                    continue;
                }
                let message =
                    format!("{} of `{}` is reserved in `{}`", address.value, host.named.path, network.named.path);
                let label = format!("{} is host number {number}", address.value);
                out.push(
                    report(&CODE, message, &host.named, address.span, &label)
                        .secondary(reserved.span, format!("reserved: {} to {}", reserved.value.0, reserved.value.1))
                        .help("give it an address outside of the span, or reserve fewer"),
                );
            }
        }
    }
}
