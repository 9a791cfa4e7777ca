//! A prefix is too long.
//!
//! ## What is wrong
//!
//! The number behind `/` is larger than the number of bits of the address.
//!
//! ## Why
//!
//! It says how many leading bits all addresses of the network share: at most 32 of an IPv4 address, 128 of an IPv6 address.
//!
//! ## Example
//!
//! ```arv
//! {
//!   cidr = 10.10.10.0/33; # error: E0038
//! }
//! ```
//!
//! ## What to do
//!
//! Correct the length.

use ipnet::IpNet;

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0038", "a prefix is too long", include_str!("prefix_length.rs"));

/// The literal at `span`, and the largest length.
pub(crate) fn problem(span: Span, most: u8) -> Diagnostic {
    let family = if most == 32 { "IPv4" } else { "IPv6" };
    Diagnostic::new(&CODE, format!("the length of an {family} network is at most {most}"), span, "too long")
}

/// The literal at `span` has a mask for its length; it means `network`, if the mask is one.
pub(crate) fn mask(span: Span, text: &str, network: Option<IpNet>) -> Diagnostic {
    let mask = text.split_once('/').map_or("", |(_, mask)| mask);
    let problem =
        Diagnostic::new(&CODE, format!("`{mask}` is a mask, and not a length"), span, "the length in bits is due");
    let Some(network) = network.map(|network| network.to_string()) else { return problem };
    problem.fix(format!("write `{network}`"), vec![Edit { span, text: network }], Applicability::MaybeIncorrect)
}
