//! A URL that is not https
//!
//! ## What is wrong
//!
//! A URL does not begin with `https://` and a host, or holds a space, a quote or a character that is not ASCII.
//!
//! ## Why
//!
//! What comes over plain HTTP may be anybody's. A URL is ASCII (RFC 3986); other characters are percent-encoded.
//!
//! ## Example
//!
//! ```arv part
//!   datacenters.home = { endpoint = "http://pve.example.org:8006/"; }; # error: E0342
//! ```
//!
//! ## What to do
//!
//! Write the `https` address.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;

/// A URL that is not https.
pub static CODE: Code = Code::new("E0342", "a URL that is not https", include_str!("url.rs"));

/// A stated URL.
pub(crate) fn check(url: &str, span: Span) -> Option<Diagnostic> {
    let label = match url.strip_prefix("https://") {
        None => "it does not begin with `https://`",
        Some(rest) if !rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[') => {
            "it has no host"
        }
        Some(rest) if !rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&byte)) => {
            "it holds a character that a URL does not have"
        }
        // Who logs in is a secret, and a secret is no part of an address.
        Some(rest) if rest.split('/').next().is_some_and(|host| host.contains('@')) => "it holds a user",
        Some(_) => return None,
    };
    Some(Diagnostic::new(&CODE, format!("{} is no https URL", shown(url)), span, label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_https_urls_pass() {
        let span = Span::new(0, 1);
        for url in ["https://example.org/a.qcow2", "https://10.0.0.1:8006/", "https://[fd00::1]/x?y=%20#z"] {
            assert_eq!(check(url, span), None, "{url}");
        }
        let bad = [
            "",
            "http://a",
            "https://",
            "https:///x",
            "https://a b",
            "https://a/\"",
            "https://a/${x}",
            "https://u@a/",
            "https://a/\n",
        ];
        for url in bad {
            assert!(check(url, span).is_some(), "{url:?}");
        }
    }
}
