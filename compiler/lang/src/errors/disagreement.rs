//! Two values that have to agree do not.
//!
//! ## What is wrong
//!
//! Both sides of `&` say what one path is, and say different things; or a path has a whole value, as the result of a
//! function, and a definition of a part of it, and they differ.
//!
//! ## Why
//!
//! `&` is for values of which neither is the stronger one: the result is the same in either order. Lists are not joined,
//! since nothing says in which order.
//!
//! ## Example
//!
//! ```arv
//! { a = { x = 1; } & { x = 2; }; } # error: E0607
//! ```
//!
//! ## What to do
//!
//! Delete one; or mark the one that may be overridden as `default`; or mark the one that must hold as `force`; or write
//! `//`, whose right side wins.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use crate::errors::describe_value;
use crate::eval::machine::Machine;
use crate::eval::value::{Reported, Value};

/// The code of this problem.
pub static CODE: Code = Code::new("E0607", "two values do not agree", include_str!("disagreement.rs"));

/// `left` and `right` are what `name` is, if they stand in a record.
pub fn report(machine: &mut Machine<'_>, left: Value, right: Value, name: Option<Symbol>) -> Reported {
    let [one, other] = [left, right].map(|value| (machine.span(value), describe_value(machine, value)));
    let diagnostic = new(name.map(|name| machine.names.get(name)), [(one.0, &one.1), (other.0, &other.1)]);
    machine.report(diagnostic)
}

/// Where both sides are written, and what they are.
pub fn new(name: Option<&str>, mut sides: [(Span, &str); 2]) -> Diagnostic {
    let what = match name {
        Some(name) => format!("`{name}` has two values"),
        None => "the two sides of `&` do not agree".to_owned(),
    };
    sides.sort();
    let [(first, one), (second, other)] = sides;
    let words = match one == other {
        true => ["one side says this".to_owned(), "and the other one this".to_owned()],
        false => [one, other].map(|kind| format!("{kind} here")),
    };
    let [one, other] = words;
    Diagnostic::new(&CODE, what, first, one)
        .primary(second, other)
        .note("neither overrides the other: nothing says which counts")
        .help("delete one of them")
        .help("mark the one that may be overridden as `default`")
        .help("mark the one that must hold as `force`")
}
