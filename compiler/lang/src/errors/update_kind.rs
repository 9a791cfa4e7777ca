//! `//` puts a value of another kind in the place of one.
//!
//! ## What is wrong
//!
//! Both sides of `//` have the field, and their values are of different kinds.
//!
//! ## Why
//!
//! An override changes a value and not what the field means; whoever reads the field expects the first kind.
//!
//! ## Example
//!
//! ```arv
//! { p = 80/tcp; } // {
//!   p = "80"; # error: E0212
//! }
//! ```
//!
//! ## What to do
//!
//! Write a value of the same kind.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::errors::describe_value;
use crate::eval::machine::Machine;
use crate::eval::value::{Reported, Value};

/// The code of this problem.
pub static CODE: Code = Code::new("E0212", "`//` changes the kind of a value", include_str!("update_kind.rs"));

/// `right` in the place of `left`.
pub fn report(machine: &mut Machine<'_>, left: Value, right: Value) -> Reported {
    let (was, is) = (describe_value(machine, left), describe_value(machine, right));
    machine.report(new(&was, &is, machine.span(right), machine.span(left)))
}

/// What `is`, at `span`, in the place of what `was` at `before`.
pub fn new(was: &str, is: &str, span: Span, before: Span) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`//` puts {is} in the place of {was}"), span, format!("expected {was}, found {is}"))
        .secondary(before, format!("{was} before"))
}
