//! A record stands where a thing of the site has to be named.
//!
//! ## What is wrong
//!
//! The schema asks for a group, network, host or other thing that the site defines, and finds a plain record, or a thing
//! of another kind.
//!
//! ## Why
//!
//! Things of a site are told apart by their paths: `groups.web` and `groups.mail` are two groups though both are written
//! `{}`. A record that is written in place has no path, so nothing else could mean it.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "example";
//!   domain = "example.internal";
//!   hosts.laptop = { kind = Machine; groups = [ {} ]; }; # error: E0206
//! }
//! ```
//!
//! ## What to do
//!
//! Define the thing at its place (`groups.web = {};`) and name it: `groups = [ groups.web ];`. The result of `//` is a
//! new record and no thing of the site.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::errors::with_article;

/// The code of this problem.
pub static CODE: Code =
    Code::new("E0206", "a record stands where a thing of the site is due", include_str!("not_an_entity.rs"));

/// A plain record at `span` where an entity of type `expected` is due, such as those of `places`.
pub fn plain(expected: &str, span: Span, example: Option<String>) -> Diagnostic {
    let expected = with_article(expected);
    let diagnostic = Diagnostic::new(
        &CODE,
        format!("a record stands where {expected} of the site is due"),
        span,
        format!("expected {expected} by its name, found a record"),
    );
    match example {
        Some(example) => diagnostic.help(format!("name one that the site defines, as `{example}`")),
        None => diagnostic,
    }
}

/// The entity `path` of type `found` where one of type `expected` is due.
pub fn other(expected: &str, found: &str, path: &str, span: Span, key: Span) -> Diagnostic {
    let expected = with_article(expected);
    let kind = with_article(found);
    Diagnostic::new(
        &CODE,
        format!("`{path}` is {kind}, and not {expected}"),
        span,
        format!("expected {expected}, found the {found} `{path}`"),
    )
    .secondary(key, format!("`{path}` is defined here"))
}

/// Something of type `found` where an entity of type `expected` is due.
pub fn of_kind(expected: &str, found: &str, text: Option<&str>, span: Span) -> Diagnostic {
    let expected = with_article(expected);
    let kind = with_article(found);
    let (what, label) = match text {
        Some(text) => (format!("`{text}`"), format!("the {found} `{text}`")),
        None => ("this".to_owned(), kind.clone()),
    };
    Diagnostic::new(
        &CODE,
        format!("{what} is {kind}, and not {expected}"),
        span,
        format!("expected {expected}, found {label}"),
    )
}
