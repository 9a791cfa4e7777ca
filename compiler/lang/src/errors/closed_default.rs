//! The default of a type uses a name that it does not see.
//!
//! ## What is wrong
//!
//! A default in a type sees the names of the language, and no name of the file around it.
//!
//! ## Why
//!
//! A type may be used far from its definition, and its default is one value wherever it is used. What differs from place
//! to place is an argument of a function, or written where the record is.
//!
//! ## Example
//!
//! ```arv
//! let
//!   port = 8080/tcp;
//!   type Web = { listen : Ports = port; }; # error: E0220
//! in port
//! ```
//!
//! ## What to do
//!
//! Write the value itself, or make the field optional and take `or port` where it is read.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0220", "a default depends on its place", include_str!("closed_default.rs"));

/// `name` is a name of the file.
pub fn new(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("the default of a type does not see `{name}`"), span, "a name of the file")
        .help("write the value itself; or make the field optional, `a? : T`, and write `or` where it is read")
}
