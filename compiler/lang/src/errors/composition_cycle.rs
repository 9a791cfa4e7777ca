//! A file is a part of itself.
//!
//! ## What is wrong
//!
//! A file includes or extends itself, perhaps through others.
//!
//! ## Why
//!
//! The definitions of a file would be counted twice, or for ever.
//!
//! ## Example
//!
//! ```arv
//! { include ./example.arv; } # error: E0603
//! ```
//!
//! ## What to do
//!
//! Delete one of the statements on the way. What two files need stands in a third one.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::{Sources, Span};

/// The code of this problem.
pub static CODE: Code = Code::new("E0603", "a file is a part of itself", include_str!("composition_cycle.rs"));

/// From `path` back to itself, through these statements; the last one closes the circle.
pub fn new(path: &str, circle: &[Span], sources: &Sources) -> Diagnostic {
    let place = |span: &Span| format!("{}:{}", sources.get(sources.file_of(*span)).name, sources.position(*span).line);
    let mut way: Vec<String> = circle.iter().map(place).collect();
    way.push(path.to_owned());
    let (last, before) = circle.split_last().map_or((Span::new(0, 0), circle), |(last, before)| (*last, before));
    let message = match before.is_empty() {
        true => format!("`{path}` names itself"),
        false => format!("`{path}` is a part of itself, through other files"),
    };
    let mut diagnostic = Diagnostic::new(&CODE, message, last, format!("leads back to `{path}`"));
    for span in before {
        diagnostic = diagnostic.secondary(*span, "which comes through this");
    }
    diagnostic.note(way.join(" → "))
}
