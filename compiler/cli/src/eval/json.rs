//! A value as JSON. What JSON has no form for is its text as the language writes it: `"8GiB"`, `"10.0.0.0/8"`.
//!
//! It is written piece by piece: a value may be deeper than the native stack.

use arvc_lang::data::{Data, DataId, Datum};
use arvc_lang::print;

enum Part {
    Value(DataId),
    Text(String),
}

/// A value on one line. Fields come in the order of their names.
pub fn value(data: &Data, id: DataId) -> String {
    let mut out = String::new();
    let mut parts = vec![Part::Value(id)];
    while let Some(part) = parts.pop() {
        match part {
            Part::Text(text) => out.push_str(&text),
            Part::Value(id) => write(&mut out, data, id, &mut parts),
        }
    }
    out
}

/// Text as JSON has it.
pub fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn write(out: &mut String, data: &Data, id: DataId, parts: &mut Vec<Part>) {
    let begin = parts.len();
    match data.value(id) {
        Datum::Failed => out.push_str("null"),
        Datum::Bool(value) => out.push_str(&value.to_string()),
        Datum::Int(value) => out.push_str(&value.to_string()),
        Datum::Str(value) => out.push_str(&text(value)),
        Datum::Address(_)
        | Datum::Prefix(_)
        | Datum::Ports(_)
        | Datum::IntRange(..)
        | Datum::Size(_)
        | Datum::Duration(_)
        | Datum::Mac(_)
        | Datum::Tag(_, None) => out.push_str(&text(&print(data, id))),
        Datum::Secret(secret) => {
            out.push_str(&format!("{{\"secret\":{}}}", text(&format!("{}#{}", secret.path, secret.key))));
        }
        Datum::Entity(entity) => {
            let path = data.path(&data.entities[entity.0 as usize].path);
            out.push_str(&format!("{{\"entity\":{}}}", text(&path)));
        }
        Datum::Function(_) => out.push_str("{\"function\":true}"),
        Datum::Tag(name, Some(payload)) => {
            out.push_str(&format!("{{{}:", text(data.names.get(*name))));
            parts.extend([Part::Value(*payload), Part::Text("}".into())]);
        }
        Datum::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    parts.push(Part::Text(",".into()));
                }
                parts.push(Part::Value(*item));
            }
            parts.push(Part::Text("]".into()));
        }
        Datum::Record(fields) => {
            out.push('{');
            for (at, field) in fields.iter().enumerate() {
                let comma = if at > 0 { "," } else { "" };
                parts.push(Part::Text(format!("{comma}{}:", text(data.names.get(field.name)))));
                parts.push(Part::Value(field.value));
            }
            parts.push(Part::Text("}".into()));
        }
        Datum::Flow(flow) => {
            out.push_str("{\"source\":");
            parts.extend([Part::Value(flow.source), Part::Text(",\"target\":".into()), Part::Value(flow.target)]);
            for (name, part) in [("ports", flow.ports), ("via", flow.via), ("except", flow.except)] {
                if let Some(part) = part {
                    parts.extend([Part::Text(format!(",\"{name}\":")), Part::Value(part)]);
                }
            }
            parts.push(Part::Text("}".into()));
        }
    }
    parts[begin..].reverse();
}
