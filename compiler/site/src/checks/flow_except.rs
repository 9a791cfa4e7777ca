//! Something that is no flow
//!
//! ## What is wrong
//!
//! Behind `except`, or in a list of flows, stands something other than a flow.
//!
//! ## Why
//!
//! What a claim spares is said in flows: who reaches whom, on which ports.
//!
//! ## Example
//!
//! ```arv part
//!   never = [
//!     groups.projects -> any except 53/udp, # error: E0365
//!   ];
//! ```
//!
//! ## What to do
//!
//! Write flows: `except essentials`, `except [ groups.projects -> hosts.dns : 53/udp ]`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// Something that is no flow.
pub static CODE: Code = Code::new("E0365", "something that is no flow", include_str!("flow_except.rs"));

/// A value in the place of a flow.
pub(crate) fn diagnostic(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "a flow belongs here", span, "this is none").help("write `source -> target : ports`")
}
