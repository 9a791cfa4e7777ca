//! A record has no such field.
//!
//! ## What is wrong
//!
//! `x.f` asks for a field that `x` does not have.
//!
//! ## Why
//!
//! There is no value for it. Where a field may be absent, `x.f or d` says what then, and `x ? f` asks.
//!
//! ## Example
//!
//! ```arv
//! let h = { vmid = 1; }; in h.vmdi # error: E0208
//! ```
//!
//! ## What to do
//!
//! Correct the name, or say what the value is if it is absent: `h.memory or 2GiB`.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit, nearest};
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use crate::errors::{absent_help, describe_value};
use crate::eval::machine::Machine;
use crate::eval::see::Seen;
use crate::eval::value::{Kind, Reported, Value};
use crate::schema::types::Definition;

/// The code of this problem.
pub static CODE: Code = Code::new("E0208", "a record has no such field", include_str!("no_such_field.rs"));

/// `owner`, which has these fields, has no `name`.
pub fn new(owner: &str, name: &str, span: Span, fields: &[&str]) -> Diagnostic {
    let message = format!("{owner} has no field `{name}`");
    match nearest(name, fields.iter().copied()) {
        Some(nearest) => Diagnostic::new(&CODE, message, span, format!("did you mean `{nearest}`?")).fix(
            format!("write `{nearest}`"),
            vec![Edit { span, text: nearest.to_owned() }],
            Applicability::MaybeIncorrect,
        ),
        None => {
            let diagnostic = Diagnostic::new(&CODE, message, span, "not a field of it");
            let list = fields.iter().take(12).map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
            match fields.len() {
                0 => diagnostic.note("it has no fields"),
                1..=12 => diagnostic.note(format!("its fields are {list}")),
                more => diagnostic.note(format!("its {more} fields are {list}, …")),
            }
        }
    }
}

/// `name`, at `span`, of a record that lacks it.
pub fn report(machine: &mut Machine<'_>, name: Symbol, span: Span, value: Value) -> Reported {
    let mut owner = "the record".to_owned();
    let mut fields: Vec<&str> = Vec::new();
    if let Kind::Record(record) = value.kind {
        fields.extend(machine.heap.keys_of(record).iter().map(|key| machine.names.get(key.name)));
        if let Seen::Record(def) = record.view.seen()
            && let Definition::Record { fields: declared, .. } = &machine.program.schema.def(def).definition
        {
            owner = machine.names.get(machine.program.schema.def(def).name).to_owned();
            fields.extend(declared.iter().map(|field| machine.names.get(field.name)));
            fields.sort_unstable();
            fields.dedup();
        }
    }
    let diagnostic = new(&owner, machine.names.get(name), span, &fields).secondary(machine.span(value), "this record");
    machine.report(diagnostic)
}

/// `name`, at `span`, of something that is no record.
pub fn not_a_record(machine: &mut Machine<'_>, name: Symbol, span: Span, value: Value) -> Reported {
    let found = describe_value(machine, value);
    let message = format!("`{}` is asked of {found}, which has no fields", machine.names.get(name));
    let mut diagnostic = Diagnostic::new(&CODE, message, span, "only records have fields")
        .secondary(machine.span(value), format!("this is {found}"));
    diagnostic.helps.extend(absent_help(machine, value));
    machine.report(diagnostic)
}
