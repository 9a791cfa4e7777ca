//! The fields of a record must be known, and nothing says them.
//!
//! ## What is wrong
//!
//! `//` and `&` join two records, and `?` and `or` ask whether one has a field. Of this parameter nothing says which fields it
//! has, so what the result is cannot be known either.
//!
//! ## Why
//!
//! A misspelt field is found where it stands because the fields of every record are known. A function that joins its argument
//! says what that is.
//!
//! ## Example
//!
//! ```arv
//! let
//!   larger = host: host // { memory = 8GiB; }; # error: E0227
//! in {
//!   a = 1;
//! }
//! ```
//!
//! ## What to do
//!
//! Annotate the definition, `larger : Host -> Host = host: host // { memory = 8GiB; };`, or name the fields in a pattern:
//! `{ memory ? 2GiB, ... }: …`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0227", "the fields of a record are not known", include_str!("unknown_fields.rs"));

/// The side `text` of `operator`.
pub fn new(operator: &str, text: Option<&str>, span: Span) -> Diagnostic {
    let what = text.map_or_else(|| "this".to_owned(), |text| format!("`{text}`"));
    Diagnostic::new(&CODE, format!("the fields of {what} are not known here"), span, format!("`{operator}` needs them"))
        .help("annotate the definition around it, as `f : Host -> Host = …`, or name the fields in a pattern")
}
