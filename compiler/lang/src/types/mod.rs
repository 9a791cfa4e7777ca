//! Types, before anything is evaluated: every definition of every file is checked, forced or not, and a function once, at
//! its definition.
//!
//! Checking is bidirectional. Where something says what an expression should be (the schema, an annotation, a parameter)
//! that is pushed inwards (`check`), down to the literal at fault; everywhere else a type is found out (`infer`), and
//! where both meet a few conversions hold (`subsume`): a record becomes a map or a named record, a value an optional one.
//! Definitions are polymorphic. Their types are found out when something asks for them, each part of a record by itself,
//! so hosts, groups and clusters may name one another in any order.
//!
//! Nothing is evaluated here and no value is looked at but a literal. What only evaluation can know is `Any`, which is
//! whatever is asked of it; what is wrong is reported once and then `Error`, which is the same.

mod calls;
mod check;
mod check_record;
mod data;
mod define;
mod describe;
mod env;
mod infer;
mod join;
mod merge;
mod narrow;
mod operators;
mod report;
mod said;
mod scheme;
mod select;
mod signature;
mod subsume;
mod trail;
mod ty;
mod unify;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arvc_syntax::diagnostic::Diagnostic;
use arvc_syntax::intern::{Interner, Symbol};
use arvc_syntax::source::{Sources, Span};

use crate::eval::value::Reported;
use crate::ir::{Expr, ExprId, Program, UnitId};
use crate::numbers::{Spread, SymbolMap};
use crate::report::{BY_THE_PARSER, Reports};
use crate::schema::types::{DefId, Definition, Schema, Type, TypeId};
use env::{Env, EnvId, Frame};
use trail::{Root, Trail, Trails};
use ty::{Ty, TyId, Types};

/// What is still to be looked at.
enum Pending {
    /// A definition that nobody asked for yet.
    Infer(ExprId, EnvId),
    /// A definition that something says the type of.
    Check(ExprId, EnvId, TyId, Trail),
}

/// The checker of one run.
pub(crate) struct Checker<'c> {
    program: &'c Program,
    names: &'c Interner,
    sources: &'c Sources,
    reports: &'c mut Reports,
    schema: Arc<Schema>,
    /// The definitions of the prelude.
    globals: &'c [ExprId],
    types: Types,
    envs: Vec<Env>,
    /// The type of each expression that was found out, 0 for none.
    known: Vec<u32>,
    /// Definitions whose type is being found out.
    progress: HashMap<ExprId, TyId, Spread>,
    /// Definitions whose type stands for many.
    generic: HashSet<ExprId, Spread>,
    /// Types of the schema.
    declared: Vec<TyId>,
    /// Which of them leave parts to inference.
    flexible: Vec<bool>,
    /// The record of the site, and whether it was held against the schema.
    record: Option<ExprId>,
    checked: bool,
    /// Records in which definitions lost, whose places are needed.
    holders: HashSet<ExprId, Spread>,
    /// Where the keys of large records stand, by their first key.
    places: HashMap<u32, SymbolMap<usize>, Spread>,
    /// The names of definitions, once one was asked for.
    bound: Option<HashMap<ExprId, Symbol, Spread>>,
    builtins: HashMap<u16, TyId>,
    members: HashMap<&'static str, TyId>,
    pending: Vec<Pending>,
    /// The frames that expressions opened.
    opened: HashMap<ExprId, EnvId, Spread>,
    /// Pairs of records that are being compared: what contains itself is compared once.
    comparing: HashSet<(ty::RecId, ty::RecId)>,
    /// Records that were held against a named one, and what came of it.
    became: HashMap<(ty::RecId, DefId), Result<(), unify::Mismatch>>,
    /// The expression whose type is being held against what is expected.
    meeting: Option<ExprId>,
    /// What is called, as it is written, while its arguments are looked at.
    callee: Option<String>,
    /// The call whose result shows a mistake of its function.
    caller: Option<Span>,
    level: u32,
    depth: u32,
    /// Steps of unification, which a hostile source could make many.
    fuel: u32,
    trails: Trails,
    trail: Trail,
    /// Where the expression stands that is being met.
    here: EnvId,
    /// Expressions that are reported: evaluating them says nothing more.
    poisoned: Vec<(ExprId, Reported)>,
    /// Records that are reported for their fields, and are values all the same.
    lacking: Vec<(ExprId, Reported)>,
    /// Selections of a field that may be absent.
    optional: Vec<ExprId>,
    /// Selections from what is not known yet, by their keys.
    asked: HashMap<Span, ExprId, Spread>,
    /// What conditions around the expression tell to be there.
    present: Vec<narrow::Place>,
    /// The values of fields that functions gave and that were wrong, by their keys.
    made: HashMap<Span, Option<ExprId>>,
    /// What was reported last.
    last: Reported,
}

/// How deep definitions may ask for one another before one of them is left to its own turn.
const DEPTH: u32 = 4000;
/// Stack that is there for one step of the checker, and what is added when it is not. Depth follows the source, whose
/// nesting the parser bounds, times definitions that ask for one another.
const RED_ZONE: usize = 128 << 10;
const SEGMENT: usize = 4 << 20;
/// How much may be compared in one run.
const FUEL: u32 = 50_000_000;

/// Checks all files of a program. What is wrong becomes an error in it, so that evaluation does not meet it again. The
/// entry is held against the schema's `Site` if it is one. Gives the type of the expression that is asked for, in the
/// language's notation.
pub(crate) fn check(
    program: &mut Program,
    names: &Interner,
    sources: &Sources,
    reports: &mut Reports,
    globals: &[ExprId],
    site: Option<UnitId>,
    asked: Option<ExprId>,
) -> Option<String> {
    let mut checker = Checker::new(program, names, sources, reports, globals);
    checker.units(site);
    let shown = asked.and_then(|asked| checker.known(asked)).map(|ty| checker.show(ty));
    let Checker { poisoned, lacking, mut optional, .. } = checker;
    optional.sort_unstable();
    optional.dedup();
    program.optional = optional;
    program.lacking = lacking.into_iter().collect();
    for (expr, reported) in poisoned {
        program.exprs[expr.0 as usize] = Expr::Error(reported);
    }
    shown
}

impl<'c> Checker<'c> {
    fn new(
        program: &'c Program,
        names: &'c Interner,
        sources: &'c Sources,
        reports: &'c mut Reports,
        globals: &'c [ExprId],
    ) -> Self {
        Self {
            program,
            names,
            sources,
            reports,
            schema: Arc::clone(&program.schema),
            globals,
            types: Types::new(),
            envs: vec![Env { parent: EnvId(0), frame: Frame::Prelude, inside: false }],
            known: vec![0; program.exprs.len()],
            progress: HashMap::default(),
            generic: HashSet::default(),
            declared: Vec::new(),
            flexible: Vec::new(),
            record: None,
            checked: false,
            holders: program.overridden.iter().map(|overridden| overridden.within).collect(),
            places: HashMap::default(),
            bound: None,
            builtins: HashMap::new(),
            members: HashMap::new(),
            pending: Vec::new(),
            opened: HashMap::default(),
            comparing: HashSet::new(),
            became: HashMap::new(),
            meeting: None,
            callee: None,
            caller: None,
            made: HashMap::new(),
            level: 0,
            depth: 0,
            fuel: FUEL,
            trails: Trails::default(),
            trail: Trail::NONE,
            here: EnvId(0),
            poisoned: Vec::new(),
            lacking: Vec::new(),
            asked: HashMap::default(),
            optional: Vec::new(),
            present: Vec::new(),
            last: BY_THE_PARSER,
        }
    }

    fn units(&mut self, site: Option<UnitId>) {
        self.declare();
        for at in 0..self.program.units.len() {
            let root = self.program.units[at].root;
            match (site, self.schema.site) {
                (Some(unit), Some(def)) if unit.0 as usize == at => self.site(root, def),
                _ => {
                    self.definition(root, EnvId(0));
                }
            }
            self.drain();
        }
        for at in 0..self.program.overridden.len() {
            self.overridden(at);
            self.drain();
        }
    }

    fn drain(&mut self) {
        while let Some(pending) = self.pending.pop() {
            match pending {
                Pending::Infer(expr, env) => {
                    self.definition(expr, env);
                }
                Pending::Check(expr, env, ty, trail) => {
                    let around = std::mem::replace(&mut self.trail, trail);
                    self.check(expr, env, ty);
                    self.trail = around;
                }
            }
        }
    }

    /// The entry, whose outermost record is a site.
    fn site(&mut self, root: ExprId, def: DefId) {
        let site = self.types.add(Ty::Named(def));
        self.record = self.site_record(root);
        self.trail = self.trails.root(Root::Site);
        self.check(root, EnvId(0), site);
        self.trail = Trail::NONE;
    }

    /// The record that is the value of the entry, behind what stands in front of it.
    fn site_record(&self, root: ExprId) -> Option<ExprId> {
        let (mut at, mut definitions) = (root, None);
        loop {
            at = match (self.program.get(at), definitions) {
                (Expr::Let(children), _) => {
                    definitions = Some(children);
                    *self.program.children(children).last()?
                }
                (Expr::Assert(_, _, body), _) => body,
                (Expr::Coerce(inner, _), _) => inner,
                // The frame of a `let` in front of the record keeps that in a slot, if it names it.
                (Expr::Local { up: 0, slot }, Some(children)) => {
                    definitions = None;
                    self.program.children(children)[slot as usize]
                }
                (Expr::Scope { .. } | Expr::Composed(_), _) => return Some(at),
                _ => return None,
            };
        }
    }

    fn env(&mut self, parent: EnvId, frame: Frame) -> EnvId {
        let inside = self.envs[parent.0 as usize].inside || matches!(frame, Frame::Parameters(_));
        self.envs.push(Env { parent, frame, inside });
        EnvId(self.envs.len() as u32 - 1)
    }

    fn span(&self, id: ExprId) -> Span {
        self.program.span(id)
    }

    /// The types that the schema and annotations write, the parts of each before it. Where a part is left to inference
    /// it is looked at again at each use.
    fn declare(&mut self) {
        for at in 0..self.schema.types.len() {
            let part = |checker: &Self, id: TypeId| checker.declared[id.0 as usize];
            let (ty, flexible) = match self.schema.types[at] {
                Type::Any => (Types::ANY, false),
                Type::Data => (Types::DATA, false),
                Type::Scalar(scalar) => (Types::scalar(scalar), false),
                Type::Ref(def) => (self.types.add(Ty::Ref(def)), false),
                Type::Named(def) => (self.types.add(Ty::Named(def)), false),
                Type::List(item) => (self.types.list(part(self, item)), self.flexible[item.0 as usize]),
                Type::Map(item) => (self.types.map(part(self, item)), self.flexible[item.0 as usize]),
                Type::Option(inner) => (self.types.option(part(self, inner)), self.flexible[inner.0 as usize]),
                Type::Function(parameter, result) => {
                    let flexible = self.flexible[parameter.0 as usize] || self.flexible[result.0 as usize];
                    let (parameter, result) = (part(self, parameter), part(self, result));
                    (self.types.add(Ty::Function(parameter, result)), flexible)
                }
                Type::Infer | Type::Var(_) => (Types::ANY, true),
            };
            self.declared.push(ty);
            self.flexible.push(flexible);
        }
    }

    /// The type that the schema or an annotation writes.
    fn declared(&mut self, id: TypeId) -> TyId {
        match self.flexible[id.0 as usize] {
            true => self.annotation(id, &mut Vec::new()),
            false => self.declared[id.0 as usize],
        }
    }

    /// Whether a type leaves parts to inference.
    fn is_flexible(&self, id: TypeId) -> bool {
        self.flexible[id.0 as usize]
    }

    /// As `declared`, and each name of an unknown type stands for one type throughout.
    fn annotation(&mut self, id: TypeId, vars: &mut Vec<(Symbol, TyId)>) -> TyId {
        match self.is_flexible(id) {
            true => self.deeper(|checker| checker.flexible_annotation(id, vars)).unwrap_or(Types::ANY),
            false => self.declared[id.0 as usize],
        }
    }

    fn flexible_annotation(&mut self, id: TypeId, vars: &mut Vec<(Symbol, TyId)>) -> TyId {
        match self.schema.ty(id) {
            Type::Var(name) => match vars.iter().find(|(known, _)| *known == name) {
                Some((_, ty)) => *ty,
                None => {
                    let ty = self.types.free(self.level);
                    vars.push((name, ty));
                    ty
                }
            },
            Type::List(item) => {
                let item = self.annotation(item, vars);
                self.types.list(item)
            }
            Type::Map(item) => {
                let item = self.annotation(item, vars);
                self.types.map(item)
            }
            Type::Option(inner) => {
                let inner = self.annotation(inner, vars);
                self.types.option(inner)
            }
            Type::Function(parameter, result) => {
                let (parameter, result) = (self.annotation(parameter, vars), self.annotation(result, vars));
                self.types.add(Ty::Function(parameter, result))
            }
            Type::Infer => self.types.free(self.level),
            Type::Any | Type::Data | Type::Scalar(_) | Type::Ref(_) | Type::Named(_) => self.declared[id.0 as usize],
        }
    }

    /// Whether a named type is a record.
    fn is_record(&self, def: DefId) -> bool {
        matches!(self.schema.def(def).definition, Definition::Record { .. })
    }

    /// Runs one step with enough stack. `None` if definitions ask for one another too deeply.
    fn deeper<T>(&mut self, step: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= DEPTH {
            return None;
        }
        self.depth += 1;
        let result = stacker::maybe_grow(RED_ZONE, SEGMENT, || step(self));
        self.depth -= 1;
        Some(result)
    }

    /// Reports a problem.
    fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        self.last = self.reports.early(diagnostic);
        self.last
    }

    /// Says that an expression is what was reported last.
    fn poison(&mut self, id: ExprId) {
        if !matches!(self.program.get(id), Expr::Error(_)) {
            self.poisoned.push((id, self.last));
        }
    }

    fn known(&self, id: ExprId) -> Option<TyId> {
        match self.known[id.0 as usize] {
            0 => None,
            known => Some(TyId(known - 1)),
        }
    }

    fn know(&mut self, id: ExprId, ty: TyId) {
        self.known[id.0 as usize] = ty.0 + 1;
    }

    /// A definition that lost against another one.
    fn overridden(&mut self, at: usize) {
        let overridden = self.program.overridden[at];
        let Some(env) = self.env_of(overridden.within) else { return };
        self.trail = self.trails.root(Root::Words(format!("`{}`", self.names.get(overridden.key.name))));
        match overridden.ty {
            Some(ty) => {
                let ty = self.declared(ty);
                self.check(overridden.expr, env, ty);
            }
            None => {
                self.definition(overridden.expr, env);
            }
        }
        self.trail = Trail::NONE;
    }
}
