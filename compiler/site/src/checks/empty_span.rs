//! A span that holds nothing
//!
//! ## What is wrong
//!
//! A span ends before it begins, or begins below zero.
//!
//! ## Why
//!
//! `10..19` is ten numbers, both ends included. `19..10` is none, so nothing could ever be in it.
//!
//! ## Example
//!
//! ```arv part
//!   ranges.more = {
//!     vmids = 5000..5999;
//!     addresses = 59..50; # error: E0309
//!   };
//! ```
//!
//! ## What to do
//!
//! Write the smaller number first.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Spanned};
use crate::place::report;

/// A span that holds nothing.
pub static CODE: Code = Code::new("E0309", "a span that holds nothing", include_str!("empty_span.rs"));

/// A span of VMIDs or host numbers.
pub(crate) fn check(named: &Named, span: Spanned<(i64, i64)>) -> Option<Diagnostic> {
    let (first, last) = span.value;
    if 0 <= first && first <= last {
        return None;
    }
    let (message, label, help) = if first < 0 {
        (format!("`{}` has a span that begins below zero", named.path), "begins below zero", None)
    } else {
        let help = format!("write `{last}..{first}`");
        (format!("`{}` has a span without numbers", named.path), "ends before it begins", Some(help))
    };
    let mut diagnostic = report(&CODE, message, named, span.span, label);
    diagnostic.helps.extend(help);
    Some(diagnostic)
}
