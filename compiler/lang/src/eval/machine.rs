//! The machine: one loop over a stack of what is waited for.

use arvc_syntax::diagnostic::{Diagnostic, Label};
use arvc_syntax::intern::Interner;
use arvc_syntax::source::{Sources, Span};

use crate::errors;
use crate::eval::budget::Budget;
use crate::eval::call::Callee;
use crate::eval::merge::Joins;
use crate::eval::see::Sight;
use crate::eval::task::{Step, Task};
use crate::eval::value::{CallIx, Frame, FrameId, Heap, Kind, Reported, Thunk, ThunkId, Value};
use crate::ir::{Expr, ExprId, Policy, Program, UnitId};
use crate::report::Reports;
use crate::schema::shape::{self, Shape};

/// What is waited for.
pub(super) enum Cont {
    /// A value to be seen as something.
    Seen(Sight),
    /// A delayed value, to be kept. The expression says which one, for messages.
    Keep(ThunkId, ExprId),
    /// The record of a `Select`.
    Select(ExprId),
    /// The record of an `Index`.
    Indexed(ExprId, FrameId),
    /// The key of an `Index`; the record is here.
    Index(ExprId, Value),
    /// The key of a step in the chain of an `Or` or a `Has`; the record is here.
    ProbeKey { probe: ExprId, frame: FrameId, rest: u32, value: Value },
    /// The value of a file, for messages.
    Import(ExprId),
    /// The record of a step in the chain of an `Or` or a `Has`: how many steps remain behind it.
    Probe { probe: ExprId, frame: FrameId, rest: u32 },
    /// The condition of an `If`.
    If(ExprId, FrameId),
    /// What a `Match` looks at.
    Match(ExprId, FrameId),
    /// The condition of an `Assert`.
    Assert(ExprId, FrameId),
    /// The left operand.
    Left(ExprId, FrameId),
    /// The right operand; the left one is here.
    Right(ExprId, Value),
    /// The left side of `&&` or `||`.
    Decide(ExprId, FrameId),
    /// The right side of `&&` or `||`.
    Truth(ExprId),
    /// The operand of `!` or `-`.
    Unary(ExprId),
    /// The function of a `Call`; the arguments from an index on are still to be given.
    Callee { call: ExprId, frame: FrameId, next: u32 },
    /// The argument of a function with a record pattern.
    Argument(Callee),
    /// One value of a task.
    Task(Box<dyn Task>),
    /// The side of a merge that is looked at first: the left one, of layers the upper one.
    MergeFirst(u32),
    /// The other side; the first is here.
    MergeSecond(u32, Value),
    /// Whether the sides of a merge are equal.
    Agreed(u32, Value, Value),
    /// The upper one of `Layers`.
    Upper(ExprId, FrameId),
    /// The lower one of it; the upper one is here.
    Lower(ExprId, Value),
    /// The whole of `Beside`.
    Whole(ExprId, FrameId),
    /// The parts of it; the whole is here.
    Parts(ExprId, Value),
    /// The second argument to the function that is being computed.
    Then(Value, ExprId, Option<CallIx>),
}

/// What the loop does next.
pub(super) enum State {
    Eval(ExprId, FrameId),
    Force(Value),
    Return(Value),
    Apply { function: Value, argument: Value, origin: ExprId, call: Option<CallIx> },
}

pub(super) type Next = Result<State, Reported>;

/// One evaluation of one program.
pub struct Machine<'p> {
    /// The program.
    pub program: &'p mut Program,
    /// The names.
    pub names: &'p mut Interner,
    /// The sources, for messages.
    pub sources: &'p Sources,
    /// What was reported.
    pub reports: &'p mut Reports,
    /// Everything made so far.
    pub heap: Heap,
    /// Limits.
    pub budget: Budget,
    /// Steps so far.
    pub steps: u64,
    /// Bytes of the result so far.
    pub written: usize,
    /// The frame of the newest step, for messages.
    pub(super) current: FrameId,
    pub(super) stack: Vec<Cont>,
    /// What the types of the program add to values.
    pub(super) shapes: Vec<Shape>,
    /// Defaults of the schema, by type and field.
    pub(super) defaults: Vec<Vec<Option<Value>>>,
    /// Which fields two records gave together, by their slots; kept only for a question.
    pub joins: Option<Joins>,
    /// Work that does not make a step yet.
    unpaid: u64,
    units: Vec<Value>,
    exhausted: Option<Reported>,
}

/// What a value that a task asks for costs, in sixteenths of a step: the way through the loop, even if it is there already.
const TURN: usize = 8;

/// The frame of the prelude, which is around every file.
pub const PRELUDE: FrameId = FrameId(0);

impl<'p> Machine<'p> {
    /// A machine for a program whose prelude has `globals` as its definitions.
    pub fn new(
        program: &'p mut Program,
        names: &'p mut Interner,
        sources: &'p Sources,
        reports: &'p mut Reports,
        globals: &[ExprId],
    ) -> Self {
        // The prelude is the first source: what a site may use does not grow with the text of the schema.
        let bytes = sources.iter().skip(1).map(|(_, source)| source.text.len()).sum();
        let heap = Heap::of(program);
        let shapes = shape::of(&program.schema);
        let mut machine = Self {
            shapes,
            defaults: Vec::new(),
            program,
            names,
            sources,
            reports,
            heap,
            budget: Budget::for_sources(bytes),
            steps: 0,
            written: 0,
            current: PRELUDE,
            stack: Vec::new(),
            joins: None,
            unpaid: 0,
            units: Vec::new(),
            exhausted: None,
        };
        machine.heap.frames.push(Frame { parent: PRELUDE, slots: 0, call: None });
        machine.bind(PRELUDE, globals);
        for unit in &machine.program.units {
            let thunk = machine.heap.thunk(Thunk::Delayed(unit.root, PRELUDE), unit.root);
            machine.units.push(thunk);
        }
        machine
    }

    /// The value of a file, not computed yet.
    pub fn unit(&self, unit: UnitId) -> Value {
        self.units[unit.0 as usize]
    }

    /// Where the expression that made a value stands.
    pub fn span(&self, value: Value) -> Span {
        self.program.span(value.origin)
    }

    /// Reports a problem. One that shows in a library is reported at the call that led there.
    pub fn report(&mut self, mut diagnostic: Diagnostic) -> Reported {
        if self.in_library(diagnostic.span())
            && let Some(call) = self.call_into_library(self.current)
        {
            for label in &mut diagnostic.labels {
                label.primary = false;
            }
            let message = "in this call".to_owned();
            diagnostic.labels.insert(0, Label { span: call, primary: true, message });
        }
        // Nobody can change a library's text: of that, a place of one line may explain something, and no more is shown.
        let lines = |span: Span| self.sources.text(span).contains('\n');
        diagnostic.labels.retain(|label| label.primary || !self.in_library(label.span) || !lines(label.span));
        self.reports.add(diagnostic)
    }

    /// Computes a value as far as its outermost constructor.
    pub fn force(&mut self, value: Value) -> Result<Value, Reported> {
        match value.kind {
            Kind::Thunk(id) => match self.heap.thunks[id.index()] {
                Thunk::Value(value) => Ok(value),
                Thunk::Failed(reported) => Err(reported),
                _ => self.run(State::Force(value)),
            },
            _ => Ok(value),
        }
    }

    /// A value, if it is computed already.
    pub fn settled(&self, value: Value) -> Option<Value> {
        match value.kind {
            Kind::Thunk(id) => match self.heap.thunks[id.index()] {
                Thunk::Value(value) => Some(value),
                _ => None,
            },
            _ => Some(value),
        }
    }

    /// Applies a function.
    pub fn apply(&mut self, function: Value, argument: Value, origin: ExprId) -> Result<Value, Reported> {
        self.run(State::Apply { function, argument, origin, call: None })
    }

    /// Refuses to make `bytes` more than the budget allows.
    pub fn reserve(&mut self, bytes: usize, origin: ExprId) -> Result<(), Reported> {
        match self.used().saturating_add(bytes) > self.budget.bytes {
            true => Err(errors::memory::report(self, origin, None)),
            false => Ok(()),
        }
    }

    /// Pays for work that is no expression: comparing an item, reading some bytes. Sixteen are one step.
    pub fn spend(&mut self, work: usize, origin: ExprId) -> Result<(), Reported> {
        if let Some(reported) = self.exhausted {
            return Err(reported);
        }
        self.unpaid = self.unpaid.saturating_add(work as u64);
        self.steps = self.steps.saturating_add(self.unpaid / 16);
        self.unpaid %= 16;
        match self.steps > self.budget.steps {
            true => Err(errors::steps::report(self, origin, self.current)),
            false => Ok(()),
        }
    }

    /// Bytes in use.
    pub fn used(&self) -> usize {
        let store = &self.program.store;
        self.heap.bytes() + store.bytes() + self.names.bytes() + self.written
    }

    /// A budget is used up: nothing more is evaluated, and only the first report stands.
    pub fn exhaust(&mut self, diagnostic: Diagnostic) -> Reported {
        let reported = self.reports.add(diagnostic);
        *self.exhausted.get_or_insert(reported)
    }

    /// The whole budget was used up by one evaluation.
    pub fn exhausted(&self) -> Option<Reported> {
        self.exhausted
    }

    fn run(&mut self, start: State) -> Result<Value, Reported> {
        let base = self.stack.len();
        let mut state = Ok(start);
        loop {
            state = match state {
                Ok(State::Eval(expr, frame)) => self.eval(expr, frame),
                Ok(State::Force(value)) => self.demand(value),
                Ok(State::Apply { function, argument, origin, call }) => self.enter(function, argument, origin, call),
                Ok(State::Return(value)) => {
                    if self.stack.len() == base {
                        return Ok(value);
                    }
                    match self.stack.pop() {
                        Some(cont) => self.resume(cont, value),
                        None => return Ok(value),
                    }
                }
                Err(reported) => {
                    for cont in self.stack.drain(base..).rev() {
                        if let Cont::Keep(thunk, expr) = cont {
                            self.heap.thunks[thunk.index()] = Thunk::Failed(reported);
                            if self.program.named[expr.0 as usize] {
                                self.reports.caused_by(reported, thunk);
                            }
                        }
                    }
                    return Err(reported);
                }
            };
        }
    }

    /// One step is paid; memory is looked at now and then.
    fn pay(&mut self, expr: ExprId, frame: FrameId) -> Result<(), Reported> {
        if let Some(reported) = self.exhausted {
            return Err(reported);
        }
        self.steps += 1;
        if self.steps > self.budget.steps {
            return Err(errors::steps::report(self, expr, frame));
        }
        if self.stack.len() > self.budget.depth {
            return Err(errors::depth::report(self, expr, frame));
        }
        if self.steps.is_multiple_of(256) && self.used() > self.budget.bytes {
            return Err(errors::memory::report(self, expr, Some(frame)));
        }
        Ok(())
    }

    pub(super) fn wait(&mut self, cont: Cont, expr: ExprId, frame: FrameId) -> Next {
        self.stack.push(cont);
        Ok(State::Eval(expr, frame))
    }

    fn eval(&mut self, id: ExprId, frame: FrameId) -> Next {
        self.pay(id, frame)?;
        self.current = frame;
        match self.program.get(id) {
            Expr::Const(value) => Ok(State::Return(value)),
            Expr::Local { up, slot } => Ok(State::Force(self.local(frame, up, slot))),
            Expr::Global(slot) => Ok(State::Force(self.local(PRELUDE, 0, slot))),
            Expr::Builtin(builtin) => Ok(State::Return(self.builtin(builtin, id))),
            Expr::Select(base, ..) => self.wait(Cont::Select(id), base, frame),
            Expr::Index(base, _) => self.wait(Cont::Indexed(id, frame), base, frame),
            Expr::Or(chain, _, steps) | Expr::Has(chain, steps) => self.probe(id, chain, steps, frame),
            Expr::Record { keys, fields, len } => Ok(State::Return(self.record(id, keys, fields, len, frame))),
            Expr::Scope { keys, fields, len } => Ok(State::Return(self.scope(id, keys, fields, len, frame))),
            Expr::Composed(index) => Ok(self.composed(id, index, frame)),
            Expr::Layers(_, upper) => self.wait(Cont::Upper(id, frame), upper, frame),
            Expr::Beside(whole, _) => self.wait(Cont::Whole(id, frame), whole, frame),
            Expr::Unite(children) => self.unite(id, children, frame),
            Expr::Computed(children) => self.computed(id, children, frame),
            Expr::List(children) => Ok(State::Return(self.list(id, children, frame))),
            Expr::Lambda(function) => Ok(State::Return(Value::new(Kind::Closure(function, frame), id))),
            Expr::Call(children) => {
                let function = self.program.children(children)[0];
                self.wait(Cont::Callee { call: id, frame, next: 1 }, function, frame)
            }
            Expr::Let(children) => {
                let inner = self.frame(frame, self.heap.frames[frame.index()].call);
                let bindings = self.program.children(children).to_vec();
                let Some((body, bindings)) = bindings.split_last() else { unreachable!("a let has a body") };
                self.bind(inner, bindings);
                Ok(State::Eval(*body, inner))
            }
            Expr::If(condition, ..) => self.wait(Cont::If(id, frame), condition, frame),
            Expr::Assert(condition, ..) => self.wait(Cont::Assert(id, frame), condition, frame),
            Expr::Binary(_, left, _) => self.wait(Cont::Left(id, frame), left, frame),
            Expr::And(left, _) | Expr::Either(left, _) => self.wait(Cont::Decide(id, frame), left, frame),
            Expr::Not(operand) | Expr::Negate(operand) => self.wait(Cont::Unary(id), operand, frame),
            Expr::Interpolation(children) => self.interpolate(id, children, frame),
            Expr::Flow(flow) => Ok(State::Return(self.flow(id, flow, frame))),
            Expr::Tag(name, payload) => {
                let payload = self.delay(payload, frame);
                Ok(State::Return(self.tag(name, payload, id)))
            }
            Expr::Import(unit) => {
                self.stack.push(Cont::Import(id));
                Ok(State::Force(self.unit(unit)))
            }
            Expr::Match(subject, ..) => self.wait(Cont::Match(id, frame), subject, frame),
            Expr::Coerce(value, ty) => {
                self.see_result(ty);
                Ok(State::Eval(value, frame))
            }
            Expr::Error(reported) => Err(reported),
        }
    }

    fn demand(&mut self, value: Value) -> Next {
        let Kind::Thunk(thunk) = value.kind else { return Ok(State::Return(value)) };
        match self.heap.thunks[thunk.index()] {
            Thunk::Value(value) => Ok(State::Return(value)),
            Thunk::Failed(reported) => Err(reported),
            Thunk::Hole => Err(errors::cycle::report(self, thunk)),
            Thunk::Delayed(expr, frame) => {
                self.heap.thunks[thunk.index()] = Thunk::Hole;
                self.wait(Cont::Keep(thunk, expr), expr, frame)
            }
            Thunk::Apply(apply) => {
                self.heap.thunks[thunk.index()] = Thunk::Hole;
                let application = self.heap.applications[apply.index()];
                self.stack.push(Cont::Keep(thunk, application.origin));
                if let Some(second) = application.second {
                    self.stack.push(Cont::Then(second, application.origin, application.call));
                }
                Ok(State::Apply {
                    function: application.function,
                    argument: application.argument,
                    origin: application.origin,
                    call: application.call,
                })
            }
            Thunk::Seen(at) => {
                self.heap.thunks[thunk.index()] = Thunk::Hole;
                let (seen, sight) = self.heap.sights[at as usize];
                self.stack.push(Cont::Keep(thunk, seen.origin));
                self.look(seen, sight)
            }
            Thunk::Merge(merge) => {
                self.heap.thunks[thunk.index()] = Thunk::Hole;
                let pair = self.heap.merges[merge as usize];
                self.stack.push(Cont::Keep(thunk, pair.origin));
                self.stack.push(Cont::MergeFirst(merge));
                Ok(State::Force(if pair.policy == Policy::Layers { pair.right } else { pair.left }))
            }
        }
    }

    /// Goes on with a task.
    pub(super) fn work(&mut self, mut task: Box<dyn Task>, input: Option<Value>) -> Next {
        let step = task.resume(self, input)?;
        if let Step::Done(value) = step {
            return Ok(State::Return(value));
        }
        if let Step::Force(value) = step {
            self.spend(TURN, value.origin)?;
        }
        self.stack.push(Cont::Task(task));
        match step {
            Step::Eval(expr, frame) => Ok(State::Eval(expr, frame)),
            Step::Force(value) => Ok(State::Force(value)),
            Step::Apply(function, argument) => {
                Ok(State::Apply { function, argument, origin: function.origin, call: None })
            }
            Step::Apply2(function, first, second) => {
                self.stack.push(Cont::Then(second, function.origin, None));
                Ok(State::Apply { function, argument: first, origin: function.origin, call: None })
            }
            Step::Done(value) => Ok(State::Return(value)),
        }
    }

    /// The text of a value that is text.
    pub fn text(&self, value: Value) -> Option<&str> {
        match value.kind {
            Kind::Str(id) => Some(&self.program.store.strings[id.index()]),
            _ => None,
        }
    }
}
