//! A family of addresses that is not there
//!
//! ## What is wrong
//!
//! A machine is to have addresses of one family alone, and the network has no prefix of it; or the machine states an address
//! of the other family.
//!
//! ## Why
//!
//! `family` leaves out what a machine would have otherwise. Where nothing is left, or what is left contradicts an address
//! that is written beside it, one of the two is a mistake.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.six = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     on.bridge.family = Ipv6; # error: E0822
//!   };
//! ```
//!
//! ## What to do
//!
//! Give the network a prefix of the family (`prefixes = [ … ]`), or leave `family` out.

use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Family, Named, Network, Spanned};
use crate::place::{place, report};

/// A family of addresses that is not there.
pub static CODE: Code =
    Code::new("E0822", "a family of addresses that is not there", include_str!("family_not_there.rs"));

/// The only family of a machine on a network.
pub(crate) fn check(named: &Named, family: Option<Spanned<Family>>, network: &Network) -> Option<Diagnostic> {
    let family = family?;
    if network.prefixes().any(|prefix| Family::of_prefix(&prefix.value) == family.value) {
        return None;
    }
    let name = family.value.name();
    let message = format!("`{}` has no {name} address in `{}`", named.path, network.named.path);
    let prefixes: Vec<String> = network.prefixes().map(|prefix| format!("`{}`", prefix.value)).collect();
    Some(
        report(&CODE, message, named, family.span, &format!("the network has no {name} prefix"))
            .secondary(network.prefix.span, format!("it has {}", prefixes.join(" and ")))
            .help(format!(
                "give `{}` a prefix of {name} (`prefixes = [ … ]`), or leave `family` out",
                network.named.path
            )),
    )
}

/// A stated address beside the family.
pub(crate) fn check_address(
    named: &Named,
    address: Spanned<IpAddr>,
    family: Option<Spanned<Family>>,
) -> Option<Diagnostic> {
    let family = family.filter(|family| family.value != Family::of(address.value))?;
    let (own, only) = (Family::of(address.value).name(), family.value.name());
    let message = format!("`{}` states an {own} address where it has {only} alone", named.path);
    Some(
        report(&CODE, message, named, address.span, &format!("this is {own}"))
            .secondary(place(named, family.span), format!("{only} alone"))
            .help("leave out the address, or `family`"),
    )
}
