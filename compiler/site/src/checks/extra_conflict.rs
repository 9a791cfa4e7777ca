//! A machine gets two values for one thing
//!
//! ## What is wrong
//!
//! Two groups of a machine, or two services that it runs, say something else for one variable or one key.
//!
//! ## Why
//!
//! Groups and services have no order, so nobody could say which value the machine has. In Ansible the group that sorts last
//! would win, and a play for the other one would run with its value.
//!
//! ## Example
//!
//! ```arv part
//!   groups.infrastructure.variables.backup_hour = 2;
//!   groups.projects.variables.backup_hour = 4; # error: E0378
//!   hosts.a = { vmid = 3000; groups = [ groups.infrastructure, groups.projects ]; };
//! ```
//!
//! ## What to do
//!
//! Write the machine's own value, which counts above those of its groups and services, or let only one of them say it.

use std::collections::BTreeSet;

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::extra::{self, ExtraField};
use crate::model::{Host, Site};

/// A machine gets two values for one thing.
pub static CODE: Code =
    Code::new("E0378", "a machine gets two values for one thing", include_str!("extra_conflict.rs"));

/// Every machine, once for each pair of places.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let silent = site.groups.iter().all(|group| group.variables.is_empty() && group.nebula.is_empty());
    if silent && site.services.iter().all(|service| service.variables.is_empty()) {
        return;
    }
    let mut seen = BTreeSet::new();
    for host in &site.hosts {
        let groups = || host.groups.iter().map(|group| &site.groups[group.index()]);
        let services = host.services.iter().map(|service| &site.services[service.index()]);
        let variables: Vec<&[ExtraField]> = groups().map(|group| group.variables.as_slice()).collect();
        between(host, "variable", &tops(&host.variables), &variables, tops, &mut seen, out);
        let services: Vec<&[ExtraField]> = services.map(|service| service.variables.as_slice()).collect();
        between(host, "variable", &tops(&host.variables), &services, tops, &mut seen, out);
        let nebula: Vec<&[ExtraField]> = groups().map(|group| group.nebula.as_slice()).collect();
        between(host, "key", &extra::leaves(&host.nebula), &nebula, extra::leaves, &mut seen, out);
    }
}

type Said<'e> = Vec<(String, &'e ExtraField)>;

/// Ansible replaces a variable as a whole.
fn tops(fields: &[ExtraField]) -> Said<'_> {
    fields.iter().map(|field| (field.name.clone(), field)).collect()
}

fn between(
    host: &Host,
    what: &str,
    own: &Said<'_>,
    places: &[&[ExtraField]],
    said: fn(&[ExtraField]) -> Said<'_>,
    seen: &mut BTreeSet<(Span, Span)>,
    out: &mut Vec<Diagnostic>,
) {
    let places: Vec<Said<'_>> = places.iter().filter(|fields| !fields.is_empty()).map(|fields| said(fields)).collect();
    for (at, first) in places.iter().enumerate() {
        for second in &places[at + 1..] {
            for (path, a) in first {
                let other = second.iter().find(|(other, _)| meet(path, other));
                let Some((_, b)) = other.filter(|(_, b)| !(a.name == b.name && a.value.says(&b.value))) else {
                    continue;
                };
                let settled = own.iter().any(|(own, _)| own == path);
                if settled || !seen.insert((a.key.min(b.key), a.key.max(b.key))) {
                    continue;
                }
                let (earlier, later) = if a.key <= b.key { (a, b) } else { (b, a) };
                out.push(
                    Diagnostic::new(
                        &CODE,
                        format!("`{}` gets two values of the {what} `{path}`", host.named.path),
                        later.key,
                        "one of them",
                    )
                    .secondary(earlier.key, "the other")
                    .secondary(host.named.key, format!("`{}` is in both places", host.named.path))
                    .help("write the machine's own value, or let only one of them say it"),
                );
            }
        }
    }
}

/// Whether two paths speak of one thing: they are one, or one is a part of the other.
fn meet(a: &str, b: &str) -> bool {
    let part = |whole: &str, part: &str| part.strip_prefix(whole).is_some_and(|rest| rest.starts_with('.'));
    a == b || part(a, b) || part(b, a)
}
