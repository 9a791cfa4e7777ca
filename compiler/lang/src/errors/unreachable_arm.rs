//! An arm of a `match` that no value reaches.
//!
//! ## What is wrong
//!
//! Arms are tried in their order, and an arm in front of this one takes every value that it would take: it has the same
//! tag, or it is `_`.
//!
//! ## Why
//!
//! What it says never happens, so it is a mistake or a leftover.
//!
//! ## Example
//!
//! ```arv
//! match Vm {
//!   Vm => 1,
//!   Vm => 2, # error: E0224
//!   _ => 3,
//! }
//! ```
//!
//! ## What to do
//!
//! Delete one of the two arms, or correct its tag. `_` stands last.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0224", "an arm is never reached", include_str!("unreachable_arm.rs"));

/// The arm at `second` comes too late: the one at `first` takes the tag, or all of them.
pub fn new(tag: Option<&str>, first: Span, second: Span) -> Diagnostic {
    let message = match tag {
        Some(tag) => format!("no value reaches this arm: `{tag}` has one already"),
        None => "no value reaches this arm: `_` in front of it takes all that are left".to_owned(),
    };
    Diagnostic::new(&CODE, message, second, "never reached").secondary(first, "this arm takes it")
}
