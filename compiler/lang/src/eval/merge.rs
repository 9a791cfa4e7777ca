//! Two values of one path become one: `//`, `&`, and definitions of one path whose values are records only at run time.
//!
//! Records join field by field, as deep as they go, and every shared field is a delayed value of its own: nothing is
//! computed that nobody asks for.

use std::cmp::Ordering;
use std::collections::HashMap;

use arvc_syntax::source::Span;

use crate::errors;
use crate::eval::Equal;
use crate::eval::machine::{Cont, Machine, Next, State};
use crate::eval::value::{Key, Kind, Pair, RecordId, Reported, Thunk, Value};
use crate::ir::{Binary, ExprId, Policy, Rank};

/// A field that both sides of a merge have: each with its key and its slot, the one that wins last.
#[derive(Clone, Copy, Debug)]
pub struct Join {
    /// The side that loses, or is joined.
    pub lower: (Span, u32),
    /// The side that wins.
    pub upper: (Span, u32),
}

/// Fields that two records gave together, by their slots.
pub type Joins = HashMap<u32, Join>;

impl Machine<'_> {
    /// `left // right`, both computed.
    pub(super) fn update(&mut self, left: Value, right: Value, origin: ExprId) -> Next {
        match (left.kind, right.kind) {
            (Kind::Record(_), Kind::Record(_)) => self.merge(left, right, origin, Policy::Update),
            _ => Err(errors::wrong_operand::report(self, origin, Binary::Update, left, right)),
        }
    }

    /// What two computed values give.
    pub(super) fn merge(&mut self, left: Value, right: Value, origin: ExprId, policy: Policy) -> Next {
        self.merge_pair(Pair { left, right, origin, policy, name: None })
    }

    /// The side of a delayed merge that is looked at first is computed.
    pub(super) fn merge_first(&mut self, merge: u32, value: Value) -> Next {
        let pair = self.heap.merges[merge as usize];
        let other = match (pair.policy, value.kind) {
            (Policy::Layers, Kind::Record(_) | Kind::Absent) => pair.left,
            // What a lower layer says is not even looked at.
            (Policy::Layers, _) => return Ok(State::Return(value)),
            _ => pair.right,
        };
        self.stack.push(Cont::MergeSecond(merge, value));
        Ok(State::Force(other))
    }

    /// Both sides of a delayed merge are computed.
    pub(super) fn merge_second(&mut self, merge: u32, first: Value, second: Value) -> Next {
        let pair = self.heap.merges[merge as usize];
        let (left, right) = if pair.policy == Policy::Layers { (second, first) } else { (first, second) };
        self.merge_pair(Pair { left, right, ..pair })
    }

    fn merge_pair(&mut self, pair: Pair) -> Next {
        let Pair { left, right, policy, .. } = pair;
        match (left.kind, right.kind) {
            (_, Kind::Absent) => return Ok(State::Return(left)),
            (Kind::Absent, _) => return Ok(State::Return(right)),
            (Kind::Record(a), Kind::Record(b)) if a == b => return Ok(State::Return(left)),
            // A field that names a thing of the site (`image = images.debian`) is a leaf: two things are never joined into a third.
            (Kind::Record(a), Kind::Record(b))
                if pair.name.is_some() && self.heap.is_referred(a) && self.heap.is_referred(b) => {}
            (Kind::Record(_), Kind::Record(_)) => return Ok(State::Return(self.join(pair)?)),
            _ => {}
        }
        match policy {
            Policy::Update if self.same_kind(left, right) => Ok(State::Return(right)),
            Policy::Update => Err(errors::update_kind::report(self, left, right)),
            Policy::Layers => Ok(State::Return(right)),
            Policy::Unite => Ok(State::Return(self.append_sets(pair)?)),
            Policy::Agree | Policy::Beside => {
                self.heap.merges.push(pair);
                self.stack.push(Cont::Agreed(self.heap.merges.len() as u32 - 1, left, right));
                self.work(Box::new(Equal::agreement(left, right, pair.origin)), None)
            }
        }
    }

    /// Whether both sides of a merge are equal is known.
    pub(super) fn agreed(&mut self, merge: u32, left: Value, right: Value, equal: Value) -> Next {
        let pair = self.heap.merges[merge as usize];
        match equal.kind {
            Kind::Bool(true) => Ok(State::Return(left)),
            _ => Err(errors::disagreement::report(self, left, right, pair.name)),
        }
    }

    fn append_sets(&mut self, pair: Pair) -> Result<Value, Reported> {
        let Pair { left, right, origin, .. } = pair;
        match (left.kind, right.kind) {
            (Kind::List { start: a, len: m }, Kind::List { start: b, len: n }) => {
                self.reserve((m as usize + n as usize) * size_of::<Value>(), origin)?;
                let items = [self.heap.items(a, m), self.heap.items(b, n)].concat();
                Ok(self.heap.list(items, origin))
            }
            // One of them is no set: its type says so, at its place.
            (Kind::List { .. }, _) => Ok(right),
            _ => Ok(left),
        }
    }

    /// A record with the fields of both sides.
    fn join(&mut self, pair: Pair) -> Result<Value, Reported> {
        let Pair { left, right, origin, policy, .. } = pair;
        let (Kind::Record(a), Kind::Record(b)) = (left.kind, right.kind) else { unreachable!("two records") };
        let (left_keys, right_keys) = (self.heap.keys_of(a).len(), self.heap.keys_of(b).len());
        self.reserve((left_keys + right_keys) * (size_of::<Key>() + 4 * size_of::<Value>()), origin)?;
        let (keys, slots) = (self.heap.keys.len() as u32, self.heap.slots.len() as u32);
        let (mut i, mut j) = (0, 0);
        while i < left_keys || j < right_keys {
            let order = match (self.heap.keys_of(a).get(i), self.heap.keys_of(b).get(j)) {
                (Some(x), Some(y)) if x.name == y.name => Ordering::Equal,
                (Some(x), Some(y)) => self.names.get(x.name).cmp(self.names.get(y.name)),
                (Some(_), None) => Ordering::Less,
                _ => Ordering::Greater,
            };
            if policy == Policy::Layers
                && order.is_ge()
                && let Some(known) = self.program.unset.get(&self.heap.keys_of(b)[j].span).copied()
            {
                if order.is_gt() && !known {
                    let key = self.heap.keys_of(b)[j];
                    return Err(errors::nothing_to_unset::report(self, key, a));
                }
                i += usize::from(order.is_le());
                j += 1;
                continue;
            }
            let (key, value) = match order {
                Ordering::Less => (self.heap.keys_of(a)[i], self.heap.slots_of(a)[i]),
                Ordering::Greater => (self.heap.keys_of(b)[j], self.heap.slots_of(b)[j]),
                Ordering::Equal => {
                    let x = (self.heap.keys_of(a)[i], self.heap.slots_of(a)[i]);
                    let y = (self.heap.keys_of(b)[j], self.heap.slots_of(b)[j]);
                    self.field_of_both(x, y, origin, policy)
                }
            };
            if self.joins.is_some() {
                self.note_join((a, i), (b, j), order, key);
            }
            i += usize::from(order.is_le());
            j += usize::from(order.is_ge());
            self.heap.keys.push(key);
            self.heap.slots.push(value);
        }
        let len = self.heap.keys.len() as u32 - keys;
        let call = self.heap.records[b.index()].call.or(self.heap.records[a.index()].call);
        let Kind::Record(record) = self.heap.record(keys, slots, len, call) else { unreachable!("a record") };
        Ok(Value::new(Kind::Record(record.seen_as(a.view.joined(b.view))), origin))
    }

    /// Keeps where the field that is about to be added comes from.
    fn note_join(&mut self, (a, i): (RecordId, usize), (b, j): (RecordId, usize), order: Ordering, winner: Key) {
        let place = |record: RecordId, at: usize| self.heap.records[record.index()].slots + at as u32;
        let (slot, x, y) = (self.heap.slots.len() as u32, place(a, i), place(b, j));
        let join = match order {
            Ordering::Equal => {
                let (left, right) = (self.heap.keys_of(a)[i], self.heap.keys_of(b)[j]);
                Some(match winner == left {
                    true => Join { lower: (right.span, y), upper: (left.span, x) },
                    false => Join { lower: (left.span, x), upper: (right.span, y) },
                })
            }
            Ordering::Less => self.joins.as_ref().and_then(|joins| joins.get(&x)).copied(),
            Ordering::Greater => self.joins.as_ref().and_then(|joins| joins.get(&y)).copied(),
        };
        if let (Some(joins), Some(join)) = (&mut self.joins, join) {
            joins.insert(slot, join);
        }
    }

    /// A field that both sides have.
    fn field_of_both(&mut self, x: (Key, Value), y: (Key, Value), origin: ExprId, policy: Policy) -> (Key, Value) {
        let (left, right) = (self.program.rank(x.0.span), self.program.rank(y.0.span));
        let composed = matches!(policy, Policy::Layers | Policy::Beside);
        let set = composed && [x.0.span, y.0.span].iter().any(|key| self.program.sets.contains(key));
        let (policy, lower, upper) = match policy {
            Policy::Update | Policy::Layers if right == Rank::Force => return y,
            Policy::Layers if self.program.leaves.contains(&y.0.span) => return y,
            Policy::Agree | Policy::Beside if left != right => match left.max(right) {
                Rank::Force if left == Rank::Force => return x,
                Rank::Force => return y,
                _ if left == Rank::Default => (Policy::Layers, x, y),
                _ => (Policy::Layers, y, x),
            },
            _ if set => (Policy::Unite, x, y),
            policy => (policy, x, y),
        };
        let pair = Pair { left: lower.1, right: upper.1, origin, policy, name: Some(upper.0.name) };
        self.heap.merges.push(pair);
        let merge = Thunk::Merge(self.heap.merges.len() as u32 - 1);
        (upper.0, self.heap.thunk(merge, origin))
    }

    fn same_kind(&self, left: Value, right: Value) -> bool {
        let function = |kind| matches!(kind, Kind::Closure(..) | Kind::Builtin(_));
        std::mem::discriminant(&left.kind) == std::mem::discriminant(&right.kind)
            || (function(left.kind) && function(right.kind))
    }
}
