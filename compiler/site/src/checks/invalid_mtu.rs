//! An MTU that no network has
//!
//! ## What is wrong
//!
//! `mtu` is not between 576 and 65520.
//!
//! ## Why
//!
//! IPv4 asks every network to carry 576 bytes (RFC 791), and Proxmox takes at most 65520.
//!
//! ## Example
//!
//! ```arv part
//!   networks.lan = {
//!     cidr = 10.0.20.0/24;
//!     bridge = "vmbr2";
//!     mtu = 15000000; # error: E0356
//!   };
//! ```
//!
//! ## What to do
//!
//! Write what the segment carries, or leave `mtu` out.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// An MTU that no network has.
pub static CODE: Code = Code::new("E0356", "an MTU that no network has", include_str!("invalid_mtu.rs"));

/// A stated MTU.
pub(crate) fn check(mtu: i64, span: Span) -> Option<Diagnostic> {
    let problem = || Diagnostic::new(&CODE, format!("{mtu} is no MTU"), span, "not between 576 and 65520");
    (!(576..=65520).contains(&mtu)).then(problem)
}
