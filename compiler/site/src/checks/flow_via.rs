//! A path that is no network
//!
//! ## What is wrong
//!
//! Behind `via` stands something other than a network.
//!
//! ## Why
//!
//! `via` says over which network the connection goes.
//!
//! ## Example
//!
//! ```arv part
//!   allow = [
//!     groups.projects -> hosts.dns : 22/tcp via nodes.pve, # error: E0363
//!   ];
//! ```
//!
//! ## What to do
//!
//! Name a network: `via networks.bridge`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// A path that is no network.
pub static CODE: Code = Code::new("E0363", "a path that is no network", include_str!("flow_via.rs"));

/// What stands behind `via`.
pub(crate) fn diagnostic(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "a flow goes over a network", span, "this is no network")
        .help("name one: `via networks.bridge`")
}
