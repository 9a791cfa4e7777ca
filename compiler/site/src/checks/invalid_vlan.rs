//! A VLAN tag that does not exist
//!
//! ## What is wrong
//!
//! `vlan` is not between 1 and 4094.
//!
//! ## Why
//!
//! The tag has twelve bits; 0 means no VLAN and 4095 is reserved (IEEE 802.1Q).
//!
//! ## Example
//!
//! ```arv part
//!   networks.lan = {
//!     cidr = 10.0.20.0/24;
//!     bridge = "vmbr2";
//!     vlan = 4095; # error: E0336
//!   };
//! ```
//!
//! ## What to do
//!
//! Write the segment's tag, or leave `vlan` out for untagged frames.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// A VLAN tag that does not exist.
pub static CODE: Code = Code::new("E0336", "a VLAN tag that does not exist", include_str!("invalid_vlan.rs"));

/// A stated tag.
pub(crate) fn check(vlan: i64, span: Span) -> Option<Diagnostic> {
    let problem = || Diagnostic::new(&CODE, format!("{vlan} is no VLAN tag"), span, "not between 1 and 4094");
    (!(1..=4094).contains(&vlan)).then(problem)
}
