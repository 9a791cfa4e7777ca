//! A further name that is no DNS name
//!
//! ## What is wrong
//!
//! An alias, the name of a route or a name server is not made of DNS labels, or is longer than 253 characters.
//!
//! ## Why
//!
//! A server refuses the whole zone for one such name. `*` stands for names that nobody wrote, which only a route can serve, and
//! only as the first label (RFC 4592); a machine itself is called by a name of its own.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.git = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     aliases = [ "Git" ]; # error: E0881
//!   };
//! ```
//!
//! ## What to do
//!
//! Write labels of lower-case letters, digits and hyphens with dots between them, and no final dot.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::{is_label, shown};

/// A further name that is no DNS name.
pub static CODE: Code = Code::new("E0881", "a further name that is no DNS name", include_str!("invalid_dns_name.rs"));

/// An alias as it is written, and whole.
pub(crate) fn check_alias(text: &str, name: &str, span: Span) -> Option<Diagnostic> {
    check(text, name, "an alias", span)
}

/// The key of a route.
pub(crate) fn check_route(name: &str, key: Span) -> Option<Diagnostic> {
    check(name, name.strip_prefix("*.").unwrap_or(name), "the name of a route", key)
}

/// A name server, whole.
pub(crate) fn check_server(name: &str, span: Span) -> Option<Diagnostic> {
    check(name, name, "the name of a name server", span)
}

fn check(text: &str, name: &str, what: &str, span: Span) -> Option<Diagnostic> {
    let label = reason(name)?;
    Some(Diagnostic::new(&CODE, format!("{} is not {what}", shown(text)), span, label))
}

fn reason(name: &str) -> Option<String> {
    if name.ends_with('.') {
        return Some("write it without the final dot".to_owned());
    }
    if let Some(bad) = name.split('.').find(|label| !is_label(label)) {
        return Some(format!("{} is no DNS label of lower-case letters, digits and hyphens", shown(bad)));
    }
    let most = 251;
    (name.len() > most).then(|| format!("it has {} characters; at most {most} are possible", name.len()))
}
