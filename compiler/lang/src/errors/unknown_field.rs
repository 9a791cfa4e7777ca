//! A field that the schema does not know.
//!
//! ## What is wrong
//!
//! The schema lists the fields of this record, and the one underlined is not among them.
//!
//! ## Why
//!
//! A misspelt field would otherwise be ignored in silence, and the machine would not be what its description says.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "example";
//!   domain = "example.internal";
//!   descripton = "three guests"; # error: E0202
//! }
//! ```
//!
//! ## What to do
//!
//! Correct the name; the schema is the prelude, which `lang-spec/schema.md` prints.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit};
use arvc_syntax::source::Span;

use crate::errors::known_fields;

/// The code of this problem.
pub static CODE: Code = Code::new("E0202", "a field is not known", include_str!("unknown_field.rs"));

/// `owner` has no field `name`, but a part of it has: `path` is written instead, with `NAME` for a key of a map.
pub fn elsewhere(owner: &str, name: &str, span: Span, path: &str) -> Diagnostic {
    let message = format!("{owner} has no field `{name}`");
    Diagnostic::new(&CODE, message, span, "not a field of it itself").help(format!("write it as `{path} = …;`"))
}

/// `owner` (a type's name) has no field `name`.
pub fn new(owner: &str, name: &str, span: Span, nearest: Option<&str>, fields: &[&str]) -> Diagnostic {
    let message = format!("{owner} has no field `{name}`");
    match nearest {
        Some(nearest) => Diagnostic::new(&CODE, message, span, format!("did you mean `{nearest}`?")).fix(
            format!("write `{nearest}`"),
            vec![Edit { span, text: nearest.to_owned() }],
            Applicability::MaybeIncorrect,
        ),
        None => {
            let diagnostic = Diagnostic::new(&CODE, message, span, "not a field of it");
            diagnostic.help(known_fields(fields))
        }
    }
}
