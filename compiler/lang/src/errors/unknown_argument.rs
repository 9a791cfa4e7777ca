//! An argument that the function does not take.
//!
//! ## What is wrong
//!
//! The function takes a record with certain fields, and the call gives it a further one.
//!
//! ## Why
//!
//! A misspelt argument would otherwise leave the default in its place. A function that takes more says so with `...`.
//!
//! ## Example
//!
//! ```arv
//! let f = { vmid, memory ? 1GiB }: vmid; in f {
//!   vmdi = 1; # error: E0203
//! }
//! ```
//!
//! ## What to do
//!
//! Correct the name, or add it to the function's pattern.

use arvc_syntax::diagnostic::{Applicability, Code, Diagnostic, Edit, nearest};
use arvc_syntax::source::Span;

use crate::eval::machine::Machine;
use crate::eval::value::{Key, RecordId, Reported, Value};
use crate::ir::{ExprId, FnId, Pattern};

/// The code of this problem.
pub static CODE: Code = Code::new("E0203", "a function does not take an argument", include_str!("unknown_argument.rs"));

/// `function` takes `fields`, and not `name`.
pub fn new(function: &str, name: &str, span: Span, fields: &[&str]) -> Diagnostic {
    let message = format!("{function} takes no `{name}`");
    match nearest(name, fields.iter().copied()) {
        Some(nearest) => Diagnostic::new(&CODE, message, span, format!("did you mean `{nearest}`?")).fix(
            format!("write `{nearest}`"),
            vec![Edit { span, text: nearest.to_owned() }],
            Applicability::MaybeIncorrect,
        ),
        None => {
            let list = fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
            let help = if fields.is_empty() { "it takes an empty record".into() } else { format!("it takes {list}") };
            Diagnostic::new(&CODE, message, span, "not an argument of it").help(help)
        }
    }
}

/// `function`, whose pattern stands at `span`, will be given records that have `name` besides; `open` is the pattern that takes
/// them.
pub fn given(function: &str, name: &str, span: Span, open: &str) -> Diagnostic {
    Diagnostic::new(&CODE, format!("{function} takes no `{name}`"), span, format!("what it gets has `{name}` too"))
        .help(format!("a pattern that ends in `...` leaves other fields alone: `{open}`"))
}

/// The record given to a function has fields that its pattern has not.
pub fn report(machine: &mut Machine<'_>, function: FnId, call: ExprId, record: RecordId, _: Value) -> Reported {
    let Pattern::Record { fields, .. } = &machine.program.functions[function.0 as usize].pattern else {
        unreachable!("a name takes any argument")
    };
    let known: Vec<_> = fields.iter().map(|field| field.key.name).collect();
    let extra: Vec<Key> =
        machine.heap.keys_of(record).iter().copied().filter(|key| !known.contains(&key.name)).collect();
    let function = machine.callee_name(function, call);
    let at = machine.program.span(call);
    let mut first = None;
    for key in extra {
        let names: Vec<&str> = known.iter().map(|name| machine.names.get(*name)).collect();
        let mut diagnostic = new(&function, machine.names.get(key.name), key.span, &names);
        if !(at.start <= key.span.start && key.span.end <= at.end) {
            diagnostic = diagnostic.secondary(at, "called here");
        }
        let reported = machine.report(diagnostic);
        first.get_or_insert(reported);
    }
    match first {
        Some(reported) => reported,
        None => unreachable!("a record with more fields than the pattern took has one that it did not"),
    }
}
