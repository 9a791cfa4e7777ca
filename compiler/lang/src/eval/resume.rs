//! What follows when a value that was waited for is there.

use crate::errors;
use crate::eval::machine::{Cont, Machine, Next, State};
use crate::eval::value::{Kind, Thunk, Value};
use crate::ir::{Binary, Expr, Policy};

impl Machine<'_> {
    /// Goes on with what waited for a value.
    pub(super) fn resume(&mut self, cont: Cont, value: Value) -> Next {
        match cont {
            Cont::Keep(thunk, _) => {
                self.heap.thunks[thunk.index()] = Thunk::Value(value);
                Ok(State::Return(value))
            }
            Cont::Seen(sight) => self.seen(value, sight),
            Cont::Select(select) => self.select(select, value),
            Cont::Indexed(index, frame) => {
                let Expr::Index(_, key) = self.program.get(index) else { unreachable!("a selection") };
                self.wait(Cont::Index(index, value), key, frame)
            }
            Cont::Index(index, base) => self.index(index, base, value),
            Cont::ProbeKey { probe, frame, rest, value: base } => self.probed_key(probe, frame, rest, base, value),
            Cont::Import(_) => Ok(State::Return(value)),
            Cont::Probe { probe, frame, rest } => self.probed(probe, frame, rest, value),
            Cont::If(id, frame) => {
                let Expr::If(condition, then, otherwise) = self.program.get(id) else { unreachable!("an if") };
                let holds = self.truth(value, condition, "the condition of `if`")?;
                Ok(State::Eval(if holds { then } else { otherwise }, frame))
            }
            Cont::Match(id, frame) => self.choose(id, frame, value),
            Cont::Assert(id, frame) => {
                let Expr::Assert(condition, message, body) = self.program.get(id) else { unreachable!("an assert") };
                match self.truth(value, condition, "what is asserted")? {
                    true => Ok(State::Eval(body, frame)),
                    false => Err(errors::assertion::report(self, condition, message, frame)),
                }
            }
            Cont::Left(id, frame) => {
                let Expr::Binary(_, _, right) = self.program.get(id) else { unreachable!("an operator") };
                self.wait(Cont::Right(id, value), right, frame)
            }
            Cont::Right(id, left) => {
                let Expr::Binary(operator, ..) = self.program.get(id) else { unreachable!("an operator") };
                match operator {
                    Binary::Equal | Binary::NotEqual => self.equal(id, operator, left, value),
                    Binary::Update => self.update(left, value, id),
                    Binary::Agree => self.merge(left, value, id, Policy::Agree),
                    _ => Ok(State::Return(self.operate(id, operator, left, value)?)),
                }
            }
            Cont::Decide(id, frame) => {
                let (left, right, decides, operator) = match self.program.get(id) {
                    Expr::And(left, right) => (left, right, false, "&&"),
                    Expr::Either(left, right) => (left, right, true, "||"),
                    _ => unreachable!("a connective"),
                };
                let holds = self.truth(value, left, &format!("the left side of `{operator}`"))?;
                match holds == decides {
                    true => Ok(State::Return(Value::bool(holds, id))),
                    false => self.wait(Cont::Truth(id), right, frame),
                }
            }
            Cont::Truth(id) => {
                let (right, operator) = match self.program.get(id) {
                    Expr::And(_, right) => (right, "&&"),
                    Expr::Either(_, right) => (right, "||"),
                    _ => unreachable!("a connective"),
                };
                let holds = self.truth(value, right, &format!("the right side of `{operator}`"))?;
                Ok(State::Return(Value::bool(holds, id)))
            }
            Cont::Unary(id) => Ok(State::Return(self.unary(id, value)?)),
            Cont::Callee { call, frame, next } => self.called(call, frame, next, value),
            Cont::Argument(callee) => self.matched(callee, value),
            Cont::Task(task) => self.work(task, Some(value)),
            Cont::MergeFirst(merge) => self.merge_first(merge, value),
            Cont::MergeSecond(merge, first) => self.merge_second(merge, first, value),
            Cont::Agreed(merge, left, right) => self.agreed(merge, left, right, value),
            Cont::Upper(id, frame) => match (self.program.get(id), value.kind) {
                (Expr::Layers(lower, _), Kind::Record(_)) => self.wait(Cont::Lower(id, value), lower, frame),
                _ => Ok(State::Return(value)),
            },
            Cont::Lower(id, upper) => match value.kind {
                Kind::Record(_) => self.merge(value, upper, id, Policy::Layers),
                _ => Ok(State::Return(upper)),
            },
            Cont::Whole(id, frame) => {
                let Expr::Beside(_, parts) = self.program.get(id) else { unreachable!("a whole beside parts") };
                self.wait(Cont::Parts(id, value), parts, frame)
            }
            Cont::Parts(id, whole) => self.merge(whole, value, id, Policy::Beside),
            Cont::Then(argument, origin, call) => Ok(State::Apply { function: value, argument, origin, call }),
        }
    }
}
