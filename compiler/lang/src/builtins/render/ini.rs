//! INI as systemd, Grafana and most others read it: keys without a section first, then the sections. The format has no
//! escapes, so what it cannot hold is a mistake.

use super::{Call, Node, Part};
use crate::errors::not_text;
use crate::eval::machine::Machine;
use crate::eval::value::Reported;
use crate::plain::Scalar;

pub(super) fn document(machine: &mut Machine<'_>, call: &Call, node: &Node) -> Result<String, Reported> {
    let Part::Record(fields) = &node.part else {
        return Err(unfit(machine, call, node, "INI is made of sections, and this is no record", "not a record"));
    };
    let mut out = String::new();
    let is_section = |node: &Node| matches!(node.part, Part::Record(_));
    for (name, node) in fields.iter().filter(|(_, node)| !is_section(node)) {
        keys(machine, call, &mut out, name, node)?;
    }
    for (name, node) in fields {
        let Part::Record(fields) = &node.part else { continue };
        if name.is_empty() || name.contains([']', '[']) || name.contains(char::is_control) {
            return Err(unfit(machine, call, node, "a section of INI has no such name", "the section's value"));
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&format!("[{name}]\n"));
        for (name, node) in fields {
            keys(machine, call, &mut out, name, node)?;
        }
    }
    Ok(out)
}

/// One key, or one for each item of a list.
fn keys(machine: &mut Machine<'_>, call: &Call, out: &mut String, name: &str, node: &Node) -> Result<(), Reported> {
    let proper = name.starts_with(|c: char| !matches!(c, '#' | ';' | '['))
        && !name.contains(['=', ':'])
        && !name.contains(char::is_control)
        && name.trim() == name;
    if !proper {
        return Err(unfit(machine, call, node, "a key of INI has no such name", "the key's value"));
    }
    let items = match &node.part {
        Part::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    for item in items {
        let text = match &item.part {
            Part::Scalar(Scalar::Bool(truth)) => truth.to_string(),
            Part::Scalar(Scalar::Int(number)) => number.to_string(),
            Part::Scalar(Scalar::Text(text)) => text.clone(),
            Part::List(_) | Part::Record(_) => {
                return Err(unfit(
                    machine,
                    call,
                    item,
                    "INI has sections of keys, and nothing inside of a key",
                    "nested",
                ));
            }
        };
        if text.contains(char::is_control) || text.trim() != text {
            let message = "a value of INI ends with its line, and has no blanks around it";
            return Err(unfit(machine, call, item, message, "not one line without blanks around it"));
        }
        let blank = if text.is_empty() { "" } else { " " };
        out.push_str(&format!("{name} ={blank}{text}\n"));
    }
    Ok(())
}

fn unfit(machine: &mut Machine<'_>, call: &Call, node: &Node, message: &str, label: &str) -> Reported {
    not_text::unfit(machine, node.value, call.origin, message.to_owned(), label, call.name, None)
}
