//! A number that is too small
//!
//! ## What is wrong
//!
//! A number of cores, votes or replicas is smaller than there can be.
//!
//! ## Why
//!
//! A node without a core runs nothing, and a cluster in which nobody has to agree decides nothing. Nothing can be judged by
//! such a number.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.dns.node = nodes.pve;
//!   nodes.second = { address = 192.168.100.2; cores = 0; }; # error: E0851
//! ```
//!
//! ## What to do
//!
//! Write how many there are, or leave the field out: then nothing is judged by it.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::Named;
use crate::place::report;

/// A number that is too small.
pub static CODE: Code = Code::new("E0851", "a number that is too small", include_str!("quantity.rs"));

/// A number below `least`.
pub(crate) fn diagnostic(named: &Named, number: i64, least: i64, span: Span) -> Diagnostic {
    let message = format!("`{}` says {number}", named.path);
    report(&CODE, message, named, span, &format!("at least {least}"))
        .help("write how many there are, or leave the field out")
}
