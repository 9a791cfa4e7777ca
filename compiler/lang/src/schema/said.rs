//! Where a value is said to be what a field holds: the expression of the field or item, in a file of the user.
//!
//! A value keeps the expression that made it, which may stand far away: `groups = groups.storage;` is a mistake at the
//! place where the group is named and none where it is defined.

use arvc_syntax::source::Span;

use super::extract::{Extractor, Item};
use crate::eval::value::{CallIx, Value};
use crate::ir::{Children, Expr, ExprId};

impl Extractor<'_, '_> {
    /// The expression of the part `at` of a record or list, whose value is in `slot`.
    pub(super) fn part_expr(&self, whole: Value, at: usize, len: usize, slot: Value) -> ExprId {
        let program = &self.machine.program;
        let children = match program.get(whole.origin) {
            Expr::Record { fields, len, .. } | Expr::Scope { fields, len, .. } => Children { start: fields, len },
            Expr::Composed(index) => {
                let composed = program.composed[index as usize];
                Children { start: composed.fields, len: composed.len }
            }
            Expr::List(children) => children,
            _ => return slot.origin,
        };
        // What was joined or updated has the origin of one side only.
        match children.len as usize == len && slot.origin != whole.origin {
            true => program.uncoerced(program.children(children)[at]),
            false => slot.origin,
        }
    }

    /// Where the value of an item is said: never in a library, if anything of the user led there.
    pub(super) fn said(&self, item: Item) -> Span {
        let said = self.machine.program.span(self.given(item.said, item.call));
        // Every mention of an entity asks for this: what is rarely needed is looked for last.
        if !self.machine.in_library(said) {
            return said;
        }
        let made = self.machine.span(item.value);
        let own = |span: &Span| !self.machine.in_library(*span);
        let calls = || self.machine.calls_from(item.call).map(|calls| self.machine.program.span(calls.first));
        Some(made)
            .filter(own)
            .or_else(|| self.place_of(item.trail).filter(own))
            .or_else(|| calls().filter(own))
            .unwrap_or(made)
    }

    /// What a call gives for a parameter that is only handed on: `inherit vmid;` in a function means the caller's value.
    fn given(&self, mut said: ExprId, mut call: Option<CallIx>) -> ExprId {
        let program = &self.machine.program;
        while let (Expr::Local { .. }, Some(at)) = (program.get(program.uncoerced(said)), call) {
            let at = self.machine.heap.calls[at.index()];
            let body = program.span(program.functions[at.function.0 as usize].body);
            let span = program.span(said);
            let argument = match body.start <= span.start && span.end <= body.end {
                true => self.argument(at.expr, self.machine.sources.text(span)),
                false => None,
            };
            match argument {
                Some(argument) => said = argument,
                None => break,
            }
            call = at.parent;
        }
        said
    }

    /// The field `name` of a record that a call gives.
    fn argument(&self, call: ExprId, name: &str) -> Option<ExprId> {
        let program = &self.machine.program;
        let Expr::Call(children) = program.get(call) else { return None };
        let arguments = program.children(children)[1..].iter();
        arguments.map(|argument| program.uncoerced(*argument)).find_map(|argument| match program.get(argument) {
            Expr::Record { keys, fields, len } => (0..len).find_map(|at| {
                let key = self.machine.heap.keys[(keys + at) as usize];
                (self.machine.names.get(key.name) == name)
                    .then(|| program.uncoerced(program.children[(fields + at) as usize]))
            }),
            _ => None,
        })
    }
}
