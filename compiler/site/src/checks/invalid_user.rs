//! A user that a guest cannot have
//!
//! ## What is wrong
//!
//! `user` is not a user name as Debian has them: a lower-case letter or `_`, then up to 31 lower-case letters, digits, `_`
//! and `-`. Windows (`connection.winrm`) has up to 20 letters of any case, digits, `_`, `.` and `-`.
//!
//! ## Why
//!
//! Proxmox writes the name into the guest's first configuration as it is, without quoting it.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     user = "first: root"; # error: E0319
//!   };
//! ```
//!
//! ## What to do
//!
//! Write a plain name: `"root"`, `"debian"`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;

/// A user that a guest cannot have.
pub static CODE: Code = Code::new("E0319", "a user that a guest cannot have", include_str!("invalid_user.rs"));

/// The user that Ansible connects as.
pub(crate) fn check(user: &str, windows: bool, span: Span) -> Option<Diagnostic> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    let begins = user.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    if windows && begins && user.len() <= 20 && !user.ends_with('.') && user.bytes().all(plain) {
        return None;
    }
    let first = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let rest = |byte: u8| first(byte) || byte.is_ascii_digit() || byte == b'-';
    if user.len() <= 32 && user.bytes().next().is_some_and(first) && user.bytes().all(rest) {
        return None;
    }
    let label = "a lower-case letter or `_`, then at most 31 lower-case letters, digits, `_` and `-`";
    Some(Diagnostic::new(&CODE, format!("{} is not a name for a user", shown(user)), span, label))
}
