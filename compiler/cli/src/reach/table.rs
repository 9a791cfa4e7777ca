//! The access table: which group can reach which, as the flows between groups say, and whatever is open besides.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use arvc_reach::layers::{Cell, Classes, Layer, Layers, Party, Path};
use arvc_reach::ports::PortSet;
use arvc_site::endpoints::Tunnels;
use arvc_site::model::{End, Flow, FlowOrigin, GroupId, NetworkId, Site};
use serde_json::{Value, json};

use super::text::Words;
use crate::messages::visible;

/// One who can reach something.
struct Row {
    name: String,
    /// It is a group, and may reach others by a flow between groups.
    is_group: bool,
    /// What a flow of it to every machine lets through.
    everything: PortSet,
    /// The groups that a flow between groups opens, and that the layers let it reach, with what passes.
    groups: Vec<(String, PortSet)>,
    /// What is open besides or may be, by the group or the machines that it is open on.
    besides: Vec<Open>,
}

struct Open {
    /// Who reaches it, if that is not everybody of the row.
    here: Option<String>,
    /// The group, or machines that are in none; of a group in part also those of it.
    there: String,
    ports: PortSet,
    /// Whether the site says all that decides.
    known: bool,
    /// What opens it; or what is not known.
    reasons: Vec<String>,
}

/// Between whom of two ends something is open.
#[derive(Default)]
struct Between {
    ports: PortSet,
    sources: BTreeSet<Party>,
    targets: BTreeSet<Party>,
}

impl Between {
    fn add(&mut self, cell: &Cell, ports: &PortSet) {
        self.ports = self.ports.union(ports);
        self.sources.extend(cell.sources.iter().cloned());
        self.targets.extend(cell.targets.iter().cloned());
    }
}

/// Those of some parties between whom it is, if they are not all of them.
fn part(words: &Words, own: &BTreeSet<Party>, all: &[Party]) -> Option<String> {
    let whole = all.iter().all(|party| own.contains(party));
    (!whole).then(|| words.parties(&own.iter().cloned().collect::<Vec<_>>()))
}

/// A line a group, then what is open besides.
pub(super) fn table(words: &Words, layers: &Layers, classes: &Classes, as_json: bool) -> String {
    let rows = rows(words, layers, classes);
    if as_json {
        return format!("{:#}\n", json!({ "version": 1, "rows": rows.iter().map(value).collect::<Vec<_>>() }));
    }
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or_default().max("group".len());
    let mut out = format!("{:width$}  can reach\n", "group");
    for row in rows.iter().filter(|row| row.is_group) {
        let reached = match row.groups.as_slice() {
            _ if row.everything.is_all() => "everything".to_owned(),
            _ if !row.everything.is_none() => format!("everything: {}", row.everything),
            [] => "nothing".to_owned(),
            reached => reached.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
        };
        let _ = writeln!(out, "{:width$}  {reached}", row.name);
    }
    if rows.iter().any(|row| !row.besides.is_empty()) {
        out.push_str("\nbesides\n");
    }
    for (row, open) in rows.iter().flat_map(|row| row.besides.iter().map(move |open| (row, open))) {
        let (there, ports, reasons) = (&open.there, &open.ports, open.reasons.join("; "));
        let of = open.here.as_ref().map(|here| format!("{here} -> ")).unwrap_or_default();
        let perhaps = if open.known { "" } else { "perhaps " };
        let _ = writeln!(out, "{:width$}  {of}{there}: {perhaps}{ports} ({reasons})", row.name);
    }
    for tunnels in tunnels(words.site()) {
        let path = |network: NetworkId| &words.site().networks[network.index()].named.path;
        let _ = writeln!(
            out,
            "\nmembers of {} exchange its packets on {}, {}/udp",
            path(tunnels.overlay),
            path(tunnels.underlay),
            tunnels.port
        );
    }
    out
}

fn value(row: &Row) -> Value {
    let besides: Vec<Value> = row
        .besides
        .iter()
        .map(|open| {
            let reasons = if open.known { "flows" } else { "missing" };
            let mut value = json!({
                "group": open.there, "ports": open.ports.to_string(), "known": open.known, reasons: open.reasons
            });
            if let Some(here) = &open.here {
                value["from"] = here.as_str().into();
            }
            value
        })
        .collect();
    let groups: Vec<&str> = row.groups.iter().map(|(name, _)| name.as_str()).collect();
    let opens: Vec<Value> =
        row.groups.iter().map(|(name, ports)| json!({ "group": name, "ports": ports.to_string() })).collect();
    let mut value = json!({ "from": row.name, "everything": !row.everything.is_none(), "groups": groups });
    if !row.everything.is_none() {
        value["ports"] = row.everything.to_string().into();
    }
    value["opens"] = opens.into();
    value["besides"] = besides.into();
    value
}

fn rows(words: &Words, layers: &Layers, classes: &Classes) -> Vec<Row> {
    let site = words.site();
    let groups = || (0..site.groups.len() as u32).map(GroupId);
    let name = |group: GroupId| site.groups[group.index()].named.name.clone();
    let mut sources: Vec<(String, Option<GroupId>, Vec<Party>)> =
        groups().map(|group| (name(group), Some(group), layers.parties(&End::Group(group)))).collect();
    // Those that are in no group, drawn together where no layer tells them apart.
    let alone = layers.parties(&End::Any).into_iter().filter(|party| match party {
        Party::Host(host) => site.hosts[host.index()].groups.is_empty(),
        _ => false,
    });
    let alone: Vec<(String, Vec<Party>)> =
        classes.grouped(&alone.collect::<Vec<_>>()).into_iter().map(|hosts| (words.parties(&hosts), hosts)).collect();
    sources.extend(alone.iter().map(|(name, hosts)| (name.clone(), None, hosts.clone())));
    let mut zones: Vec<Party> = site.node_ids().map(Party::Node).collect();
    if !site.operators.addresses.is_empty() {
        zones.push(Party::Operators);
    }
    zones.push(Party::Internet);
    sources.extend(zones.into_iter().map(|zone| (words.party(&zone), None, vec![zone])));
    let targets = groups().map(|group| (name(group), Some(group), layers.parties(&End::Group(group))));
    let alone = alone.into_iter().map(|(name, hosts)| (name, None, hosts));
    let targets: Vec<(String, Option<GroupId>, Vec<Party>)> = targets.chain(alone).collect();
    let rows = sources.into_iter().map(|(name_of, group, parties)| {
        let mut row = Row {
            name: name_of,
            is_group: group.is_some(),
            everything: PortSet::none(),
            groups: Vec::new(),
            besides: Vec::new(),
        };
        row.everything = group.map_or_else(PortSet::none, |group| granted(site, layers, group, None));
        for (other, in_group, there) in &targets {
            let granted = group.map_or_else(PortSet::none, |group| granted(site, layers, group, *in_group));
            let cells = layers.ask(classes, &parties, there);
            let cells: Vec<_> = cells.iter().filter(|cell| cell.connections() > 0).collect();
            let open = cells.iter().fold(PortSet::none(), |all, cell| all.union(&cell.lower.intersection(&granted)));
            if in_group.is_some() && !open.is_none() {
                row.groups.push((other.clone(), open));
            }
            let mut besides: BTreeMap<(bool, Vec<String>), Between> = BTreeMap::new();
            for (cell, path) in cells.iter().flat_map(|cell| cell.paths.iter().map(move |path| (cell, path))) {
                let left = |ports: PortSet| ports.difference(&granted).difference(&layers.tunnels(path));
                let (open, perhaps) = (left(path.lower()), left(path.upper().difference(&cell.lower)));
                if !open.is_none() {
                    besides.entry((false, flows(words, path, &open))).or_default().add(cell, &open);
                }
                if !perhaps.is_none() {
                    besides.entry((true, missing(path, &perhaps))).or_default().add(cell, &perhaps);
                }
            }
            row.besides.extend(besides.into_iter().map(|((perhaps, reasons), between)| Open {
                here: part(words, &between.sources, &parties),
                there: match part(words, &between.targets, there) {
                    Some(part) => format!("{part} of {other}"),
                    None => other.clone(),
                },
                ports: between.ports,
                known: !perhaps,
                reasons,
            }));
        }
        row
    });
    rows.collect()
}

/// The flows of the author from a group to another one, or to every machine.
fn between(site: &Site, group: GroupId, other: Option<GroupId>) -> impl Iterator<Item = &Flow> {
    let written = site.allow.iter().filter(|flow| flow.origin == FlowOrigin::Author);
    written.filter(move |flow| {
        let wanted = |end: &End| match other {
            Some(other) => *end == End::Group(other),
            None => false,
        };
        names(&flow.source, &|end| *end == End::Group(group))
            && names(&flow.target, &|end| *end == End::Any || wanted(end))
    })
}

fn names(end: &End, wanted: &dyn Fn(&End) -> bool) -> bool {
    match end {
        End::Union(ends) => ends.iter().any(|end| names(end, wanted)),
        end => wanted(end),
    }
}

/// What flows of the author open from a group to another one, or to every machine alone.
fn granted(site: &Site, layers: &Layers, group: GroupId, other: Option<GroupId>) -> PortSet {
    let flows = between(site, group, other);
    flows.fold(PortSet::none(), |all, flow| all.union(&layers.ports(flow.ports.as_deref())))
}

fn tunnels(site: &Site) -> impl Iterator<Item = Tunnels> {
    site.network_ids().filter_map(|network| Tunnels::of(site, network))
}

/// The flows that open packets at the end of a path, or nothing's if no layer of the site stands there.
fn flows(words: &Words, path: &Path, packets: &PortSet) -> Vec<String> {
    let mut ruled = path.steps.iter().rev().filter(|step| !step.rules.is_empty());
    let last = ruled.next();
    // Behind a member its Proxmox firewall sees the member alone, and opens to it what any flow does.
    let by_member = last.filter(|step| step.layer == Layer::ProxmoxOut);
    let decides = by_member.and_then(|_| ruled.find(|step| step.layer == Layer::Forward)).or(last);
    match decides {
        Some(step) => words.openings(step, Some(packets)).into_iter().map(|(flow, _)| flow).collect(),
        None => vec![format!("nothing closes {}", path.way.name(words.site()))],
    }
}

/// What is not known of a path on which packets may pass.
fn missing(path: &Path, packets: &PortSet) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for step in path.steps.iter().filter(|step| packets.difference(&step.lower).meets(&step.upper)) {
        let note = step.note.as_deref().unwrap_or("a rule lets in some of its addresses");
        if !notes.iter().any(|known| known == note) {
            notes.push(visible(note));
        }
    }
    notes
}
