//! A library that is not known.
//!
//! ## What is wrong
//!
//! `import "…"` names a library, and there is none of that name.
//!
//! ## Why
//!
//! `std` comes with the compiler. A file of the project is imported by its path, without quotes.
//!
//! ## Example
//!
//! ```arv
//! import "sdt" # error: E0106
//! ```
//!
//! ## What to do
//!
//! Write `import "std"`, or `import ./file.arv` for a file.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0106", "a library is not known", include_str!("unknown_library.rs"));

/// There is no library `name`.
pub fn new(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("there is no library `{name}`"), span, "the only library is `std`")
        .help("a file of the project is imported by its path, without quotes: `import ./file.arv`")
}
