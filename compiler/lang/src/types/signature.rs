//! The types of the functions that are not written in the language, and of the members of values.

use super::Checker;
use super::ty::{Field, Rec, Rest, Slot, Ty, TyId, Types, Var};
use crate::builtins::signature::{self, ORDERED, Signature};
use crate::builtins::{self};
use crate::members;
use crate::schema::types::Scalar;
use arvc_syntax::source::Span;

impl Checker<'_> {
    /// The type of a builtin, for one use.
    pub(super) fn builtin(&mut self, builtin: u16) -> TyId {
        let ty = match self.builtins.get(&builtin) {
            Some(known) => *known,
            None => {
                let ty = self.signed(builtins::TABLE[builtin as usize].signature);
                self.builtins.insert(builtin, ty);
                ty
            }
        };
        self.instantiate(ty)
    }

    /// The type of a member of a kind of value, if it has it.
    pub(super) fn member(&mut self, kind: Scalar, name: &str) -> Option<TyId> {
        let member = members::find(kind, name)?;
        let ty = match self.members.get(member.signature) {
            Some(known) => *known,
            None => {
                let ty = self.signed(member.signature);
                self.members.insert(member.signature, ty);
                ty
            }
        };
        Some(self.instantiate(ty))
    }

    fn signed(&mut self, text: &str) -> TyId {
        let signature = signature::parse(text);
        self.level += 1;
        let ty = self.written(&signature, &mut Vec::new());
        self.level -= 1;
        self.generalise(ty);
        ty
    }

    fn written(&mut self, signature: &Signature, vars: &mut Vec<(String, TyId)>) -> TyId {
        match signature {
            // Each place is of a kind of its own.
            Signature::Any => Types::ANY,
            Signature::Name(name) => match (name.as_str(), Scalar::named(name)) {
                ("Data", _) => Types::DATA,
                (_, Some(scalar)) => Types::scalar(scalar),
                (_, None) => Types::ANY,
            },
            Signature::Variable(name) => match vars.iter().find(|(known, _)| known == name) {
                Some((_, ty)) => *ty,
                None => {
                    let ty = self.types.free(self.level);
                    if let (Ty::Var(var), true) = (self.types.get(ty), name == ORDERED)
                        && let Var::Free { ordered, .. } = &mut self.types.vars[var.0 as usize]
                    {
                        *ordered = true;
                    }
                    vars.push((name.clone(), ty));
                    ty
                }
            },
            Signature::Apply(head, argument) => {
                let argument = self.written(argument, vars);
                match head.as_str() {
                    "Map" => self.types.map(argument),
                    _ => self.types.list(argument),
                }
            }
            Signature::Function(parameter, result) => {
                let (parameter, result) = (self.written(parameter, vars), self.written(result, vars));
                self.types.add(Ty::Function(parameter, result))
            }
            Signature::Option(inner) => {
                let inner = self.written(inner, vars);
                self.types.option(inner)
            }
            Signature::Record(fields) => {
                let mut all = Vec::new();
                for (name, ty) in fields {
                    let slot = Slot::Known(self.written(ty, vars));
                    let name = self.names.lookup(name).expect("the fields of signatures are names of every program");
                    all.push(Field { name, key: Span::new(0, 0), slot, optional: false });
                }
                self.types.record(Rec { fields: all.into(), rest: Rest::Closed, of: None, at: None })
            }
        }
    }
}
