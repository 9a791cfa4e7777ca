//! A namespace that Proxmox cannot take
//!
//! ## What is wrong
//!
//! The `namespace` of a datacenter is not 2 to 8 lower-case letters and digits that begin with a letter.
//!
//! ## Why
//!
//! It begins the names of security groups, of which Proxmox takes 18 characters and lower case alone, and of chains of iptables.
//! A `-` stands behind it, so it has none itself: otherwise the names of `a` could meet those of `a-b`.
//!
//! ## Example
//!
//! ```arv part
//!   datacenters.home.namespace = "shop-staging"; # error: E0923
//! ```
//!
//! ## What to do
//!
//! Write a short one: `namespace = "stg";`.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;
use crate::model::Named;
use crate::place::report;

/// A namespace that Proxmox cannot take.
pub static CODE: Code =
    Code::new("E0923", "a namespace that Proxmox cannot take", include_str!("invalid_namespace.rs"));

/// The namespace of a datacenter.
pub(crate) fn check(named: &Named, namespace: &str, span: Span) -> Option<Diagnostic> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let fine = (2..=8).contains(&namespace.len())
        && namespace.starts_with(|c: char| c.is_ascii_lowercase())
        && namespace.bytes().all(plain);
    let message = || format!("{} is no namespace for `{}`", shown(namespace), named.path);
    let label = "2 to 8 lower-case letters and digits, a letter first";
    (!fine).then(|| report(&CODE, message(), named, span, label).help("as in `namespace = \"stg\";`"))
}
