//! A difference for programs.

use arvc_diff::connections::{Alike, End, Row, Turn};
use arvc_diff::files::Fate;
use arvc_diff::machines::{Attribute, Effect, Machine};
use serde_json::{Value, json};

use super::Difference;
use super::side::Side;

/// All of it as one document.
pub(super) fn print(before: &Side, after: &Side, difference: &Difference) -> String {
    let Difference { connections, machines, certificates, names, files, lock, notes } = difference;
    let of = |fate: Fate| files.iter().filter(|(_, other)| **other == fate).map(|(path, _)| path).collect::<Vec<_>>();
    let rows = |rows: &[Row]| rows.iter().map(row).collect::<Vec<_>>();
    let alike = |list: &[Alike]| {
        list.iter().map(|it| json!({ "machines": it.who.names, "as": it.whom.names })).collect::<Vec<_>>()
    };
    let block = certificates.block.iter().map(|grant| {
        json!({ "machine": grant.machine, "name": grant.name, "networks": grant.networks, "groups": grant.groups })
    });
    let names = names.iter().map(|name| {
        let asked = &name.asked;
        json!({ "zone": asked.file, "name": asked.name, "type": asked.kind, "before": name.before, "after": name.after })
    });
    let document = json!({
        "version": 1,
        "before": before.name,
        "after": after.name,
        "changed": !difference.is_empty(),
        "notes": notes,
        "connections": {
            "changed": rows(&connections.rows),
            "joined": alike(&connections.joined),
            "new": rows(&connections.new),
            "left": alike(&connections.left),
            "gone": rows(&connections.gone),
            "silent": connections.silent,
        },
        "machines": {
            "created": machines.created,
            "destroyed": machines.destroyed,
            "renamed": machines.renamed.iter().map(|(old, new)| json!({ "from": old, "to": new })).collect::<Vec<_>>(),
            "changed": machines.changed.iter().map(machine).collect::<Vec<_>>(),
            "other": { "added": machines.added, "changed": machines.altered, "removed": machines.removed },
            "unread": machines.unread.iter().map(|(path, why)| json!({ "file": path, "why": why })).collect::<Vec<_>>(),
        },
        "certificates": { "sign": certificates.sign, "block": block.collect::<Vec<_>>() },
        "names": names.collect::<Vec<_>>(),
        "lock": lock,
        "files": { "added": of(Fate::Added), "changed": of(Fate::Changed), "removed": of(Fate::Removed) },
    });
    format!("{document:#}\n")
}

fn row(row: &Row) -> Value {
    let end = |end: &End| json!({ "words": end.words, "names": end.names });
    let turn = match row.turn {
        Turn::Opened => "opened",
        Turn::MayOpen => "may-open",
        Turn::MayClose => "may-close",
        Turn::Closed => "closed",
        Turn::LayerOpened => "layer-opened",
        Turn::LayerClosed => "layer-closed",
    };
    json!({
        "turn": turn,
        "from": end(&row.from),
        "to": end(&row.to),
        "over": row.path,
        "packets": row.packets.to_string(),
        "layers": row.layers,
    })
}

fn machine(machine: &Machine) -> Value {
    let attribute = |attribute: &Attribute| {
        let value = |value: &Option<String>| match attribute.is_delicate() {
            true => Value::Null,
            false => value.clone().map_or(Value::Null, Value::from),
        };
        json!({
            "path": attribute.path,
            "before": value(&attribute.before),
            "after": value(&attribute.after),
            "effect": effect(attribute.effect),
        })
    };
    json!({
        "name": machine.name,
        "effect": effect(machine.effect),
        "attributes": machine.attributes.iter().map(attribute).collect::<Vec<_>>(),
    })
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Replaced => "replaced",
        Effect::Moved => "moved",
        Effect::Rebooted => "rebooted",
        Effect::Changed => "changed",
    }
}
