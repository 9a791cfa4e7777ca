//! A name in no domain of the site
//!
//! ## What is wrong
//!
//! An alias or a route has a name that ends in none of the site's domains.
//!
//! ## Why
//!
//! A name is answered by the zone that it lies in. What lies in none of the site's zones is answered by somebody else, or by
//! nobody.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.git = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     aliases = [ "git.example.org" ]; # error: E0880
//!   };
//! ```
//!
//! ## What to do
//!
//! Name the domain: `domains."example.org" = {};`, or correct the name.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::Site;
use crate::names;

/// A name in no domain of the site.
pub static CODE: Code = Code::new("E0880", "a name in no domain of the site", include_str!("name_outside_domains.rs"));

/// The name at `span`.
pub(crate) fn diagnostic(site: &Site, name: &str, span: Span) -> Diagnostic {
    let domains = names::domains(site);
    let known = match domains.as_slice() {
        [only] => format!("the site's only domain is `{only}`"),
        several => format!(
            "the site's domains are {}",
            several.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
        ),
    };
    let diagnostic = Diagnostic::new(&CODE, format!("`{name}` is in no domain of the site"), span, known);
    match name.trim_start_matches("*.").split_once('.') {
        Some((_, parent)) if parent.contains('.') => {
            diagnostic.help(format!("if it shall be one: `domains.\"{parent}\" = {{}};`"))
        }
        _ => diagnostic,
    }
}
