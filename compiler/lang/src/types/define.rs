//! The types of definitions, each found out when something asks for it.

use arvc_syntax::intern::Symbol;

use super::Checker;
use super::Pending;
use super::env::{EnvId, Frame};
use super::trail::{Root, Trail};
use super::ty::{Ty, TyId, Types};
use crate::ir::{Children, Expr, ExprId};
use crate::schema::types::{DefId, TypeId};

impl Checker<'_> {
    /// The type of a definition, not copied for its use.
    pub(super) fn definition(&mut self, id: ExprId, env: EnvId) -> TyId {
        if let Some(known) = self.known(id) {
            return known;
        }
        if let Some(var) = self.progress.get(&id) {
            return *var;
        }
        if let Expr::Coerce(inner, ty) = self.program.get(id) {
            return self.annotated(id, inner, ty, env);
        }
        let trail = std::mem::replace(&mut self.trail, Trail::NONE);
        self.level += 1;
        let made = self.types.vars.len();
        let var = self.types.free(self.level);
        self.progress.insert(id, var);
        let ty = self.infer(id, env);
        self.progress.remove(&id);
        if self.types.get(var) != Ty::Error && self.types.resolve(var).0 != self.types.resolve(ty).0 {
            let unified = self.unify(var, ty);
            // A value that needs itself is a cycle, which evaluation shows.
            if let (Err(mismatch), Ty::Function(..)) = (unified, self.types.get(ty))
                && !matches!(self.program.get(id), Expr::Lambda(_))
            {
                self.mismatch(id, ty, var, &mismatch);
            }
        }
        self.level -= 1;
        if self.types.vars.len() > made + 1 && self.generalise(ty) {
            self.generic.insert(id);
        }
        self.trail = trail;
        ty
    }

    /// The type of a definition where it is used.
    pub(super) fn used(&mut self, id: ExprId, env: EnvId) -> TyId {
        let ty = self.definition(id, env);
        match self.generic.contains(&id) {
            true => self.instantiate(ty),
            false => ty,
        }
    }

    /// The name that a `let` gives an expression.
    fn binding(&mut self, id: ExprId) -> Option<Symbol> {
        let bindings = &self.program.bindings;
        let bound = self.bound.get_or_insert_with(|| bindings.iter().map(|(expr, key)| (*expr, key.name)).collect());
        bound.get(&id).copied()
    }

    /// A definition whose type is written.
    pub(super) fn annotated(&mut self, id: ExprId, inner: ExprId, ty: TypeId, env: EnvId) -> TyId {
        let trail = match self.trail {
            // What a part of the site is said to be, is said of its path.
            Trail::NONE => {
                let words = self.binding(id).map_or("this".to_owned(), |name| format!("`{}`", self.names.get(name)));
                self.trails.root(Root::Words(words))
            }
            trail => trail,
        };
        if self.is_flexible(ty) {
            return self.partly_annotated(id, inner, ty, env, trail);
        }
        let declared = self.declared(ty);
        let view = self.view(declared, inner, env);
        self.know(id, view);
        match self.envs[env.0 as usize].inside {
            // What hangs on a parameter is settled before the function's type is.
            true => {
                let around = std::mem::replace(&mut self.trail, trail);
                self.check(inner, env, declared);
                self.trail = around;
            }
            false => self.pending.push(Pending::Check(inner, env, declared, trail)),
        }
        view
    }

    /// A definition whose type is written but for some parts.
    fn partly_annotated(&mut self, id: ExprId, inner: ExprId, ty: TypeId, env: EnvId, trail: Trail) -> TyId {
        self.level += 1;
        let ty = self.annotation(ty, &mut Vec::new());
        self.progress.insert(id, ty);
        let around = std::mem::replace(&mut self.trail, trail);
        self.check(inner, env, ty);
        self.trail = around;
        self.progress.remove(&id);
        self.level -= 1;
        self.know(id, ty);
        if self.generalise(ty) {
            self.generic.insert(id);
        }
        ty
    }

    /// The type of an expression that is held against a declared one. It keeps what the expression itself says, since a
    /// map's keys are known where they are written.
    pub(super) fn view(&mut self, declared: TyId, expr: ExprId, env: EnvId) -> TyId {
        match self.types.get(declared) {
            Ty::Option(inner) => self.view(inner, expr, env),
            Ty::Named(def) if self.is_record(def) => self.types.add(Ty::View(declared, expr, env)),
            Ty::Record(_) => self.types.add(Ty::View(declared, expr, env)),
            Ty::Ref(def) => self.types.add(Ty::Named(def)),
            // Nobody says what it is, so it is what it says.
            Ty::Any => match self.program.get(expr) {
                Expr::Error(_) => Types::ERROR,
                _ => self.used(expr, env),
            },
            _ => declared,
        }
    }

    /// A variable.
    pub(super) fn local(&mut self, env: EnvId, up: u16, slot: u32) -> TyId {
        let mut at = env;
        for _ in 0..up {
            at = self.envs[at.0 as usize].parent;
        }
        match &self.envs[at.0 as usize].frame {
            Frame::Parameters(types) => types.get(slot as usize).copied().unwrap_or(Types::ERROR),
            Frame::Definitions(children) => {
                let definition = self.program.children(*children)[slot as usize];
                self.used(definition, at)
            }
            Frame::Site { all, def, keys, fields } => {
                let definition = self.program.children(*all)[slot as usize];
                let key = (slot < *fields).then(|| self.program.keys[(keys + slot) as usize]);
                let def = *def;
                match key.and_then(|key| self.field_type(def, key.name)).map(|field| field.0) {
                    Some(ty) => self.view(ty, definition, at),
                    None => self.used(definition, at),
                }
            }
            Frame::Prelude => match self.globals.get(slot as usize) {
                Some(definition) => self.used(*definition, at),
                None => Types::ERROR,
            },
        }
    }

    /// The type of a field of a named record, and whether it may be absent and has no default.
    pub(super) fn field_type(&mut self, def: DefId, name: Symbol) -> Option<(TyId, bool)> {
        let schema = std::sync::Arc::clone(&self.schema);
        let (fields, rest) = schema.record(def)?;
        match fields.iter().find(|field| field.name == name) {
            Some(field) => Some((self.declared(field.ty), field.optional && field.default.is_none())),
            None => rest.map(|rest| (self.declared(rest), false)),
        }
    }

    /// Opens the frame of definitions and has all of them looked at.
    pub(super) fn definitions(&mut self, children: Children, parent: EnvId) -> EnvId {
        let env = self.env(parent, Frame::Definitions(children));
        if !self.envs[env.0 as usize].inside {
            let definitions = self.program.children(children).iter().rev();
            self.pending.extend(definitions.map(|definition| Pending::Infer(*definition, env)));
        }
        env
    }

    /// Looks at all definitions of a frame in a function, before its type is settled.
    pub(super) fn settle(&mut self, children: Children, env: EnvId) {
        if self.envs[env.0 as usize].inside {
            for at in 0..children.len as usize {
                let definition = self.program.children(children)[at];
                self.definition(definition, env);
            }
        }
    }

    /// The environment that an expression opened.
    pub(super) fn env_of(&self, id: ExprId) -> Option<EnvId> {
        self.opened.get(&id).copied()
    }
}
