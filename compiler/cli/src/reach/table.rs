//! The access table: which group can reach which, as the flows between groups say, and whatever is open besides.

use std::collections::BTreeMap;
use std::fmt::Write;

use arvc_reach::layers::{Classes, Layers, Party, Path};
use arvc_reach::ports::PortSet;
use arvc_site::endpoints::Tunnels;
use arvc_site::model::{End, Flow, FlowOrigin, GroupId, NetworkId, Site};
use serde_json::{Value, json};

use super::text::Words;

/// One who can reach something.
struct Row {
    name: String,
    /// It is a group, and may reach others by a flow between groups.
    is_group: bool,
    /// A flow of it goes to every machine.
    everything: bool,
    /// The groups that a flow between groups opens, and that the layers let it reach.
    groups: Vec<String>,
    /// What is open besides, by the group that it is open on.
    besides: Vec<Open>,
}

struct Open {
    group: String,
    ports: PortSet,
    flows: Vec<String>,
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
            _ if row.everything => "everything".to_owned(),
            [] => "nothing".to_owned(),
            names => names.join(", "),
        };
        let _ = writeln!(out, "{:width$}  {reached}", row.name);
    }
    if rows.iter().any(|row| !row.besides.is_empty()) {
        out.push_str("\nbesides\n");
    }
    for (row, open) in rows.iter().flat_map(|row| row.besides.iter().map(move |open| (row, open))) {
        let _ = writeln!(out, "{:width$}  {}: {} ({})", row.name, open.group, open.ports, open.flows.join("; "));
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
        .map(|open| json!({ "group": open.group, "ports": open.ports.to_string(), "flows": open.flows }))
        .collect();
    json!({ "from": row.name, "everything": row.everything, "groups": row.groups, "besides": besides })
}

fn rows(words: &Words, layers: &Layers, classes: &Classes) -> Vec<Row> {
    let site = words.site();
    let groups = || (0..site.groups.len() as u32).map(GroupId);
    let name = |group: GroupId| site.groups[group.index()].named.name.clone();
    let mut sources: Vec<(String, Option<GroupId>, Vec<Party>)> =
        groups().map(|group| (name(group), Some(group), layers.parties(&End::Group(group)))).collect();
    let mut zones: Vec<Party> = site.node_ids().map(Party::Node).collect();
    if !site.operators.addresses.is_empty() {
        zones.push(Party::Operators);
    }
    zones.push(Party::Internet);
    sources.extend(zones.into_iter().map(|zone| (words.party(&zone), None, vec![zone])));
    let targets: Vec<(GroupId, Vec<Party>)> =
        groups().map(|group| (group, layers.parties(&End::Group(group)))).collect();
    let rows = sources.into_iter().map(|(name_of, group, parties)| {
        let mut row = Row {
            name: name_of,
            is_group: group.is_some(),
            everything: false,
            groups: Vec::new(),
            besides: Vec::new(),
        };
        row.everything = group.is_some_and(|group| between(site, group, None).next().is_some());
        for (other, there) in &targets {
            let granted = group.map_or_else(PortSet::none, |group| granted(site, layers, group, *other));
            let cells = layers.ask(classes, &parties, there);
            let cells: Vec<_> = cells.iter().filter(|cell| cell.connections() > 0).collect();
            if cells.iter().any(|cell| cell.lower.meets(&granted)) {
                row.groups.push(name(*other));
            }
            let mut open: BTreeMap<Vec<String>, PortSet> = BTreeMap::new();
            for path in cells.iter().flat_map(|cell| &cell.paths) {
                let left = path.upper().difference(&granted).difference(&layers.tunnels(path));
                if !left.is_none() {
                    let flows = flows(words, path, &left);
                    let ports = open.entry(flows).or_default();
                    *ports = ports.union(&left);
                }
            }
            row.besides.extend(open.into_iter().map(|(flows, ports)| Open { group: name(*other), ports, flows }));
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

fn granted(site: &Site, layers: &Layers, group: GroupId, other: GroupId) -> PortSet {
    let flows = between(site, group, Some(other));
    flows.fold(PortSet::none(), |all, flow| all.union(&layers.ports(flow.ports.as_deref())))
}

fn tunnels(site: &Site) -> impl Iterator<Item = Tunnels> {
    site.network_ids().filter_map(|network| Tunnels::of(site, network))
}

/// The flows that open packets at the end of a path, or nothing's if no layer of the site stands there.
fn flows(words: &Words, path: &Path, packets: &PortSet) -> Vec<String> {
    let decides = path.steps.iter().rev().find(|step| !step.rules.is_empty());
    match decides {
        Some(step) => words.openings(step, Some(packets)).into_iter().map(|(flow, _)| flow).collect(),
        None => vec![format!("nothing closes {}", path.way.name(words.site()))],
    }
}
