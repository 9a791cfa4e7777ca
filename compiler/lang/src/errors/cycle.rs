//! A value needs itself.
//!
//! ## What is wrong
//!
//! To compute the value, the value itself is needed, directly or through the definitions that are shown.
//!
//! ## Why
//!
//! Definitions may stand in any order and name one another, but each must come to an end.
//!
//! ## Example
//!
//! ```arv
//! let
//!   a = b; # error: E0501
//!   b = a;
//! in a
//! ```
//!
//! ## What to do
//!
//! Break the cycle at one of the definitions.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::errors::import_cycle;
use crate::eval::machine::Machine;
use crate::eval::value::{Reported, ThunkId};

/// The code of this problem.
pub static CODE: Code = Code::new("E0501", "a value needs itself", include_str!("cycle.rs"));

/// `thunk` is demanded while it is being computed.
pub fn report(machine: &mut Machine<'_>, thunk: ThunkId) -> Reported {
    let files = machine.files_between(thunk);
    if !files.is_empty() {
        let imports = machine.imports_between(thunk);
        return import_cycle::report(machine, &files, &imports);
    }
    let mut cycle = machine.cycle(thunk);
    cycle.dedup_by(|a, b| a.path == b.path && a.key == b.key);
    // What a function only hands on is shown, and is no step where the definitions outside of it say all.
    let mut through = Vec::new();
    if cycle.iter().any(|definition| !definition.handed_on) {
        (through, cycle) = cycle.into_iter().partition(|definition| definition.handed_on);
        cycle.dedup_by(|a, b| a.path == b.path && a.key == b.key);
    }
    // The same cycle is entered at different places, so it is told from its first definition in the source.
    if let Some(first) = (0..cycle.len()).min_by_key(|at| cycle[*at].key.span) {
        cycle.rotate_left(first);
    }
    let Some(first) = cycle.first() else {
        let span = machine.program.span(machine.waiting_for(thunk));
        return machine.report(Diagnostic::new(&CODE, "a value needs itself", span, "needed to compute itself"));
    };
    let mut path: Vec<&str> = cycle.iter().map(|definition| definition.path.as_str()).collect();
    path.push(&first.path);
    let mut diagnostic = Diagnostic::new(
        &CODE,
        format!("`{}` needs itself: {}", first.path, path.join(" → ")),
        first.key.span,
        if cycle.len() == 1 { "needs itself".to_owned() } else { format!("needs `{}`", cycle[1].path) },
    );
    for (at, definition) in cycle.iter().enumerate().skip(1) {
        let next = &cycle[(at + 1) % cycle.len()].path;
        diagnostic = diagnostic.primary(definition.key.span, format!("needs `{next}`"));
    }
    for definition in &through {
        if !machine.in_library(definition.key.span) {
            diagnostic = diagnostic.secondary(definition.key.span, "handed on here");
        }
    }
    if cycle.iter().any(|definition| machine.is_scope_field(definition)) {
        diagnostic = diagnostic.note(
            "a field of a file's outermost record is a name in the whole record, also where a parameter or a `let` outside \
             has the same name",
        );
    }
    machine.report(diagnostic)
}
