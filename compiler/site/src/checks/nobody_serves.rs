//! A need of what nobody serves
//!
//! ## What is wrong
//!
//! A machine needs an endpoint of a service that no machine runs, or of a cluster without members; or what it needs is
//! only at machines that are `Planned` or `Retired`, and it is neither itself.
//!
//! ## Why
//!
//! The machine would wait for an answer for ever.
//!
//! ## Example
//!
//! ```arv part
//!   services.web = { name = "web"; http = { ports = [ 80/tcp ]; }; };
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     needs = [ services.web.http ]; # error: E0367
//!   };
//! ```
//!
//! ## What to do
//!
//! Let a machine run it: `services = [ services.web ];`. If the machine that shall serve it is `Planned`, the one that
//! needs it is too, until both are there.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Host, Named, Status};
use crate::place::place;

/// A need of what nobody serves.
pub static CODE: Code = Code::new("E0367", "a need of what nobody serves", include_str!("nobody_serves.rs"));

/// The endpoint that is needed at `span`.
pub(crate) fn diagnostic(endpoint: &Named, span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("nobody serves `{}`", endpoint.path), span, "this is needed")
        .secondary(endpoint.key, "no machine runs what this endpoint belongs to")
}

/// What is needed at `span` is at machines that are not there; `absent` is one of them.
pub(crate) fn only_absent(absent: &Host, span: Span) -> Diagnostic {
    let path = &absent.named.path;
    let (message, label, help) = match absent.status {
        Status::Retired => (
            "only retired machines serve what is needed",
            format!("`{path}` is `Retired`: it is gone"),
            "let a machine serve it that is there, or remove the need",
        ),
        _ => (
            "only planned machines serve what is needed",
            format!("`{path}` is `Planned`: nothing is made of it yet"),
            "let a machine serve it that is there, or plan the one that needs it too: `status = Planned;`",
        ),
    };
    Diagnostic::new(&CODE, message, span, "this is needed")
        .secondary(place(&absent.named, absent.named.key), label)
        .help(help)
}
