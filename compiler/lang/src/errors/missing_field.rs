//! A field that the schema demands is missing.
//!
//! ## What is wrong
//!
//! The record lacks a field that has no default and may not be left out.
//!
//! ## Why
//!
//! Nothing sensible could be put in its place.
//!
//! ## Example
//!
//! ```arv site
//! { name = "example"; } # error: E0204
//! ```
//!
//! ## What to do
//!
//! Add the field. The note says what the schema tells about it.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use crate::eval::machine::Machine;
use crate::eval::value::{Reported, Value};
use crate::ir::{Expr, ExprId};
use crate::schema::types::DefId;

/// The code of this problem.
pub static CODE: Code = Code::new("E0204", "a field is missing", include_str!("missing_field.rs"));

/// The record at `span`, which is `what` (`hosts.dns`) and should be an `owner`, lacks these fields.
pub fn new(what: &str, owner: &str, span: Span, fields: &[(&str, &str)]) -> Diagnostic {
    let names: Vec<String> = fields.iter().map(|(name, _)| format!("`{name}`")).collect();
    let (plural, list) = match names.split_last() {
        Some((last, [])) => ("", last.clone()),
        Some((last, others)) => ("s", format!("{} and {last}", others.join(", "))),
        None => ("", String::new()),
    };
    let verb = if fields.len() == 1 { "is" } else { "are" };
    let mut diagnostic = Diagnostic::new(
        &CODE,
        format!("{what} has no {list}"),
        span,
        format!("the field{plural} {list} of {owner} {verb} missing"),
    );
    for (name, kind) in fields {
        diagnostic = diagnostic.note(format!("`{name}` is {kind}"));
    }
    diagnostic
}

/// The selection `select` asks `value`, which should be a `def`, for the field `name` that it lacks. Whoever holds the
/// whole record against its type says the same, and more, at the same place.
pub fn selected(machine: &mut Machine<'_>, select: ExprId, value: Value, def: DefId, name: Symbol) -> Reported {
    let what = match machine.program.get(select) {
        Expr::Select(base, ..) | Expr::Index(base, _) => {
            format!("`{}`", machine.sources.text(machine.program.span(base)))
        }
        _ => "the record".to_owned(),
    };
    let name = machine.names.get(name);
    let owner = machine.names.get(machine.program.schema.def(def).name);
    let diagnostic = Diagnostic::new(
        &CODE,
        format!("{what} has no `{name}`"),
        machine.span(value),
        format!("the field `{name}` of {owner} is missing"),
    );
    machine.reports.meanwhile(diagnostic.secondary(machine.program.span(select), "asked for here"))
}
