//! A flow has nobody at one end.
//!
//! ## What is wrong
//!
//! The source or the target of a flow is a service that no machine runs, `resolvers` or `lighthouses` of a site without
//! such, `operators` without addresses, a group of which no machine is left; or both ends are one and the same machine. (A group
//! or cluster that has no members at all is reported where it is defined, and `all [ … ]` of groups without a common machine by
//! itself.)
//!
//! Of a claim or a need `internet` is without the operators, who are asked for by themselves. Where their addresses are all
//! addresses there are, nobody is left that it could mean.
//!
//! ## Why
//!
//! Such a flow opens, needs or forbids nothing. Most often a name is not the one that was meant, or the machine that
//! should run the service lacks it. A claim about nobody holds whatever is open, and `never = [ internet -> any ]` says nothing
//! more where operators connect from everywhere. In `expect.open` it is an error (E0407), and in `expect.unknown` (E0413).
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve = { address = 192.168.100.1; };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   services.db = { name = "db"; sql = { ports = [ 5432/tcp ]; }; };
//!   hosts.db = { vmid = 100; lighthouse = true; };
//!   hosts.app = { vmid = 101; };
//!   allow = [
//!     hosts.app -> services.db : 5432/tcp, # error: L0402
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Name the end that is meant, let a machine run the service, or remove the flow. Of the operators name the networks that they
//! work from, or claim of `0.0.0.0/0` what shall hold for them too.

use arvc_site::model::{End, Family, Flow, HostId, Site, Status};
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::Intents;
use crate::classes::Parties;
use crate::describe::end;
use crate::flows::Resolved;
use crate::layers::{Layers, Party};

/// A flow of nobody.
pub static CODE: Code = Code::new("L0402", "a flow has nobody at one end", include_str!("empty_end.rs"));

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    let (site, space) = (intents.site, intents.space);
    for (field, claim) in intents.written() {
        let Resolved { flow, source, target, .. } = &claim.flow;
        if !claim.pieces.is_empty() {
            continue;
        }
        let verb = match field {
            "allow" => "opens",
            "never" => "forbids",
            _ => "needs",
        };
        for (parties, named) in [(source, &flow.source), (target, &flow.target)] {
            if parties.is_empty() && is_told_here(site, named) {
                let message = format!("`{}` is nobody", end(site, named));
                found.push(Diagnostic::new(&CODE, message, flow.span, format!("so this flow {verb} nothing")));
            }
        }
        let (from, to) = (space.members.of(&flow.source), space.members.of(&flow.target));
        let addresses = |parties: &Parties| !parties.zones.is_empty() || !parties.placed.is_empty();
        if let ([one], [other]) = (from.as_slice(), to.as_slice())
            && one == other
            && !addresses(source)
            && !addresses(target)
        {
            let message = format!("both ends are `{}`", site.hosts[one.index()].named.name);
            let label = format!("so this flow {verb} nothing");
            found.push(
                Diagnostic::new(&CODE, message, flow.span, label)
                    .note("what a machine sends to itself never leaves it"),
            );
        }
    }
}

/// What is expected and means nobody, and every claim and need about an Internet of which the operators have all.
pub(super) fn claims(layers: &Layers, found: &mut Vec<Diagnostic>) {
    let site = layers.site();
    let empty = |end: &&End| {
        let planned = |host: &HostId| site.hosts[host.index()].status == Status::Planned;
        // What holds for nobody today may be said for a machine that is to come.
        layers.parties(end).is_empty() && is_told_here(site, end) && !layers.members.of(end).iter().any(planned)
    };
    // Of a claim the intents tell what means no machine at all, and the site which machine is retired.
    let left = |end: &&End| empty(end) && !matches!(end, End::Host(_)) && !layers.members.of(end).is_empty();
    let of = |flow: &'_ Flow, lacks: &dyn Fn(&&End) -> bool| {
        let nobody = [&flow.source, &flow.target].into_iter().find(lacks)?;
        let message = format!("`{}` is nobody", end(site, nobody));
        Some(Diagnostic::new(&CODE, message, flow.span, "so this holds whatever is open"))
    };
    found.extend(site.never.iter().filter_map(|flow| of(flow, &left)));
    found.extend(site.expect.closed.iter().chain(&site.expect.weak).filter_map(|flow| of(flow, &empty)));
    let emptied = layers.without_strangers();
    if emptied.is_empty() {
        return;
    }
    let claims = site.never.iter().chain(&site.needs).chain(&site.expect.closed).chain(&site.expect.weak);
    let mut claims = claims.filter(|flow| means_internet(&flow.source) || means_internet(&flow.target));
    let Some(first) = claims.next() else { return };
    let message = "`internet` is nobody: it is without the operators, and they are everywhere";
    let mut diagnostic = Diagnostic::new(&CODE, message, first.span, "so this says nothing");
    if let Some(prefix) = site.operators.addresses.iter().min_by_key(|prefix| prefix.value.prefix_len()) {
        diagnostic = diagnostic.secondary(prefix.span, "the operators connect from here");
    }
    if is_left_in_part(site, &emptied) {
        let names: Vec<&str> = emptied.iter().map(|family| family.name()).collect();
        diagnostic = diagnostic.note(format!("that is so of {}", names.join(" and ")));
    }
    let further = claims.count();
    if further > 0 {
        diagnostic = diagnostic.note(format!("nor do {further} further claims and needs say anything of it"));
    }
    let help = "name the networks that the operators work from, or claim it of `0.0.0.0/0`, which holds them too";
    found.push(diagnostic.help(help));
}

/// Why a flow of the tests means no connection, where it means none.
pub(super) fn nobody(layers: &Layers, flow: &Flow) -> Option<String> {
    let site = layers.site();
    let emptied = layers.without_strangers();
    let emptied = !emptied.is_empty() && !is_left_in_part(site, &emptied);
    for meant in [&flow.source, &flow.target] {
        let parties = layers.parties(meant);
        if parties.is_empty() {
            return Some(match meant {
                End::Host(host) => absent(site, *host),
                meant => format!("`{}` is nobody", end(site, meant)),
            });
        }
        if emptied && parties == [Party::Internet] {
            return Some("`internet` is nobody: it is without the operators, and they are everywhere".to_owned());
        }
    }
    let (sources, targets) = (layers.parties(&flow.source), layers.parties(&flow.target));
    match sources.as_slice() {
        [one] if sources == targets && !one.is_several() => Some(format!("both ends are `{}`", one.name(site))),
        _ => None,
    }
}

/// Whether strangers are left in another family of the site.
fn is_left_in_part(site: &Site, emptied: &[Family]) -> bool {
    let mut own = site.networks.iter().flat_map(|network| network.prefixes());
    own.any(|prefix| !emptied.contains(&Family::of_prefix(&prefix.value)))
}

fn absent(site: &Site, host: HostId) -> String {
    let host = &site.hosts[host.index()];
    match host.status {
        Status::Retired => format!("`{}` is retired", host.named.path),
        _ => format!("`{}` is not there yet", host.named.path),
    }
}

fn means_internet(end: &End) -> bool {
    match end {
        End::Internet => true,
        End::Union(ends) => ends.iter().any(means_internet),
        _ => false,
    }
}

/// Whether nobody else reports that the end is empty: groups, clusters and `all` are the site's own checks.
fn is_told_here(site: &Site, end: &End) -> bool {
    match end {
        End::Group(group) => site.hosts.iter().any(|host| host.groups.contains(group)),
        // Said of claims alone, for the operators may be everywhere.
        End::Cluster(_) | End::All(_) | End::Internet => false,
        End::Union(ends) => ends.iter().all(|end| is_told_here(site, end)),
        _ => true,
    }
}
