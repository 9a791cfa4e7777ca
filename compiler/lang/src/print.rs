//! Values as they are written in the language: fields in the order of names, one line.

use std::fmt::Write;

use arvc_syntax::literal::Transport;

use crate::data::{Data, DataId, Datum};

/// What is still to be written.
enum Part<'d> {
    Value(DataId),
    Name(&'d str),
    Text(&'d str),
}

/// A value in the form in which it could be written: `{ a = 1; b = [ 1, 2 ]; }`. An entity is its path.
pub fn print(data: &Data, id: DataId) -> String {
    print_with(data, id, "<function>")
}

/// The same, with another word for a function, which has no text of its own.
pub fn print_with(data: &Data, id: DataId, function: &str) -> String {
    let mut out = String::new();
    let mut parts = vec![Part::Value(id)];
    while let Some(part) = parts.pop() {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Name(name) => write_name(&mut out, name),
            Part::Value(id) if *data.value(id) == Datum::Function => out.push_str(function),
            Part::Value(id) => write_value(&mut out, data, id, &mut parts),
        }
    }
    out
}

fn write_value<'d>(out: &mut String, data: &'d Data, id: DataId, parts: &mut Vec<Part<'d>>) {
    let begin = parts.len();
    let written = match data.value(id) {
        Datum::Failed => out.write_str("<failed>"),
        Datum::Bool(value) => write!(out, "{value}"),
        Datum::Int(value) => write!(out, "{value}"),
        Datum::Str(text) => {
            write_text(out, text);
            Ok(())
        }
        Datum::Address(_)
        | Datum::Prefix(_)
        | Datum::Ports(_)
        | Datum::IntRange(..)
        | Datum::Size(_)
        | Datum::Duration(_)
        | Datum::Mac(_) => {
            out.push_str(&leaf(data.value(id)).unwrap_or_default());
            Ok(())
        }
        Datum::Secret(secret) => {
            out.push_str("secret ");
            write_text(out, &format!("{}#{}", secret.path, secret.key));
            Ok(())
        }
        Datum::Tag(name, None) => out.write_str(data.names.get(*name)),
        Datum::Tag(name, Some(payload)) => {
            parts.extend([Part::Text("("), Part::Text(data.names.get(*name)), Part::Text(" ")]);
            parts.extend([Part::Value(*payload), Part::Text(")")]);
            Ok(())
        }
        Datum::List(items) if items.is_empty() => out.write_str("[]"),
        Datum::List(items) => {
            for (at, item) in items.iter().enumerate() {
                parts.extend([Part::Text(if at == 0 { "[ " } else { ", " }), Part::Value(*item)]);
            }
            parts.push(Part::Text(" ]"));
            Ok(())
        }
        Datum::Record(fields) if fields.is_empty() => out.write_str("{}"),
        Datum::Record(fields) => {
            parts.push(Part::Text("{ "));
            for field in fields {
                parts.extend([Part::Name(data.names.get(field.name)), Part::Text(" = ")]);
                parts.extend([Part::Value(field.value), Part::Text("; ")]);
            }
            parts.push(Part::Text("}"));
            Ok(())
        }
        Datum::Flow(flow) => {
            parts.extend([Part::Value(flow.source), Part::Text(" -> "), Part::Value(flow.target)]);
            for (word, part) in [(" : ", flow.ports), (" via ", flow.via), (" except ", flow.except)] {
                if let Some(part) = part {
                    parts.extend([Part::Text(word), Part::Value(part)]);
                }
            }
            Ok(())
        }
        Datum::Function => out.write_str("<function>"),
        Datum::Entity(entity) => out.write_str(&data.path(&data.entities[entity.0 as usize].path)),
    };
    debug_assert!(written.is_ok(), "writing to a String succeeds");
    parts[begin..].reverse();
}

/// A literal of the domain as it is written.
pub(crate) fn leaf(datum: &Datum) -> Option<String> {
    Some(match datum {
        Datum::Address(address) => address.to_string(),
        Datum::Prefix(prefix) => prefix.to_string(),
        Datum::Ports(ports) => {
            let transport = match ports.transport {
                Transport::Tcp => "tcp",
                Transport::Udp => "udp",
            };
            match ports.first == ports.last {
                true => format!("{}/{transport}", ports.first),
                false => format!("{}-{}/{transport}", ports.first, ports.last),
            }
        }
        Datum::IntRange(first, last) => format!("{first}..{last}"),
        // Nobody can write a byte, and nothing is a number of any unit.
        Datum::Size(0) => "0KiB".to_owned(),
        Datum::Size(bytes) => quantity(*bytes, SIZES),
        Datum::Duration(millis) => quantity(*millis, DURATIONS),
        Datum::Mac([a, b, c, d, e, f]) => format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}"),
        _ => return None,
    })
}

const SIZES: &[(u64, &str)] = &[(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1, "B")];
const DURATIONS: &[(u64, &str)] = &[(3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms")];

fn quantity(value: u64, units: &[(u64, &str)]) -> String {
    let fits = units.iter().find(|(unit, _)| value != 0 && value.is_multiple_of(*unit));
    let (unit, name) = fits.or(units.last()).copied().unwrap_or((1, ""));
    format!("{}{name}", value / unit)
}

fn write_name(out: &mut String, name: &str) {
    let mut letters = name.chars();
    let starts = letters.next().is_some_and(|first| first.is_ascii_lowercase() || first == '_');
    let plain = starts && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-');
    match plain {
        true => out.push_str(name),
        false => write_text(out, name),
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' if letters.peek() == Some(&'{') => out.push_str("\\$"),
            letter => out.push(letter),
        }
    }
    out.push('"');
}
