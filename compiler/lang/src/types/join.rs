//! What the items of a list, or the branches of an `if`, have in common.

use super::Checker;
use super::env::EnvId;
use super::ty::{Field, Rec, Rest, Slot, Ty, TyId, Types};
use super::unify::Mismatch;
use crate::errors::mixed;
use crate::ir::ExprId;
use crate::schema::types::Scalar;

impl Checker<'_> {
    /// The type that two types have in common, if there is one.
    pub(super) fn join(&mut self, a: TyId, b: TyId) -> Option<TyId> {
        self.deeper(|checker| checker.join_new(a, b)).unwrap_or(Some(Types::ANY))
    }

    fn join_new(&mut self, a: TyId, b: TyId) -> Option<TyId> {
        if self.fuel == 0 {
            return Some(Types::ANY);
        }
        self.fuel -= 1;
        let ((a, left), (b, right)) = (self.types.resolve(a), self.types.resolve(b));
        if a == b {
            return Some(a);
        }
        match (left, right) {
            (Ty::Error, _) => Some(b),
            (_, Ty::Error) => Some(a),
            (Ty::Any | Ty::Data, _) | (_, Ty::Any | Ty::Data) => Some(Types::ANY),
            (Ty::Option(inner), _) => {
                let other = self.types.present(b);
                let joined = self.join(inner, other)?;
                Some(self.types.option(joined))
            }
            (_, Ty::Option(inner)) => {
                let joined = self.join(a, inner)?;
                Some(self.types.option(joined))
            }
            (Ty::Var(_), _) | (_, Ty::Var(_)) => self.unify(a, b).is_ok().then_some(a),
            (Ty::List(one), Ty::List(other)) => {
                let item = self.join(one, other)?;
                Some(self.types.list(item))
            }
            _ => match (self.named(left), self.named(right)) {
                (Some(one), Some(other)) => (one == other).then(|| self.types.add(Ty::Named(one))),
                (Some(def), None) | (None, Some(def)) if self.is_record(def) => {
                    let record = if self.named(left).is_some() { right } else { left };
                    let Ty::Record(record) = record else { return None };
                    let _ = self.becomes(record, def);
                    Some(self.types.add(Ty::Named(def)))
                }
                _ => match (self.as_record(a), self.as_record(b)) {
                    (Some(one), Some(other)) => self.join_records(one, other),
                    _ => self.unify(a, b).is_ok().then_some(a),
                },
            },
        }
    }

    fn join_records(&mut self, a: TyId, b: TyId) -> Option<TyId> {
        let (Ty::Record(a), Ty::Record(b)) = (self.types.get(a), self.types.get(b)) else { return None };
        let (left, right) = (self.types.records[a.0 as usize].clone(), self.types.records[b.0 as usize].clone());
        // A map without keys that are known makes both one.
        let is_map = |record: &Rec| record.fields.is_empty() && matches!(record.rest, Rest::Each(_));
        if is_map(&left) || is_map(&right) {
            let mut all: Option<TyId> = None;
            for record in [&left, &right] {
                let rest = match record.rest {
                    Rest::Each(item) => Some(item),
                    Rest::Open | Rest::Closed => None,
                };
                let fields: Vec<TyId> = record.fields.iter().map(|field| self.slot(field.slot)).collect();
                for ty in fields.into_iter().chain(rest) {
                    all = Some(match all {
                        Some(known) => self.join(known, ty)?,
                        None => ty,
                    });
                }
            }
            return all.map(|item| self.types.map(item));
        }
        let mut fields = Vec::new();
        for field in left.fields.iter() {
            let joined = match right.field(field.name) {
                Some(other) => {
                    let (one, two) = (self.slot(field.slot), self.slot(other.slot));
                    Field {
                        slot: Slot::Known(self.join(one, two)?),
                        optional: field.optional || other.optional,
                        ..*field
                    }
                }
                None => self.joined_with_rest(field, right.rest)?,
            };
            fields.push(joined);
        }
        for field in right.fields.iter() {
            if left.field(field.name).is_none() {
                fields.push(self.joined_with_rest(field, left.rest)?);
            }
        }
        let rest = match (left.rest, right.rest) {
            (Rest::Each(one), Rest::Each(other)) => Rest::Each(self.join(one, other)?),
            (Rest::Closed, rest) | (rest, _) => rest,
        };
        Some(self.types.record(Rec { fields: fields.into(), rest, of: None, at: left.at }))
    }

    /// A field that the other record does not name, and may have among its rest.
    fn joined_with_rest(&mut self, field: &Field, rest: Rest) -> Option<Field> {
        let slot = match rest {
            Rest::Each(item) => {
                let ty = self.slot(field.slot);
                Slot::Known(self.join(ty, item)?)
            }
            Rest::Open | Rest::Closed => field.slot,
        };
        Some(Field { slot, optional: true, ..*field })
    }

    /// Whether nothing says yet what the items of a list or a map are.
    pub(super) fn is_unknown(&mut self, item: TyId) -> bool {
        match self.types.get(item) {
            Ty::Var(_) => true,
            Ty::List(inner) | Ty::Option(inner) => self.is_unknown(inner),
            _ => false,
        }
    }

    /// One more expression that should be of one type with those before it, of which the first is kept.
    pub(super) fn joined(&mut self, all: &mut Option<(ExprId, TyId)>, expr: ExprId, env: EnvId) {
        let ty = self.infer(expr, env);
        self.here = env;
        let Some((_, known)) = all else {
            *all = Some((expr, ty));
            return;
        };
        match self.join(*known, ty) {
            Some(joined) => *known = joined,
            None => {
                let known = *known;
                self.mismatch(expr, ty, known, &Mismatch::Kind);
            }
        }
    }

    /// The type of two branches.
    pub(super) fn branches(&mut self, first: ExprId, one: TyId, second: ExprId, other: TyId) -> TyId {
        match self.join(one, other) {
            Some(ty) => ty,
            None => {
                let (found, expected) = self.apart(other, one);
                let (span, before) = (self.span(second), self.span(first));
                self.report(mixed::branches(&expected, before, &found, span));
                Types::ERROR
            }
        }
    }

    /// The type of the items of a list, of which one more is looked at.
    pub(super) fn item(&mut self, first: ExprId, known: TyId, item: ExprId, ty: TyId) -> TyId {
        if let Some(joined) = self.join(known, ty) {
            return joined;
        }
        // The ends of flows and their ports are of many kinds, and only flows and the site give them meaning.
        if self.is_end(known) && self.is_end(ty) {
            return Types::ANY;
        }
        let (found, expected) = self.apart(ty, known);
        let (span, before) = (self.span(item), self.span(first));
        self.report(mixed::items(&expected, before, &found, span));
        self.poison(item);
        Types::ERROR
    }

    /// Two types in words that differ.
    pub(super) fn apart(&mut self, one: TyId, other: TyId) -> (String, String) {
        let words = (self.describe(one), self.describe(other));
        match words.0 == words.1 {
            true => (format!("`{}`", self.show(one)), format!("`{}`", self.show(other))),
            false => words,
        }
    }

    fn is_end(&mut self, ty: TyId) -> bool {
        let (_, node) = self.types.resolve(ty);
        match node {
            Ty::Scalar(scalar) => matches!(scalar, Scalar::Address | Scalar::Prefix | Scalar::Ports),
            Ty::Record(record) => self.types.records[record.0 as usize].fields.iter().any(|field| {
                // An endpoint of a service that stands in a `let`.
                self.names.get(field.name) == "ports"
            }),
            node => node.is_vague() || self.named(node).is_some(),
        }
    }
}
