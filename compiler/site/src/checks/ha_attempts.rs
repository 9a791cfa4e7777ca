//! More attempts than the HA manager makes
//!
//! ## What is wrong
//!
//! `max_restart` or `max_relocate` of a guest's `ha` is below 0 or above 10.
//!
//! ## Why
//!
//! Proxmox's HA manager takes 0 to 10 (`ha-manager`, `max_restart`, `max_relocate`); the provider refuses the rest when the
//! plan is made.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     ha.max_restart = 20; # error: E0852
//!   };
//! ```
//!
//! ## What to do
//!
//! Write 0 to 10. 0 gives up at the first failure.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::Named;
use crate::place::report;

/// More attempts than the HA manager makes.
pub static CODE: Code = Code::new("E0852", "more attempts than the HA manager makes", include_str!("ha_attempts.rs"));

/// A number of attempts.
pub(crate) fn check(named: &Named, number: i64, span: Span) -> Option<Diagnostic> {
    if (0..=10).contains(&number) {
        return None;
    }
    let message = format!("the HA manager starts `{}` at most ten times", named.path);
    Some(report(&CODE, message, named, span, "0 to 10").help("0 gives up at the first failure"))
}
