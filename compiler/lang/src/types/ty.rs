//! Types as the checker computes with them: an arena of small nodes, variables that are bound once, and record types
//! whose fields are looked at only when somebody asks.

use std::cell::OnceCell;
use std::ops::Deref;
use std::rc::Rc;

use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use crate::ir::{ExprId, FnId};
use crate::numbers::SymbolMap;
use crate::schema::types::{DefId, Scalar};
use crate::types::env::EnvId;

/// Index of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TyId(pub(super) u32);

/// Index of a type variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct VarId(pub(super) u32);

/// Index of a record type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RecId(pub(super) u32);

/// A type, as far as its outermost constructor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    /// Something whose problem is reported: it is whatever is asked of it.
    Error,
    /// Only evaluation knows: the site gives it meaning.
    Any,
    /// Plain data. Nothing is known of what is found to be it; what should be it holds no functions, flows, tags and entities.
    Data,
    Scalar(Scalar),
    Var(VarId),
    List(TyId),
    /// It may be absent.
    Option(TyId),
    Function(TyId, TyId),
    Record(RecId),
    /// A record or union with a name.
    Named(DefId),
    /// An entity of the site, by its name. Only what a value should be, never what it is found to be.
    Ref(DefId),
    /// What an expression gives that is held against a named record or a map.
    View(TyId, ExprId, EnvId),
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot {
    Known(TyId),
    /// The type of an expression, found out when somebody asks: sites are records that name one another.
    Lazy(ExprId, EnvId),
}

/// A field of a record type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: Symbol,
    /// Where it is defined, or asked for.
    pub(super) key: Span,
    pub(super) slot: Slot,
    pub(super) optional: bool,
}

/// Fields beside those that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// There are none.
    Closed,
    /// There may be some, and nobody may ask for them.
    Open,
    /// There may be some, each of this type: a map.
    Each(TyId),
}

/// The fields of a record type. They are shared by its copies, and found by an index where there are many.
#[derive(Clone, Debug)]
pub(super) struct Fields(Rc<(Vec<Field>, OnceCell<SymbolMap<u32>>)>);

/// From this many fields on, an index finds them.
pub(super) const INDEXED: usize = 16;

impl From<Vec<Field>> for Fields {
    fn from(fields: Vec<Field>) -> Self {
        Self(Rc::new((fields, OnceCell::new())))
    }
}

impl Deref for Fields {
    type Target = [Field];

    fn deref(&self) -> &[Field] {
        &self.0.0
    }
}

impl Fields {
    /// Where a field stands.
    pub(super) fn position(&self, name: Symbol) -> Option<usize> {
        let (fields, index) = &*self.0;
        if fields.len() < INDEXED {
            return fields.iter().position(|field| field.name == name);
        }
        let places = || fields.iter().enumerate().map(|(at, field)| (field.name, at as u32)).collect();
        index.get_or_init(places).get(&name).map(|at| *at as usize)
    }
}

/// A record type.
#[derive(Clone, Debug)]
pub(super) struct Rec {
    pub(super) fields: Fields,
    pub(super) rest: Rest,
    /// The function whose argument it is.
    pub(super) of: Option<FnId>,
    /// The literal that it is the type of.
    pub(super) at: Option<Span>,
}

impl Rec {
    pub(super) fn field(&self, name: Symbol) -> Option<&Field> {
        self.fields.position(name).map(|at| &self.fields[at])
    }
}

/// A field that was selected from something that is not known yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demand {
    pub(super) name: Symbol,
    /// The selection.
    pub(super) span: Span,
    pub(super) ty: TyId,
}

/// What is known of a variable.
#[derive(Clone, Debug)]
pub(super) enum Var {
    /// Nothing but the fields that it must have, and whether its values must have an order.
    Free {
        level: u32,
        demands: Vec<Demand>,
        ordered: bool,
    },
    Bound(TyId),
    /// It stands for any type: each use takes a copy.
    Generic {
        demands: Vec<Demand>,
        ordered: bool,
    },
}

/// All types of one run.
#[derive(Default)]
pub(super) struct Types {
    nodes: Vec<Ty>,
    pub(super) vars: Vec<Var>,
    pub(super) records: Vec<Rec>,
}

impl Types {
    pub(super) const ERROR: TyId = TyId(0);
    pub(super) const ANY: TyId = TyId(1);
    pub(super) const DATA: TyId = TyId(2);
    const FIRST_SCALAR: u32 = 3;

    pub(super) fn new() -> Self {
        let mut types = Self::default();
        types.nodes.extend([Ty::Error, Ty::Any, Ty::Data]);
        types.nodes.extend(Scalar::all().map(Ty::Scalar));
        types
    }

    pub(super) fn add(&mut self, ty: Ty) -> TyId {
        match ty {
            Ty::Error => Self::ERROR,
            Ty::Any => Self::ANY,
            Ty::Data => Self::DATA,
            Ty::Scalar(scalar) => Self::scalar(scalar),
            ty => {
                self.nodes.push(ty);
                TyId(self.nodes.len() as u32 - 1)
            }
        }
    }

    pub(super) fn scalar(scalar: Scalar) -> TyId {
        TyId(Self::FIRST_SCALAR + scalar as u32)
    }

    /// A type and its outermost constructor, bound variables looked through.
    pub(super) fn resolve(&mut self, id: TyId) -> (TyId, Ty) {
        let mut at = id;
        let result = loop {
            match self.nodes[at.0 as usize] {
                Ty::Var(var) => match self.vars[var.0 as usize] {
                    Var::Bound(next) => at = next,
                    _ => break (at, Ty::Var(var)),
                },
                ty => break (at, ty),
            }
        };
        // Long chains are walked once.
        let mut behind = id;
        while let Ty::Var(var) = self.nodes[behind.0 as usize] {
            match &mut self.vars[var.0 as usize] {
                Var::Bound(next) if *next != result.0 => behind = std::mem::replace(next, result.0),
                _ => break,
            }
        }
        result
    }

    pub(super) fn get(&mut self, id: TyId) -> Ty {
        self.resolve(id).1
    }

    /// As it was made: a variable that is bound by now is one all the same.
    pub(super) fn raw(&self, id: TyId) -> Ty {
        self.nodes[id.0 as usize]
    }

    pub(super) fn free(&mut self, level: u32) -> TyId {
        self.vars.push(Var::Free { level, demands: Vec::new(), ordered: false });
        self.add(Ty::Var(VarId(self.vars.len() as u32 - 1)))
    }

    pub(super) fn record(&mut self, record: Rec) -> TyId {
        self.records.push(record);
        self.add(Ty::Record(RecId(self.records.len() as u32 - 1)))
    }

    /// A record with any fields, each of one type.
    pub(super) fn map(&mut self, item: TyId) -> TyId {
        self.record(Rec { fields: Vec::new().into(), rest: Rest::Each(item), of: None, at: None })
    }

    pub(super) fn list(&mut self, item: TyId) -> TyId {
        self.add(Ty::List(item))
    }

    pub(super) fn option(&mut self, ty: TyId) -> TyId {
        match self.get(ty) {
            Ty::Option(_) | Ty::Error | Ty::Any | Ty::Data => ty,
            _ => self.add(Ty::Option(ty)),
        }
    }

    /// The type without its absence.
    pub(super) fn present(&mut self, ty: TyId) -> TyId {
        match self.get(ty) {
            Ty::Option(inner) => inner,
            _ => ty,
        }
    }
}
