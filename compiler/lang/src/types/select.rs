//! `x.f` and its relatives: what a field of a type is.

use arvc_syntax::diagnostic::nearest;
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::Checker;
use super::check::may_be_absent;
use super::env::EnvId;
use super::said::Said;
use super::ty::{Demand, Rest, Slot, Ty, TyId, Types, Var};
use crate::errors::{maybe_absent, no_such_field, unknown_fields};
use crate::ir::{Expr, ExprId};
use crate::members;
use crate::schema::types::{DefId, Scalar};

/// What a field is found to be.
enum Found {
    Is(TyId),
    /// There is none of that name.
    None,
    /// It is no record.
    NoRecord,
}

impl Checker<'_> {
    /// The type in a slot.
    pub(super) fn slot(&mut self, slot: Slot) -> TyId {
        match slot {
            Slot::Known(ty) => ty,
            Slot::Lazy(expr, env) => {
                // It may stand in another file, and who asks reports in its own.
                let around = self.here;
                let ty = self.used(expr, env);
                self.here = around;
                ty
            }
        }
    }

    /// `base.name`; `or` says whether it may be absent.
    pub(super) fn select(&mut self, base: TyId, name: Symbol, span: Span, or: bool) -> TyId {
        let (_, node) = self.types.resolve(base);
        let base = match node {
            Ty::Option(inner) if or => inner,
            Ty::Option(inner) => {
                let found = self.describe(inner);
                self.report(maybe_absent::selected(self.names.get(name), &found, span));
                return Types::ERROR;
            }
            _ => base,
        };
        match self.find(base, name, span) {
            Found::Is(ty) => ty,
            Found::None => {
                let (fields, at) = self.fields_of(base);
                let owner = self.owner(base);
                let fields: Vec<&str> = fields.iter().map(|field| self.names.get(*field)).collect();
                let mut diagnostic = no_such_field::of(owner.as_deref(), self.names.get(name), span, &fields);
                if let Some(at) = at.filter(|at| !self.in_library(*at)) {
                    diagnostic = diagnostic.secondary(at, "this record");
                }
                if let Some(unset) = self.unset_at(base, name) {
                    diagnostic = diagnostic.secondary(unset, "it is unset here");
                }
                self.report(diagnostic);
                Types::ERROR
            }
            Found::NoRecord => {
                let found = self.describe(base);
                let text = self.names.get(name);
                let diagnostic = match self.types.get(base) {
                    Ty::Scalar(kind) if !members::names(kind).is_empty() => no_such_field::member(text, span, kind),
                    _ => no_such_field::nothing(text, span, &found),
                };
                self.report(diagnostic);
                Types::ERROR
            }
        }
    }

    /// The fields that something has, for a message, and where it is written.
    fn fields_of(&mut self, base: TyId) -> (Vec<Symbol>, Option<Span>) {
        let (_, node) = self.types.resolve(base);
        match node {
            Ty::Record(record) => {
                let record = &self.types.records[record.0 as usize];
                (record.fields.iter().map(|field| field.name).collect(), record.at)
            }
            Ty::Named(def) | Ty::Ref(def) => {
                let fields = self.schema.record(def).map_or(&[][..], |(fields, _)| fields);
                (fields.iter().map(|field| field.name).collect(), None)
            }
            Ty::View(declared, expr, env) => {
                let (mut fields, at) = self.fields_of(declared);
                let more = match self.types.get(declared) {
                    Ty::Named(def) => self.rest_type(def).is_some(),
                    _ => true,
                };
                if more {
                    fields.extend(self.keys_said(expr, env));
                }
                (fields, at)
            }
            _ => (Vec::new(), None),
        }
    }

    /// Where a field was unset.
    fn unset_at(&mut self, base: TyId, name: Symbol) -> Option<Span> {
        let (_, node) = self.types.resolve(base);
        match node {
            Ty::Record(record) => self.program.gone.get(&(self.types.records[record.0 as usize].at?, name)).copied(),
            Ty::View(_, expr, _) => self.program.unset_in(expr, name),
            _ => None,
        }
    }

    /// The field of a type, if it has it.
    pub(super) fn select_quietly(&mut self, base: TyId, name: Symbol) -> Option<TyId> {
        match self.find(base, name, Span::new(0, 0)) {
            Found::Is(ty) => Some(ty),
            Found::None | Found::NoRecord => None,
        }
    }

    fn find(&mut self, base: TyId, name: Symbol, span: Span) -> Found {
        let (_, node) = self.types.resolve(base);
        match node {
            Ty::Error | Ty::Any | Ty::Data => Found::Is(base),
            Ty::Var(var) => {
                let level = match &self.types.vars[var.0 as usize] {
                    Var::Free { level, demands, .. } => match demands.iter().find(|demand| demand.name == name) {
                        Some(demand) => return Found::Is(demand.ty),
                        None => *level,
                    },
                    _ => self.level,
                };
                let ty = self.types.free(level);
                if let Var::Free { demands, .. } = &mut self.types.vars[var.0 as usize] {
                    demands.push(Demand { name, span, ty });
                }
                Found::Is(ty)
            }
            Ty::Record(record) => {
                let record = &self.types.records[record.0 as usize];
                match (record.field(name).copied(), record.rest) {
                    (Some(field), _) => {
                        let ty = self.slot(field.slot);
                        Found::Is(if field.optional { self.types.option(ty) } else { ty })
                    }
                    (None, Rest::Each(item)) => Found::Is(item),
                    (None, Rest::Open | Rest::Closed) => Found::None,
                }
            }
            Ty::Named(def) | Ty::Ref(def) => match self.field_type(def, name) {
                Some((ty, true)) => Found::Is(self.types.option(ty)),
                Some((ty, false)) => Found::Is(ty),
                None => match self.schema.record(def) {
                    Some(_) => Found::None,
                    None => Found::NoRecord,
                },
            },
            Ty::View(declared, expr, env) => self.seen(declared, expr, env, name),
            Ty::Scalar(kind) => match self.member(kind, self.names.get(name)) {
                Some(ty) => Found::Is(ty),
                None => Found::NoRecord,
            },
            Ty::List(_) | Ty::Function(..) | Ty::Option(_) => Found::NoRecord,
        }
    }

    /// The field of an expression that is held against a declared type.
    fn seen(&mut self, declared: TyId, expr: ExprId, env: EnvId, name: Symbol) -> Found {
        let said = self.said(expr, env, name);
        if matches!(said, Said::Wrong) {
            return Found::Is(Types::ERROR);
        }
        match self.types.get(declared) {
            Ty::Named(def) => match (self.own_field(def, name), said) {
                (Some((ty, optional)), Said::Expr(expr, env)) => {
                    let seen = self.view(ty, expr, env);
                    match optional && self.gives_absent(expr, env) {
                        true => Found::Is(self.types.option(seen)),
                        false => Found::Is(seen),
                    }
                }
                (Some((ty, _)), Said::Something) => Found::Is(ty),
                (Some((ty, true)), _) => Found::Is(self.types.option(ty)),
                (Some((ty, false)), _) => Found::Is(ty),
                (None, Said::Expr(expr, env)) => match self.rest_type(def) {
                    Some(rest) => Found::Is(self.view(rest, expr, env)),
                    // The field itself is reported where it is written.
                    None => Found::Is(Types::ERROR),
                },
                (None, said) => match (self.rest_type(def), said) {
                    (Some(rest), Said::Something | Said::Unknown) => Found::Is(rest),
                    _ => Found::None,
                },
            },
            Ty::Record(record) => match (self.types.records[record.0 as usize].rest, said) {
                (Rest::Each(item), Said::Expr(expr, env)) => Found::Is(self.view(item, expr, env)),
                (Rest::Each(item), Said::Something | Said::Unknown) => Found::Is(item),
                (Rest::Each(_), Said::Nothing) => Found::None,
                _ => self.find(declared, name, Span::new(0, 0)),
            },
            _ => self.find(declared, name, Span::new(0, 0)),
        }
    }

    /// Whether what a field is given is perhaps absent itself.
    fn gives_absent(&mut self, expr: ExprId, env: EnvId) -> bool {
        may_be_absent(self.program, expr) && {
            let ty = self.used(expr, env);
            self.is_option(ty)
        }
    }

    pub(super) fn is_option(&mut self, ty: TyId) -> bool {
        matches!(self.types.resolve(ty).1, Ty::Option(_))
    }

    /// A field that a named record declares by name.
    fn own_field(&mut self, def: DefId, name: Symbol) -> Option<(TyId, bool)> {
        let declared = self.schema.record(def)?.0.iter().any(|field| field.name == name);
        if declared { self.field_type(def, name) } else { None }
    }

    fn rest_type(&mut self, def: DefId) -> Option<TyId> {
        let rest = self.schema.record(def)?.1?;
        Some(self.declared(rest))
    }

    /// `base.${key}`.
    pub(super) fn indexed(&mut self, base: ExprId, key: ExprId, env: EnvId) -> TyId {
        let ty = self.infer(base, env);
        self.text_key(key, env);
        self.each(ty).unwrap_or(Types::ANY)
    }

    /// What every field of a type is, if one type says that.
    pub(super) fn each(&mut self, ty: TyId) -> Option<TyId> {
        let (_, node) = self.types.resolve(ty);
        match node {
            Ty::Record(record) => {
                let record = self.types.records[record.0 as usize].clone();
                let mut all = match record.rest {
                    Rest::Each(item) => Some(item),
                    Rest::Open | Rest::Closed => None,
                };
                for field in record.fields.iter() {
                    let ty = self.slot(field.slot);
                    all = Some(match all {
                        Some(known) => self.join(known, ty)?,
                        None => ty,
                    });
                }
                all
            }
            Ty::View(declared, ..) => self.each(declared),
            _ => None,
        }
    }

    /// The name of a field must be text.
    pub(super) fn text_key(&mut self, key: ExprId, env: EnvId) {
        self.operand_wanted(key, env, Types::scalar(Scalar::String), "a field's name");
    }

    /// `base.a.b or fallback`.
    pub(super) fn fallback(&mut self, chain: ExprId, fallback: ExprId, steps: u32, env: EnvId) -> TyId {
        let found = self.chain(chain, steps, env, false);
        let found = self.types.present(found);
        let (_, node) = self.types.resolve(found);
        let other = self.infer(fallback, env);
        if node.is_vague() {
            return if node != Ty::Error { other } else { found };
        }
        self.branches(chain, found, fallback, other)
    }

    /// A chain of selections each of which may be absent. `asked`: a field that is not there is no mistake.
    pub(super) fn chain(&mut self, chain: ExprId, steps: u32, env: EnvId, asked: bool) -> TyId {
        if steps == 0 {
            return self.infer(chain, env);
        }
        match self.program.get(chain) {
            Expr::Select(base, name, span) => {
                let base = self.chain(base, steps - 1, env, asked);
                match asked {
                    true => {
                        let base = self.types.present(base);
                        match self.types.get(base) {
                            Ty::Var(_) => self.unknown_base("?", chain, base),
                            node if self.never_has(node, name) => self.select(base, name, span, true),
                            _ => self.select_quietly(base, name).unwrap_or(Types::ANY),
                        }
                    }
                    false => {
                        let present = self.types.present(base);
                        match self.types.get(present) {
                            Ty::Var(_) => self.unknown_base("or", chain, present),
                            _ => self.select(base, name, span, true),
                        }
                    }
                }
            }
            Expr::Index(base, key) => {
                let base = self.chain(base, steps - 1, env, asked);
                self.text_key(key, env);
                let base = self.types.present(base);
                self.each(base).unwrap_or(Types::ANY)
            }
            _ => self.infer(chain, env),
        }
    }

    /// Whether a type with a name has no such field, and none that nobody declares.
    fn never_has(&mut self, node: Ty, name: Symbol) -> bool {
        match self.named(node) {
            Some(def) if self.is_record(def) => self.field_type(def, name).is_none(),
            _ => false,
        }
    }

    /// A field is asked for of something whose fields are not known. Whether it has it decides what the result is.
    fn unknown_base(&mut self, operator: &str, chain: ExprId, ty: TyId) -> TyId {
        let base = match self.program.get(chain) {
            Expr::Select(base, ..) | Expr::Index(base, _) => base,
            _ => chain,
        };
        let span = self.span(base);
        let text = self.short(span);
        self.report(unknown_fields::new(operator, text.as_deref(), span));
        // No call is held to what is asked of it besides.
        let _ = self.unify(ty, Types::ERROR);
        Types::ERROR
    }

    /// Whether a place is in a source of the compiler's own.
    pub(super) fn in_library(&self, span: Span) -> bool {
        crate::library::of(&self.sources.get(self.sources.file_of(span)).name).is_some()
    }

    /// The type whose field is asked for, by name.
    fn owner(&mut self, base: TyId) -> Option<String> {
        let (_, node) = self.types.resolve(base);
        match node {
            // A record that an annotation writes has words in the place of a name.
            Ty::Named(def) | Ty::Ref(def) => {
                let name = self.names.get(self.schema.def(def).name);
                (!name.contains(' ')).then(|| name.to_owned())
            }
            Ty::View(declared, ..) => self.owner(declared),
            _ => None,
        }
    }

    /// The name that was probably meant.
    pub(super) fn nearest(&self, name: Symbol, fields: impl IntoIterator<Item = Symbol>) -> Option<&str> {
        nearest(self.names.get(name), fields.into_iter().map(|field| self.names.get(field)))
    }
}
