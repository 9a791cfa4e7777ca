//! YAML in block style, as the emitted tree has it: two blanks a level, lists indented under their key, text plain only
//! where readers of YAML 1.1 and 1.2 give that very text back. No mark of a document's start, so that it can follow a line
//! of the author's own (`#cloud-config`).
//!
//! Its own writer: the crates that write YAML are archived (`serde_yaml`) or read only.

use super::{Node, Part, quoted};
use crate::plain::Scalar;

pub(super) fn document(node: &Node) -> String {
    let mut out = String::new();
    match &node.part {
        Part::Record(fields) if !fields.is_empty() => record(&mut out, 0, fields),
        Part::List(items) if !items.is_empty() => list(&mut out, 0, items),
        _ => {
            inline(&mut out, node);
            out.push('\n');
        }
    }
    out
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn record(out: &mut String, depth: usize, fields: &[(String, Node)]) {
    for field in fields {
        indent(out, depth);
        pair(out, depth, field);
    }
}

fn pair(out: &mut String, depth: usize, (name, node): &(String, Node)) {
    out.push_str(&text(name));
    out.push(':');
    match &node.part {
        Part::Record(fields) if !fields.is_empty() => {
            out.push('\n');
            record(out, depth + 1, fields);
        }
        Part::List(items) if !items.is_empty() => {
            out.push('\n');
            list(out, depth + 1, items);
        }
        _ => {
            out.push(' ');
            inline(out, node);
            out.push('\n');
        }
    }
}

fn list(out: &mut String, depth: usize, items: &[Node]) {
    for item in items {
        indent(out, depth);
        match &item.part {
            Part::Record(fields) if !fields.is_empty() => {
                out.push_str("- ");
                for (at, field) in fields.iter().enumerate() {
                    if at > 0 {
                        indent(out, depth + 1);
                    }
                    pair(out, depth + 1, field);
                }
            }
            Part::List(inner) if !inner.is_empty() => {
                out.push_str("-\n");
                list(out, depth + 1, inner);
            }
            _ => {
                out.push_str("- ");
                inline(out, item);
                out.push('\n');
            }
        }
    }
}

fn inline(out: &mut String, node: &Node) {
    match &node.part {
        Part::Scalar(Scalar::Bool(truth)) => out.push_str(if *truth { "true" } else { "false" }),
        Part::Scalar(Scalar::Int(number)) => out.push_str(&number.to_string()),
        Part::Scalar(Scalar::Text(string)) => out.push_str(&text(string)),
        Part::List(_) => out.push_str("[]"),
        Part::Record(_) => out.push_str("{}"),
    }
}

/// A word that no reader takes for anything else stands bare: a letter first, then letters, digits and a few signs.
fn text(string: &str) -> String {
    const WORDS: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan"];
    let word = string.starts_with(|c: char| c.is_ascii_alphabetic())
        && string.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c))
        && !WORDS.contains(&string.to_ascii_lowercase().as_str());
    if word { string.to_owned() } else { quoted(string) }
}
