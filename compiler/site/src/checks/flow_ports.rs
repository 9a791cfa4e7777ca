//! Something that is no port
//!
//! ## What is wrong
//!
//! Behind the colon of a flow, or in `ports` or `peers`, stands something other than ports.
//!
//! ## Why
//!
//! A flow lets through ports of TCP or UDP (`5432/tcp`, `8000-8010/udp`), `icmp`, one protocol (`proto 47`), or an endpoint of
//! a service or cluster.
//!
//! ## Example
//!
//! ```arv part
//!   allow = [
//!     groups.projects -> hosts.dns : 53, # error: E0361
//!   ];
//! ```
//!
//! ## What to do
//!
//! Write the port with its protocol: `53/udp`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// Something that is no port.
pub static CODE: Code = Code::new("E0361", "something that is no port", include_str!("flow_ports.rs"));

/// A value that is `what`.
pub(crate) fn diagnostic(span: Span, what: &str, endpoints: bool) -> Diagnostic {
    let kinds =
        if endpoints { "`53/udp`, `icmp`, `proto 47` or an endpoint" } else { "`53/udp`, `icmp` or `proto 47`" };
    Diagnostic::new(&CODE, "this is no port", span, format!("this is {what}")).help(format!("write {kinds}"))
}

/// A part of the site that is no endpoint, though it may have some.
pub(crate) fn no_endpoint(span: Span, endpoints: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(&CODE, "this is no port", span, "this is a part of the site and no endpoint");
    match endpoints {
        [] => diagnostic.help("write `53/udp`, `icmp`, `proto 47` or an endpoint"),
        _ => diagnostic.help(format!("its endpoints are {}", endpoints.join(", "))),
    }
}

/// A protocol number that IP does not have.
pub(crate) fn protocol(span: Span, number: i64) -> Diagnostic {
    Diagnostic::new(&CODE, format!("{number} is no protocol"), span, "not between 0 and 255")
}
