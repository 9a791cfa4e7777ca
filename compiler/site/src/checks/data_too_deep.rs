//! Data that is nested too deeply
//!
//! ## What is wrong
//!
//! Plain data for a tool has lists or records inside of one another, more levels than 32.
//!
//! ## Why
//!
//! No tool has use for more, so most likely a function that makes the data has no end.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     variables.a = let deep : Int -> Data = n: if n == 0 then 1 else [ deep (n - 1) ]; in deep 40; # error: E0371
//!   };
//! ```
//!
//! ## What to do
//!
//! Hand on a part of it.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::extra::LEVELS;

/// Data that is nested too deeply.
pub static CODE: Code = Code::new("E0371", "data that is nested too deeply", include_str!("data_too_deep.rs"));

/// The part at `span` is one level too many.
pub(crate) fn diagnostic(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("data is nested in more than {LEVELS} levels"), span, "the rest is left out here")
}
