//! Answers for people.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::IpAddr;

use arvc_reach::describe;
use arvc_reach::layers::{Cell, Extent, Layers, Party, Path, Step, Way};
use arvc_reach::ports::PortSet;
use arvc_site::model::{Flow, Site};
use arvc_syntax::source::Span;

use super::{Question, overall};
use crate::messages::{Texts, visible};

/// The site's names, and where its flows are written.
pub struct Words<'a> {
    site: &'a Site,
    texts: Texts<'a>,
    /// Each flow by its words.
    written: BTreeMap<String, (Span, PortSet)>,
}

/// How many names are listed before the rest is counted.
const SHOWN: usize = 6;

/// How many reasons are given between sets before the rest is counted.
const REASONS: usize = 3;

impl<'a> Words<'a> {
    /// Looks the flows up.
    pub fn new(site: &'a Site, layers: &Layers, texts: Texts<'a>) -> Self {
        let carried = |flow: &Flow| (flow.span, layers.ports(flow.ports.as_deref()));
        let written = site.allow.iter().map(|flow| (describe(site, flow), carried(flow))).collect();
        Self { site, texts, written }
    }

    /// The site.
    pub fn site(&self) -> &'a Site {
        self.site
    }

    /// The name of a party.
    pub fn party(&self, party: &Party) -> String {
        party.name(self.site)
    }

    /// Several, the first of them by name.
    pub fn parties(&self, parties: &[Party]) -> String {
        self.first_of(parties.iter(), parties.len())
    }

    /// Of so many, the first by name.
    pub fn first_of<'p>(&self, parties: impl Iterator<Item = &'p Party>, count: usize) -> String {
        let names: Vec<String> = parties.take(SHOWN).map(|party| self.party(party)).collect();
        match count.saturating_sub(SHOWN) {
            0 => names.join(", "),
            rest => format!("{} and {rest} more", names.join(", ")),
        }
    }

    /// The flows behind the rules of a step that concern what was asked, each once.
    pub fn openings(&self, step: &Step, asked: Option<&PortSet>) -> Vec<(String, Option<String>)> {
        let concern = |ports: &PortSet| asked.is_none_or(|asked| asked.meets(ports));
        let rules = step.rules.iter().filter(|(ports, _)| concern(ports));
        let mut list: Vec<(String, Option<String>)> = Vec::new();
        // One rule may hold what several flows let the same machine do.
        let parts = rules.flat_map(|(_, reason)| reason.split("; "));
        for flow in parts.filter(|part| self.written.get(*part).is_none_or(|(_, ports)| concern(ports))) {
            let flow = self.source(flow);
            if !list.contains(&flow) {
                list.push(flow);
            }
        }
        list
    }

    /// A flow in its words, and where it is written: `site.arv:88:5`.
    fn source(&self, flow: &str) -> (String, Option<String>) {
        let place = self.written.get(flow).and_then(|(span, _)| {
            let (source, range) = self.texts.place(*span);
            let at = self.texts.position(source, range.start);
            let name = self.texts.name(source);
            (!name.starts_with('<')).then(|| format!("{name}:{}:{}", at.line, at.column))
        });
        (visible(flow), place)
    }
}

/// One answer: a pair with all of its layers, or sets with who can and who cannot.
pub(super) fn answer(
    words: &Words,
    judge: &Layers,
    question: &Question,
    cells: &[Cell],
    asked: Option<&PortSet>,
) -> String {
    let mut out = String::new();
    let every = PortSet::all();
    let packets = asked.unwrap_or(&every);
    let head = format!("{} -> {}", question.source, question.target.text);
    let count: usize = cells.iter().map(Cell::connections).sum();
    if let ([cell], true) = (cells, count == 1) {
        let says = match asked {
            None => format!("open is {}", cell.lower),
            Some(packets) => word(cell.verdict(packets)).to_owned(),
        };
        let _ = writeln!(out, "{head}: {says}");
        if cell.paths.is_empty() {
            let internet = [&cell.sources, &cell.targets].into_iter().any(|it| it.contains(&Party::Internet));
            out.push_str(match internet && !judge.without_strangers().is_empty() {
                true => "\n`internet` is without the operators, and they are everywhere: ask for `operators`, or for an address\n",
                false => "\nthey meet on no network\n",
            });
        }
        for path in &cell.paths {
            let given = |to: &IpAddr| cell.targets.iter().any(|target| judge.is_given(target, path.way, *to));
            let from = cell.sent_from(judge, path);
            layers(&mut out, words, path, &from, path.to.iter().all(given), asked);
            held(&mut out, words, judge, &cell.sources[0], path, packets);
        }
        return out;
    }
    let says = match overall(cells, packets) {
        _ if count == 0 => "nobody is meant",
        _ if asked.is_none() => "what is open",
        Extent::Open => "all are open",
        Extent::Closed => "none is open",
        Extent::Some => "some are open",
        Extent::Unknown => "not known",
    };
    let _ = writeln!(out, "{head}: {says} ({count} connections)");
    for cell in cells.iter().filter(|cell| cell.connections() > 0) {
        let says = match asked {
            None => open_and_perhaps(cell),
            Some(packets) => word(cell.verdict(packets)).to_owned(),
        };
        let _ = writeln!(out, "  {} -> {}: {says}", words.parties(&cell.sources), words.parties(&cell.targets));
    }
    out
}

/// What is open between sets, and what may be, with what is missing to know it.
fn open_and_perhaps(cell: &Cell) -> String {
    let perhaps = cell.upper.difference(&cell.lower);
    if perhaps.is_none() {
        return cell.lower.to_string();
    }
    let mut missing: Vec<&str> = Vec::new();
    for path in cell.paths.iter().filter(|path| path.upper().meets(&perhaps)) {
        let steps = path.steps.iter().filter(|step| step.upper.difference(&step.lower).meets(&perhaps));
        for note in steps.filter_map(|step| step.note.as_deref()) {
            if !missing.contains(&note) {
                missing.push(note);
            }
        }
    }
    let further = match missing.len().saturating_sub(REASONS) {
        0 => String::new(),
        further => format!("; and {further} more"),
    };
    let listed = missing[..missing.len().min(REASONS)].join("; ");
    let missing = if missing.is_empty() { String::new() } else { format!(" ({}{further})", visible(&listed)) };
    format!("{}, perhaps {perhaps}{missing}", cell.lower)
}

/// Who can reach a target, and who may.
pub(super) fn reverse(words: &Words, question: &Question, cells: &[Cell], packets: &PortSet) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "who can reach {}", question.target.text);
    for verdict in [Extent::Open, Extent::Some, Extent::Unknown] {
        for cell in
            cells.iter().filter(|cell| cell.verdict(packets) == verdict && cell.connections() > 0 && concerns(cell))
        {
            let which = cell.lower.intersection(packets);
            let how = match verdict {
                Extent::Open => String::new(),
                Extent::Some => format!(": {which}"),
                _ => ": not known".to_owned(),
            };
            let _ = writeln!(out, "  {} -> {}{how}", words.parties(&cell.sources), words.parties(&cell.targets));
        }
    }
    out
}

/// Whether an answer is about the site at all, and not about two who are elsewhere.
fn concerns(cell: &Cell) -> bool {
    let site = cell.sources.iter().chain(&cell.targets).any(Party::is_of_the_site);
    site || cell.paths.iter().any(|path| path.way != Way::Elsewhere)
}

/// A path with its layers; where the target is given an address there, nobody knows which.
fn layers(out: &mut String, words: &Words, path: &Path, from: &[IpAddr], given: bool, asked: Option<&PortSet>) {
    let list = |all: &[IpAddr]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let to = if given { "whatever address it is given".to_owned() } else { list(&path.to) };
    let from = if from.is_empty() { String::new() } else { format!("from {} ", list(from)) };
    let says = match asked {
        Some(packets) => word(path.verdict(packets)).to_owned(),
        None => path.lower().to_string(),
    };
    let _ = writeln!(out, "\nover {}, {from}to {}: {says}", path.way.name(words.site), to);
    let width = path.steps.iter().map(|step| step.name(words.site).chars().count()).max().unwrap_or_default();
    for step in &path.steps {
        let says = match asked {
            Some(packets) => word(arvc_reach::layers::verdict(packets, &step.lower, &step.upper)).to_owned(),
            None if step.lower == step.upper => step.lower.to_string(),
            None => format!("{}, perhaps {}", step.lower, step.upper.difference(&step.lower)),
        };
        let _ = writeln!(out, "  {:width$}  {says}", step.name(words.site));
        if let Some(note) = &step.note {
            let _ = writeln!(out, "  {:width$}    {}", "", visible(note));
        }
        for (flow, place) in words.openings(step, asked) {
            let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
            let _ = writeln!(out, "  {:width$}    {place}{flow}", "");
        }
    }
}

/// Which layers keep a source from what is closed that it does not own itself.
fn held(out: &mut String, words: &Words, judge: &Layers, source: &Party, path: &Path, packets: &PortSet) {
    let closed = packets.difference(&path.upper());
    if closed.is_none() || !matches!(source, Party::Host(_)) {
        return;
    }
    let name = words.party(source);
    for stand in judge.stands(source, path) {
        let open = stand.open(&closed);
        let names = stand.guards.iter().filter(|(_, held)| held.meets(&closed)).map(|(guard, held)| {
            let all = closed.is_subset(held);
            if all { guard.name().to_owned() } else { format!("{} (in part)", guard.name()) }
        });
        let names: Vec<String> = names.collect();
        let with = match stand.certificate {
            Some(grant) => format!(" with a certificate of {} that was withdrawn", visible(&grant.name)),
            None => String::new(),
        };
        let by = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        let _ = writeln!(out, "  against {name} taken over{with}: held by {by}");
        if !open.is_none() && !names.is_empty() {
            let _ = writeln!(out, "    nothing holds {open}");
        }
    }
}

/// A verdict in a word.
pub(super) fn word(verdict: Extent) -> &'static str {
    match verdict {
        Extent::Open => "open",
        Extent::Closed => "closed",
        Extent::Some => "open in part",
        Extent::Unknown => "not known",
    }
}
