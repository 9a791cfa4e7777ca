//! A `match` has no arm for a tag.
//!
//! ## What is wrong
//!
//! The value may be a tag for which no arm says what happens.
//!
//! ## Why
//!
//! When a union gets a further tag, every `match` on it has to decide about it. If a tag could fall through, the
//! decision would be missed.
//!
//! ## Example
//!
//! ```arv
//! let
//!   type Role = Web | Database;
//!   memory = role: match role { # error: E0223
//!     Web => 2GiB,
//!   };
//! in memory Database
//! ```
//!
//! ## What to do
//!
//! Add an arm for the tag, or `_ => …` for all that are left.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0223", "a case is missing", include_str!("missing_case.rs"));

/// The `match` whose word stands at `word` has no arm for the tags `missing` of the union `owner`, where that is known.
/// Each with whether it carries a value.
pub fn new(owner: Option<&str>, missing: &[(&str, bool)], word: Span) -> Diagnostic {
    let list = missing.iter().map(|(tag, _)| format!("`{tag}`")).collect::<Vec<_>>().join(", ");
    let message = match owner {
        Some(owner) => format!("`match` has no arm for {list} of {owner}"),
        None => format!("`match` has no arm for {list}"),
    };
    let arm = |(tag, carries): &(&str, bool)| format!("{tag}{} => …,", if *carries { " _" } else { "" });
    let arms = missing.iter().map(arm).collect::<Vec<_>>().join(" ");
    let label = if missing.len() == 1 { "a case is missing" } else { "cases are missing" };
    Diagnostic::new(&CODE, message, word, label).help(format!("add `{arms}`, or `_ => …` for all that are left"))
}

/// The word `match` of an expression that begins with it.
pub fn word(matching: Span) -> Span {
    Span::new(matching.start, matching.start + "match".len() as u32)
}
