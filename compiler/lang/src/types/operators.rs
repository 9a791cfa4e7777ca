//! Operators: a table on the kind of the left operand.

use super::Checker;
use super::env::EnvId;
use super::ty::{Ty, TyId, Types};
use crate::errors::{maybe_absent, not_text, wrong_operand};
use crate::eval::value::Kind;
use crate::ir::{Binary, Expr, ExprId};
use crate::schema::types::Scalar;

/// What an arithmetic operator gives for two kinds.
pub(super) fn arithmetic(operator: Binary, left: Scalar, right: Scalar) -> Option<Scalar> {
    use Binary::{Add, Divide, Multiply, Subtract};
    use Scalar::{Address, Duration, Int, Mac, Size};
    Some(match (left, operator, right) {
        (Int, _, Int) => Int,
        (Size, Add | Subtract, Size) => Size,
        (Size, Multiply | Divide, Int) | (Int, Multiply, Size) => Size,
        (Size, Divide, Size) | (Duration, Divide, Duration) | (Address, Subtract, Address) => Int,
        (Duration, Add | Subtract, Duration) => Duration,
        (Duration, Multiply | Divide, Int) | (Int, Multiply, Duration) => Duration,
        (Address, Add | Subtract, Int) => Address,
        (Mac, Add | Subtract, Int) => Mac,
        _ => return None,
    })
}

impl Checker<'_> {
    /// Whether a side of a comparison is `none`, as people ask for what is not there elsewhere.
    fn compared_with_none(&mut self, id: ExprId, left: ExprId, right: ExprId) -> bool {
        let none = |checker: &Self, side| match checker.program.get(side) {
            Expr::Const(value) => matches!(value.kind, Kind::Absent),
            _ => checker.sources.text(checker.span(side)) == "none",
        };
        let asked = match (none(self, left), none(self, right)) {
            (_, true) => left,
            (true, false) => right,
            (false, false) => return false,
        };
        let span = self.span(asked);
        let text = self.short(span);
        let field = match (self.program.get(asked), text.as_deref().and_then(|text| text.rsplit_once('.'))) {
            (Expr::Select(..), Some((base, name))) => Some((base, name)),
            _ => None,
        };
        self.report(maybe_absent::compared(text.as_deref(), field, self.span(id)));
        self.poison(id);
        true
    }

    pub(super) fn binary(&mut self, id: ExprId, operator: Binary, left: ExprId, right: ExprId, env: EnvId) -> TyId {
        let one = self.infer(left, env);
        let other = self.infer(right, env);
        if matches!(operator, Binary::Equal | Binary::NotEqual) && self.compared_with_none(id, left, right) {
            return Types::ERROR;
        }
        let absent = [(left, one), (right, other)].into_iter().any(|(side, ty)| self.refuse_absent(side, ty));
        if absent {
            return Types::ERROR;
        }
        match operator {
            Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide => {
                self.computed_by(id, operator, left, right, [one, other])
            }
            Binary::Append => {
                let item = self.types.free(self.level);
                let list = self.types.list(item);
                for (side, ty) in [(left, one), (right, other)] {
                    match self.types.get(ty) {
                        Ty::List(_) | Ty::Error | Ty::Any | Ty::Data => {}
                        Ty::Var(_) => {
                            let _ = self.unify(ty, list);
                        }
                        _ => {
                            let _ = side;
                            return self.operands(id, operator, left, right, one, other);
                        }
                    }
                }
                match (self.types.get(one), self.types.get(other)) {
                    (Ty::List(a), Ty::List(b)) => {
                        let item = self.item(left, a, right, b);
                        self.types.list(item)
                    }
                    (Ty::List(_), _) => one,
                    _ => other,
                }
            }
            Binary::Update | Binary::Agree => self.merged(id, operator, left, right, [one, other]),
            Binary::Equal | Binary::NotEqual => {
                let functions = [one, other].into_iter().any(|ty| matches!(self.types.get(ty), Ty::Function(..)));
                if functions {
                    let span = self.span(id);
                    self.report(wrong_operand::functions_at(span));
                } else if self.join(one, other).is_none() {
                    self.operands(id, operator, left, right, one, other);
                }
                Types::scalar(Scalar::Bool)
            }
            Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => {
                let ordered = |ty: Ty| ty.is_ordered() || matches!(ty, Ty::Var(_));
                let fits = ordered(self.types.get(one)) && ordered(self.types.get(other));
                if !fits || self.unify(one, other).is_err() {
                    self.operands(id, operator, left, right, one, other);
                }
                Types::scalar(Scalar::Bool)
            }
        }
    }

    fn computed_by(&mut self, id: ExprId, operator: Binary, left: ExprId, right: ExprId, sides: [TyId; 2]) -> TyId {
        let [one, other] = sides;
        let int = Types::scalar(Scalar::Int);
        match (self.types.get(one), self.types.get(other)) {
            (Ty::Error, _) | (_, Ty::Error) => Types::ERROR,
            (Ty::Any | Ty::Data, _) | (_, Ty::Any | Ty::Data) => Types::ANY,
            // Nothing says what they are: they are Ints.
            (Ty::Var(_), Ty::Var(_)) => {
                let _ = (self.unify(one, int), self.unify(other, int));
                int
            }
            (Ty::Var(_), Ty::Scalar(scalar)) => {
                // Of the kinds on the left that take this one, the one that gives itself.
                let left_kind = match operator {
                    Binary::Add | Binary::Subtract => scalar,
                    _ => Scalar::Int,
                };
                match arithmetic(operator, left_kind, scalar) {
                    Some(result) => {
                        let _ = self.unify(one, Types::scalar(left_kind));
                        Types::scalar(result)
                    }
                    None => self.operands(id, operator, left, right, one, other),
                }
            }
            (Ty::Scalar(scalar), Ty::Var(_)) => {
                let right_kind = match (operator, scalar) {
                    (Binary::Add | Binary::Subtract, Scalar::Size | Scalar::Duration) => scalar,
                    _ => Scalar::Int,
                };
                match arithmetic(operator, scalar, right_kind) {
                    Some(result) => {
                        let _ = self.unify(other, Types::scalar(right_kind));
                        Types::scalar(result)
                    }
                    None => self.operands(id, operator, left, right, one, other),
                }
            }
            (Ty::Scalar(a), Ty::Scalar(b)) => match arithmetic(operator, a, b) {
                Some(result) => Types::scalar(result),
                None => self.operands(id, operator, left, right, one, other),
            },
            _ => self.operands(id, operator, left, right, one, other),
        }
    }

    /// Whether a value may be absent where it must not be, which is reported.
    pub(super) fn refuse_absent(&mut self, id: ExprId, ty: TyId) -> bool {
        let (_, node) = self.types.resolve(ty);
        let Ty::Option(inner) = node else { return false };
        let found = self.describe(inner);
        let span = self.span(id);
        let text = self.short(span);
        self.report(maybe_absent::new(text.as_deref(), &found, span));
        self.poison(id);
        true
    }

    /// The text of an expression, if it is short.
    pub(super) fn short(&self, span: arvc_syntax::source::Span) -> Option<String> {
        let text = self.sources.text(span);
        (!text.is_empty() && text.len() <= 40 && !text.contains('\n')).then(|| text.to_owned())
    }

    /// `&&` and `||`: the right side is looked at where the left one is `outcome`.
    pub(super) fn connective(
        &mut self,
        operator: &str,
        left: ExprId,
        right: ExprId,
        outcome: bool,
        env: EnvId,
    ) -> TyId {
        self.truth(left, env, &format!("the left side of `{operator}`"));
        let what = format!("the right side of `{operator}`");
        self.knowing(left, outcome, env, |checker| checker.truth(right, env, &what));
        Types::scalar(Scalar::Bool)
    }

    pub(super) fn negated(&mut self, operand: ExprId, env: EnvId) -> TyId {
        self.operand_wanted(operand, env, Types::scalar(Scalar::Int), "the operand of `-`");
        Types::scalar(Scalar::Int)
    }

    /// A part of a text.
    pub(super) fn text_part(&mut self, part: ExprId, env: EnvId) {
        let ty = self.infer(part, env);
        if self.refuse_absent(part, ty) {
            return self.poison(part);
        }
        let (_, node) = self.types.resolve(ty);
        let fits = match node {
            Ty::Scalar(scalar) => {
                scalar.is_text() || matches!(scalar, Scalar::Int | Scalar::Address | Scalar::Prefix | Scalar::Mac)
            }
            Ty::Error | Ty::Any | Ty::Data | Ty::Var(_) => true,
            _ => false,
        };
        if !fits {
            let found = self.describe(ty);
            let span = self.span(part);
            let what = match node {
                Ty::Scalar(scalar) => not_text::What::Scalar(scalar),
                Ty::List(_) => not_text::What::List,
                _ => not_text::What::Other,
            };
            self.report(not_text::new(&found, what, span));
            self.poison(part);
        }
    }
}
