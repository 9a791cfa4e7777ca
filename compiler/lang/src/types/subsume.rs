//! Where what is found meets what is expected. Besides being one type, a value fits an optional place, a record fits a
//! map or a record with a name, and a list one whose items its own fit. Nothing else converts.

use super::Checker;
use super::ty::{Rec, Rest, Ty, TyId};
use super::unify::Mismatch;
use crate::schema::types::DefId;

impl Checker<'_> {
    /// Whether a value of one type may stand where another is expected.
    pub(super) fn subsume(&mut self, found: TyId, expected: TyId) -> Result<(), Mismatch> {
        self.deeper(|checker| checker.subsume_new(found, expected)).unwrap_or(Ok(()))
    }

    fn subsume_new(&mut self, found: TyId, expected: TyId) -> Result<(), Mismatch> {
        if self.fuel == 0 {
            return Ok(());
        }
        self.fuel -= 1;
        let ((found, is), (expected, wanted)) = (self.types.resolve(found), self.types.resolve(expected));
        if found == expected {
            return Ok(());
        }
        match (is, wanted) {
            (Ty::Error | Ty::Any | Ty::Data, _) | (_, Ty::Error | Ty::Any) => Ok(()),
            (_, Ty::Data) => self.is_data(is),
            (Ty::Option(inner), Ty::Option(place)) => self.subsume(inner, place),
            (_, Ty::Option(place)) => self.subsume(found, place),
            (Ty::Option(_), Ty::Var(_)) => self.unify(found, expected),
            (Ty::Option(inner), _) => match self.subsume(inner, expected) {
                Ok(()) => Err(Mismatch::Absent),
                other => other,
            },
            (Ty::List(item), Ty::List(place)) => self.subsume(item, place),
            (Ty::Function(takes, gives), Ty::Function(given, place)) => {
                let fits = self.subsume(given, takes).and_then(|()| self.subsume(gives, place));
                fits.map_err(|mismatch| match mismatch {
                    Mismatch::Reported | Mismatch::Infinite => mismatch,
                    // Of the function as a whole its type is shown.
                    _ => Mismatch::Kind,
                })
            }
            (_, Ty::Ref(def)) => match self.named(is) {
                Some(other) if other == def => Ok(()),
                _ if matches!(is, Ty::Var(_)) => {
                    let named = self.types.add(Ty::Named(def));
                    self.unify(found, named)
                }
                _ => Err(Mismatch::Kind),
            },
            (Ty::Record(record), Ty::Named(def)) if self.is_record(def) => self.becomes(record, def),
            (Ty::Record(one), Ty::Record(other)) => self.subsume_records(one, other),
            (Ty::View(..) | Ty::Named(_), Ty::Record(_)) => self.view_fits(found, is, expected),
            (Ty::View(declared, ..), Ty::Named(_)) => self.subsume(declared, expected),
            (_, Ty::View(declared, ..)) => self.subsume(found, declared),
            _ => self.unify(found, expected),
        }
    }

    fn subsume_records(&mut self, one: super::ty::RecId, other: super::ty::RecId) -> Result<(), Mismatch> {
        let (found, wanted) =
            (self.types.records[one.0 as usize].clone(), self.types.records[other.0 as usize].clone());
        if !self.comparing.insert((one, other)) {
            return Ok(());
        }
        let result = self.subsume_fields(&found, &wanted);
        self.comparing.remove(&(one, other));
        result
    }

    fn subsume_fields(&mut self, found: &Rec, wanted: &Rec) -> Result<(), Mismatch> {
        // What the fields of a map have in common, as long as nothing says what they are.
        let mut all: Option<TyId> = None;
        for field in found.fields.iter().filter(|field| !self.program.unset.contains_key(&field.key)) {
            let place = match (wanted.field(field.name), wanted.rest) {
                (Some(place), _) => {
                    if field.optional && !place.optional {
                        return Err(Mismatch::AbsentField(field.name));
                    }
                    self.slot(place.slot)
                }
                (None, Rest::Each(item)) if self.is_unknown(item) => {
                    let ty = self.slot(field.slot);
                    all = Some(match all {
                        Some(known) => self.join(known, ty).ok_or(Mismatch::Kind)?,
                        None => ty,
                    });
                    continue;
                }
                (None, Rest::Each(item)) => item,
                (None, Rest::Open) => continue,
                (None, Rest::Closed) => return Err(Mismatch::Unknown(field.name, field.key)),
            };
            let ty = self.slot(field.slot);
            self.subsume(ty, place)?;
        }
        if let (Some(ty), Rest::Each(item)) = (all, wanted.rest) {
            self.subsume(ty, item)?;
        }
        for place in wanted.fields.iter() {
            if !place.optional && found.field(place.name).is_none() && found.rest == Rest::Closed {
                return Err(Mismatch::Missing(place.name, Some(place.key)));
            }
        }
        match (found.rest, wanted.rest) {
            (Rest::Each(item), Rest::Each(place)) => self.subsume(item, place),
            _ => Ok(()),
        }
    }

    /// A record with a name where one is expected by its fields.
    fn view_fits(&mut self, found: TyId, is: Ty, expected: TyId) -> Result<(), Mismatch> {
        let Ty::Record(place) = self.types.get(expected) else { return Ok(()) };
        let place = self.types.records[place.0 as usize].clone();
        // A map with known keys is as good as one without.
        if let (Ty::View(declared, ..), Rest::Each(_)) = (is, place.rest)
            && let Ty::Record(_) = self.types.get(declared)
        {
            return self.subsume(declared, expected);
        }
        for field in place.fields.iter() {
            let wanted = self.slot(field.slot);
            match self.select_quietly(found, field.name) {
                Some(ty) => {
                    let wanted = if field.optional { self.types.option(wanted) } else { wanted };
                    self.subsume(ty, wanted).map_err(|mismatch| match mismatch {
                        Mismatch::Absent => Mismatch::AbsentField(field.name),
                        other => other,
                    })?;
                }
                None if field.optional => {}
                None => return Err(Mismatch::Missing(field.name, Some(field.key))),
            }
        }
        match (place.rest, self.named(is)) {
            (Rest::Closed, Some(def)) => {
                let schema = std::sync::Arc::clone(&self.schema);
                let fields = schema.record(def).map_or(&[][..], |(fields, _)| fields);
                match fields.iter().find(|field| place.field(field.name).is_none()) {
                    Some(field) => Err(Mismatch::Unknown(field.name, field.key)),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// The named record that a type is.
    pub(super) fn named(&mut self, ty: Ty) -> Option<DefId> {
        match ty {
            Ty::Named(def) | Ty::Ref(def) => Some(def),
            Ty::View(declared, ..) => match self.types.get(declared) {
                Ty::Named(def) => Some(def),
                _ => None,
            },
            _ => None,
        }
    }

    /// A map that is written out, as a map.
    pub(super) fn as_record(&mut self, ty: TyId) -> Option<TyId> {
        match self.types.resolve(ty) {
            (id, Ty::Record(_)) => Some(id),
            (_, Ty::View(declared, ..)) => match self.types.get(declared) {
                Ty::Record(_) => Some(declared),
                _ => None,
            },
            _ => None,
        }
    }
}
