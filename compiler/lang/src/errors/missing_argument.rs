//! A function lacks an argument.
//!
//! ## What is wrong
//!
//! The function takes a record with certain fields, and the call leaves out one that has no default; or it gives
//! something that is no record.
//!
//! ## Why
//!
//! The function needs the value. One that it could do without is written `name?` or `name ? default`.
//!
//! ## Example
//!
//! ```arv
//! let
//!   mk = { vmid, memory ? 1GiB }: { inherit vmid memory; };
//! in mk { memory = 2GiB; } # error: E0207
//! ```
//!
//! ## What to do
//!
//! Give the argument, or give the parameter a default.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use crate::errors::describe_value;
use crate::eval::machine::Machine;
use crate::eval::value::{Key, Reported, Value};
use crate::ir::{ExprId, FnId};

/// The code of this problem.
pub static CODE: Code = Code::new("E0207", "a function lacks an argument", include_str!("missing_argument.rs"));

/// The record `argument` lacks what these keys of the pattern ask for.
pub fn report(machine: &mut Machine<'_>, function: FnId, call: ExprId, argument: Value, missing: &[Key]) -> Reported {
    let asked: Vec<(&str, Option<Span>)> =
        missing.iter().map(|key| (machine.names.get(key.name), Some(key.span))).collect();
    let span = machine.span(argument);
    let at = machine.program.span(call);
    let mut diagnostic = new(&machine.callee_name(function, call), &asked, span);
    if !(at.start <= span.start && span.end <= at.end) {
        diagnostic = diagnostic.secondary(at, "called here");
    }
    machine.report(diagnostic)
}

/// The record at `span` lacks what `function` asks for, each at its place if that is worth showing.
pub fn new(function: &str, missing: &[(&str, Option<Span>)], span: Span) -> Diagnostic {
    let names = missing.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let message = format!("{function} lacks {names}");
    let mut diagnostic = Diagnostic::new(&CODE, message, span, format!("{names} is missing here"));
    for asked in missing.iter().filter_map(|(_, asked)| *asked) {
        diagnostic = diagnostic.secondary(asked, "asked for here");
    }
    diagnostic
}

/// The argument is no record at all.
pub fn not_a_record(machine: &mut Machine<'_>, function: FnId, call: ExprId, argument: Value) -> Reported {
    let found = describe_value(machine, argument);
    let message = format!("{} takes a record, and gets {found}", machine.callee_name(function, call));
    let diagnostic =
        Diagnostic::new(&CODE, message, machine.span(argument), format!("expected a record, found {found}"))
            .secondary(machine.program.span(call), "called here");
    machine.report(diagnostic)
}
