//! A role that cannot deploy a service
//!
//! ## What is wrong
//!
//! `role` of a service is not the name of an Ansible role, or is one of the roles that arvc writes.
//!
//! ## Why
//!
//! A role is a folder below `ansible/roles`, or one of a collection: lower-case letters, digits and `_`, with dots between
//! the parts of a collection's name. The roles `bootstrap`, `nebula`, `resolver` and `security` are arvc's, and have plays of their own.
//!
//! ## Example
//!
//! ```arv part
//!   services.web = { name = "web"; role = "security"; http = { ports = [ 80/tcp ]; }; }; # error: E0384
//!   hosts.a = { vmid = 3000; groups = [ groups.projects ]; services = [ services.web ]; };
//! ```
//!
//! ## What to do
//!
//! Name a role of your own, which lies in `ansible/roles`, is written by `files`, or comes from a collection.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::invalid_name::shown;
use crate::model::Site;

/// A role that cannot deploy a service.
pub static CODE: Code = Code::new("E0384", "a role that cannot deploy a service", include_str!("invalid_role.rs"));

/// Roles that arvc writes.
pub(super) const OWN: [&str; 4] = ["bootstrap", "nebula", "resolver", "security"];

/// One role.
pub(crate) fn check(role: &str, span: Span) -> Option<Diagnostic> {
    if OWN.contains(&role) {
        let message = format!("the role `{role}` is arvc's own, and deploys no service");
        return Some(Diagnostic::new(&CODE, message, span, "has a play of its own"));
    }
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let good = role.split('.').count() <= 3 && role.split('.').all(part);
    let label = "a role is lower-case letters, digits and `_`, and begins with a letter";
    (!good).then(|| Diagnostic::new(&CODE, format!("{} is not the name of a role", shown(role)), span, label))
}

/// Services of one name are one group of machines in the inventory, which one role deploys.
pub(crate) fn check_same(site: &Site, out: &mut Vec<Diagnostic>) {
    let roles = site.services.iter().filter_map(|service| Some((&service.named, service.role.as_ref()?)));
    let mut seen = std::collections::BTreeMap::new();
    for (named, role) in roles {
        let before = *seen.entry(&named.name).or_insert(role);
        if before.value != role.value {
            let message = format!("the service `{}` is deployed by two roles", named.name);
            out.push(
                Diagnostic::new(&CODE, message, role.span, "by another one here")
                    .secondary(before.span, "by one here")
                    .help("give one of the services another `name`"),
            );
        }
    }
}
