//! A tag that Proxmox does not take
//!
//! ## What is wrong
//!
//! A tag is not made of lower-case letters, digits and `_ + . -`, or does not begin with a letter, a digit or `_`.
//!
//! ## Why
//!
//! Proxmox writes tags in lower case, so that `Web` would be a change at every plan, and refuses other characters in the
//! middle of an apply.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     tags = [ "Web" ]; # error: E0316
//!   };
//! ```
//!
//! ## What to do
//!
//! Write the tag in lower case, with `-` in place of what is not allowed.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;

/// A tag that Proxmox does not take.
pub static CODE: Code = Code::new("E0316", "a tag that Proxmox does not take", include_str!("invalid_tag.rs"));

/// One tag.
pub(crate) fn check(tag: &str, span: Span) -> Option<Diagnostic> {
    if is_tag(tag) {
        return None;
    }
    let label = "a tag is lower-case letters, digits and `_ + . -`, and begins with one of the first three";
    let diagnostic = Diagnostic::new(&CODE, format!("{} is not a tag", shown(tag)), span, label);
    let lower = tag.to_lowercase();
    Some(if is_tag(&lower) { diagnostic.help(format!("write `\"{lower}\"`")) } else { diagnostic })
}

/// `GuestHelpers.pm` of Proxmox, in lower case.
fn is_tag(tag: &str) -> bool {
    let first = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    tag.len() <= 63
        && tag.bytes().next().is_some_and(first)
        && tag.bytes().all(|byte| first(byte) || b"+.-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_lower_case_and_begin_with_a_letter_digit_or_underscore() {
        for tag in ["web", "_x", "1a", "a+b.c-d"] {
            assert!(is_tag(tag), "{tag}");
        }
        for tag in ["", "Web", "-a", ".a", "a;b", "a b", "ä", "a,b"] {
            assert!(!is_tag(tag), "{tag}");
        }
    }
}
