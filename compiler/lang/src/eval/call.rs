//! Applying functions: arguments one by one, record patterns, tags and builtins.

use crate::builtins;
use crate::errors;
use crate::eval::machine::{Cont, Machine, Next, State};
use crate::eval::see::Sight;
use crate::eval::value::{CallInfo, CallIx, FrameId, Kind, NO_PAYLOAD, PartialId, Primitive, Value};
use crate::ir::{Expr, ExprId, FnId, Pattern};

/// A function whose argument is being computed.
#[derive(Clone, Copy, Debug)]
pub struct Callee {
    function: FnId,
    scope: FrameId,
    call: CallIx,
    origin: ExprId,
}

impl Machine<'_> {
    /// The function of a call is there: give it the next argument.
    pub(super) fn called(&mut self, call: ExprId, frame: FrameId, next: u32, function: Value) -> Next {
        let Expr::Call(children) = self.program.get(call) else { unreachable!("a call") };
        let argument = self.program.children(children)[next as usize];
        if next > 1 && !self.is_function(function) {
            return Err(errors::not_a_function::too_many(self, call, next, function));
        }
        let around = self.heap.frames[frame.index()].call;
        let argument = self.delay(argument, frame);
        if next + 1 < children.len {
            self.stack.push(Cont::Callee { call, frame, next: next + 1 });
        }
        Ok(State::Apply { function, argument, origin: call, call: around })
    }

    fn is_function(&self, value: Value) -> bool {
        matches!(value.kind, Kind::Closure(..) | Kind::Builtin(_) | Kind::Tag(_, NO_PAYLOAD))
    }

    pub(super) fn enter(&mut self, function: Value, argument: Value, origin: ExprId, call: Option<CallIx>) -> Next {
        match function.kind {
            Kind::Closure(id, scope) => {
                let parent = call.or(self.heap.frames[scope.index()].call);
                self.heap.calls.push(CallInfo { expr: origin, function: id, parent });
                let call = CallIx(self.heap.calls.len() as u32 - 1);
                let callee = Callee { function: id, scope, call, origin };
                if let Pattern::Name = self.program.functions[id.0 as usize].pattern {
                    let inner = self.frame(scope, Some(call));
                    self.heap.slots.push(argument);
                    return Ok(State::Eval(self.program.functions[id.0 as usize].body, inner));
                }
                self.stack.push(Cont::Argument(callee));
                Ok(State::Force(argument))
            }
            Kind::Builtin(partial) => self.give(partial, argument, origin, call),
            Kind::Tag(name, NO_PAYLOAD) => Ok(State::Return(self.tag(name, argument, origin))),
            Kind::Thunk(_) => {
                self.stack.push(Cont::Then(argument, origin, call));
                Ok(State::Force(function))
            }
            _ => Err(errors::not_a_function::report(self, origin, function)),
        }
    }

    /// The argument of a function with a record pattern is there.
    pub(super) fn matched(&mut self, callee: Callee, argument: Value) -> Next {
        let Callee { function, scope, call, origin } = callee;
        let Pattern::Record { ref fields, open, whole } = self.program.functions[function.0 as usize].pattern else {
            unreachable!("a name takes any argument")
        };
        let Kind::Record(record) = argument.kind else {
            return Err(errors::missing_argument::not_a_record(self, function, origin, argument));
        };
        let fields = fields.clone();
        let mut found = vec![None; fields.len()];
        let mut taken = 0;
        for (slot, field) in fields.iter().enumerate() {
            found[slot] = self.seen_field(record, field.key.name);
            taken += usize::from(self.position(record, field.key.name).is_some());
        }
        if !open && taken < self.heap.keys_of(record).len() {
            return Err(errors::unknown_argument::report(self, function, origin, record, argument));
        }
        let frame = self.frame(scope, Some(call));
        let start = self.heap.slots.len();
        let slots = fields.len() + usize::from(whole);
        self.heap.slots.resize(start + slots, Value::new(Kind::Unset, origin));
        let mut missing = Vec::new();
        for (slot, field) in fields.iter().enumerate() {
            self.heap.slots[start + slot] = match (found[slot], field.default) {
                (Some(value), _) => field.ty.map_or(value, |ty| self.see_later(value, Sight::of(ty))),
                (None, None) if field.optional => Value::new(Kind::Absent, origin),
                (None, None) => {
                    missing.push(field.key);
                    continue;
                }
                (None, Some(_)) => continue,
            };
        }
        if whole {
            self.heap.slots[start + fields.len()] = argument;
        }
        if !missing.is_empty() {
            return Err(errors::missing_argument::report(self, function, origin, argument, &missing));
        }
        for (slot, field) in fields.iter().enumerate() {
            if let (None, Some(default)) = (found[slot], field.default) {
                let value = self.definition(default, frame);
                self.heap.slots[start + slot] = field.ty.map_or(value, |ty| self.see_later(value, Sight::of(ty)));
            }
        }
        Ok(State::Eval(self.program.functions[function.0 as usize].body, frame))
    }

    fn give(&mut self, partial: PartialId, argument: Value, origin: ExprId, call: Option<CallIx>) -> Next {
        let mut partial = self.heap.partials[partial.index()];
        let arity = match partial.primitive {
            Primitive::Builtin(builtin) => builtin.arity,
            Primitive::Member(member) => 1 + member.arity,
            Primitive::Seen { .. } => 2,
        };
        if usize::from(partial.count) + 1 < arity {
            partial.arguments[partial.count as usize] = argument;
            partial.count += 1;
            self.heap.partials.push(partial);
            return Ok(State::Return(Value::new(
                Kind::Builtin(PartialId(self.heap.partials.len() as u32 - 1)),
                origin,
            )));
        }
        let mut arguments = partial.arguments[..partial.count as usize].to_vec();
        arguments.push(argument);
        let task = match partial.primitive {
            Primitive::Builtin(builtin) => builtins::start(builtin, arguments, origin),
            Primitive::Member(member) => builtins::start_member(member, arguments, origin),
            Primitive::Seen { takes, gives } => {
                self.see_result(gives);
                let argument = self.see_later(argument, Sight::of(takes));
                return Ok(State::Apply { function: arguments[0], argument, origin, call });
            }
        };
        self.work(task, None)
    }
}
