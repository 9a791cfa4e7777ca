//! What a field is when nobody says. A default is one value for all records that take it.

use super::extract::{Extractor, Trail};
use super::types::{DefId, FieldType};
use crate::data::DataId;
use crate::eval::machine::PRELUDE;
use crate::eval::value::Thunk;
use crate::ir::ExprId;

impl Extractor<'_, '_> {
    pub(super) fn default(&mut self, def: DefId, at: usize, field: &FieldType, value: ExprId) -> Option<DataId> {
        let key = (def.0, at as u32);
        if let Some(known) = self.defaults.get(&key) {
            return Some(*known);
        }
        let slot = self.machine.heap.thunk(Thunk::Delayed(value, PRELUDE), value);
        let trail = self.below(Trail(0), super::extract::Step::Field(field.name, field.key));
        let data = self.place(slot, slot.origin, self.schema.ty(field.ty), trail, None, false)?;
        self.defaults.insert(key, data);
        Some(data)
    }
}
