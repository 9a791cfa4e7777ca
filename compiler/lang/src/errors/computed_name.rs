//! A name of the file's record is computed.
//!
//! ## What is wrong
//!
//! A key of the file's outermost record, or of a `let`, is a `${…}`.
//!
//! ## Why
//!
//! Those keys are names that the whole file can use, and names are bound before anything is evaluated.
//!
//! ## Example
//!
//! ```arv
//! let k = "x"; in {
//!   ${k} = 1; # error: E0104
//! }
//! ```
//!
//! ## What to do
//!
//! Write the name, or put the computed one below a name: `m.${k} = 1;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0104", "a name that must be literal is computed", include_str!("computed_name.rs"));

/// The key at `span` must be literal.
pub fn new(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "a name of the file's record, or of a `let`, is computed", span, "written with `${…}`")
        .help("put it below a name: `m.${k} = …;`")
}
