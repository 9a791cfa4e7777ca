//! A name that no datastore has
//!
//! ## What is wrong
//!
//! `datastore` is not a letter, then letters, digits and `_ . -`, then a letter or digit.
//!
//! ## Why
//!
//! Proxmox names its storages like that (`pve-storage-id`).
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     datastore = "local lvm"; # error: E0352
//!   };
//! ```
//!
//! ## What to do
//!
//! Write the storage's name as Proxmox shows it.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;

/// A name that no datastore has.
pub static CODE: Code = Code::new("E0352", "a name that no datastore has", include_str!("invalid_datastore.rs"));

/// A stated datastore.
pub(crate) fn check(datastore: &str, span: Span) -> Option<Diagnostic> {
    let problem = || {
        let label = "a letter, then letters, digits and `_ . -`, then a letter or digit";
        Diagnostic::new(&CODE, format!("{} is not a name for a datastore", shown(datastore)), span, label)
    };
    (!is_datastore(datastore)).then(problem)
}

/// `pve-storage-id` of Proxmox.
pub(crate) fn is_datastore(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    (2..=100).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.ends_with(|last: char| last.is_ascii_alphanumeric())
        && name.bytes().all(plain)
}
