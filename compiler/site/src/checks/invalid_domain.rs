//! A domain that cannot be the site's
//!
//! ## What is wrong
//!
//! `domain`, or the name of an entry of `domains`, is not made of DNS labels, ends in a number, or is one that resolvers treat in a way of their own.
//!
//! ## Why
//!
//! Every machine's name ends in it. A last label of digits would make names that read as addresses (RFC 1123, 2.1); `local`
//! belongs to multicast DNS (RFC 6762), and `localhost`, `invalid`, `test` and `onion` never reach a server (RFC 6761, 7686).
//!
//! ## Example
//!
//! ```arv site
//! { name = "home"; domain = "home.local"; } # error: E0315
//! ```
//!
//! ## What to do
//!
//! Take a subdomain of a domain that you own, or one below `internal`, which is reserved for private use.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::{is_label, shown};

/// A domain that cannot be the site's.
pub static CODE: Code = Code::new("E0315", "a domain that cannot be the site's", include_str!("invalid_domain.rs"));

const SPECIAL: [&str; 5] = ["local", "localhost", "invalid", "test", "onion"];

/// The site's domain.
pub(crate) fn check(domain: &str, span: Span) -> Option<Diagnostic> {
    let label = reason(domain)?;
    let diagnostic = Diagnostic::new(&CODE, format!("{} cannot be the site's domain", shown(domain)), span, label);
    Some(diagnostic.help("take a subdomain of a domain that you own, or one below `internal`"))
}

/// The key of a further domain.
pub(crate) fn check_further(domain: &str, key: Span) -> Option<Diagnostic> {
    let label = reason(domain)?;
    Some(Diagnostic::new(&CODE, format!("{} cannot be a domain of the site", shown(domain)), key, label))
}

fn reason(domain: &str) -> Option<String> {
    if domain.is_empty() {
        return Some("it is empty".to_owned());
    }
    if domain.ends_with('.') {
        return Some("write it without the final dot".to_owned());
    }
    if let Some(bad) = domain.split('.').find(|label| !is_label(label)) {
        return Some(format!("{} is no DNS label of lower-case letters, digits and hyphens", shown(bad)));
    }
    let last = domain.rsplit('.').next()?;
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some("names in it would read as addresses".to_owned());
    }
    if SPECIAL.contains(&last) {
        return Some(format!("resolvers treat `{last}` in a way of their own"));
    }
    // A machine's name and a dot stand before it.
    (domain.len() > 251).then(|| format!("with {} characters it leaves no room for names", domain.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_labels_whose_last_is_no_number() {
        for domain in ["nebula", "example.internal", "home.arpa", "1.example.org"] {
            assert_eq!(reason(domain), None, "{domain}");
        }
        let long = ["a"; 127].join(".");
        for domain in ["", ".", "a..b", "a.", "10", "lan.10", "home.local", "a b", "a/b", "A.b", long.as_str()] {
            assert!(reason(domain).is_some(), "{domain}");
        }
    }
}
