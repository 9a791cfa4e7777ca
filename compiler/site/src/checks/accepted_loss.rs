//! A loss of nothing
//!
//! ## What is wrong
//!
//! An entry of `accepted_losses` is no node, place, machine, storage, cluster or service.
//!
//! ## Why
//!
//! What is lost is a part of the site that can fail: a node, what stands in one place, a machine; or what runs on them, a
//! cluster or service that may be gone with what it needs.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "example";
//!   domain = "example.internal";
//!   networks.lan = { cidr = 192.168.100.0/24; };
//!   accepted_losses = [ networks.lan ]; # error: E0853
//! }
//! ```
//!
//! ## What to do
//!
//! Name what may be lost: `nodes.pve`, `places.rack`, `hosts.nas`, `clusters.cache`, `services.wiki`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

/// A loss of nothing.
pub static CODE: Code = Code::new("E0853", "a loss of nothing", include_str!("accepted_loss.rs"));

/// A value of another kind.
pub(crate) fn diagnostic(span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, "this cannot be lost", span, "no node, place, machine, cluster or service")
        .help("name what may be lost: `nodes.pve`, `places.rack`, `clusters.cache`")
}
