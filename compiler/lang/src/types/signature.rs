//! The types of the functions that are not written in the language.

use super::Checker;
use super::ty::{TyId, Types};

impl Checker<'_> {
    pub(super) fn builtin(&mut self, builtin: u16) -> TyId {
        self.builtins.get(&builtin).copied().unwrap_or(Types::ANY)
    }
}
