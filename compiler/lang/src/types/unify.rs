//! Making two types one: variables are bound, and nothing is converted.
//!
//! It runs on a work list, since types of data may be as deep as that.

use std::collections::HashSet;

use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::Checker;
use super::ty::{Demand, RecId, Rest, Ty, TyId, Var, VarId};

/// Why two types are not one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mismatch {
    /// They are of different kinds.
    Kind,
    /// It may be absent, and must not be.
    Absent,
    /// A field of it may be absent, and must not be.
    AbsentField(Symbol),
    /// It lacks a field; where that is asked for.
    Missing(Symbol, Option<Span>),
    /// A field that is asked for is of another kind: what it is, and what it should be.
    Field(Symbol, TyId, TyId),
    /// It has a field too many; where that is defined.
    Unknown(Symbol, Span),
    /// It would contain itself.
    Infinite,
    /// Its parts do not fit, which is reported.
    Reported,
}

impl Checker<'_> {
    /// Makes two types one.
    pub(super) fn unify(&mut self, a: TyId, b: TyId) -> Result<(), Mismatch> {
        let mut work = vec![(a, b)];
        let mut seen: HashSet<(RecId, RecId)> = HashSet::new();
        while let Some((a, b)) = work.pop() {
            if self.fuel == 0 {
                return Ok(());
            }
            self.fuel -= 1;
            let ((a, left), (b, right)) = (self.types.resolve(a), self.types.resolve(b));
            if a == b {
                continue;
            }
            match (left, right) {
                (Ty::Var(var), _) => self.bind(var, b, &mut work)?,
                (_, Ty::Var(var)) => self.bind(var, a, &mut work)?,
                (Ty::Error | Ty::Any | Ty::Data, _) | (_, Ty::Error | Ty::Any | Ty::Data) => {}
                (Ty::Scalar(a), Ty::Scalar(b)) if a == b || (a.is_text() && b.is_text()) => {}
                (Ty::List(a), Ty::List(b)) | (Ty::Option(a), Ty::Option(b)) => work.push((a, b)),
                (Ty::Function(a, c), Ty::Function(b, d)) => work.extend([(c, d), (a, b)]),
                (Ty::Record(a), Ty::Record(b)) => {
                    if seen.insert((a, b)) {
                        self.unify_records(a, b, &mut work)?;
                    }
                }
                _ => match (self.named(left), self.named(right)) {
                    (Some(a), Some(b)) if a == b => {}
                    (None, None) => match (self.as_record(a), self.as_record(b)) {
                        (Some(x), Some(y)) if (x, y) != (a, b) => work.push((x, y)),
                        _ => return Err(Mismatch::Kind),
                    },
                    _ => return Err(Mismatch::Kind),
                },
            }
        }
        Ok(())
    }

    fn unify_records(&mut self, a: RecId, b: RecId, work: &mut Vec<(TyId, TyId)>) -> Result<(), Mismatch> {
        let (left, right) = (self.types.records[a.0 as usize].clone(), self.types.records[b.0 as usize].clone());
        for (one, other) in [(&left, &right), (&right, &left)] {
            for field in one.fields.iter() {
                match (other.field(field.name), other.rest) {
                    // Both orders meet it once.
                    (Some(found), _) if std::ptr::eq(one, &left) => {
                        let pair = (self.slot(field.slot), self.slot(found.slot));
                        work.push(pair);
                    }
                    (Some(_), _) | (None, Rest::Open) => {}
                    (None, Rest::Each(item)) => {
                        let ty = self.slot(field.slot);
                        work.push((ty, item));
                    }
                    (None, Rest::Closed) if field.optional => {}
                    (None, Rest::Closed) => return Err(Mismatch::Unknown(field.name, field.key)),
                }
            }
        }
        if let (Rest::Each(a), Rest::Each(b)) = (left.rest, right.rest) {
            work.push((a, b));
        }
        Ok(())
    }

    fn bind(&mut self, var: VarId, ty: TyId, work: &mut Vec<(TyId, TyId)>) -> Result<(), Mismatch> {
        let Var::Free { level, demands, ordered } = self.types.vars[var.0 as usize].clone() else {
            // A type that stands for many is copied before it is used.
            return Ok(());
        };
        if let Ty::Var(other) = self.types.get(ty) {
            if let Var::Free { level: lower, demands: known, ordered: order } = &mut self.types.vars[other.0 as usize] {
                *order |= ordered;
                *lower = level.min(*lower);
                let mut more = Vec::new();
                for demand in demands {
                    match known.iter().find(|one| one.name == demand.name) {
                        Some(one) => more.push((one.ty, demand.ty)),
                        None => known.push(demand),
                    }
                }
                work.extend(more);
            }
            self.types.vars[var.0 as usize] = Var::Bound(ty);
            return Ok(());
        }
        if !self.lower(var, level, ty) {
            return Err(Mismatch::Infinite);
        }
        if ordered && !self.types.get(ty).is_ordered() {
            return Err(Mismatch::Kind);
        }
        // What lacks a field that is asked of the variable does not bind it: whoever meets it next says so.
        let mut fields = Vec::with_capacity(demands.len());
        for demand in demands {
            match self.select_quietly(ty, demand.name) {
                Some(found) => fields.push((demand, found)),
                None => return Err(Mismatch::Missing(demand.name, Some(demand.span))),
            }
        }
        self.types.vars[var.0 as usize] = Var::Bound(ty);
        for (Demand { name, span, ty: wanted }, found) in fields {
            if self.is_option(found) {
                self.optional.extend(self.asked.get(&span));
            }
            match self.deeper(|checker| checker.demanded(found, wanted)).unwrap_or(Ok(())) {
                Err(Mismatch::Kind) => return Err(Mismatch::Field(name, found, wanted)),
                result => result?,
            }
        }
        Ok(())
    }

    /// What a field holds meets what is asked of it: a record may become one with a name.
    fn demanded(&mut self, found: TyId, wanted: TyId) -> Result<(), Mismatch> {
        match (self.types.get(found), self.types.get(wanted)) {
            (Ty::Record(_), place) if self.named(place).is_some() => self.subsume(found, wanted),
            _ => self.unify(found, wanted),
        }
    }

    /// Moves the variables of a type to a level. False if `var` is one of them.
    fn lower(&mut self, var: VarId, level: u32, ty: TyId) -> bool {
        let mut work = vec![ty];
        let mut seen: HashSet<TyId> = HashSet::new();
        while let Some(ty) = work.pop() {
            let (ty, node) = self.types.resolve(ty);
            match node {
                Ty::Error | Ty::Any | Ty::Data | Ty::Scalar(_) | Ty::Named(_) | Ty::Ref(_) | Ty::View(..) => continue,
                Ty::Var(other) if other == var => return false,
                _ if !seen.insert(ty) => continue,
                Ty::Var(other) => {
                    if let Var::Free { level: lower, demands, .. } = &mut self.types.vars[other.0 as usize] {
                        *lower = level.min(*lower);
                        work.extend(demands.iter().map(|demand| demand.ty));
                    }
                }
                Ty::List(inner) | Ty::Option(inner) => work.push(inner),
                Ty::Function(parameter, result) => work.extend([parameter, result]),
                Ty::Record(record) => work.extend(self.parts(record)),
            }
        }
        true
    }

    /// The types of a record's fields that are found out already.
    pub(super) fn parts(&self, record: RecId) -> Vec<TyId> {
        let record = &self.types.records[record.0 as usize];
        let rest = match record.rest {
            Rest::Each(item) => Some(item),
            Rest::Open | Rest::Closed => None,
        };
        let fields = record.fields.iter().filter_map(|field| match field.slot {
            super::ty::Slot::Known(ty) => Some(ty),
            super::ty::Slot::Lazy(..) => None,
        });
        fields.chain(rest).collect()
    }
}
