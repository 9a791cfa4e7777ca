//! A field or a tag stands twice in one type.
//!
//! ## What is wrong
//!
//! Two fields of a record type have one name, or two cases of a union have one tag.
//!
//! ## Why
//!
//! A value has one field of a name, and a tag says by itself which case it is.
//!
//! ## Example
//!
//! ```arv
//! let
//!   type Role = Web | Database | Web; # error: E0219
//! in 1
//! ```
//!
//! ## What to do
//!
//! Delete one, or give it another name.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0219", "a type has a field or a tag twice", include_str!("duplicate_member.rs"));

/// The field `name` stands at `first` and at `second`.
pub fn field(name: &str, first: Span, second: Span) -> Diagnostic {
    new(&format!("the type has the field `{name}` twice"), first, second)
}

/// The tag `name` stands at `first` and at `second`.
pub fn tag(name: &str, first: Span, second: Span) -> Diagnostic {
    new(&format!("the union has the tag `{name}` twice"), first, second)
}

fn new(message: &str, first: Span, second: Span) -> Diagnostic {
    Diagnostic::new(&CODE, message, second, "again here").secondary(first, "here first")
}
