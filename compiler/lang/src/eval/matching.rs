//! `match`: the first arm for the tag of a value.

use crate::errors::{missing_case, unknown_tag, wrong_operand};
use crate::eval::machine::{Machine, Next, State};
use crate::eval::value::{FrameId, Kind, Value};
use crate::ir::{Expr, ExprId};

impl Machine<'_> {
    /// The value that a `match` looks at is there.
    pub(super) fn choose(&mut self, id: ExprId, frame: FrameId, value: Value) -> Next {
        let Expr::Match(subject, first, count) = self.program.get(id) else { unreachable!("a match") };
        let Kind::Tag(name, payload) = value.kind else {
            return Err(wrong_operand::expected(self, subject, value, "what `match` looks at", "a tag"));
        };
        let arms = &self.program.arms[first as usize..(first + count) as usize];
        let arm = arms.iter().find(|arm| arm.tag.is_none_or(|tag| tag.name == name)).copied();
        let Some(arm) = arm else {
            let word = missing_case::word(self.program.span(id));
            let carries = self.payload(payload).is_some();
            let missing = missing_case::new(None, &[(self.names.get(name), carries)], word);
            let span = self.span(value);
            return Err(self.report(missing.secondary(span, "the value is this")));
        };
        let payload = self.payload(payload);
        if let Some(tag) = arm.tag
            && arm.carries != payload.is_some()
        {
            let mismatch = unknown_tag::arm(self.names.get(name), tag.span, self.span(value), payload.is_some());
            return Err(self.report(mismatch));
        }
        let inner = match payload.filter(|_| arm.binds) {
            Some(payload) => {
                let inner = self.frame(frame, self.heap.frames[frame.index()].call);
                self.heap.slots.push(payload);
                inner
            }
            None => frame,
        };
        Ok(State::Eval(arm.body, inner))
    }
}
