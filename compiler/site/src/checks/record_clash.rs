//! A record that cannot stand beside another
//!
//! ## What is wrong
//!
//! A further record says what the domain has already, is an alias where something else is or where an alias must not lead,
//! leads to a name of the domain that is not there, or disagrees with its neighbours on how long they may be kept. Or the
//! site has no resolver, which would answer it.
//!
//! ## Why
//!
//! A name with a CNAME has nothing else (RFC 1034, 3.6.2), and mail and service records lead to names with addresses (RFC
//! 2181, 10.3; RFC 2782). Records of one name and type are one set, with one time (RFC 2181, 5.2). A server refuses the whole
//! zone otherwise, or answers what nobody wrote.
//!
//! ## Example
//!
//! ```arv part
//!   records = [ { name = "dns"; data = Cname "dns.example.org"; } ]; # error: E0381
//! ```
//!
//! ## What to do
//!
//! Remove one of the two, or give one of them another name.

use std::collections::{BTreeMap, BTreeSet};

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::model::{Answer, Named, Site, ZoneRecord};
use crate::origins::Origins;

/// A record that cannot stand beside another.
pub static CODE: Code =
    Code::new("E0381", "a record that cannot stand beside another", include_str!("record_clash.rs"));

/// Every further record.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    let Some(first) = site.records.first() else { return };
    if !origins.all.hosts {
        return;
    }
    let answers = |service: &&crate::model::Service| service.resolver.is_some() && !service.hosts.is_empty();
    if !site.services.iter().any(|service| answers(&service)) {
        let message = "nobody answers the records of this domain";
        out.push(
            Diagnostic::new(&CODE, message, first.name, "the site has no resolver")
                .help("let a machine run `std.dns {}`: it gets the zone"),
        );
        return;
    }
    let emitted = emitted(site);
    let mut names: BTreeMap<&str, Vec<&ZoneRecord>> = BTreeMap::new();
    for record in &site.records {
        names.entry(&record.owner).or_default().push(record);
    }
    for (owner, records) in &names {
        of_a_name(site, owner, records, emitted.get(*owner).copied(), out);
    }
    for record in &site.records {
        target(site, record, &emitted, &names, out);
    }
}

/// Names that the zone has by itself: machines and clusters.
fn emitted(site: &Site) -> BTreeMap<String, &Named> {
    let hosts = site.hosts.iter().filter(|host| host.status.is_there()).map(|host| &host.named);
    let clusters = site.clusters.iter().map(|cluster| &cluster.named);
    hosts.chain(clusters).map(|named| (format!("{}.{}", named.name, site.domain), named)).collect()
}

fn of_a_name(site: &Site, owner: &str, records: &[&ZoneRecord], machine: Option<&Named>, out: &mut Vec<Diagnostic>) {
    let alias = records.iter().find(|record| matches!(record.answer, Answer::Cname(_)));
    if let Some(alias) = alias {
        let message = format!("`{owner}` is an alias, and so cannot have anything else");
        let other =
            records.iter().find(|record| !std::ptr::eq(**record, *alias)).map(|other| (other.name, "another record"));
        let other = match machine {
            _ if owner == site.domain => Some((alias.name, "the domain itself has its name servers")),
            Some(machine) => Some((machine.key, "it is a machine's name")),
            None => other,
        };
        if let Some((span, label)) = other {
            out.push(beside(message, alias.span, span, label));
            return;
        }
    }
    let mut kinds: BTreeMap<&str, &ZoneRecord> = BTreeMap::new();
    let mut seen: Vec<&ZoneRecord> = Vec::new();
    for record in records {
        if let (Answer::Address(_), Some(machine)) = (&record.answer, machine) {
            let message = format!("the addresses of `{owner}` are those of `{}`", machine.path);
            out.push(beside(message, record.span, machine.key, "its addresses follow from the site"));
            continue;
        }
        if let Some(before) = seen.iter().find(|before| before.answer == record.answer) {
            out.push(beside(format!("`{owner}` has this record twice"), record.span, before.span, "here first"));
            continue;
        }
        seen.push(record);
        let before = *kinds.entry(kind(&record.answer)).or_insert(record);
        if before.ttl != record.ttl {
            let message = format!("two records of `{owner}` of one type may be kept for different times");
            out.push(beside(message, record.name, before.name, "the other"));
        }
    }
}

fn kind(answer: &Answer) -> &'static str {
    match answer {
        Answer::Address(address) if address.is_ipv4() => "A",
        Answer::Address(_) => "AAAA",
        Answer::Cname(_) => "CNAME",
        Answer::Txt(_) => "TXT",
        Answer::Mx { .. } => "MX",
        Answer::Srv { .. } => "SRV",
        Answer::Caa { .. } => "CAA",
    }
}

/// A name of the domain that a record leads to has to be there, and have addresses where a machine is meant.
fn target(
    site: &Site,
    record: &ZoneRecord,
    emitted: &BTreeMap<String, &Named>,
    names: &BTreeMap<&str, Vec<&ZoneRecord>>,
    out: &mut Vec<Diagnostic>,
) {
    let (target, machine) = match &record.answer {
        Answer::Cname(target) => (target, false),
        Answer::Mx { host: target, .. } | Answer::Srv { target, .. } => (target, true),
        _ => return,
    };
    let inside = *target == site.domain || target.ends_with(&format!(".{}", site.domain));
    if !inside || emitted.contains_key(target) {
        return;
    }
    let found: BTreeSet<&str> =
        names.get(target.as_str()).into_iter().flatten().map(|record| kind(&record.answer)).collect();
    let wild = names.keys().any(|name| name.strip_prefix('*').is_some_and(|rest| target.ends_with(rest)));
    if wild || (!found.is_empty() && (!machine || found.contains("A") || found.contains("AAAA"))) {
        return;
    }
    let label = match found.is_empty() {
        true => "no machine, cluster or record has this name",
        false => "this name has no address of its own",
    };
    out.push(Diagnostic::new(&CODE, format!("`{}` leads to `{target}`", record.owner), record.span, label));
}

fn beside(message: String, span: Span, other: Span, label: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&CODE, message, span, "cannot stand beside it");
    if span == other { diagnostic.note(label) } else { diagnostic.secondary(other, label) }
}
