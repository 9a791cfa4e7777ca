//! Answers for programs.

use std::net::IpAddr;

use arvc_reach::layers::{Cell, Extent, Layers, Party, Path, Stand, Step, verdict};
use arvc_reach::ports::PortSet;
use serde_json::{Value, json};

use super::text::Words;

/// All cells. With packets each has a verdict about them.
pub(super) fn cells(words: &Words, judge: &Layers, cells: &[Cell], asked: Option<&PortSet>) -> String {
    let list: Vec<Value> =
        cells.iter().filter(|cell| cell.connections() > 0).map(|cell| self::cell(words, judge, cell, asked)).collect();
    let mut document = json!({ "version": 1 });
    if let Some(packets) = asked {
        document["verdict"] = word(super::overall(cells, packets)).into();
    }
    document["cells"] = list.into();
    format!("{document:#}\n")
}

fn cell(words: &Words, judge: &Layers, cell: &Cell, asked: Option<&PortSet>) -> Value {
    let mut value = json!({
        "from": cell.sources.iter().map(|party| words.party(party)).collect::<Vec<_>>(),
        "to": cell.targets.iter().map(|party| words.party(party)).collect::<Vec<_>>(),
        "open": cell.lower.to_string(),
        "unknown": cell.upper.difference(&cell.lower).to_string(),
    });
    if let Some(packets) = asked {
        value["verdict"] = word(cell.verdict(packets)).into();
    }
    let every = PortSet::all();
    let paths = cell.paths.iter().map(|path| {
        let mut value = self::path(words, path, asked);
        value["from"] = cell.sent_from(judge, path).first().map(ToString::to_string).into();
        // Where the target is given an address, nobody knows which.
        let given = |to: &IpAddr| cell.targets.iter().any(|target| judge.is_given(target, path.way, *to));
        if path.to.iter().all(given) {
            value["to"] = json!([]);
        }
        let closed = asked.unwrap_or(&every).difference(&path.upper());
        if let (Some(source @ Party::Host(_)), false) = (cell.sources.first(), closed.is_none()) {
            let stands = judge.stands(source, path).into_iter();
            value["held"] = stands.map(|stand| held(&stand, &closed)).collect::<Vec<_>>().into();
        }
        value
    });
    value["paths"] = paths.collect::<Vec<_>>().into();
    value
}

/// Who holds what is closed against a source that somebody has taken over.
fn held(stand: &Stand, closed: &PortSet) -> Value {
    let by = stand.guards.iter().map(|(guard, held)| (guard, held.intersection(closed)));
    let by = by.filter(|(_, held)| !held.is_none());
    let mut value = json!({
        "by": by.map(|(guard, held)| json!({ "layer": guard.name(), "closed": held.to_string() })).collect::<Vec<_>>(),
        "nothing_holds": stand.open(closed).to_string(),
    });
    if let Some(grant) = stand.certificate {
        let networks: Vec<String> = grant.networks.iter().map(ToString::to_string).collect();
        value["certificate"] = json!({ "name": grant.name, "networks": networks, "groups": grant.groups });
    }
    value
}

fn path(words: &Words, path: &Path, asked: Option<&PortSet>) -> Value {
    let mut value = json!({
        "over": path.way.name(words.site()),
        "to": path.to.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "open": path.lower().to_string(),
    });
    if let Some(packets) = asked {
        value["verdict"] = word(path.verdict(packets)).into();
    }
    value["layers"] = path.steps.iter().map(|step| self::step(words, step, asked)).collect::<Vec<_>>().into();
    value
}

fn step(words: &Words, step: &Step, asked: Option<&PortSet>) -> Value {
    let mut value = json!({
        "layer": step.name(words.site()),
        "open": step.lower.to_string(),
        "unknown": step.upper.difference(&step.lower).to_string(),
    });
    if let Some(packets) = asked {
        value["verdict"] = word(verdict(packets, &step.lower, &step.upper)).into();
    }
    if let Some(note) = &step.note {
        value["note"] = note.as_str().into();
    }
    let flows = words.openings(step, asked).into_iter();
    value["flows"] = flows.map(|(flow, place)| json!({ "flow": flow, "at": place })).collect::<Vec<_>>().into();
    value
}

fn word(verdict: Extent) -> &'static str {
    match verdict {
        Extent::Open => "open",
        Extent::Closed => "closed",
        Extent::Some => "some",
        Extent::Unknown => "unknown",
    }
}
