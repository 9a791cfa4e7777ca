//! What should be plain data: it holds no functions, flows, tags, spans of Ints and things of the site. Of what a function
//! is given nothing is known, and evaluation looks at it.

use super::Checker;
use super::env::EnvId;
use super::ty::{RecId, Rest, Ty, Types};
use super::unify::Mismatch;
use crate::schema::types::{DefId, Scalar};

/// In the place of a named type, where what became one is remembered.
const NO_DEF: DefId = DefId(u32::MAX);

impl Checker<'_> {
    /// The fields of a literal.
    pub(super) fn check_data(&mut self, keys: u32, fields: u32, len: u32, env: EnvId) {
        for at in 0..len as usize {
            let key = self.program.keys[keys as usize + at];
            let value = self.program.children[fields as usize + at];
            let trail = self.trails.field(self.trail, key.name, key.span);
            let around = std::mem::replace(&mut self.trail, trail);
            self.check(value, env, Types::DATA);
            self.trail = around;
        }
    }

    /// Whether what is found is plain data.
    pub(super) fn is_data(&mut self, is: Ty) -> Result<(), Mismatch> {
        match is {
            Ty::Scalar(Scalar::Flow | Scalar::IntRange) | Ty::Function(..) => Err(Mismatch::Kind),
            Ty::List(inner) | Ty::Option(inner) => self.subsume(inner, Types::DATA),
            Ty::Record(record) => self.becomes_data(record),
            Ty::View(declared, ..) => self.subsume(declared, Types::DATA),
            // A type of the author's own may well describe data.
            Ty::Named(def) | Ty::Ref(def) => match self.is_record(def) && self.home(def).is_none() {
                true => Ok(()),
                false => Err(Mismatch::Kind),
            },
            _ => Ok(()),
        }
    }

    fn becomes_data(&mut self, record: RecId) -> Result<(), Mismatch> {
        let key = (record, NO_DEF);
        if let Some(known) = self.became.get(&key) {
            return known.clone();
        }
        // What contains itself is looked at once.
        self.became.insert(key, Ok(()));
        let result = self.parts_are_data(record);
        match (&result, self.meeting) {
            (Err(_), None) => self.became.remove(&key),
            _ => self.became.insert(key, result.clone()),
        };
        result
    }

    fn parts_are_data(&mut self, record: RecId) -> Result<(), Mismatch> {
        let record = self.types.records[record.0 as usize].clone();
        let mut result = Ok(());
        for field in record.fields.iter() {
            if let Err(mismatch) = self.field_becomes(field, Types::DATA) {
                result = Err(mismatch);
            }
        }
        match record.rest {
            Rest::Each(item) => self.subsume(item, Types::DATA).and(result),
            Rest::Open | Rest::Closed => result,
        }
    }
}
