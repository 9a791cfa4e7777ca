//! A rule that cannot be decided
//!
//! ## What is wrong
//!
//! A rule of a range is no sum or multiple of the slot, and the range has more than 65,536 slots.
//!
//! ## Why
//!
//! Whether two machines can meet is decided where the range is declared, before there is a machine. Of a rule that adds
//! and multiplies that is arithmetic, however many slots there are. Any other rule is computed for each of them.
//!
//! ## Example
//!
//! ```arv part
//!   ranges.many = {
//!     slots = 1..100000;
//!     vmid = n: 200000 + mod n 1000; # error: E0386
//!   };
//! ```
//!
//! ## What to do
//!
//! Give the range fewer slots, divide it into several, or write a rule that only adds and multiplies.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::allocation::MOST;
use crate::model::{Range, Rule};
use crate::place::report;

/// A rule that cannot be decided.
pub static CODE: Code = Code::new("E0386", "a rule that cannot be decided", include_str!("rule_too_long.rs"));

/// A rule that is no sum or multiple, of a range with these slots.
pub(crate) fn diagnostic(range: &Range, rule: Rule, (first, last): (u64, u64)) -> Diagnostic {
    let count = (last - first).saturating_add(1);
    let message = format!("the rule of `{}` cannot be decided for its {count} slots", range.named.path);
    let label = "this is no sum or multiple of the slot";
    let mut diagnostic = report(&CODE, message, &range.named, rule.span, label);
    if let Some(span) = range.slots.map(|it| it.span).or(range.vmids.map(|it| it.span)) {
        diagnostic = diagnostic.secondary(span, format!("{count} of them"));
    }
    diagnostic.help(format!("up to {MOST} slots are computed one by one: give the range fewer, or divide it"))
}
