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

use crate::errors::describe_value;
use crate::eval::machine::Machine;
use crate::eval::value::{Reported, Value};

/// The code of this problem.
pub static CODE: Code = Code::new("E0607", "two values do not agree", include_str!("disagreement.rs"));

/// `left` and `right` are what `name` is, if they stand in a record.
pub fn report(machine: &mut Machine<'_>, left: Value, right: Value, name: Option<Symbol>) -> Reported {
    let what = match name {
        Some(name) => format!("`{}` has two values", machine.names.get(name)),
        None => "the two sides of `&` do not agree".to_owned(),
    };
    let (mut sides, kinds) =
        ([machine.span(left), machine.span(right)], [describe_value(machine, left), describe_value(machine, right)]);
    let words = match kinds[0] == kinds[1] {
        true => ["one side says this".to_owned(), "and the other one this".to_owned()],
        false if sides[0] <= sides[1] => [format!("{} here", kinds[0]), format!("{} here", kinds[1])],
        false => [format!("{} here", kinds[1]), format!("{} here", kinds[0])],
    };
    sides.sort();
    let [first, second] = words;
    let diagnostic = Diagnostic::new(&CODE, what, sides[0], first)
        .primary(sides[1], second)
        .note("neither overrides the other: nothing says which counts")
        .help("delete one of them")
        .help("mark the one that may be overridden as `default`")
        .help("mark the one that must hold as `force`");
    machine.report(diagnostic)
}
