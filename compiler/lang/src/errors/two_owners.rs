//! One file is named as a part twice.
//!
//! ## What is wrong
//!
//! A file is included at two places, or is a part of one file and extended by another.
//!
//! ## Why
//!
//! A part stands in the scope of its owner's record: its names mean what the owner says. With two owners they would mean
//! two things; within one record, everything in it would be defined twice.
//!
//! ## Example
//!
//! ```arv file:part.arv
//! { a = 1; }
//! ```
//! ```arv
//! {
//!   include ./part.arv; # error: E0604
//!   include ./part.arv;
//! }
//! ```
//!
//! ## What to do
//!
//! Include it at one place. A file that several others build on is a whole one, which each of them `extends`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::lower::files::Role;

/// The code of this problem.
pub static CODE: Code = Code::new("E0604", "a part has two owners", include_str!("two_owners.rs"));

/// `path` has one role already, and another one here.
pub fn new(path: &str, known: &Role, new: &Role) -> Diagnostic {
    let mut places: Vec<(Span, &str)> = Vec::new();
    for role in [known, new] {
        places.push(match role {
            Role::Part(_, span) => (*span, "a part here"),
            Role::Base(span) => (*span, "what a file extends here"),
        });
    }
    places.sort();
    let message = match (known, new) {
        (Role::Part(one, _), Role::Part(other, _)) if one != other => {
            format!("`{path}` is a part of `{one}` and of `{other}`")
        }
        (Role::Part(one, _), Role::Part(..)) => format!("`{path}` is included twice by `{one}`"),
        _ => format!("`{path}` is included by one file, and extended by another"),
    };
    Diagnostic::new(&CODE, message, places[0].0, places[0].1)
        .primary(places[1].0, places[1].1)
        .help("include it at one place only; what several files build on is extended by each of them")
}
