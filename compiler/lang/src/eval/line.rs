//! A function of one Int, computed for all of its arguments at once: as long as only sums, differences and multiples are
//! made of the argument, each result is the first one and so many equal steps.
//!
//! [`Kind::Line`] stands for such a value while a function is tried so. Whatever else is done with it ends the trial, which
//! says nothing: then the function is computed for one argument after the other.

use std::net::IpAddr;

use crate::eval::machine::Machine;
use crate::eval::operators::{distance, shift};
use crate::eval::value::{Heap, Kind, LineId, Reported, Store, Thunk, ThunkId, Value};
use crate::ir::{Binary, ExprId};

/// The values of a function in the order of its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// For the first argument.
    pub first: Point,
    /// What each next one adds.
    pub step: i128,
}

/// What can lie on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// An Int.
    Int(i64),
    /// An Address.
    Address(IpAddr),
    /// A MAC address.
    Mac([u8; 6]),
}

impl Point {
    /// So many behind this one. None: there is none.
    pub fn plus(self, by: i128) -> Option<Self> {
        Some(match self {
            Self::Int(value) => Self::Int(i64::try_from(i128::from(value).checked_add(by)?).ok()?),
            Self::Address(address) => Self::Address(shift(address, by)?),
            Self::Mac(mac) => Self::Mac(shift_mac(mac, by)?),
        })
    }
}

/// The MAC address so many behind another.
pub(super) fn shift_mac(mac: [u8; 6], by: i128) -> Option<[u8; 6]> {
    let number = mac.iter().fold(0, |number: i128, octet| number << 8 | i128::from(*octet));
    let moved = u64::try_from(number.checked_add(by)?).ok()?.to_be_bytes();
    let [0, 0, mac @ ..] = moved else { return None };
    Some(mac)
}

/// One evaluation that may leave nothing behind.
pub(super) struct Trial {
    /// How far the last argument is from the first, if the argument is a line.
    count: Option<u64>,
    /// Delayed values from here on were made by it.
    begin: usize,
    /// Older ones that it looked at, as they were.
    touched: Vec<(ThunkId, Thunk)>,
    /// Whether something that stays was made.
    pub(super) kept: bool,
    marks: Marks,
}

/// How much there was of everything.
struct Marks {
    heap: [usize; 12],
    store: [usize; 5],
    text: usize,
}

/// Ends a trial without a report.
const NO_LINE: Reported = Reported(u32::MAX - 1);

impl Trial {
    pub(super) fn new(heap: &Heap, store: &Store, count: Option<u64>) -> Self {
        Self { count, begin: heap.thunks.len(), touched: Vec::new(), kept: false, marks: Marks::of(heap, store) }
    }

    /// A delayed value is about to be computed.
    pub(super) fn touch(&mut self, id: ThunkId, thunk: Thunk) {
        if id.index() < self.begin {
            self.touched.push((id, thunk));
        }
    }

    /// Takes away what was made, if nothing that stays may hold a part of it. What failed is as it was, if that is to be
    /// `forgotten`.
    pub(super) fn end(self, heap: &mut Heap, store: &mut Store, forgotten: bool) {
        for (id, thunk) in self.touched.iter().filter(|_| forgotten) {
            if let Thunk::Failed(_) = heap.thunks[id.index()] {
                heap.thunks[id.index()] = *thunk;
            }
        }
        if self.touched.is_empty() && !self.kept {
            self.marks.restore(heap, store);
        }
    }
}

impl Marks {
    fn of(heap: &Heap, store: &Store) -> Self {
        Self {
            heap: [
                heap.keys.len(),
                heap.slots.len(),
                heap.records.len(),
                heap.frames.len(),
                heap.thunks.len(),
                heap.calls.len(),
                heap.applications.len(),
                heap.merges.len(),
                heap.sights.len(),
                heap.flows.len(),
                heap.partials.len(),
                heap.lines.len(),
            ],
            store: [
                store.strings.len(),
                store.addresses.len(),
                store.prefixes.len(),
                store.ranges.len(),
                store.secrets.len(),
            ],
            text: store.text_bytes,
        }
    }

    fn restore(&self, heap: &mut Heap, store: &mut Store) {
        let [keys, slots, records, frames, thunks, calls, applications, merges, sights, flows, partials, lines] =
            self.heap;
        heap.keys.truncate(keys);
        heap.slots.truncate(slots);
        heap.records.truncate(records);
        heap.frames.truncate(frames);
        heap.thunks.truncate(thunks);
        heap.calls.truncate(calls);
        heap.applications.truncate(applications);
        heap.merges.truncate(merges);
        heap.sights.truncate(sights);
        heap.flows.truncate(flows);
        heap.partials.truncate(partials);
        heap.lines.truncate(lines);
        let [strings, addresses, prefixes, ranges, secrets] = self.store;
        store.strings.truncate(strings);
        store.addresses.truncate(addresses);
        store.prefixes.truncate(prefixes);
        store.ranges.truncate(ranges);
        store.secrets.truncate(secrets);
        store.text_bytes = self.text;
    }
}

impl Machine<'_> {
    /// The argument of a trial.
    pub(super) fn argument_line(&mut self, first: i64, origin: ExprId) -> Value {
        self.heap.lines.push(Line { first: Point::Int(first), step: 1 });
        Value::new(Kind::Line(LineId(self.heap.lines.len() as u32 - 1)), origin)
    }

    /// A value as a line, if it can lie on one.
    pub(crate) fn as_line(&self, value: Value) -> Option<Line> {
        let first = match value.kind {
            Kind::Line(id) => return Some(self.heap.lines[id.index()]),
            Kind::Int(number) => Point::Int(number.into()),
            Kind::Address(id) => Point::Address(self.program.store.addresses[id.index()]),
            Kind::Mac(mac) => Point::Mac(mac),
            _ => return None,
        };
        Some(Line { first, step: 0 })
    }

    /// The last value of a line, if all of it can be.
    pub(crate) fn end_of(&self, line: Line) -> Option<Point> {
        let count = self.trial.as_ref()?.count?;
        line.first.plus(line.step.checked_mul(i128::from(count))?)
    }

    /// A line as a value; what does not change is one already.
    pub(crate) fn line(&mut self, line: Option<Line>, origin: ExprId) -> Result<Value, Reported> {
        // It only rises or only falls: if both of its ends can be, everything between can.
        let Some(line) = line.filter(|line| self.end_of(*line).is_some()) else { return Err(NO_LINE) };
        let kind = match (line.step, line.first) {
            (0, Point::Int(number)) => Kind::Int(number.into()),
            (0, Point::Address(address)) => self.program.store.address(address),
            (0, Point::Mac(mac)) => Kind::Mac(mac),
            _ => {
                self.heap.lines.push(line);
                Kind::Line(LineId(self.heap.lines.len() as u32 - 1))
            }
        };
        Ok(Value::new(kind, origin))
    }

    /// An operator with a line on one of its sides; None if there is none.
    pub(super) fn operate_on_lines(
        &mut self,
        id: ExprId,
        operator: Binary,
        left: Value,
        right: Value,
    ) -> Option<Result<Value, Reported>> {
        if !matches!(left.kind, Kind::Line(_)) && !matches!(right.kind, Kind::Line(_)) {
            return None;
        }
        let line = match (self.as_line(left), self.as_line(right)) {
            (Some(left), Some(right)) => computed(operator, left, right),
            _ => None,
        };
        Some(self.line(line, id))
    }

    /// `-` before a line.
    pub(super) fn negate_line(&mut self, id: ExprId, line: LineId) -> Result<Value, Reported> {
        let nothing = Line { first: Point::Int(0), step: 0 };
        self.line(computed(Binary::Subtract, nothing, self.heap.lines[line.index()]), id)
    }

    /// How two values compare, one of which is a line, if they compare so for all arguments.
    pub(super) fn order_lines(&self, left: Value, right: Value) -> Option<std::cmp::Ordering> {
        let line = computed(Binary::Subtract, self.as_line(left)?, self.as_line(right)?)?;
        let order = |point: Point| match point {
            Point::Int(difference) => Some(difference.cmp(&0)),
            _ => None,
        };
        let first = order(line.first)?;
        (order(self.end_of(line)?)? == first).then_some(first)
    }
}

fn computed(operator: Binary, left: Line, right: Line) -> Option<Line> {
    let line = |first: Option<Point>, step: Option<i128>| Some(Line { first: first?, step: step? });
    match (left.first, operator, right.first) {
        (first, Binary::Add, Point::Int(by)) => line(first.plus(by.into()), left.step.checked_add(right.step)),
        (first, Binary::Subtract, Point::Int(by)) => {
            line(first.plus(-i128::from(by)), left.step.checked_sub(right.step))
        }
        (Point::Address(left_first), Binary::Subtract, Point::Address(right_first)) => {
            let first = distance(right_first, left_first)?.ok()?;
            line(Some(Point::Int(first)), left.step.checked_sub(right.step))
        }
        (Point::Int(a), Binary::Multiply, Point::Int(b)) => {
            let (times, step) = match (left.step, right.step) {
                (step, 0) => (b, step),
                (0, step) => (a, step),
                _ => return None,
            };
            line(a.checked_mul(b).map(Point::Int), step.checked_mul(times.into()))
        }
        // Only what leaves no rest: a rest would come and go.
        (Point::Int(a), Binary::Divide, Point::Int(b)) if right.step == 0 && b != 0 => {
            let (a, by) = (i128::from(a), i128::from(b));
            if a % by != 0 || left.step % by != 0 {
                return None;
            }
            line(Point::Int(0).plus(a / by), Some(left.step / by))
        }
        _ => None,
    }
}
