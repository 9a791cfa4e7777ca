//! A flow that names nothing
//!
//! ## What is wrong
//!
//! A list of ends or ports is empty.
//!
//! ## Why
//!
//! A flow to nobody, or with no port, opens nothing and claims nothing. It is probably not what was meant: without a colon a
//! flow speaks of every port.
//!
//! ## Example
//!
//! ```arv part
//!   allow = [
//!     groups.projects -> hosts.dns : [], # error: E0362
//!   ];
//! ```
//!
//! ## What to do
//!
//! Name what is meant, or remove the flow. For every port leave out the colon.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// A flow that names nothing.
pub static CODE: Code = Code::new("E0362", "a flow that names nothing", include_str!("empty_flow.rs"));

/// An empty list of ends.
pub(crate) fn no_ends(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "this end of a flow is nobody", span, "the list is empty")
}

/// An empty list of ports.
pub(crate) fn no_ports(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "there is no port here", span, "the list is empty")
        .help("in a flow, leave out the colon for every port")
}
