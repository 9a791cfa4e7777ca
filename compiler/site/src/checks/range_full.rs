//! A range without a free number
//!
//! ## What is wrong
//!
//! A machine leaves its numbers to its range, and every number of the range is taken: by machines, by machines that are gone
//! and were not released, or by addresses that no machine can have.
//!
//! ## Why
//!
//! A number is somebody's identity. None is taken from another machine to make room.
//!
//! ## Example
//!
//! ```arv part
//!   ranges.tiny = { vmids = 8000..8001; addresses = 80..81; };
//!   hosts.t1 = { vmid = 8000; range = ranges.tiny; groups = [ groups.projects ]; };
//!   hosts.t2 = { range = ranges.tiny; groups = [ groups.projects ]; };
//!   hosts.t3 = { # error: E0900
//!     range = ranges.tiny;
//!     groups = [ groups.projects ];
//!   };
//! ```
//!
//! ## What to do
//!
//! Give the range more numbers, VMIDs and host numbers, while there is room behind them; take another range; or release the
//! numbers of machines that are gone for good: `arvc lock release NAME`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::allocation::Numbering;
use crate::model::{Named, Range};
use crate::place::report;

/// A range without a free number.
pub static CODE: Code = Code::new("E0900", "a range without a free number", include_str!("range_full.rs"));

/// A machine that finds no number in a range, what the range gives, and machines that are gone and keep some.
pub(crate) fn diagnostic(named: &Named, range: &Range, numbering: &Numbering, retired: &[String]) -> Diagnostic {
    let capacity = numbering.capacity();
    let more = if numbering.has_vmids() { "VMIDs and host numbers" } else { "numbers" };
    let message = format!("`{}` has no free number for `{}`", range.named.path, named.path);
    let plural = if capacity == 1 { "" } else { "s" };
    let label = format!("it has {capacity} number{plural}");
    let diagnostic = report(&CODE, message, named, named.key, "its number is to be chosen")
        .secondary(range.named.key, label)
        .help(format!("give the range more {more}, or take another range"));
    let shown: Vec<String> = retired.iter().take(3).map(|name| format!("`{name}`")).collect();
    if shown.is_empty() {
        return diagnostic;
    }
    let more =
        if retired.len() > shown.len() { format!(" and {} more", retired.len() - shown.len()) } else { String::new() };
    diagnostic.help(format!("{}{more} are gone and keep theirs: `arvc lock release {}`", shown.join(", "), retired[0]))
}
