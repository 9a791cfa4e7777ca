//! An overlay's port is one UDP port
//!
//! ## What is wrong
//!
//! The `port` of an overlay is missing, is not UDP, is a range, or is 0.
//!
//! ## Why
//!
//! Nebula sends and receives on one UDP port, and every member uses the same one, so that filters can be written.
//!
//! ## Example
//!
//! ```arv part
//!   networks.second = {
//!     cidr = 10.20.0.0/24;
//!     underlay = networks.bridge;
//!     port = 4243/tcp; # error: E0333
//!   };
//! ```
//!
//! ## What to do
//!
//! Write `port = 4242/udp;`, or another UDP port.

use arvc_lang::data::{Ports, Transport};
use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::Named;
use crate::place::report;

/// An overlay's port is one UDP port.
pub static CODE: Code = Code::new("E0333", "an overlay's port is one UDP port", include_str!("overlay_port.rs"));

/// A stated port.
pub(crate) fn check(ports: Ports, span: Span) -> Option<Diagnostic> {
    let label = match ports {
        Ports { transport: Transport::Tcp, .. } => "this is TCP",
        Ports { first, last, .. } if first != last => "these are several",
        Ports { first: 0, .. } => "0 is any port",
        _ => return None,
    };
    Some(Diagnostic::new(&CODE, "an overlay's port is one UDP port", span, label).help("write `4242/udp`"))
}

/// An overlay without port.
pub(crate) fn missing(named: &Named) -> Diagnostic {
    report(&CODE, format!("the overlay `{}` has no port", named.path), named, named.key, "an overlay has a UDP port")
        .help("write `port = 4242/udp;`")
}
