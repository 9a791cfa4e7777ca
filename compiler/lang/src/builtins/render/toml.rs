//! TOML 1.0, through the crate that reads it in the compiler too.

use toml::{Table, Value};

use super::{Call, Node, Part};
use crate::errors::not_text;
use crate::eval::machine::Machine;
use crate::eval::value::Reported;
use crate::plain::Scalar;

pub(super) fn document(machine: &mut Machine<'_>, call: &Call, node: &Node) -> Result<String, Reported> {
    let Part::Record(fields) = &node.part else {
        let message = "TOML is a table, and this is none".to_owned();
        let help = Some("give it a name: `toTOML { items = …; }`");
        return Err(not_text::unfit(machine, node.value, call.origin, message, "not a record", call.name, help));
    };
    // A table of booleans, integers, strings, arrays and tables has a form in every case.
    Ok(toml::to_string(&table(fields)).unwrap_or_default())
}

fn table(fields: &[(String, Node)]) -> Table {
    fields.iter().map(|(name, node)| (name.clone(), value(node))).collect()
}

fn value(node: &Node) -> Value {
    match &node.part {
        Part::Scalar(Scalar::Bool(truth)) => Value::Boolean(*truth),
        Part::Scalar(Scalar::Int(number)) => Value::Integer(*number),
        Part::Scalar(Scalar::Text(text)) => Value::String(text.clone()),
        Part::List(items) => Value::Array(items.iter().map(value).collect()),
        Part::Record(fields) => Value::Table(table(fields)),
    }
}
