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

use crate::errors::{describe_value, with_article};
use crate::eval::machine::Machine;
use crate::eval::value::{Kind, Reported, Value};

/// The code of this problem.
pub static CODE: Code = Code::new("E0208", "a record has no such field", include_str!("no_such_field.rs"));

/// A record with these fields has no `name`.
pub fn new(name: &str, span: Span, fields: &[&str]) -> Diagnostic {
    of(None, name, span, fields)
}

/// A record with these fields, of the type `owner` if it has a name, has no `name`.
pub fn of(owner: Option<&str>, name: &str, span: Span, fields: &[&str]) -> Diagnostic {
    let owner = owner.map_or_else(|| "the record".to_owned(), with_article);
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
    let fields: Vec<&str> = match value.kind {
        Kind::Record(record) => machine.heap.keys_of(record).iter().map(|key| machine.names.get(key.name)).collect(),
        _ => Vec::new(),
    };
    let diagnostic = new(machine.names.get(name), span, &fields).secondary(machine.span(value), "this record");
    machine.report(diagnostic)
}

/// `name`, at `span`, of `found`, which is no record.
pub fn of_kind(name: &str, found: &str, span: Span) -> Diagnostic {
    let message = format!("`{name}` is asked of {found}, which has no fields");
    Diagnostic::new(&CODE, message, span, "only records have fields")
}

/// `name`, at `span`, of something that is no record.
pub fn not_a_record(machine: &mut Machine<'_>, name: Symbol, span: Span, value: Value) -> Reported {
    let found = describe_value(machine, value);
    let diagnostic = of_kind(machine.names.get(name), &found, span);
    machine.report(diagnostic.secondary(machine.span(value), format!("this is {found}")))
}
