//! The first or the last item of an empty list.
//!
//! ## What is wrong
//!
//! `head`, `tail` and `last` need a list with at least one item.
//!
//! ## Why
//!
//! An empty list has neither a first item nor a last one.
//!
//! ## Example
//!
//! ```arv
//! { a = head []; } # error: E0509
//! ```
//!
//! ## What to do
//!
//! Ask first: `if xs == [] then … else head xs`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::eval::machine::Machine;
use crate::eval::value::{Reported, Value};
use crate::ir::ExprId;

/// The code of this problem.
pub static CODE: Code = Code::new("E0509", "an empty list has no first or last item", include_str!("empty_list.rs"));

/// `name` of an empty list.
pub fn report(machine: &mut Machine<'_>, name: &str, list: Value, call: ExprId) -> Reported {
    let span = machine.program.span(call);
    let mut diagnostic = Diagnostic::new(&CODE, format!("`{name}` of an empty list"), span, "needs an item");
    if machine.span(list) != span {
        diagnostic = diagnostic.secondary(machine.span(list), "empty");
    }
    machine.report(diagnostic)
}
