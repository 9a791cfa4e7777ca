//! Two lists side by side that are not of one length.
//!
//! ## What is wrong
//!
//! `zip` puts the first item of one list beside the first of the other, and so on; one of these lists is longer.
//!
//! ## Why
//!
//! What the longer list has more would be lost in silence: a machine without an address, or an address that nobody has.
//!
//! ## Example
//!
//! ```arv
//! { a = zip [ "web", "db" ] [ 10.0.0.5 ]; } # error: E0514
//! ```
//!
//! ## What to do
//!
//! Complete the shorter list, or shorten the other: `zip names (take (length names) addresses)`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::eval::machine::Machine;
use crate::eval::value::{Reported, Value};
use crate::ir::ExprId;

/// The code of this problem.
pub static CODE: Code = Code::new("E0514", "two lists are not of one length", include_str!("unequal_lists.rs"));

/// Two lists and the lengths that they have.
pub fn report(machine: &mut Machine<'_>, lists: [(Value, u32); 2], call: ExprId) -> Reported {
    let span = machine.program.span(call);
    let items = |count: u32| if count == 1 { "1 item".to_owned() } else { format!("{count} items") };
    let [(_, first), (_, second)] = lists;
    let message = format!("`zip` of {} and {}", items(first), items(second));
    let mut diagnostic = Diagnostic::new(&CODE, message, span, "the lists differ in length");
    for (list, count) in lists {
        if machine.span(list) != span {
            diagnostic = diagnostic.secondary(machine.span(list), items(count));
        }
    }
    machine.report(diagnostic.help("make them equally long, or make both from one list with `map`"))
}
