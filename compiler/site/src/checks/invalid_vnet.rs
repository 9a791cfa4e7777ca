//! A name that no SDN vnet can have
//!
//! ## What is wrong
//!
//! `vnet` is not a letter followed by one to seven letters and digits.
//!
//! ## Why
//!
//! Proxmox names vnets like that (`PVE::Network::SDN::Vnets`, at most eight characters), and a NIC on one that does not exist
//! does not start.
//!
//! ## Example
//!
//! ```arv part
//!   networks.lan = {
//!     cidr = 10.0.20.0/24;
//!     vnet = "development"; # error: E0812
//!   };
//! ```
//!
//! ## What to do
//!
//! Write the vnet's name as the data centre has it.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;

/// A name that no SDN vnet can have.
pub static CODE: Code = Code::new("E0812", "a name that no SDN vnet can have", include_str!("invalid_vnet.rs"));

/// A stated name.
pub(crate) fn check(vnet: &str, span: Span) -> Option<Diagnostic> {
    let first = vnet.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    if first && (2..=8).contains(&vnet.len()) && vnet.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let label = "a letter, then one to seven letters and digits";
    Some(Diagnostic::new(&CODE, format!("{} is not a name for an SDN vnet", shown(vnet)), span, label))
}
