//! A name that no bridge can have
//!
//! ## What is wrong
//!
//! `bridge` is not a lower-case letter followed by at most nine lower-case letters and digits.
//!
//! ## Why
//!
//! Proxmox names bridges like that (`vmbr0` to `vmbr4094`), and the kernel's limit of 15 bytes must hold with a VLAN tag
//! behind the name.
//!
//! ## Example
//!
//! ```arv part
//!   networks.lan = {
//!     cidr = 10.0.20.0/24;
//!     bridge = "my bridge"; # error: E0337
//!   };
//! ```
//!
//! ## What to do
//!
//! Write the bridge's name as the node has it.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;

/// A name that no bridge can have.
pub static CODE: Code = Code::new("E0337", "a name that no bridge can have", include_str!("invalid_bridge.rs"));

/// A stated name.
pub(crate) fn check(bridge: &str, span: Span) -> Option<Diagnostic> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let first = bridge.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if first && bridge.len() <= 10 && bridge.bytes().all(plain) {
        return None;
    }
    let label = "a lower-case letter, then at most nine lower-case letters and digits";
    Some(Diagnostic::new(&CODE, format!("{} is not a name for a bridge", shown(bridge)), span, label))
}
