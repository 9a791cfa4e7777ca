//! A `needs` lies outside every `allow`.
//!
//! ## What is wrong
//!
//! A machine, or a service that runs on it, needs a connection that neither `allow`, nor the essentials, nor what peers
//! say to one another opens, or opens only in part. The message names the part that stays closed, every layer that closes it
//! with what its rules let through between the two, and the narrowest `allow` that opens it, which an editor can insert.
//!
//! ## Why
//!
//! Only `allow` opens connections; `needs` is a claim about it. If a need opened by itself, one line at a service would
//! widen the policy of the whole site without anybody seeing it.
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
//!   hosts.db = { vmid = 100; lighthouse = true; };
//!   hosts.app = {
//!     vmid = 101;
//!     needs = [ hosts.app -> hosts.db : 5432/tcp ]; # error: E0401
//!   };
//! }
//! ```
//!
//! ## What to do
//!
//! Add the flow that the message proposes to `allow`, or a wider one that says what you mean (a group instead of a
//! machine), or remove the need.

use std::collections::BTreeMap;

use arvc_site::model::{End, Flow, FlowOrigin, HostId, NetworkId, PortTerm, Room};
use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit};
use arvc_syntax::source::Span;

use super::{Intents, words};
use crate::bits::Bits;
use crate::describe::{describe, end, ports, target};
use crate::flows::{Connections, Piece, Witness, witness};
use crate::layers::{Layers, Party, Step, Way};
use crate::policy::policies;
use crate::ports::PortSet;

/// A need outside every `allow`.
pub static CODE: Code = Code::new("E0401", "a `needs` lies outside every `allow`", include_str!("need_not_allowed.rs"));

/// How many of the machines that lack something are shown.
const SHOWN: usize = 3;

/// What was written once, for however many machines it holds.
type Statement<'a> = (Span, &'a End, Option<&'a [PortTerm]>, Option<NetworkId>);

pub(super) fn check(intents: &Intents, found: &mut Vec<Diagnostic>) {
    let mut statements: BTreeMap<Statement, Vec<Closed>> = BTreeMap::new();
    for claim in &intents.needs {
        let closed: Connections = claim.pieces.iter().flat_map(|piece| intents.closed(piece)).collect();
        let broken = closed.iter().any(|piece| intents.broken(&piece.sources) || intents.broken(&piece.targets));
        if !closed.is_empty() && !broken {
            let need = claim.flow.flow;
            let statement = (need.span, &need.target, need.ports.as_deref(), need.via);
            statements.entry(statement).or_default().push(Closed { need, all: &claim.pieces, pieces: closed });
        }
    }
    if statements.is_empty() {
        return;
    }
    let policies = policies(intents.site);
    let layers = Layers::new(intents.site, &policies);
    for closed in statements.into_values() {
        let closing = match intents.site.paths_broken {
            true => Closing::default(),
            false => closing(intents, &layers, closed[0].need, &closed[0].pieces[0]),
        };
        found.push(report(intents, &closed, closing));
    }
}

/// A need and what of it is closed.
struct Closed<'a> {
    need: &'a Flow,
    all: &'a [Piece],
    pieces: Connections,
}

fn report(intents: &Intents, closed: &[Closed], closing: Closing) -> Diagnostic {
    let (site, space) = (intents.site, intents.space);
    let need = closed[0].need;
    let pieces = || closed.iter().flat_map(|closed| &closed.pieces);
    let first = &closed[0].pieces[0];
    let sources = pieces().fold(Bits::none(), |all, piece| all.union(&piece.sources));
    let targets = pieces().fold(Bits::none(), |all, piece| all.union(&piece.targets));
    let ports = pieces().fold(PortSet::none(), |all, piece| all.union(&piece.ports));

    // What is no machine is one thing: the Internet, which needs the proxy of a public route.
    let verb = if machines(intents, &sources).len() <= 1 { "needs" } else { "need" };
    let message = format!("{} {verb} what no `allow` opens", words::parties(space, &sources));
    let label = format!("{ports} on {} is closed", words::parties(space, &targets));
    let mut diagnostic = Diagnostic::new(&CODE, message, need.span, label)
        .note(format!("the connection is made over {}", words::path(site, first.path)));
    // A need that names an endpoint is the endpoint's own place: who needs it stands elsewhere.
    for host in machines(intents, &sources).into_iter().take(SHOWN) {
        diagnostic = diagnostic.secondary(site.hosts[host.index()].named.key, "needs it");
    }
    let nearest = nearest(intents, first);
    if let Some((allow, why)) = &nearest {
        diagnostic = diagnostic.secondary(allow.span, why.clone());
    }
    for (span, ports) in closing.rules {
        if nearest.as_ref().is_none_or(|(allow, _)| allow.span != span) {
            diagnostic = diagnostic.secondary(span, format!("this opens {ports} between the two"));
        }
    }
    for note in closing.notes {
        diagnostic = diagnostic.note(note);
    }
    let allow = narrowest(intents, closed, &sources, &targets, &ports);
    if let Some(Room { at, before, after }) = &site.allow_room {
        let edit = Edit { span: *at, text: format!("{before}{allow}{after}") };
        diagnostic = diagnostic.fix("open it, and nothing else", vec![edit], Applicability::MaybeIncorrect);
    }
    diagnostic.help(format!("add to `allow`: `{allow}`"))
}

/// Every layer that closes a connection on the path of a need, each with what its rules let through between the two.
fn closing(intents: &Intents, layers: &Layers, need: &Flow, closed: &Piece) -> Closing {
    let site = intents.site;
    let none = Closing::default();
    let Some(Witness { source, target, path, ports }) = witness(intents.space, closed) else { return none };
    let party = |host: Option<HostId>, end: &End| match host {
        Some(host) => Some(Party::Host(host)),
        None => layers.parties(end).into_iter().next(),
    };
    let (Some(from), Some(to)) = (party(source.1, &need.source), party(target.1, &need.target)) else { return none };
    let paths = layers.paths(&from, &to);
    let Some(path) = paths.iter().find(|other| other.way == Way::from(path)) else { return none };
    let closing = path.steps.iter().filter(|step| !ports.is_subset(&step.lower));
    let says = |step: &Step| {
        let name = step.name(site);
        let other = if step.at == from { &to } else { &from };
        match (&step.note, step.rules.is_empty()) {
            (Some(note), _) => format!("{name}: {note}"),
            (None, true) => format!("{name}: no rule speaks of `{}`", other.name(site)),
            (None, false) => format!("{name}: its rules for `{}` let {} through", other.name(site), step.upper),
        }
    };
    let mut all = Closing::default();
    for step in closing {
        all.notes.push(format!("closed by {}", says(step)));
        for (ports, part) in step.rules.iter().flat_map(|(ports, why)| why.split("; ").map(move |part| (ports, part))) {
            let flow = site.allow.iter().find(|flow| describe(site, flow) == part);
            if let Some(flow) = flow.filter(|flow| all.rules.iter().all(|(span, _)| *span != flow.span)) {
                all.rules.push((flow.span, ports.clone()));
            }
        }
    }
    all
}

/// What closes a need.
#[derive(Default)]
struct Closing {
    /// Each layer in words.
    notes: Vec<String>,
    /// The flows behind its rules, with what these let through.
    rules: Vec<(Span, PortSet)>,
}

/// The `allow` of the author that fails in one respect only, and in which.
fn nearest<'a>(intents: &Intents<'a>, closed: &Piece) -> Option<(&'a Flow, String)> {
    let space = intents.space;
    let mut best: Option<(u32, &Flow, String)> = None;
    for (flow, piece) in intents.near.beside(closed).into_iter().map(|place| (place.0, intents.opening(place))) {
        let flow = intents.allow[flow as usize].flow.flow;
        if flow.origin != FlowOrigin::Author || piece.path != closed.path {
            continue;
        }
        let (source, target) = (piece.sources.meets(&closed.sources), piece.targets.meets(&closed.targets));
        let packet = piece.ports.meets(&closed.ports) && !piece.ports.is_all();
        let rank = match (source, target, packet) {
            (true, true, _) => 3,
            (false, true, true) => 2,
            (true, false, true) => 1,
            _ => continue,
        };
        if best.as_ref().is_none_or(|(other, ..)| *other < rank) {
            let why = match rank {
                3 => format!("this opens {} there, and not {}", piece.ports, closed.ports),
                2 => format!("this opens it, and not for {}", words::parties(space, &closed.sources)),
                _ => format!("this opens it, and not on {}", words::parties(space, &closed.targets)),
            };
            best = Some((rank, flow, why));
        }
    }
    best.map(|(_, flow, why)| (flow, why))
}

/// The flow that opens what is closed and nothing else, in the author's own terms where they fit.
fn narrowest(intents: &Intents, closed: &[Closed], sources: &Bits, targets: &Bits, set: &PortSet) -> String {
    let site = intents.site;
    let need = closed[0].need;
    let source = source(intents, need, sources);
    let whole = closed.iter().all(|closed| {
        closed.all.len() == closed.pieces.len()
            && closed.all.iter().zip(&closed.pieces).all(|(a, b)| a.targets == b.targets && a.ports == b.ports)
    });
    let via = need.via.map(|via| format!(" via {}", site.networks[via.index()].named.path)).unwrap_or_default();
    if whole {
        return format!("{source} -> {}{}{via}", target(site, need), ports(site, need));
    }
    let hosts = machines(intents, targets);
    let target = match hosts.is_empty() {
        true => target(site, need),
        false => end(site, &united(&hosts)),
    };
    format!("{source} -> {target}{}{via}", words::suffix(set))
}

/// The source: the service or the cluster if all of its machines lack the connection, else the machines.
fn source(intents: &Intents, need: &Flow, sources: &Bits) -> String {
    let site = intents.site;
    let hosts = machines(intents, sources);
    if let FlowOrigin::Service(service) = need.origin
        && let mut all = site.services[service.index()].hosts.clone()
        && !all.is_empty()
    {
        all.sort_unstable();
        if all == hosts {
            return end(site, &End::Service(service));
        }
    }
    if hosts.is_empty() { end(site, &need.source) } else { end(site, &united(&hosts)) }
}

fn machines(intents: &Intents, classes: &Bits) -> Vec<HostId> {
    let mut hosts: Vec<HostId> = classes.iter().flat_map(|class| intents.space.hosts(class)).copied().collect();
    hosts.sort_unstable();
    hosts
}

fn united(hosts: &[HostId]) -> End {
    End::Union(hosts.iter().map(|host| End::Host(*host)).collect())
}
