//! `//`, `&`, and the layers of a composed record: what two records give together.

use super::Checker;
use super::ty::{Field, Rec, Rest, Slot, Ty, TyId, Types};
use crate::errors::wrong_operand::{self, Side};
use crate::errors::{disagreement, unknown_fields, update_kind};
use crate::eval::value::{Kind, Value};
use crate::ir::{Binary, Expr, ExprId, Policy, Rank};

/// Why two types cannot be merged.
pub(super) enum Refusal {
    /// The fields of one are not known: the left one's, if true.
    Unknown(bool),
    /// They are no records.
    Kind,
    /// It is reported.
    Reported,
}

impl Checker<'_> {
    /// The type of two records together; the right one wins.
    pub(super) fn merge(&mut self, left: TyId, right: TyId, policy: Policy) -> Result<TyId, Refusal> {
        self.deeper(|checker| checker.merge_new(left, right, policy)).unwrap_or(Ok(Types::ANY))
    }

    fn merge_new(&mut self, left: TyId, right: TyId, policy: Policy) -> Result<TyId, Refusal> {
        let ((left, a), (right, b)) = (self.types.resolve(left), self.types.resolve(right));
        match (a, b) {
            (Ty::Error, _) | (_, Ty::Error) => Ok(Types::ERROR),
            // A definition that needs itself is shown by evaluation.
            (Ty::Var(_), _) if self.is_in_progress(left) => Ok(Types::ANY),
            (_, Ty::Var(_)) if self.is_in_progress(right) => Ok(Types::ANY),
            (Ty::Var(_), _) => Err(Refusal::Unknown(true)),
            (_, Ty::Var(_)) => Err(Refusal::Unknown(false)),
            (Ty::Any | Ty::Data, _) | (_, Ty::Any | Ty::Data) => Ok(Types::ANY),
            _ => match (self.named(a), self.named(b)) {
                (Some(one), Some(other)) if one == other && self.is_record(one) => Ok(self.types.add(Ty::Named(one))),
                (Some(def), None) | (None, Some(def)) if self.is_record(def) => {
                    let record = if self.named(a).is_some() { b } else { a };
                    let Ty::Record(record) = record else { return Err(Refusal::Kind) };
                    match self.becomes_part(record, def) {
                        Ok(()) => Ok(self.types.add(Ty::Named(def))),
                        Err(_) => Err(Refusal::Reported),
                    }
                }
                _ => match (self.as_record(left), self.as_record(right)) {
                    (Some(one), Some(other)) => self.merge_records(one, other, policy),
                    _ => Err(Refusal::Kind),
                },
            },
        }
    }

    fn is_in_progress(&mut self, ty: TyId) -> bool {
        let running: Vec<TyId> = self.progress.values().copied().collect();
        running.into_iter().any(|var| self.types.resolve(var).0 == ty)
    }

    fn merge_records(&mut self, left: TyId, right: TyId, policy: Policy) -> Result<TyId, Refusal> {
        let (Ty::Record(a), Ty::Record(b)) = (self.types.get(left), self.types.get(right)) else {
            return Err(Refusal::Kind);
        };
        let (left, right) = (self.types.records[a.0 as usize].clone(), self.types.records[b.0 as usize].clone());
        let mut fields = left.fields.to_vec();
        for field in right.fields.iter() {
            let Some(at) = left.fields.position(field.name) else {
                fields.push(*field);
                continue;
            };
            fields[at] = self.field_of_both(fields[at], *field, policy)?;
        }
        let rest = match (left.rest, right.rest) {
            (Rest::Closed, rest) | (rest, Rest::Closed) => rest,
            (Rest::Each(one), Rest::Each(other)) => Rest::Each(self.join(one, other).unwrap_or(Types::ANY)),
            _ => Rest::Open,
        };
        Ok(self.types.record(Rec { fields: fields.into(), rest, of: None, at: right.at.or(left.at) }))
    }

    /// A field that both sides have, by its marks as evaluation weighs them.
    fn field_of_both(&mut self, left: Field, right: Field, policy: Policy) -> Result<Field, Refusal> {
        let [one, other] = [left, right].map(|field| self.program.rank(field.key));
        let (lower, upper, policy) = match policy {
            Policy::Update | Policy::Layers if other == Rank::Force => return Ok(right),
            Policy::Agree | Policy::Beside if one != other => match one.max(other) {
                Rank::Force if one == Rank::Force => return Ok(left),
                Rank::Force => return Ok(right),
                _ if one == Rank::Default => (left, right, Policy::Layers),
                _ => (right, left, Policy::Layers),
            },
            policy => (left, right, policy),
        };
        let (below, above) = (self.slot(lower.slot), self.slot(upper.slot));
        let slot = Slot::Known(self.over([below, above], &lower, &upper, policy)?);
        Ok(Field { slot, optional: left.optional && right.optional, ..upper })
    }

    /// A field of one record over that of another: records join, and everything else keeps its kind.
    fn over(&mut self, sides: [TyId; 2], below: &Field, above: &Field, policy: Policy) -> Result<TyId, Refusal> {
        let [one, other] = sides;
        let (one, other) = (self.types.present(one), self.types.present(other));
        let ((_, a), (_, b)) = (self.types.resolve(one), self.types.resolve(other));
        let record = |ty: Ty| matches!(ty, Ty::Record(_) | Ty::View(..) | Ty::Named(_));
        if record(a) && record(b) {
            // Two different things of the site: the upper one stands in the place of the lower one.
            return match self.merge(one, other, policy) {
                Err(Refusal::Kind) => Ok(other),
                merged => merged,
            };
        }
        // A layer need not agree with the one below it: the schema says what the field is.
        if policy == Policy::Layers
            || matches!(a, Ty::Var(_))
            || matches!(b, Ty::Var(_))
            || self.join(one, other).is_some()
        {
            return Ok(other);
        }
        let (was, is) = (self.describe(one), self.describe(other));
        let at = self.value_span(above);
        let before = self.value_span(below);
        let diagnostic = match policy {
            Policy::Agree | Policy::Beside => {
                disagreement::new(Some(self.names.get(above.name)), [(before, &*was), (at, &*is)])
            }
            Policy::Update | Policy::Layers | Policy::Unite => update_kind::new(&was, &is, at, before),
        };
        self.report(diagnostic);
        Err(Refusal::Reported)
    }

    /// Where the value of a field is written.
    fn value_span(&self, field: &Field) -> arvc_syntax::source::Span {
        match field.slot {
            Slot::Lazy(expr, _) => self.span(expr),
            Slot::Known(_) => field.key,
        }
    }

    /// `left // right` and `left & right`.
    pub(super) fn merged(
        &mut self,
        id: ExprId,
        operator: Binary,
        left: ExprId,
        right: ExprId,
        sides: [TyId; 2],
    ) -> TyId {
        let [one, other] = sides;
        let policy = if operator == Binary::Agree { Policy::Agree } else { Policy::Update };
        match self.merge(one, other, policy) {
            Ok(ty) => ty,
            Err(Refusal::Reported) => Types::ERROR,
            // What agrees need be no record.
            Err(Refusal::Kind) if operator == Binary::Agree => match self.join(one, other) {
                Some(ty) => ty,
                None => self.operands(id, operator, left, right, one, other),
            },
            Err(Refusal::Kind) => self.operands(id, operator, left, right, one, other),
            Err(Refusal::Unknown(first)) => {
                let at = if first { left } else { right };
                // A parameter is annotated where it is named; what else it is, is said nowhere.
                let span = self.span(at);
                let text = match self.program.get(at) {
                    Expr::Local { .. } => Some(self.sources.text(span).to_owned()),
                    _ => None,
                };
                self.report(unknown_fields::new(operator.text(), text.as_deref(), span));
                let _ = self.unify(if first { one } else { other }, Types::ERROR);
                Types::ERROR
            }
        }
    }

    /// An operator that has no meaning for its operands.
    pub(super) fn operands(
        &mut self,
        id: ExprId,
        operator: Binary,
        left: ExprId,
        right: ExprId,
        one: TyId,
        other: TyId,
    ) -> TyId {
        let (a, b) = (self.describe(one), self.describe(other));
        let kinds = [self.types.get(one), self.types.get(other)];
        let whole = self.span(id);
        let side = |words, expr, ty| Side {
            words,
            span: self.program.span(expr),
            scalar: match ty {
                Ty::Scalar(scalar) => Some(scalar),
                _ => None,
            },
            number: match self.program.get(expr) {
                Expr::Const(Value { kind: Kind::Int(number), .. }) => Some(number.into()),
                _ => None,
            },
        };
        let sides = [side(&*a, left, kinds[0]), side(&*b, right, kinds[1])];
        let mut diagnostic = wrong_operand::kinds(operator, [&sides[0], &sides[1]], whole);
        for (expr, kind) in [(left, kinds[0]), (right, kinds[1])] {
            if let Ty::Function(parameter, _) = kind
                && let Some(help) = self.uncalled(parameter, self.span(expr))
            {
                diagnostic = diagnostic.help(help);
                break;
            }
        }
        self.report(diagnostic);
        self.poison(id);
        Types::ERROR
    }
}
