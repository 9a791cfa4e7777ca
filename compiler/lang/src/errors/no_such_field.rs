//! A value has no such field.
//!
//! ## What is wrong
//!
//! `x.f` asks for a field that the record `x` does not have; or for a member of a value that is no record, such as the
//! `length` of a Prefix, which values of its kind do not have.
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
//! ```arv
//! let network = 10.0.0.0/24; in network.hosst # error: E0208
//! ```
//!
//! ## What to do
//!
//! Correct the name, or say what a record's field is if it is absent: `h.memory or 2GiB`. The spec's chapter on functions
//! lists what one may ask of each kind of value.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit, nearest};
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use crate::builtins;
use crate::errors::{absent_help, describe_value, known_fields, with_article};
use crate::eval::machine::Machine;
use crate::eval::see::Seen;
use crate::eval::value::{Kind, Reported, Value};
use crate::members;
use crate::schema::types::{Definition, Scalar};

/// The code of this problem.
pub static CODE: Code = Code::new("E0208", "a value has no such field", include_str!("no_such_field.rs"));

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
            diagnostic.note(known_fields(fields))
        }
    }
}

/// `name`, at `span`, of a record that lacks it.
pub fn report(machine: &mut Machine<'_>, name: Symbol, span: Span, value: Value) -> Reported {
    let mut owner = None;
    let mut fields: Vec<&str> = Vec::new();
    if let Kind::Record(record) = value.kind {
        fields.extend(machine.heap.keys_of(record).iter().map(|key| machine.names.get(key.name)));
        if let Seen::Record(def) = record.view.seen()
            && let Definition::Record { fields: declared, .. } = &machine.program.schema.def(def).definition
        {
            owner = Some(machine.names.get(machine.program.schema.def(def).name));
            fields.extend(declared.iter().map(|field| machine.names.get(field.name)));
            fields.sort_unstable();
            fields.dedup();
        }
    }
    let mut diagnostic =
        of(owner, machine.names.get(name), span, &fields).secondary(machine.span(value), "this record");
    if let Some(unset) = machine.program.unset_in(value.origin, name) {
        diagnostic = diagnostic.secondary(unset, "it is unset here");
    }
    machine.report(diagnostic)
}

/// `name`, at `span`, of something that is no record. Its kind, if that has members.
pub fn no_member(machine: &mut Machine<'_>, name: Symbol, span: Span, value: Value, kind: Option<Scalar>) -> Reported {
    let (found, name) = (describe_value(machine, value), machine.names.get(name));
    let diagnostic = match kind {
        Some(kind) => member(name, span, kind),
        None => nothing(name, span, &found),
    };
    let mut diagnostic = match machine.span(value) {
        made if made == span => diagnostic,
        made => diagnostic.secondary(made, format!("this is {found}")),
    };
    diagnostic.helps.extend(absent_help(machine, value));
    machine.report(diagnostic)
}

/// A value of this kind has no member `name`.
pub fn member(name: &str, span: Span, kind: Scalar) -> Diagnostic {
    let (of, members) = (kind.describe(), members::names(kind));
    let message = format!("{of} {} no `{name}`", if kind == Scalar::Ports { "have" } else { "has" });
    let list = members.iter().map(|member| format!("`{member}`")).collect::<Vec<_>>().join(", ");
    let diagnostic = match nearest(name, members.iter().copied()) {
        Some(nearest) => Diagnostic::new(&CODE, message, span, format!("did you mean `{nearest}`?")).fix(
            format!("write `{nearest}`"),
            vec![Edit { span, text: nearest.to_owned() }],
            Applicability::MaybeIncorrect,
        ),
        None => Diagnostic::new(&CODE, message, span, "not a member of it"),
    };
    diagnostic.note(format!("what one may ask of {of}: {list}"))
}

/// `name` of `found`, a value that one can ask nothing.
pub fn nothing(name: &str, span: Span, found: &str) -> Diagnostic {
    let message = format!("`{name}` is asked of {found}, which has no fields");
    let diagnostic = Diagnostic::new(&CODE, message, span, "it has neither fields nor members");
    match builtins::find(name) {
        Some(builtin) => diagnostic.help(format!("`{name}` is a function: `{}`", builtin.usage)),
        None => diagnostic,
    }
}
