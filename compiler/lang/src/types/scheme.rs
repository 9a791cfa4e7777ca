//! Definitions that stand for many types: `id = x: x;`. Variables that nothing outside of a definition knows become
//! generic, and each use takes a copy.

use std::collections::{HashMap, HashSet};

use super::Checker;
use super::ty::{Demand, Field, Rec, Rest, Slot, Ty, TyId, Types, Var, VarId};

impl Checker<'_> {
    /// Makes the variables of a definition generic that belong to it alone. True if there are any.
    pub(super) fn generalise(&mut self, ty: TyId) -> bool {
        let mut work = vec![ty];
        let mut seen: HashSet<TyId> = HashSet::new();
        let mut any = false;
        while let Some(ty) = work.pop() {
            let (ty, node) = self.types.resolve(ty);
            if !seen.insert(ty) {
                continue;
            }
            match node {
                Ty::Error | Ty::Any | Ty::Data | Ty::Scalar(_) | Ty::Named(_) | Ty::Ref(_) | Ty::View(..) => {}
                Ty::Var(var) => {
                    let state = &mut self.types.vars[var.0 as usize];
                    match state {
                        Var::Free { level, demands, ordered } if *level > self.level => {
                            let ordered = *ordered;
                            let demands = std::mem::take(demands);
                            work.extend(demands.iter().map(|demand| demand.ty));
                            *state = Var::Generic { demands, ordered };
                            any = true;
                        }
                        Var::Generic { .. } => any = true,
                        _ => {}
                    }
                }
                Ty::List(inner) | Ty::Option(inner) => work.push(inner),
                Ty::Function(parameter, result) => work.extend([parameter, result]),
                Ty::Record(record) => work.extend(self.parts(record)),
            }
        }
        any
    }

    /// A copy for one use.
    pub(super) fn instantiate(&mut self, ty: TyId) -> TyId {
        let mut copies = Copies::default();
        self.copy(ty, &mut copies)
    }

    fn copy(&mut self, ty: TyId, copies: &mut Copies) -> TyId {
        let (ty, node) = self.types.resolve(ty);
        if let Some(copy) = copies.types.get(&ty) {
            return *copy;
        }
        if self.fuel == 0 {
            return Types::ANY;
        }
        self.fuel -= 1;
        let copy = match node {
            Ty::Error | Ty::Any | Ty::Data | Ty::Scalar(_) | Ty::Named(_) | Ty::Ref(_) | Ty::View(..) => ty,
            Ty::Var(var) => self.copy_var(var, ty, copies),
            Ty::List(inner) => match self.copied(inner, copies) {
                same if same == inner => ty,
                copy => self.types.list(copy),
            },
            Ty::Option(inner) => match self.copied(inner, copies) {
                same if same == inner => ty,
                copy => self.types.option(copy),
            },
            Ty::Function(parameter, result) => {
                let (one, other) = (self.copied(parameter, copies), self.copied(result, copies));
                match (one, other) == (parameter, result) {
                    true => ty,
                    false => self.types.add(Ty::Function(one, other)),
                }
            }
            Ty::Record(record) => {
                // It may contain itself through its fields.
                copies.types.insert(ty, ty);
                let Rec { fields, rest, of, at } = self.types.records[record.0 as usize].clone();
                let mut changed = false;
                let mut copy = Vec::with_capacity(fields.len());
                for field in fields.iter().copied() {
                    let slot = match field.slot {
                        Slot::Known(known) => {
                            let new = self.copied(known, copies);
                            changed |= new != known;
                            Slot::Known(new)
                        }
                        lazy => lazy,
                    };
                    copy.push(Field { slot, ..field });
                }
                let rest = match rest {
                    Rest::Each(item) => {
                        let new = self.copied(item, copies);
                        changed |= new != item;
                        Rest::Each(new)
                    }
                    rest => rest,
                };
                match changed {
                    true => self.types.record(Rec { fields: copy.into(), rest, of, at }),
                    false => ty,
                }
            }
        };
        copies.types.insert(ty, copy);
        copy
    }

    /// As `copy`, with enough stack, and the same index where nothing changes.
    fn copied(&mut self, ty: TyId, copies: &mut Copies) -> TyId {
        let resolved = self.types.resolve(ty).0;
        match self.deeper(|checker| checker.copy(ty, copies)) {
            Some(copy) if copy == resolved => ty,
            Some(copy) => copy,
            None => Types::ANY,
        }
    }

    fn copy_var(&mut self, var: VarId, ty: TyId, copies: &mut Copies) -> TyId {
        let Var::Generic { demands, ordered: order } = self.types.vars[var.0 as usize].clone() else { return ty };
        let copy = self.types.free(self.level);
        copies.types.insert(ty, copy);
        let mut new = Vec::with_capacity(demands.len());
        for Demand { name, span, ty } in demands {
            let ty = self.copied(ty, copies);
            new.push(Demand { name, span, ty });
        }
        if let Ty::Var(copy) = self.types.get(copy)
            && let Var::Free { demands, ordered, .. } = &mut self.types.vars[copy.0 as usize]
        {
            (*demands, *ordered) = (new, order);
        }
        copy
    }
}

/// What was copied already: what is shared stays shared, so that no copy grows beyond its original.
#[derive(Default)]
struct Copies {
    types: HashMap<TyId, TyId>,
}
