//! A network has host bits.
//!
//! ## What is wrong
//!
//! The address in front of `/` is one inside of the network, not the network's own.
//!
//! ## Why
//!
//! `10.0.0.5/24` may mean the network `10.0.0.0/24` or the address `10.0.0.5`; programs disagree, and some drop the bits in
//! silence.
//!
//! ## Example
//!
//! ```arv
//! {
//!   cidr = 10.0.0.5/24; # error: E0039
//! }
//! ```
//!
//! ## What to do
//!
//! Write the network, or the address without a length.

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::source::Span;

/// The code of this problem.
pub static CODE: Code = Code::new("E0039", "a network has host bits", include_str!("host_bits.rs"));

/// The literal at `span`, and the network that it is in.
pub(crate) fn problem(span: Span, text: &str, network: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("`{text}` has host bits"), span, format!("the network is {network}")).fix(
        format!("write `{network}`"),
        vec![Edit { span, text: network.into() }],
        Applicability::MaybeIncorrect,
    )
}
