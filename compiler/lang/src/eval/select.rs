//! `x.f`, `x.f or d`, `x ? f`.

use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use crate::builtins::Call;
use crate::errors;
use crate::eval::machine::{Cont, Machine, Next, State};
use crate::eval::see::{Found, Sight};
use crate::eval::value::{FrameId, Kind, Partial, PartialId, Primitive, RecordId, Reported, Value};
use crate::ir::{Expr, ExprId};
use crate::members::{self, Member};
use crate::report::BY_THE_PARSER;

impl Machine<'_> {
    /// Position of a field among the keys of a record.
    pub fn position(&self, record: RecordId, name: Symbol) -> Option<usize> {
        let keys = self.heap.keys_of(record);
        if keys.len() <= 8 {
            return keys.iter().position(|key| key.name == name);
        }
        let text = self.names.get(name);
        keys.binary_search_by(|key| self.names.get(key.name).cmp(text)).ok()
    }

    /// The field of a record as it is written, not computed yet.
    pub fn field_of(&self, record: RecordId, name: Symbol) -> Option<Value> {
        self.position(record, name).map(|at| self.heap.slots_of(record)[at])
    }

    pub(super) fn select(&mut self, id: ExprId, value: Value) -> Next {
        let Expr::Select(_, name, span) = self.program.get(id) else { unreachable!("a selection") };
        self.take(id, value, name, span)
    }

    /// The field of a computed value; `id` selects it.
    fn take(&mut self, id: ExprId, value: Value, name: Symbol, span: Span) -> Next {
        match self.look_up(id, value, name, span)? {
            Found::Field(field, sight) => self.look(field, sight),
            Found::Absent => Ok(State::Return(Value::new(Kind::Absent, id))),
            _ if self.program.optional.binary_search(&id).is_ok() => Ok(State::Return(Value::new(Kind::Absent, id))),
            found => Err(match (self.program.lacking.get(&value.origin), found) {
                (Some(reported), _) => *reported,
                (None, Found::Missing(def)) => errors::missing_field::selected(self, id, value, def, name),
                (None, _) => errors::no_such_field::report(self, name, span, value),
            }),
        }
    }

    /// What a computed value has under a name; `id` selects it.
    fn look_up(&mut self, id: ExprId, value: Value, name: Symbol, span: Span) -> Result<Found, Reported> {
        if let Kind::Record(record) = value.kind {
            let found = self.find(record, name);
            // Perhaps it stands in what was not understood, which is said.
            let damaged = || self.program.damaged.binary_search(&value.origin).is_ok();
            return match self.field_of(record, name).is_none() && damaged() {
                true => Err(BY_THE_PARSER),
                false => Ok(found),
            };
        }
        let kind = members::kind(value.kind);
        match kind.and_then(|kind| members::find(kind, self.names.get(name))) {
            Some(member) => self.member(member, value, id).map(|value| Found::Field(value, Sight::PLAIN)),
            None => Err(errors::no_such_field::no_member(self, name, span, value, kind)),
        }
    }

    /// A member of a value: what it is, or a function that knows the value.
    fn member(&mut self, member: &'static Member, of: Value, origin: ExprId) -> Result<Value, Reported> {
        if member.arity == 0 {
            return (member.body)(self, &Call::of_member(member, of, origin));
        }
        let arguments = [of, Value::new(Kind::Unset, origin)];
        self.heap.partials.push(Partial { primitive: Primitive::Member(member), count: 1, arguments });
        Ok(Value::new(Kind::Builtin(PartialId(self.heap.partials.len() as u32 - 1)), origin))
    }

    /// `base.${key}`, both computed.
    pub(super) fn index(&mut self, id: ExprId, base: Value, key: Value) -> Next {
        let (name, span) = self.computed_key(id, key)?;
        self.take(id, base, name, span)
    }

    fn computed_key(&mut self, id: ExprId, key: Value) -> Result<(Symbol, Span), Reported> {
        let Expr::Index(_, at) = self.program.get(id) else { unreachable!("a computed selection") };
        match self.text(key).map(str::to_owned) {
            Some(text) => Ok((self.names.intern(&text), self.program.span(at))),
            None => Err(errors::wrong_operand::expected(self, at, key, "a field's name", "text")),
        }
    }

    /// The selection of a chain that has `rest - 1` others behind it.
    fn step(&self, chain: ExprId, rest: u32) -> ExprId {
        let mut at = chain;
        for _ in 1..rest {
            at = self.base(at);
        }
        at
    }

    fn base(&self, selection: ExprId) -> ExprId {
        match self.program.get(selection) {
            Expr::Select(base, ..) | Expr::Index(base, _) => base,
            _ => unreachable!("a selection"),
        }
    }

    pub(super) fn probe(&mut self, probe: ExprId, chain: ExprId, steps: u32, frame: FrameId) -> Next {
        let first = self.step(chain, steps);
        let base = if steps == 0 { chain } else { self.base(first) };
        self.wait(Cont::Probe { probe, frame, rest: steps }, base, frame)
    }

    /// A value on the way of a chain is there; `rest` steps are still to be taken.
    pub(super) fn probed(&mut self, probe: ExprId, frame: FrameId, rest: u32, value: Value) -> Next {
        let (chain, fallback) = match self.program.get(probe) {
            Expr::Or(chain, fallback, _) => (chain, Some(fallback)),
            Expr::Has(chain, _) => (chain, None),
            _ => unreachable!("an `or` or a `?`"),
        };
        let absent = || match fallback {
            Some(fallback) => Ok(State::Eval(fallback, frame)),
            None => Ok(State::Return(Value::bool(false, probe))),
        };
        if value.kind == Kind::Absent {
            return absent();
        }
        if rest == 0 {
            return Ok(State::Return(if fallback.is_some() { value } else { Value::bool(true, probe) }));
        }
        let step = self.step(chain, rest);
        match self.program.get(step) {
            Expr::Select(_, name, span) => match self.look_up(step, value, name, span)? {
                Found::Field(field, sight) => {
                    self.stack.push(Cont::Probe { probe, frame, rest: rest - 1 });
                    self.look(field, sight)
                }
                Found::Absent | Found::Missing(_) | Found::Nothing => absent(),
                Found::Unknown => Err(errors::no_such_field::report(self, name, span, value)),
            },
            Expr::Index(_, key) => self.wait(Cont::ProbeKey { probe, frame, rest, value }, key, frame),
            _ => unreachable!("a selection"),
        }
    }

    /// As `probed`, and the key of the next step is computed too.
    pub(super) fn probed_key(&mut self, probe: ExprId, frame: FrameId, rest: u32, base: Value, key: Value) -> Next {
        let (Expr::Or(chain, ..) | Expr::Has(chain, _)) = self.program.get(probe) else {
            unreachable!("an `or` or a `?`")
        };
        let step = self.step(chain, rest);
        let (name, span) = self.computed_key(step, key)?;
        match self.look_up(step, base, name, span)? {
            Found::Field(field, sight) => {
                self.stack.push(Cont::Probe { probe, frame, rest: rest - 1 });
                self.look(field, sight)
            }
            Found::Absent | Found::Missing(_) | Found::Nothing => {
                self.stack.push(Cont::Probe { probe, frame, rest: 0 });
                Ok(State::Return(Value::new(Kind::Absent, probe)))
            }
            Found::Unknown => Err(errors::no_such_field::report(self, name, span, base)),
        }
    }
}
