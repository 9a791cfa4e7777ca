//! What a field is when nobody says. A default is one value for all records that take it.

use super::extract::{Extractor, Home, Trail};
use super::types::{DefId, FieldType};
use crate::data::DataId;
use crate::ir::ExprId;

impl Extractor<'_, '_> {
    pub(super) fn default(&mut self, def: DefId, at: usize, field: &FieldType, value: ExprId) -> Option<DataId> {
        let known = self.defaults.get(def.0 as usize).and_then(|fields| fields.get(at)).copied().flatten();
        if known.is_some() {
            return known;
        }
        let slot = self.machine.default_of(def, at, value);
        let trail = self.below(Trail(0), super::extract::Step::Field(field.name, field.key));
        let data = self.place(slot, slot.origin, self.schema.ty(field.ty), trail, None, Home::No)?;
        let def = def.0 as usize;
        if self.defaults.len() <= def {
            self.defaults.resize(def + 1, Vec::new());
        }
        if self.defaults[def].len() <= at {
            self.defaults[def].resize(at + 1, None);
        }
        self.defaults[def][at] = Some(data);
        Some(data)
    }
}
