//! A need of what nobody serves
//!
//! ## What is wrong
//!
//! A machine needs an endpoint of a service that no machine runs, or of a cluster without members.
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
//! Let a machine run it: `services = [ services.web ];`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::Named;

/// A need of what nobody serves.
pub static CODE: Code = Code::new("E0367", "a need of what nobody serves", include_str!("nobody_serves.rs"));

/// The endpoint that is needed at `span`.
pub(crate) fn diagnostic(endpoint: &Named, span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("nobody serves `{}`", endpoint.path), span, "this is needed")
        .secondary(endpoint.key, "no machine runs what this endpoint belongs to")
}
