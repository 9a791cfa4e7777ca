//! A `${` is not closed.
//!
//! ## What is wrong
//!
//! The `}` of a `${…}` is missing in a string.
//!
//! ## Why
//!
//! In a `"…"` it stands on the same line.
//!
//! ## Example
//!
//! ```arv
//! let
//!   host = "git";
//! in
//! "https://${host"; # error: E0022
//! ```
//!
//! ## What to do
//!
//! Add the `}`; or write `\${` if the text itself is meant.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0022", "a `${` is not closed", include_str!("unclosed_interpolation.rs"));

/// The `${` at `open` is not closed before `end`.
pub(crate) fn problem(open: Span, end: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "this `${` is not closed", open, "`}` is missing")
        .secondary(end, "the string ends here at the latest")
        .help("write `\\${` if the text itself is meant")
}
