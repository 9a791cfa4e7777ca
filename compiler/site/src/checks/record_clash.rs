//! A record that cannot stand beside another
//!
//! ## What is wrong
//!
//! A record, an alias or a route says what the domain has already, is an alias where something else is or where an alias must
//! not lead, leads to a name of the site's domains that is not there, or disagrees with its neighbours on how long they may be
//! kept. Or the site has no resolver, which would answer it.
//!
//! ## Why
//!
//! A name with a CNAME has nothing else (RFC 1034, 3.6.2), and mail and service records lead to names with addresses (RFC
//! 2181, 10.3; RFC 2782). Records of one name and type are one set, with one time (RFC 2181, 5.2). A server refuses the whole
//! zone otherwise, or answers what nobody wrote. Each view is a zone of its own: the world's has no names of machines.
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

use super::{private_in_public, public_view};
use crate::model::{Answer, Named, Site, View};
use crate::names::{Said, Source, said, servers, zone_of};
use crate::origins::Origins;
use crate::spelling::dns;

/// A record that cannot stand beside another.
pub static CODE: Code =
    Code::new("E0381", "a record that cannot stand beside another", include_str!("record_clash.rs"));

/// Everything that is said of names beside the machines' own.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts {
        return;
    }
    let said = said(site);
    public_view::check(site, &said, out);
    private_in_public::check(site, &said, out);
    if said.is_empty() {
        return;
    }
    let answers = |service: &crate::model::Service| service.resolver.is_some() && !service.hosts.is_empty();
    let internal = said.iter().find(|said| said.is_in(View::Internal));
    if let (Some(first), false) = (internal, site.services.iter().any(answers)) {
        let message = "nobody answers the names of this domain";
        out.push(
            Diagnostic::new(&CODE, message, first.name, "the site has no resolver")
                .help("let a machine run `std.dns {}`: it gets the zone"),
        );
        return;
    }
    let mut found = Vec::new();
    for view in [View::Internal, View::Public] {
        let zone = Zone::new(site, view, &said);
        for (owner, records) in &zone.names {
            zone.of_a_name(owner, records, &mut found);
        }
        for record in zone.names.values().flatten() {
            zone.target(record, &mut found);
        }
    }
    // What both views have is said once.
    let mut seen = BTreeSet::new();
    found.retain(|problem| seen.insert((problem.span(), problem.labels.get(1).map(|label| label.span))));
    out.extend(found);
}

/// The names of all domains in one view.
struct Zone<'s> {
    site: &'s Site,
    view: View,
    /// Names that the view has by itself: machines, clusters and shared addresses.
    machines: BTreeMap<String, &'s Named>,
    /// What else is said, by name.
    names: BTreeMap<&'s str, Vec<&'s Said>>,
}

impl<'s> Zone<'s> {
    fn new(site: &'s Site, view: View, said: &'s [Said]) -> Self {
        let mut names: BTreeMap<&str, Vec<&Said>> = BTreeMap::new();
        // Without servers a domain has no public view, and nothing there can clash.
        let there = |said: &&Said| view == View::Internal || !servers(site, &said.domain).is_empty();
        for said in said.iter().filter(|said| said.is_in(view)).filter(there) {
            names.entry(&said.owner).or_default().push(said);
        }
        let hosts = site.hosts.iter().filter(|host| host.status.is_there()).map(|host| &host.named);
        let clusters = site.clusters.iter().map(|cluster| &cluster.named);
        let nodes = site.nodes.iter().map(|node| &node.named);
        let vips = site.vips.iter().map(|vip| &vip.named);
        let machines = match view {
            View::Internal => hosts
                .chain(clusters)
                .chain(nodes)
                .chain(vips)
                .map(|named| (dns::whole(&named.name, &site.domain), named))
                .collect(),
            View::Public => BTreeMap::new(),
        };
        Self { site, view, machines, names }
    }

    fn of_a_name(&self, owner: &str, records: &[&Said], out: &mut Vec<Diagnostic>) {
        let machine = self.machines.get(owner).copied();
        let alias = records.iter().find(|record| matches!(record.answer, Answer::Cname(_)));
        if let Some(alias) = alias {
            let message = format!("`{owner}` is an alias, and so cannot have anything else");
            let other = records.iter().find(|record| !std::ptr::eq(**record, *alias));
            // Of two aliases, the one that stands later is the one too many.
            let (alias, other) = match other {
                Some(other) if matches!(other.answer, Answer::Cname(_)) && other.span > alias.span => {
                    (other, Some(alias))
                }
                _ => (alias, other),
            };
            let other = match machine {
                _ if owner == alias.domain => Some((alias.name, "the domain itself has its name servers")),
                Some(machine) => Some((machine.key, "it is a machine's name")),
                None => other.map(|other| (other.name, what(other))),
            };
            if let Some((span, label)) = other {
                out.push(beside(message, alias.span, span, label));
                return;
            }
        }
        let mut kinds: BTreeMap<&str, &Said> = BTreeMap::new();
        let mut seen: Vec<&Said> = Vec::new();
        for record in records {
            if let (Answer::Address(_), Some(machine)) = (&record.answer, machine) {
                let message = format!("the addresses of `{owner}` are those of `{}`", machine.path);
                out.push(beside(message, record.span, machine.key, "its addresses follow from the site"));
                continue;
            }
            if let Some(before) = seen.iter().find(|before| before.answer == record.answer && is_author(before, record))
            {
                out.push(beside(format!("`{owner}` has this record twice"), record.span, before.span, "here first"));
                continue;
            }
            seen.push(record);
            let before = *kinds.entry(kind(&record.answer)).or_insert(record);
            if is_address(before) && before.source != record.source && !is_author(before, record) {
                let (first, second) = if before.span <= record.span { (before, *record) } else { (*record, before) };
                let message = format!("`{owner}` leads to two things");
                out.push(beside(message, second.span, first.span, what(first)));
            } else if before.ttl != record.ttl {
                let message = format!("two records of `{owner}` of one type may be kept for different times");
                out.push(beside(message, record.name, before.name, "the other"));
            }
        }
    }

    /// A name of the site that a record leads to has to be there, and have addresses where a machine is meant.
    fn target(&self, record: &Said, out: &mut Vec<Diagnostic>) {
        let (target, machine) = match &record.answer {
            Answer::Cname(target) => (target, false),
            Answer::Mx { host: target, .. } | Answer::Srv { target, .. } => (target, true),
            _ => return,
        };
        let Some(zone) = zone_of(self.site, target) else { return };
        // What the world finds in a domain without servers is not the site's to say.
        if self.view == View::Public && servers(self.site, zone).is_empty() || self.machines.contains_key(target) {
            return;
        }
        if !machine && self.is_circle(&record.owner, target) {
            let message = format!("`{}` is an alias that leads back to itself", record.owner);
            out.push(Diagnostic::new(&CODE, message, record.span, format!("from `{target}` on, back to here")));
            return;
        }
        let of_target = self.names.get(target.as_str());
        let found: BTreeSet<&str> = of_target.into_iter().flatten().map(|record| kind(&record.answer)).collect();
        let wild = found.is_empty() && self.is_wild(target, zone);
        if wild || (!found.is_empty() && (!machine || found.contains("A") || found.contains("AAAA"))) {
            return;
        }
        let label = match (found.is_empty(), self.view) {
            (true, View::Internal) => "no machine, cluster or record has this name",
            (true, View::Public) => "nothing has this name in the public view",
            (false, _) if found.contains("CNAME") => "this name is an alias",
            (false, _) => "this name has no address of its own",
        };
        let message = format!("`{}` leads to `{target}`", record.owner);
        let mut problem = Diagnostic::new(&CODE, message, record.span, label);
        if self.view == View::Public && record.view.is_none() {
            problem = problem.help("if only the site's own machines shall be told: `view = Internal;`");
        }
        out.push(problem);
    }

    /// Whether aliases lead from `target` back to `owner`.
    fn is_circle(&self, owner: &str, target: &str) -> bool {
        let mut at = target;
        for _ in 0..=self.names.len() {
            if at == owner {
                return true;
            }
            let next = self.names.get(at).into_iter().flatten().find_map(|record| match &record.answer {
                Answer::Cname(next) => Some(next.as_str()),
                _ => None,
            });
            let Some(next) = next else { return false };
            at = next;
        }
        // Another circle, which is reported where it is.
        false
    }

    /// Whether `*` stands for a name: that of the nearest name above it which is there (RFC 4592, 3.3.1).
    fn is_wild(&self, name: &str, zone: &str) -> bool {
        let mut above = name;
        while above != zone {
            let Some((_, rest)) = above.split_once('.') else { return false };
            above = rest;
            if self.names.contains_key(format!("*.{above}").as_str()) {
                return true;
            }
            if self.machines.contains_key(above) || self.names.contains_key(above) {
                return false;
            }
        }
        false
    }
}

fn is_address(said: &Said) -> bool {
    matches!(said.answer, Answer::Address(_))
}

/// Whether one source says both, or the author wrote both as records: several addresses of one name are meant then.
fn is_author(a: &Said, b: &Said) -> bool {
    matches!((a.source, b.source), (Source::Record(_), Source::Record(_)))
}

/// What says it, for a label.
fn what(said: &Said) -> &'static str {
    match said.source {
        Source::Record(_) => "another record",
        Source::Alias(_) => "an alias",
        Source::Route(_) => "a route",
        Source::Service(_) => "where a service is",
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

fn beside(message: String, span: Span, other: Span, label: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&CODE, message, span, "cannot stand beside it");
    if span == other { diagnostic.note(label) } else { diagnostic.secondary(other, label) }
}
