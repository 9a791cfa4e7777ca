//! Finding out the type of an expression from the inside.

use super::env::{EnvId, Frame};
use super::merge::Refusal;
use super::ty::{Field, Rec, Rest, Slot, Ty, TyId, Types};
use super::{Checker, Pending};
use crate::eval::value::{Kind, Value};
use crate::ir::{Children, Expr, ExprId, Policy};
use crate::schema::types::Scalar;

impl Checker<'_> {
    /// The type of an expression. It is kept: each expression stands in one environment.
    pub(super) fn infer(&mut self, id: ExprId, env: EnvId) -> TyId {
        if let Some(known) = self.known(id) {
            return known;
        }
        match self.deeper(|checker| checker.infer_new(id, env)) {
            Some(ty) => {
                self.know(id, ty);
                if ty == Types::ERROR {
                    self.poison(id);
                }
                ty
            }
            None => Types::ANY,
        }
    }

    fn infer_new(&mut self, id: ExprId, env: EnvId) -> TyId {
        self.keep_place(id, env);
        match self.program.get(id) {
            Expr::Const(value) => self.constant(id, value),
            Expr::Local { up, slot } => self.local(env, up, slot),
            Expr::Global(slot) => match self.globals.get(slot as usize) {
                Some(definition) => self.used(*definition, EnvId(0)),
                None => Types::ERROR,
            },
            Expr::Builtin(builtin) => self.builtin(builtin),
            Expr::Select(base, name, span) => {
                let base = self.infer(base, env);
                let found = self.select(base, name, span, false);
                match self.is_present(id, env) {
                    true => self.types.present(found),
                    false => {
                        if let (_, Ty::Option(_)) = self.types.resolve(found) {
                            self.optional.push(id);
                        }
                        found
                    }
                }
            }
            Expr::Index(base, key) => self.indexed(base, key, env),
            Expr::Or(chain, fallback, steps) => self.fallback(chain, fallback, steps, env),
            Expr::Has(chain, steps) => {
                self.chain(chain, steps, env, true);
                Types::scalar(Scalar::Bool)
            }
            Expr::Record { keys, fields, len } => self.record(id, keys, fields, len, env),
            Expr::Scope { .. } | Expr::Composed(_) if self.record == Some(id) => self.site_view(id, env),
            Expr::Scope { keys, fields, len } => {
                let children = Children { start: fields, len };
                let inner = self.open(id, children, env);
                self.record(id, keys, fields, len, inner)
            }
            Expr::Composed(index) => {
                let composed = self.program.composed[index as usize];
                let children = Children { start: composed.fields, len: composed.len + composed.hidden };
                let inner = self.open(id, children, env);
                self.parts_assert(composed.asserted, inner);
                self.record(id, composed.keys, composed.fields, composed.len, inner)
            }
            Expr::Layers(lower, upper) => self.both(lower, upper, env, Policy::Layers),
            Expr::Beside(lower, upper) => self.both(lower, upper, env, Policy::Beside),
            Expr::Unite(children) => self.united(children, env),
            Expr::Computed(children) => self.computed(children, env),
            Expr::List(children) => self.list(children, env),
            Expr::Lambda(function) => self.lambda(id, function, env),
            Expr::Call(children) => self.call(id, children, env, None),
            Expr::Let(children) => {
                let (inner, body) = self.open_let(id, children, env);
                self.infer(body, inner)
            }
            Expr::If(condition, then, otherwise) => {
                self.truth(condition, env, "the condition of `if`");
                let then_ty = self.knowing(condition, true, env, |checker| checker.infer(then, env));
                let otherwise_ty = self.knowing(condition, false, env, |checker| checker.infer(otherwise, env));
                self.branches(then, then_ty, otherwise, otherwise_ty)
            }
            Expr::Assert(condition, message, body) => {
                self.asserted(condition, message, env);
                self.infer(body, env)
            }
            Expr::Binary(operator, left, right) => self.binary(id, operator, left, right, env),
            Expr::And(left, right) => self.connective("&&", left, right, true, env),
            Expr::Either(left, right) => self.connective("||", left, right, false, env),
            Expr::Not(operand) => {
                self.truth(operand, env, "the operand of `!`");
                Types::scalar(Scalar::Bool)
            }
            Expr::Negate(operand) => self.negated(operand, env),
            Expr::Interpolation(children) => {
                for at in 0..children.len as usize {
                    let part = self.program.children(children)[at];
                    self.text_part(part, env);
                }
                Types::scalar(Scalar::String)
            }
            Expr::Flow(flow) => {
                let flow = self.program.flows[flow as usize];
                let parts = [Some(flow.source), Some(flow.target), flow.ports, flow.via, flow.except];
                for part in parts.into_iter().flatten() {
                    self.end(part, env);
                }
                Types::scalar(Scalar::Flow)
            }
            Expr::Tag(tag, payload) => self.tagged(id, tag, Some(payload), env),
            Expr::Import(unit) => {
                let root = self.program.units[unit.0 as usize].root;
                match self.progress.contains_key(&root) {
                    // Evaluation shows the way round the circle.
                    true => Types::ANY,
                    false => self.used(root, EnvId(0)),
                }
            }
            Expr::Match(subject, first, count) => self.matching(id, subject, first, count, env, None),
            Expr::Coerce(inner, ty) => self.annotated(id, inner, ty, env),
            Expr::Error(_) => Types::ERROR,
        }
    }

    /// Two definitions of one path, which only evaluation may know to be records.
    fn both(&mut self, lower: ExprId, upper: ExprId, env: EnvId, policy: Policy) -> TyId {
        let (left, right) = (self.infer(lower, env), self.infer(upper, env));
        match self.merge(left, right, policy) {
            Ok(ty) => ty,
            Err(Refusal::Reported) => Types::ERROR,
            Err(Refusal::Unknown(_) | Refusal::Kind) => Types::ANY,
        }
    }

    /// Keeps where a record stands in which definitions lost.
    pub(super) fn keep_place(&mut self, id: ExprId, env: EnvId) {
        let record = matches!(self.program.get(id), Expr::Record { .. } | Expr::Computed(_));
        if record && self.holders.contains(&id) {
            self.opened.entry(id).or_insert(env);
        }
    }

    /// An end of a flow, or its ports: a list of them may hold things of several kinds.
    fn end(&mut self, id: ExprId, env: EnvId) {
        match self.program.get(id) {
            Expr::List(children) => {
                for at in 0..children.len as usize {
                    let item = self.program.children(children)[at];
                    self.end(item, env);
                }
            }
            _ => {
                self.infer(id, env);
            }
        }
    }

    fn constant(&mut self, id: ExprId, value: Value) -> TyId {
        match value.kind {
            Kind::Absent => {
                let ty = self.types.free(self.level);
                self.types.option(ty)
            }
            Kind::Tag(tag, _) => self.tagged(id, tag, None, EnvId(0)),
            kind => match scalar(kind) {
                Some(scalar) => Types::scalar(scalar),
                None => Types::ANY,
            },
        }
    }

    /// Opens the frame of a file's record.
    pub(super) fn open(&mut self, id: ExprId, children: Children, env: EnvId) -> EnvId {
        let inner = self.definitions(children, env);
        self.opened.insert(id, inner);
        self.settle(children, inner);
        inner
    }

    /// Opens the frame of a `let`; gives it and the body.
    pub(super) fn open_let(&mut self, id: ExprId, children: Children, env: EnvId) -> (EnvId, ExprId) {
        let bindings = Children { start: children.start, len: children.len - 1 };
        let body = self.program.children(children)[bindings.len as usize];
        if let Some(known) = self.opened.get(&id) {
            return (*known, body);
        }
        let inner = self.definitions(bindings, env);
        self.opened.insert(id, inner);
        self.settle(bindings, inner);
        (inner, body)
    }

    /// A record literal. Outside of functions each field waits until somebody asks for it.
    fn record(&mut self, id: ExprId, keys: u32, fields: u32, len: u32, env: EnvId) -> TyId {
        let inside = self.envs[env.0 as usize].inside;
        let mut all = Vec::with_capacity(len as usize);
        for at in 0..len {
            let key = self.program.keys[(keys + at) as usize];
            let field = self.program.children[(fields + at) as usize];
            let slot = match inside {
                true => {
                    let trail = self.trails.field(self.trail, key.name, key.span);
                    let around = std::mem::replace(&mut self.trail, trail);
                    let ty = self.infer(field, env);
                    self.trail = around;
                    Slot::Known(ty)
                }
                false => {
                    self.pending.push(Pending::Infer(field, env));
                    Slot::Lazy(field, env)
                }
            };
            all.push(Field { name: key.name, key: key.span, slot, optional: false });
        }
        let at = Some(self.span(id));
        let rest = if self.program.damaged.binary_search(&id).is_ok() { Rest::Each(Types::ANY) } else { Rest::Closed };
        self.types.record(Rec { fields: all.into(), rest, of: None, at })
    }

    /// A record with computed keys: only evaluation knows which.
    fn computed(&mut self, children: Children, env: EnvId) -> TyId {
        let mut item: Option<(ExprId, TyId)> = None;
        let mut mixed = false;
        for pair in 0..children.len as usize / 2 {
            let key = self.program.children(children)[2 * pair];
            let value = self.program.children(children)[2 * pair + 1];
            self.text_key(key, env);
            let ty = self.infer(value, env);
            item = match item {
                None => Some((value, ty)),
                Some((first, known)) => match self.join(known, ty) {
                    Some(ty) => Some((first, ty)),
                    None => {
                        mixed = true;
                        Some((first, known))
                    }
                },
            };
        }
        let item = match item {
            Some((_, ty)) if !mixed => ty,
            _ => Types::ANY,
        };
        self.types.map(item)
    }

    fn list(&mut self, children: Children, env: EnvId) -> TyId {
        let mut item: Option<(ExprId, TyId)> = None;
        let mut mixed = false;
        for at in 0..children.len as usize {
            let expr = self.program.children(children)[at];
            let ty = self.infer(expr, env);
            item = match item {
                None => Some((expr, ty)),
                Some(known) if mixed => Some(known),
                Some((first, known)) => {
                    let reported = [known, ty].map(|ty| self.types.get(ty) == Ty::Error);
                    let joined = self.item(first, known, expr, ty);
                    mixed = joined == Types::ERROR && reported == [false, false];
                    Some((first, joined))
                }
            };
        }
        if mixed {
            return Types::ERROR;
        }
        let item = match item {
            Some((_, ty)) => ty,
            None => self.types.free(self.level),
        };
        self.types.list(item)
    }

    /// A set that several definitions make together.
    fn united(&mut self, children: Children, env: EnvId) -> TyId {
        let mut all: Option<TyId> = None;
        for at in 0..children.len as usize {
            let part = self.program.children(children)[at];
            let ty = self.infer(part, env);
            all = Some(match all {
                None => ty,
                Some(known) => self.join(known, ty).unwrap_or(Types::ANY),
            });
        }
        all.unwrap_or(Types::ANY)
    }

    /// The frame of an arm that names what its tag carries.
    pub(super) fn arm(&mut self, payload: TyId, env: EnvId) -> EnvId {
        self.env(env, Frame::Parameters(vec![payload]))
    }

    pub(super) fn asserted(&mut self, condition: ExprId, message: ExprId, env: EnvId) {
        self.truth(condition, env, "what is asserted");
        let text = Types::scalar(Scalar::String);
        self.operand_wanted(message, env, text, "the message of `assert`");
    }

    /// What the parts of a composed record assert; what they end in is the record itself.
    pub(super) fn parts_assert(&mut self, mut asserted: Option<ExprId>, env: EnvId) {
        while let Some(Expr::Assert(condition, message, rest)) = asserted.map(|expr| self.program.get(expr)) {
            self.asserted(condition, message, env);
            asserted = Some(rest);
        }
    }

    /// An expression that must be a Bool.
    pub(super) fn truth(&mut self, id: ExprId, env: EnvId, what: &str) {
        self.operand_wanted(id, env, Types::scalar(Scalar::Bool), what);
    }
}

/// The type of a constant.
pub(super) fn scalar(kind: Kind) -> Option<Scalar> {
    Some(match kind {
        Kind::Bool(_) => Scalar::Bool,
        Kind::Int(_) => Scalar::Int,
        Kind::Str(_) => Scalar::String,
        Kind::Address(_) => Scalar::Address,
        Kind::Prefix(_) => Scalar::Prefix,
        Kind::Ports(_) => Scalar::Ports,
        Kind::IntRange(_) => Scalar::IntRange,
        Kind::Size(_) => Scalar::Size,
        Kind::Duration(_) => Scalar::Duration,
        Kind::Mac(_) => Scalar::Mac,
        Kind::Secret(_) => Scalar::Secret,
        _ => return None,
    })
}

impl Ty {
    /// Whether values of it have an order.
    pub(super) fn is_ordered(self) -> bool {
        match self {
            Ty::Scalar(scalar) => {
                scalar.is_text() || matches!(scalar, Scalar::Int | Scalar::Size | Scalar::Duration | Scalar::Address)
            }
            other => other.is_vague(),
        }
    }

    /// Whether nothing can be said of it.
    pub(super) fn is_vague(self) -> bool {
        matches!(self, Ty::Error | Ty::Any | Ty::Data)
    }
}
