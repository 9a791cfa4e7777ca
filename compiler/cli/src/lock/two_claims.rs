//! `arv.lock` says two things about one machine.
//!
//! ## What is wrong
//! Two lines of `arv.lock` give one machine different numbers, as a merge leaves them when both branches changed the machine.
//!
//! ## Why
//! Either machine may exist by now. The wrong one of the two would be destroyed, or cut off.
//!
//! ## Example
//! ```toml
//! version = 1
//! environments.site.hosts.shop = { vmid = 4003 }
//! environments.site.hosts.shop = { vmid = 4005 } # error: E0911
//! ```
//!
//! ## What to do
//! Delete the line of the machine that does not exist; the one that stays says what Proxmox has.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// The code.
pub static CODE: Code =
    Code::new("E0911", "`arv.lock` says two things about one machine", include_str!("two_claims.rs"));

/// Two lines about a machine.
pub(super) fn diagnostic(name: &str, first: Span, second: Span) -> Diagnostic {
    let name = crate::messages::visible(name);
    Diagnostic::new(&CODE, format!("`arv.lock` says two things about `{name}`"), second, "this, and")
        .primary(first, "this")
        .help("delete the line that is not true of the machine that exists")
}
