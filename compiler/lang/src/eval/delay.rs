//! Making values without computing them: literals, records and lists at once, everything else as a delayed value.
//!
//! A record is built as soon as its frame is there, since that is cheap and cannot fail; recursion here follows the
//! syntax, whose depth the parser bounds.

use crate::builtins;
use crate::eval::machine::{Cont, Machine, State};
use crate::eval::see::Sight;
use crate::eval::value::{
    CallIx, FlowParts, Frame, FrameId, Kind, NO_PAYLOAD, Partial, PartialId, Primitive, Thunk, Value,
};
use crate::ir::{Children, Expr, ExprId};
use arvc_syntax::intern::Symbol;

impl Machine<'_> {
    /// A new frame whose variables are put behind all slots that exist.
    pub(super) fn frame(&mut self, parent: FrameId, call: Option<CallIx>) -> FrameId {
        self.heap.frames.push(Frame { parent, slots: self.heap.slots.len() as u32, call });
        FrameId(self.heap.frames.len() as u32 - 1)
    }

    /// Fills the newest frame with definitions that see one another.
    pub(super) fn bind(&mut self, frame: FrameId, definitions: &[ExprId]) {
        let start = self.heap.slots.len();
        self.heap.frames[frame.index()].slots = start as u32;
        let unset = |expr: &ExprId| Value::new(Kind::Unset, *expr);
        self.heap.slots.extend(definitions.iter().map(unset));
        for (slot, definition) in definitions.iter().enumerate() {
            self.heap.slots[start + slot] = self.definition(*definition, frame);
        }
    }

    /// A definition among others of one frame. A name for another name keeps a value of its own, so that a cycle shows
    /// both definitions.
    pub(super) fn definition(&mut self, id: ExprId, frame: FrameId) -> Value {
        match self.program.get(id) {
            Expr::Local { .. } => self.heap.thunk(Thunk::Delayed(id, frame), id),
            _ => self.delay(id, frame),
        }
    }

    /// A variable.
    pub(super) fn local(&self, mut frame: FrameId, up: u16, slot: u32) -> Value {
        for _ in 0..up {
            frame = self.heap.frames[frame.index()].parent;
        }
        self.heap.slots[(self.heap.frames[frame.index()].slots + slot) as usize]
    }

    /// The value of an expression, not computed yet unless that costs nothing.
    pub(super) fn delay(&mut self, id: ExprId, frame: FrameId) -> Value {
        match self.program.get(id) {
            Expr::Const(value) => value,
            Expr::Builtin(builtin) => self.builtin(builtin, id),
            Expr::Lambda(function) => Value::new(Kind::Closure(function, frame), id),
            Expr::Record { keys, fields, len } => self.record(id, keys, fields, len, frame),
            Expr::List(children) => self.list(id, children, frame),
            Expr::Flow(flow) => self.flow(id, flow, frame),
            Expr::Coerce(value, ty) => match self.program.get(value) {
                Expr::Const(_) | Expr::Builtin(_) | Expr::Lambda(_) | Expr::Record { .. } | Expr::List(_) => {
                    let value = self.delay(value, frame);
                    self.see_later(value, Sight::of(ty))
                }
                // What a message says of it is said of the expression that it is around.
                _ => self.heap.thunk(Thunk::Delayed(id, frame), value),
            },
            Expr::Local { up, slot } => match self.local(frame, up, slot) {
                Value { kind: Kind::Unset, .. } => self.heap.thunk(Thunk::Delayed(id, frame), id),
                value @ Value { kind: Kind::Thunk(thunk), .. } => match self.heap.thunks[thunk.index()] {
                    Thunk::Value(value) => value,
                    _ => value,
                },
                value => value,
            },
            _ => self.heap.thunk(Thunk::Delayed(id, frame), id),
        }
    }

    /// A field: as `delay`, but a name that is not computed yet keeps a value of its own for messages.
    fn field(&mut self, id: ExprId, frame: FrameId) -> Value {
        match self.program.get(id) {
            Expr::Local { .. } => match self.delay(id, frame) {
                Value { kind: Kind::Thunk(_), .. } => self.heap.thunk(Thunk::Delayed(id, frame), id),
                value => value,
            },
            _ => self.delay(id, frame),
        }
    }

    pub(super) fn record(&mut self, id: ExprId, keys: u32, fields: u32, len: u32, frame: FrameId) -> Value {
        let start = self.heap.slots.len();
        self.heap.slots.resize(start + len as usize, Value::new(Kind::Unset, id));
        for at in 0..len as usize {
            let field = self.program.children[fields as usize + at];
            self.heap.slots[start + at] = self.field(field, frame);
        }
        let call = self.heap.frames[frame.index()].call;
        Value::new(self.heap.record(keys, start as u32, len, call), id)
    }

    /// The outermost record of a file: its fields are the variables of a frame.
    pub(super) fn scope(&mut self, id: ExprId, keys: u32, fields: u32, len: u32, frame: FrameId) -> Value {
        let call = self.heap.frames[frame.index()].call;
        let inner = self.frame(frame, call);
        let definitions = self.program.children[fields as usize..(fields + len) as usize].to_vec();
        self.bind(inner, &definitions);
        let slots = self.heap.frames[inner.index()].slots;
        Value::new(self.heap.record(keys, slots, len, call), id)
    }

    /// The outermost record of a file with parts: behind its fields stand the parts' own bindings. What they assert is
    /// looked at before the record is handed out.
    pub(super) fn composed(&mut self, id: ExprId, index: u32, frame: FrameId) -> State {
        let composed = self.program.composed[index as usize];
        let call = self.heap.frames[frame.index()].call;
        let inner = self.frame(frame, call);
        let end = composed.fields + composed.len + composed.hidden;
        let definitions = self.program.children[composed.fields as usize..end as usize].to_vec();
        self.bind(inner, &definitions);
        let slots = self.heap.frames[inner.index()].slots;
        let record = Value::new(self.heap.record(composed.keys, slots, composed.len, call), id);
        match composed.asserted {
            Some(asserted) => {
                self.heap.slots[(slots + composed.len + composed.hidden - 1) as usize] = record;
                // What stands in front of the record may name it, and what is asserted may call that.
                if let Some(Cont::Keep(thunk, _)) = self.stack.last() {
                    self.heap.thunks[thunk.index()] = Thunk::Value(record);
                }
                State::Eval(asserted, inner)
            }
            None => State::Return(record),
        }
    }

    pub(super) fn list(&mut self, id: ExprId, children: Children, frame: FrameId) -> Value {
        let start = self.heap.slots.len();
        self.heap.slots.resize(start + children.len as usize, Value::new(Kind::Unset, id));
        for at in 0..children.len as usize {
            let item = self.program.children[children.start as usize + at];
            self.heap.slots[start + at] = self.field(item, frame);
        }
        Value::new(Kind::List { start: start as u32, len: children.len }, id)
    }

    pub(super) fn flow(&mut self, id: ExprId, flow: u32, frame: FrameId) -> Value {
        let flow = self.program.flows[flow as usize];
        let parts = FlowParts {
            source: self.delay(flow.source, frame),
            target: self.delay(flow.target, frame),
            ports: flow.ports.map(|ports| self.delay(ports, frame)),
            via: flow.via.map(|via| self.delay(via, frame)),
            except: flow.except.map(|except| self.delay(except, frame)),
        };
        self.heap.flows.push(parts);
        Value::new(Kind::Flow(crate::eval::value::FlowId(self.heap.flows.len() as u32 - 1)), id)
    }

    pub(super) fn tag(&mut self, name: Symbol, payload: Value, origin: ExprId) -> Value {
        self.heap.slots.push(payload);
        Value::new(Kind::Tag(name, self.heap.slots.len() as u32 - 1), origin)
    }

    /// A builtin without arguments.
    pub(super) fn builtin(&mut self, builtin: u16, origin: ExprId) -> Value {
        let unset = Value::new(Kind::Unset, origin);
        let primitive = Primitive::Builtin(&builtins::TABLE[builtin as usize]);
        self.heap.partials.push(Partial { primitive, count: 0, arguments: [unset; 2] });
        Value::new(Kind::Builtin(PartialId(self.heap.partials.len() as u32 - 1)), origin)
    }

    /// The payload of a tag.
    pub fn payload(&self, payload: u32) -> Option<Value> {
        (payload != NO_PAYLOAD).then(|| self.heap.slots[payload as usize])
    }
}
