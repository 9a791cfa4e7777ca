//! `Ref` of a type that is no record type with a name.
//!
//! ## What is wrong
//!
//! `Ref T` is a thing of the site that is named where it is used, as in `groups = [ groups.web ];`. Such things are
//! records, and this type is none.
//!
//! ## Why
//!
//! What a reference means is decided by the path of the record. A number or a text has no path.
//!
//! ## Example
//!
//! ```arv
//! { first : Ref Int = 1; } # error: E0218
//! ```
//!
//! ## What to do
//!
//! Write the type itself, `Int`, or a reference to a record of the site: `Ref Host`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0218", "a reference to what is no record", include_str!("reference_type.rs"));

/// The type at `span` is none of a record.
pub fn new(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "`Ref` refers to a record of the site", span, "this is no record type")
        .help("as in `Ref Host`; without `Ref`, the field holds the value itself")
}
