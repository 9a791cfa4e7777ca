//! A record against a record with a name, or against what a function takes: fields that are not known, and fields that
//! are missing.

use arvc_syntax::diagnostic::nearest;
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::Checker;
use super::env::EnvId;
use super::ty::{Field, RecId, Rest, Slot, Ty, TyId, Types};
use super::unify::Mismatch;
use crate::errors::{missing_argument, missing_field, unknown_argument, unknown_field};
use crate::ir::{Expr, ExprId, FnId};
use crate::schema::types::{DefId, FieldType};

impl Checker<'_> {
    /// The fields of a literal against a named record. `whole`: what it lacks is missing.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn check_fields(
        &mut self,
        id: ExprId,
        keys: u32,
        fields: u32,
        len: u32,
        env: EnvId,
        def: DefId,
        whole: bool,
    ) {
        let schema = std::sync::Arc::clone(&self.schema);
        let Some((known, rest)) = schema.record(def) else { return };
        let damaged = self.program.damaged.binary_search(&id).is_ok();
        let mut given = vec![false; known.len()];
        let mut meant: Vec<Symbol> = Vec::new();
        for at in 0..len as usize {
            let key = self.program.keys[keys as usize + at];
            let value = self.program.children[fields as usize + at];
            // What is taken away has no type.
            if self.program.unset.contains_key(&key.span) {
                continue;
            }
            let ty = match known.iter().position(|field| field.name == key.name) {
                Some(found) => {
                    given[found] = true;
                    self.given_type(&known[found])
                }
                None => match rest {
                    Some(rest) => self.declared(rest),
                    None => {
                        // What inherits an unknown name is one mistake, and reported.
                        if damaged || self.is_error_at(value, key.span) {
                            meant.extend(
                                self.nearest(key.name, known.iter().map(|field| field.name))
                                    .and_then(|near| self.names.lookup(near)),
                            );
                            continue;
                        }
                        meant.extend(self.unknown(def, known, key.name, key.span));
                        self.lacking.push((id, self.last));
                        self.pending.push(super::Pending::Infer(value, env));
                        continue;
                    }
                },
            };
            let trail = self.trails.field(self.trail, key.name, key.span);
            let around = std::mem::replace(&mut self.trail, trail);
            match whole {
                true => self.check(value, env, ty),
                false => self.check_part(value, env, ty),
            }
            self.trail = around;
        }
        if whole && !damaged {
            let lacks = |at: &usize| !given[*at] && !meant.contains(&known[*at].name);
            let missing: Vec<&FieldType> = (0..known.len())
                .filter(lacks)
                .map(|at| &known[at])
                .filter(|field| field.default.is_none() && !field.optional)
                .collect();
            self.missing(def, &missing, self.span(id), None);
            if !missing.is_empty() {
                self.lacking.push((id, self.last));
            }
        }
    }

    /// What a field may be given: one that may be left out may also be given what is absent.
    fn given_type(&mut self, field: &FieldType) -> TyId {
        let ty = self.declared(field.ty);
        match field.optional || field.default.is_some() {
            true => self.types.option(ty),
            false => ty,
        }
    }

    fn is_error_at(&self, value: ExprId, key: Span) -> bool {
        matches!(self.program.get(value), crate::ir::Expr::Error(_)) && self.span(value) == key
    }

    /// Reports an unknown field; gives the name that was probably meant.
    fn unknown(&mut self, def: DefId, known: &[FieldType], name: Symbol, span: Span) -> Option<Symbol> {
        let owner = self.names.get(self.schema.def(def).name);
        let fields: Vec<&str> = known.iter().map(|field| self.names.get(field.name)).collect();
        let near = self.nearest(name, known.iter().map(|field| field.name));
        let text = self.names.get(name);
        let diagnostic = match self.schema.below(known, text, self.names).filter(|_| near.is_none()) {
            Some(path) => unknown_field::elsewhere(owner, text, span, &path),
            None => unknown_field::new(owner, text, span, near, &fields),
        };
        let meant = near.and_then(|near| self.names.lookup(near));
        self.report(diagnostic);
        meant
    }

    pub(super) fn missing(&mut self, def: DefId, fields: &[&FieldType], span: Span, call: Option<Span>) {
        if fields.is_empty() {
            return;
        }
        let what = self.trails.describe(self.trail, self.names);
        let owner = self.names.get(self.schema.def(def).name);
        let kinds: Vec<(&str, String)> =
            fields.iter().map(|field| (self.names.get(field.name), self.kind(self.schema.ty(field.ty)))).collect();
        let list: Vec<(&str, &str)> = kinds.iter().map(|(name, kind)| (*name, kind.as_str())).collect();
        let mut diagnostic = missing_field::new(&what, owner, span, &list);
        if let Some(call) = call {
            diagnostic = diagnostic.secondary(call, "made by this call");
        }
        self.report(diagnostic);
    }

    /// A record that was found becomes one with a name.
    pub(super) fn becomes(&mut self, record: RecId, def: DefId) -> Result<(), Mismatch> {
        self.becomes_part(record, def)?;
        let schema = std::sync::Arc::clone(&self.schema);
        let Some((known, _)) = schema.record(def) else { return Ok(()) };
        let found = &self.types.records[record.0 as usize];
        let lacks = |field: &&FieldType| {
            field.default.is_none() && !field.optional && found.field(field.name).is_none_or(|found| found.optional)
        };
        match (found.rest, known.iter().find(lacks)) {
            (Rest::Closed, Some(field)) => Err(Mismatch::Missing(field.name, None)),
            _ => Ok(()),
        }
    }

    /// As `becomes`, and what it lacks may come from elsewhere.
    pub(super) fn becomes_part(&mut self, record: RecId, def: DefId) -> Result<(), Mismatch> {
        let key = (record, def);
        if let Some(known) = self.became.get(&key) {
            return known.clone();
        }
        // What contains itself is looked at once.
        self.became.insert(key, Ok(()));
        let result = self.becomes_new(record, def);
        match (&result, self.meeting) {
            // Nothing was reported: whoever meets it next does.
            (Err(_), None) => self.became.remove(&key),
            _ => self.became.insert(key, result.clone()),
        };
        result
    }

    fn becomes_new(&mut self, record: RecId, def: DefId) -> Result<(), Mismatch> {
        let schema = std::sync::Arc::clone(&self.schema);
        let Some((known, rest)) = schema.record(def) else { return Err(Mismatch::Kind) };
        let fields = self.types.records[record.0 as usize].fields.clone();
        let mut result = Ok(());
        for field in fields.iter().copied() {
            if self.program.unset.contains_key(&field.key) {
                continue;
            }
            let ty = match known.iter().find(|known| known.name == field.name) {
                Some(known) => self.given_type(known),
                None => match rest {
                    Some(rest) => self.declared(rest),
                    None if self.slot(field.slot) == Types::ERROR => continue,
                    None if self.in_library(field.key) => return Err(Mismatch::Unknown(field.name, field.key)),
                    None => {
                        self.unknown(def, known, field.name, field.key);
                        result = Err(Mismatch::Reported);
                        continue;
                    }
                },
            };
            if let Err(mismatch) = self.field_becomes(&field, ty) {
                result = Err(mismatch);
            }
        }
        result
    }

    /// A field against its declared type. What is wrong is reported where its value is written, if that is the user's.
    pub(super) fn field_becomes(&mut self, field: &Field, ty: TyId) -> Result<(), Mismatch> {
        let around = self.trail;
        self.trail = self.trails.field(around, field.name, field.key);
        let result = match field.slot {
            Slot::Lazy(expr, env) if !self.in_library(self.span(expr)) => {
                let here = self.here;
                self.check(expr, env, ty);
                self.here = here;
                Ok(())
            }
            slot => {
                let found = self.slot(slot);
                match (self.subsume(found, ty), self.meeting) {
                    (Err(mismatch), Some(at)) if mismatch != Mismatch::Reported => {
                        match self.made_at(field, slot) {
                            // No argument makes it what it is: the mistake is the function's, and one for all calls.
                            Some(made) => {
                                if !self.poisoned.iter().any(|(known, _)| *known == made) {
                                    let outside = (self.here, self.caller);
                                    (self.here, self.caller) = (EnvId(0), Some(self.span(at)));
                                    if !self.items_mismatch(made, ty) {
                                        self.mismatch(made, found, ty, &mismatch);
                                    }
                                    (self.here, self.caller) = outside;
                                }
                            }
                            None => self.mismatch(at, found, ty, &mismatch),
                        }
                        Err(Mismatch::Reported)
                    }
                    (result, _) => result,
                }
            }
        };
        self.trail = around;
        result
    }

    /// The value of a field that a function gives, if it is the same for all arguments: its type was not made anew for a call.
    fn made_at(&mut self, field: &Field, slot: Slot) -> Option<ExprId> {
        let Slot::Known(ty) = slot else { return None };
        if self.in_library(field.key) || !self.is_ground(ty, 16) {
            return None;
        }
        if let Some(known) = self.made.get(&field.key) {
            return *known;
        }
        let made = self.written_at(field);
        self.made.insert(field.key, made);
        made
    }

    fn written_at(&self, field: &Field) -> Option<ExprId> {
        let keys = self.program.keys.iter();
        let at = keys.enumerate().find(|(_, key)| key.span == field.key && key.name == field.name)?.0;
        self.program.exprs.iter().find_map(|expr| match *expr {
            Expr::Record { keys, fields, len } if (keys as usize..(keys + len) as usize).contains(&at) => {
                Some(self.program.children[fields as usize + at - keys as usize])
            }
            _ => None,
        })
    }

    /// Reports the items of a list literal that are not what they should be; false if it is something else that is wrong.
    fn items_mismatch(&mut self, list: ExprId, expected: TyId) -> bool {
        let expected = self.types.present(expected);
        let (Expr::List(items), Ty::List(item)) = (self.program.get(list), self.types.get(expected)) else {
            return false;
        };
        let trail = self.trails.item(self.trail);
        let (around, meeting) = (std::mem::replace(&mut self.trail, trail), self.meeting.take());
        let mut found_one = false;
        for expr in self.program.children(items) {
            let found = match (self.known(*expr), self.program.get(*expr)) {
                (Some(known), _) => known,
                // A constant is the same in every frame.
                (None, Expr::Const(_)) => self.infer(*expr, EnvId(0)),
                (None, _) => continue,
            };
            if let Err(mismatch) = self.subsume(found, item) {
                self.mismatch(*expr, found, item, &mismatch);
                found_one = true;
            }
        }
        (self.trail, self.meeting) = (around, meeting);
        if found_one {
            self.poison(list);
        }
        found_one
    }

    fn is_ground(&self, ty: TyId, fuel: u32) -> bool {
        match self.types.raw(ty) {
            _ if fuel == 0 => false,
            Ty::List(item) | Ty::Option(item) => self.is_ground(item, fuel - 1),
            Ty::Scalar(_) | Ty::Named(_) | Ty::View(..) => true,
            _ => false,
        }
    }

    /// The fields of a literal against a record type that has no name: a map, or what a function takes.
    pub(super) fn check_against(&mut self, id: ExprId, keys: u32, fields: u32, len: u32, env: EnvId, record: RecId) {
        let wanted = self.types.records[record.0 as usize].clone();
        let damaged = self.program.damaged.binary_search(&id).is_ok();
        let mut meant = Vec::new();
        let mut strangers = 0;
        let unknown = match wanted.rest {
            Rest::Each(item) => self.is_unknown(item),
            Rest::Open | Rest::Closed => false,
        };
        let mut all = None;
        for at in 0..len as usize {
            let key = self.program.keys[keys as usize + at];
            let value = self.program.children[fields as usize + at];
            if self.program.unset.contains_key(&key.span) {
                continue;
            }
            let trail = self.trails.field(self.trail, key.name, key.span);
            let around = std::mem::replace(&mut self.trail, trail);
            match (wanted.field(key.name), wanted.rest) {
                (Some(field), _) => {
                    let ty = self.slot(field.slot);
                    let ty = if field.optional { self.types.option(ty) } else { ty };
                    self.check(value, env, ty);
                }
                (None, Rest::Each(_)) if unknown => self.joined(&mut all, value, env),
                (None, Rest::Each(item)) => self.check(value, env, item),
                (None, Rest::Open) => {
                    self.infer(value, env);
                }
                (None, Rest::Closed) => {
                    self.infer(value, env);
                    if !damaged {
                        let names = || wanted.fields.iter().map(|field| field.name);
                        match self.nearest(key.name, names()).and_then(|near| self.names.lookup(near)) {
                            Some(near) => meant.push(near),
                            None => strangers += 1,
                        }
                        let fields: Vec<Symbol> = names().collect();
                        self.no_argument(wanted.of, id, key.name, (key.span, None), &fields);
                        self.poison(id);
                    }
                }
            }
            self.trail = around;
        }
        if let (Some((first, known)), Rest::Each(item)) = (all, wanted.rest) {
            self.met(first, known, item);
        }
        let given = &self.program.keys[keys as usize..(keys + len) as usize];
        let missing: Vec<(Symbol, Span)> = wanted
            .fields
            .iter()
            .filter(|field| !field.optional && !meant.contains(&field.name))
            .filter(|field| given.iter().all(|key| key.name != field.name))
            .map(|field| (field.name, field.key))
            .collect();
        // What is called by another name is not missing besides.
        if missing.len() > strangers && !damaged {
            let asked = |name| wanted.fields.iter().any(|field| field.name == name);
            let others = given.iter().filter(|key| !asked(key.name));
            let text = self.names.get(missing[0].0);
            let near = others.into_iter().find(|key| nearest(self.names.get(key.name), [text]).is_some());
            let near = near.filter(|_| wanted.rest == Rest::Open).map(|key| key.span);
            self.lacks(wanted.of, self.span(id), &missing, near);
            self.poison(id);
        }
    }

    /// A field that a function does not take, or that is not known; where it is written, and where that is given.
    pub(super) fn no_argument(
        &mut self,
        of: Option<FnId>,
        at: ExprId,
        name: Symbol,
        (span, given): (Span, Option<Span>),
        fields: &[Symbol],
    ) {
        let names: Vec<&str> = fields.iter().map(|field| self.names.get(*field)).collect();
        let diagnostic = match of {
            Some(function) => {
                let function = self.function_name(function, at);
                unknown_argument::new(&function, self.names.get(name), span, &names)
            }
            None => {
                let near = self.nearest(name, fields.iter().copied());
                unknown_field::new("the record", self.names.get(name), span, near, &names)
            }
        };
        let diagnostic = match given {
            Some(given) => diagnostic.secondary(given, "given here"),
            None => diagnostic,
        };
        self.report(diagnostic);
    }

    /// `near`: a key that was probably meant to be what is missing.
    pub(super) fn lacks(&mut self, of: Option<FnId>, span: Span, missing: &[(Symbol, Span)], near: Option<Span>) {
        let function = match of {
            Some(function) => self.function_name(function, ExprId(0)),
            None => self.trails.describe(self.trail, self.names),
        };
        let asked: Vec<(&str, Option<Span>)> = missing
            .iter()
            .map(|(name, key)| (self.names.get(*name), Some(*key).filter(|key| !self.in_library(*key))))
            .collect();
        let mut diagnostic = missing_argument::new(&function, &asked, span);
        if let (Some(near), Some((name, _))) = (near, asked.first()) {
            diagnostic = diagnostic.secondary(near, format!("did you mean `{name}`?"));
        }
        self.report(diagnostic);
    }

    /// What a function is called in messages.
    pub(super) fn function_name(&self, function: FnId, _: ExprId) -> String {
        match (self.callee.as_deref(), self.program.functions[function.0 as usize].name) {
            (Some(callee), _) => format!("`{callee}`"),
            (None, Some(name)) => format!("`{}`", self.names.get(name)),
            (None, None) => "the function".to_owned(),
        }
    }
}
