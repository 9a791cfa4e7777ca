//! The names around an expression: frames as evaluation makes them, by slot.

use super::ty::TyId;
use crate::ir::Children;
use crate::schema::types::DefId;

/// Index of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EnvId(pub(super) u32);

/// What the slots of a frame hold.
#[derive(Clone, Debug)]
pub(super) enum Frame {
    /// Definitions that see one another: those of a `let` or of a file's record.
    Definitions(Children),
    /// The file record of a site: its first definitions are fields, and held against those of this type.
    Site { all: Children, def: DefId, keys: u32, fields: u32 },
    /// The prelude.
    Prelude,
    /// Parameters.
    Parameters(Vec<TyId>),
}

/// A frame inside of another one.
#[derive(Clone, Debug)]
pub(super) struct Env {
    pub(super) parent: EnvId,
    pub(super) frame: Frame,
    /// Whether it lies in a function: then types in it may hang on parameters.
    pub(super) inside: bool,
}
