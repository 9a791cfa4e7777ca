//! JSON (RFC 8259), indented by two blanks. Numbers are whole and exact, 64 bits and all.

use super::{Node, Part, quoted};
use crate::plain::Scalar;

pub(super) fn document(node: &Node) -> String {
    let mut out = String::new();
    value(&mut out, 0, node);
    out.push('\n');
    out
}

fn value(out: &mut String, depth: usize, node: &Node) {
    match &node.part {
        Part::Scalar(Scalar::Bool(truth)) => out.push_str(if *truth { "true" } else { "false" }),
        Part::Scalar(Scalar::Int(number)) => out.push_str(&number.to_string()),
        Part::Scalar(Scalar::Text(text)) => out.push_str(&quoted(text)),
        Part::List(items) => parts(out, depth, ['[', ']'], items.iter().map(|item| (None, item))),
        Part::Record(fields) => {
            parts(out, depth, ['{', '}'], fields.iter().map(|(name, item)| (Some(name.as_str()), item)));
        }
    }
}

fn parts<'n>(
    out: &mut String,
    depth: usize,
    [begin, end]: [char; 2],
    parts: impl ExactSizeIterator<Item = (Option<&'n str>, &'n Node)>,
) {
    let count = parts.len();
    out.push(begin);
    for (at, (name, node)) in parts.enumerate() {
        line(out, depth + 1);
        if let Some(name) = name {
            out.push_str(&quoted(name));
            out.push_str(": ");
        }
        value(out, depth + 1, node);
        if at + 1 < count {
            out.push(',');
        }
    }
    if count > 0 {
        line(out, depth);
    }
    out.push(end);
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}
