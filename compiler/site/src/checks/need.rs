//! A need that nobody can meet
//!
//! ## What is wrong
//!
//! An entry of `needs` is neither an endpoint nor a flow from the machine itself.
//!
//! ## Why
//!
//! A need is a claim that a connection is open: from this machine, to an endpoint of others. A flow from another machine is
//! that machine's need.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     needs = [ hosts.dns ]; # error: E0366
//!   };
//! ```
//!
//! ## What to do
//!
//! Name an endpoint (`clusters.postgres.sql`, `services.web.http`), or write the flow: `hosts.a -> hosts.dns : 53/udp`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// A need that nobody can meet.
pub static CODE: Code = Code::new("E0366", "a need that nobody can meet", include_str!("need.rs"));

/// A part of the site that is no endpoint, though it may have some.
pub(crate) fn no_endpoint(span: Span, endpoints: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(&CODE, "a need is an endpoint", span, "this is none");
    match endpoints {
        [] => diagnostic.help("name an endpoint of a service or cluster, or write a flow from this machine"),
        _ => diagnostic.help(format!("its endpoints are {}", endpoints.join(", "))),
    }
}

/// A value of another kind.
pub(crate) fn wrong_kind(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&CODE, "a need is an endpoint", span, format!("this is {what}"))
        .help("name an endpoint of a service or cluster, or write a flow from this machine")
}

/// A flow that begins somewhere else.
pub(crate) fn other_source(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "a machine needs what it reaches itself", span, "this begins at another machine")
        .help("write it at the machine where it begins")
}
