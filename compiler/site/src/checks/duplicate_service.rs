//! A machine runs a service twice
//!
//! ## What is wrong
//!
//! A list of services has one of them twice, or two that have one name.
//!
//! ## Why
//!
//! A service's name is what its role, its files and its records in DNS are named for. On one machine there is one of it.
//!
//! ## Example
//!
//! ```arv part
//!   services.web = { name = "web"; http = { ports = [ 80/tcp ]; }; };
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     services = [ services.web, services.web ]; # error: E0353
//!   };
//! ```
//!
//! ## What to do
//!
//! List it once, or give the second one a name of its own.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Service, ServiceId, Spanned};
use crate::place::{place, report};

/// A machine runs a service twice.
pub static CODE: Code = Code::new("E0353", "a machine runs a service twice", include_str!("duplicate_service.rs"));

/// The list of one machine or cluster.
pub(crate) fn check(owner: &Named, list: &[Spanned<ServiceId>], services: &[Service]) -> Vec<Diagnostic> {
    let name = |item: &Spanned<ServiceId>| services[item.value.index()].named.name.as_str();
    let mut problems = Vec::new();
    let mut seen = BTreeMap::new();
    for item in list {
        let before = *seen.entry(name(item)).or_insert(item);
        if std::ptr::eq(before, item) {
            continue;
        }
        let message = format!("`{}` runs the service `{}` twice", owner.path, name(item));
        problems.push(
            report(&CODE, message, owner, item.span, "here again")
                .secondary(place(owner, before.span), "here first")
                .help("list it once, or give the second one another `name`"),
        );
    }
    problems
}
