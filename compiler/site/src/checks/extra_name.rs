//! A name that a tool cannot take
//!
//! ## What is wrong
//!
//! An argument, a resource type, a resource or a provider for Terraform has a name that is no identifier of its language, or
//! `depends_on` has something else than `"TYPE.NAME"` in its list.
//!
//! ## Why
//!
//! The name stands in the emitted file as it is. An identifier is a letter or `_`, and then letters, digits, `_` and `-`.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     terraform."boot order" = [ "scsi0" ]; # error: E0374
//!   };
//! ```
//!
//! ## What to do
//!
//! Write the name as the provider's documentation has it.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;

/// A name that a tool cannot take.
pub static CODE: Code = Code::new("E0374", "a name that a tool cannot take", include_str!("extra_name.rs"));

/// The name of `what`: "an argument".
pub(crate) fn check(what: &str, name: &str, key: Span) -> Option<Diagnostic> {
    let message = || format!("{} is not the name of {what} of Terraform", shown(name));
    let label = "an identifier is a letter or `_`, then letters, digits, `_` and `-`";
    (!is_identifier(name)).then(|| Diagnostic::new(&CODE, message(), key, label))
}

/// What stands at `span` does not name a resource.
pub(crate) fn path(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "`depends_on` is a list of resources", span, "not `\"TYPE.NAME\"`")
}

/// HCL's identifiers, of ASCII alone.
pub(crate) fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}
