//! A type is given something that it does not take, or lacks what it takes.
//!
//! ## What is wrong
//!
//! `List`, `Set`, `Map` and `Ref` take one type: that of what is in them. No other type takes one.
//!
//! ## Why
//!
//! A list of anything would say nothing about its items.
//!
//! ## Example
//!
//! ```arv
//! { names : List = [ "a" ]; } # error: E0217
//! ```
//!
//! ## What to do
//!
//! Write the type of the items, `List String`, in parentheses if it has parts itself: `List (Map Int)`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0217", "a type is applied wrongly", include_str!("type_argument.rs"));

/// `name` stands alone.
pub fn missing(name: &str, span: Span) -> Diagnostic {
    let (what, example) = match name {
        "Ref" => ("what it refers to", "Ref Host"),
        "Map" => ("its values", "Map Int"),
        "Set" => ("its items", "Set Flow"),
        _ => ("its items", "List Int"),
    };
    Diagnostic::new(&CODE, format!("`{name}` takes the type of {what}"), span, "nothing stands behind it")
        .help(format!("as in `{example}`; `{name} _` leaves it open"))
}

/// `name` takes no type.
pub fn unexpected(name: &str, argument: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{name}` takes no type"), argument, "behind a type that takes none")
        .help("only `List`, `Set`, `Map` and `Ref` take one")
}
