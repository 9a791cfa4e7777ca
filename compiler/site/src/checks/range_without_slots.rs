//! A range that counts by nothing
//!
//! ## What is wrong
//!
//! A range says neither its slots nor its VMIDs nor its host numbers.
//!
//! ## Why
//!
//! A range gives numbers to the slots that it has. They are what `slots` says, or else the VMIDs (`vmids`), or else the host
//! numbers (`addresses`). A rule that is a function gives a number for every slot, and does not say how many there are.
//!
//! ## Example
//!
//! ```arv part
//!   ranges.tenant = { # error: E0385
//!     vmid = n: 101000 + n;
//!   };
//! ```
//!
//! ## What to do
//!
//! Say how many there are: `slots = 1..250;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::Range;
use crate::place::report;

/// A range that counts by nothing.
pub static CODE: Code = Code::new("E0385", "a range that counts by nothing", include_str!("range_without_slots.rs"));

/// A range as it is written.
pub(crate) fn check(range: &Range) -> Option<Diagnostic> {
    let on = match range.on.as_slice() {
        [only] => only.addresses.is_some(),
        _ => false,
    };
    if range.broken || on || range.slots.is_some() || range.vmids.is_some() || range.addresses.is_some() {
        return None;
    }
    let message = format!("`{}` does not say what it counts by", range.named.path);
    let label = "neither slots nor VMIDs nor host numbers";
    Some(
        report(&CODE, message, &range.named, range.named.key, label)
            .help("say which slots it has, `slots = 1..250;`, or which VMIDs, `vmids = 1000..1999;`"),
    )
}
