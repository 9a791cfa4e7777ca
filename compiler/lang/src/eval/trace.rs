//! What a message says about where evaluation was: names of definitions, and the calls that led there.

use std::collections::{HashMap, HashSet};

use arvc_syntax::source::Span;

use crate::eval::machine::{Cont, Machine};
use crate::eval::value::{CallIx, FrameId, Key, RecordId, ThunkId};
use crate::ir::{Binary, Expr, ExprId};
use crate::library;

/// A definition on the way of a cycle.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its path, as far as it is written: `hosts.a.vmid`.
    pub path: String,
    /// Whether it is a part of what a function gives: then its path begins there.
    pub handed_on: bool,
    /// Its key and value.
    pub key: Key,
    /// Its value.
    pub expr: ExprId,
}

/// The function that runs, and how it was entered.
#[derive(Clone, Debug)]
pub struct Calls {
    /// The function on top.
    pub function: String,
    /// The innermost call.
    pub last: ExprId,
    /// The call from outside of all functions.
    pub first: ExprId,
}

impl Machine<'_> {
    /// The definition of each expression that a field or a `let` names. Built only for a message.
    pub fn definitions(&self) -> HashMap<ExprId, (Key, Option<ExprId>)> {
        let mut definitions: HashMap<_, _> =
            self.program.bindings.iter().map(|(expr, key)| (*expr, (*key, None))).collect();
        for (at, expr) in self.program.exprs.iter().enumerate() {
            let record = match *expr {
                Expr::Record { keys, fields, len } | Expr::Scope { keys, fields, len } => Some((keys, fields, len)),
                Expr::Composed(index) => {
                    let composed = self.program.composed[index as usize];
                    Some((composed.keys, composed.fields, composed.len))
                }
                _ => None,
            };
            if let Some((keys, fields, len)) = record {
                for field in 0..len {
                    let value = self.program.children[(fields + field) as usize];
                    let key = self.heap.keys[(keys + field) as usize];
                    definitions.insert(value, (key, Some(ExprId(at as u32))));
                }
            }
        }
        definitions
    }

    /// The expression around each one that has no name of its own: in `a = f { b = 1; };`, the record is a part of `a`.
    fn around(&self) -> HashMap<ExprId, ExprId> {
        let mut around = HashMap::new();
        for (at, expr) in self.program.exprs.iter().enumerate() {
            let parts: &[ExprId] = match expr {
                Expr::Call(children) => &self.program.children(*children)[1..],
                Expr::Let(children) => self.program.children(*children).last_chunk::<1>().map_or(&[], |last| last),
                Expr::If(_, then, otherwise) => &[*then, *otherwise],
                Expr::Coerce(value, _) => &[*value],
                Expr::Assert(_, _, body) => &[*body],
                Expr::Binary(Binary::Update | Binary::Agree, left, right)
                | Expr::Layers(left, right)
                | Expr::Beside(left, right) => &[*left, *right],
                _ => &[],
            };
            around.extend(parts.iter().map(|part| (*part, ExprId(at as u32))));
            if let Expr::Match(_, first, count) = *expr {
                let arms = &self.program.arms[first as usize..(first + count) as usize];
                around.extend(arms.iter().map(|arm| (arm.body, ExprId(at as u32))));
            }
        }
        around
    }

    /// The definitions that wait for one another since `thunk` was demanded, in the order of need.
    pub fn cycle(&self, thunk: ThunkId) -> Vec<Definition> {
        let start = self.stack.iter().position(|cont| matches!(cont, Cont::Keep(kept, _) if *kept == thunk));
        let (known, around) = (self.definitions(), self.around());
        let results: HashSet<ExprId> = self.program.functions.iter().map(|function| function.body).collect();
        let waiting = self.stack[start.unwrap_or(0)..].iter().filter_map(|cont| match cont {
            Cont::Keep(_, expr) => Some(*expr),
            _ => None,
        });
        waiting
            .filter_map(|expr| {
                let (key, mut parent) = *known.get(&expr)?;
                let mut path = vec![key.name];
                let mut handed_on = false;
                while let Some(at) = parent {
                    handed_on |= results.contains(&at);
                    parent = match known.get(&at) {
                        Some((key, next)) => {
                            path.push(key.name);
                            *next
                        }
                        None => around.get(&at).copied(),
                    };
                }
                path.reverse();
                let path = path.iter().map(|name| self.names.get(*name)).collect::<Vec<_>>().join(".");
                Some(Definition { path, handed_on, key, expr })
            })
            .collect()
    }

    /// Whether a definition is a field of a file's outermost record that hides a name outside of it: then the cycle is
    /// perhaps not meant.
    pub fn is_scope_field(&self, definition: &Definition) -> bool {
        self.program.hiding.contains(&definition.key.span)
    }

    /// The files whose values wait for one another since `thunk` was demanded.
    pub fn files_between(&self, thunk: ThunkId) -> Vec<ExprId> {
        let start = self.stack.iter().position(|cont| matches!(cont, Cont::Keep(kept, _) if *kept == thunk));
        let roots: Vec<ExprId> = self.program.units.iter().map(|unit| unit.root).collect();
        let waiting = self.stack[start.unwrap_or(0)..].iter().filter_map(|cont| match cont {
            Cont::Keep(_, expr) if roots.contains(expr) => Some(*expr),
            _ => None,
        });
        waiting.collect()
    }

    /// The `import`s through which `thunk` was demanded again.
    pub fn imports_between(&self, thunk: ThunkId) -> Vec<ExprId> {
        let start = self.stack.iter().position(|cont| matches!(cont, Cont::Keep(kept, _) if *kept == thunk));
        let waiting = self.stack[start.unwrap_or(0)..].iter().filter_map(|cont| match cont {
            Cont::Import(expr) => Some(*expr),
            _ => None,
        });
        waiting.collect()
    }

    /// The expression that a delayed value is being computed by.
    pub fn waiting_for(&self, thunk: ThunkId) -> ExprId {
        let waiting = self.stack.iter().find_map(|cont| match cont {
            Cont::Keep(kept, expr) if *kept == thunk => Some(*expr),
            _ => None,
        });
        waiting.unwrap_or(ExprId(0))
    }

    /// The calls around a frame.
    pub fn calls_around(&self, frame: FrameId) -> Option<Calls> {
        self.calls_from(self.heap.frames[frame.index()].call)
    }

    /// Whether a place is not the user's: the prelude, `std`, a library of the project.
    pub fn in_library(&self, span: Span) -> bool {
        library::of(&self.sources.get(self.sources.file_of(span)).name).is_some()
    }

    /// The innermost call around a frame that stands in the user's own source.
    pub(super) fn call_into_library(&self, frame: FrameId) -> Option<Span> {
        let mut at = self.heap.frames[frame.index()].call;
        while let Some(call) = at {
            let call = self.heap.calls[call.index()];
            let span = self.program.span(call.expr);
            if !self.in_library(span) {
                return Some(span);
            }
            at = call.parent;
        }
        None
    }

    /// The outermost call in which a record was made.
    pub fn maker(&self, record: RecordId) -> Option<Span> {
        let calls = self.calls_from(self.heap.records[record.index()].call)?;
        Some(self.program.span(calls.first))
    }

    /// A call and the calls around it.
    pub fn calls_from(&self, call: Option<CallIx>) -> Option<Calls> {
        let top = self.heap.calls[call?.index()];
        let mut first = top;
        while let Some(parent) = first.parent {
            first = self.heap.calls[parent.index()];
        }
        Some(Calls { function: self.function_name(top.function), last: top.expr, first: first.expr })
    }

    /// The name of a function for a message.
    pub fn function_name(&self, function: crate::ir::FnId) -> String {
        match self.program.functions[function.0 as usize].name {
            Some(name) => format!("`{}`", self.names.get(name)),
            None => "a function without a name".to_owned(),
        }
    }

    /// The name of the function of a call: its own, or as the call writes it.
    pub fn callee_name(&self, function: crate::ir::FnId, call: ExprId) -> String {
        if let (None, Expr::Call(children)) = (self.program.functions[function.0 as usize].name, self.program.get(call))
        {
            let callee = self.program.children(children)[0];
            if let Expr::Local { .. } | Expr::Global(_) | Expr::Select(..) = self.program.get(callee) {
                return format!("`{}`", self.sources.text(self.program.span(callee)));
            }
        }
        self.function_name(function)
    }

    /// The newest call on the stack, for work that belongs to no frame.
    pub fn newest_call(&self) -> Option<Calls> {
        let newest = self.heap.calls.len().checked_sub(1)?;
        self.calls_from(Some(CallIx(newest as u32)))
    }
}
