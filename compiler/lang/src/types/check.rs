//! Pushing what an expression should be inwards, down to the literal that is at fault.

use super::Checker;
use super::env::{EnvId, Frame};
use super::infer::scalar;
use super::trail::Root;
use super::ty::{Rest, Ty, TyId, Types};
use super::unify::Mismatch;
use crate::errors::{not_an_entity, unknown_tag};
use crate::eval::value::Kind;
use crate::ir::{Binary, Children, Expr, ExprId, Program, Rank};
use crate::schema::types::{DefId, Definition, FieldType};
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

impl Checker<'_> {
    /// Checks an expression that should be of a type.
    pub(super) fn check(&mut self, id: ExprId, env: EnvId, expected: TyId) {
        // Most of a site is literals, which need no more than a look.
        if let (Expr::Const(value), Ty::Scalar(wanted)) = (self.program.get(id), self.types.get(expected))
            && let Some(found) = scalar(value.kind)
            && (found == wanted || (found.is_text() && wanted.is_text()))
        {
            return;
        }
        if self.deeper(|checker| checker.check_new(id, env, expected)).is_none() {
            self.infer(id, env);
        }
    }

    /// Checks an expression that is `what` and should be of a type.
    pub(super) fn wanted(&mut self, id: ExprId, env: EnvId, expected: TyId, what: &str) {
        let trail = self.trails.root(Root::Words(what.to_owned()));
        let around = std::mem::replace(&mut self.trail, trail);
        self.check(id, env, expected);
        self.trail = around;
    }

    /// As `wanted`, of what an operator or a function of the language is given.
    pub(super) fn operand_wanted(&mut self, id: ExprId, env: EnvId, expected: TyId, what: &str) {
        let trail = self.trails.root(Root::Operand(what.to_owned()));
        let around = std::mem::replace(&mut self.trail, trail);
        self.check(id, env, expected);
        self.trail = around;
    }

    fn check_new(&mut self, id: ExprId, env: EnvId, expected: TyId) {
        self.keep_place(id, env);
        let (expected, wanted) = self.types.resolve(expected);
        if let Ty::Option(inner) = wanted
            && !may_be_absent(self.program, id)
        {
            return self.check(id, env, inner);
        }
        match self.program.get(id) {
            // Nothing says yet what the branches are, so they are held against one another.
            Expr::If(..) | Expr::Match(..) if matches!(wanted, Ty::Var(_)) => self.meet(id, env, expected),
            Expr::Coerce(inner, ty) => {
                let found = self.annotated(id, inner, ty, env);
                self.met(id, found, expected);
            }
            Expr::Let(children) => {
                let (inner, body) = self.open_let(id, children, env);
                self.check(body, inner, expected);
            }
            Expr::Assert(condition, message, body) => {
                self.asserted(condition, message, env);
                self.check(body, env, expected);
            }
            Expr::If(condition, then, otherwise) => {
                self.truth(condition, env, "the condition of `if`");
                let poisoned = self.poisoned.len();
                self.knowing(condition, true, env, |checker| checker.check(then, env, expected));
                // What is wrong with the first branch is not said again of the second one, which may be chosen.
                if self.poisoned.len() > poisoned {
                    self.poison(id);
                }
                self.knowing(condition, false, env, |checker| checker.check(otherwise, env, expected));
            }
            Expr::Match(subject, first, count) => {
                self.matching(id, subject, first, count, env, Some(expected));
            }
            Expr::Layers(lower, upper) | Expr::Beside(lower, upper) => {
                self.check_part(lower, env, expected);
                self.check_part(upper, env, expected);
            }
            Expr::Unite(children) => {
                for at in 0..children.len as usize {
                    let part = self.program.children(children)[at];
                    self.check(part, env, expected);
                }
            }
            Expr::List(children) => match wanted {
                Ty::List(item) if self.is_unknown(item) => self.join_items(children, env, item),
                Ty::List(item) => self.check_items(children, env, item),
                Ty::Data => self.check_items(children, env, Types::DATA),
                Ty::Any => {
                    for at in 0..children.len as usize {
                        let item = self.program.children(children)[at];
                        self.check(item, env, Types::ANY);
                    }
                }
                _ => self.meet(id, env, expected),
            },
            Expr::Record { keys, fields, len } => match wanted {
                Ty::Named(def) if self.is_record(def) => {
                    self.check_fields(id, keys, fields, len, env, def, true);
                }
                Ty::View(declared, ..) => self.check(id, env, declared),
                Ty::Ref(def) => {
                    self.infer(id, env);
                    let expected = self.names.get(self.schema.def(def).name);
                    let span = self.span(id);
                    let example = self.home(def).map(|home| format!("{home}.NAME"));
                    self.report(not_an_entity::plain(expected, span, example));
                    self.poison(id);
                }
                Ty::Record(record) => self.check_against(id, keys, fields, len, env, record),
                Ty::Data => self.check_data(keys, fields, len, env),
                _ => self.meet(id, env, expected),
            },
            Expr::Scope { .. } | Expr::Composed(_) => match wanted {
                Ty::Named(def) if self.record == Some(id) && self.is_record(def) => self.check_site(id, env, def),
                _ => self.meet(id, env, expected),
            },
            Expr::Computed(children) => match self.each_field(wanted) {
                Some(item) => {
                    for pair in 0..children.len as usize / 2 {
                        let key = self.program.children(children)[2 * pair];
                        let value = self.program.children(children)[2 * pair + 1];
                        self.text_key(key, env);
                        let trail = self.trails.item(self.trail);
                        let around = std::mem::replace(&mut self.trail, trail);
                        self.check(value, env, item);
                        self.trail = around;
                    }
                }
                None => self.meet(id, env, expected),
            },
            Expr::Lambda(function) => match wanted {
                Ty::Function(parameter, result) => self.check_lambda(id, function, env, parameter, result),
                _ => self.meet(id, env, expected),
            },
            Expr::Const(value) => match (value.kind, wanted) {
                (Kind::Tag(tag, _), Ty::Named(def)) => self.check_tag(id, tag, None, env, def),
                _ => self.meet(id, env, expected),
            },
            Expr::Tag(tag, payload) => match wanted {
                Ty::Named(def) => self.check_tag(id, tag, Some(payload), env, def),
                _ => self.meet(id, env, expected),
            },
            Expr::Binary(Binary::Update, left, right)
                if matches!(wanted, Ty::Named(_)) && matches!(self.program.get(right), Expr::Record { .. }) =>
            {
                self.check_update(id, left, right, env, expected);
            }
            Expr::Call(children) => {
                let found = match self.known(id) {
                    Some(known) => known,
                    None => {
                        let found = self.call(id, children, env, Some(expected));
                        self.know(id, found);
                        found
                    }
                };
                self.met(id, found, expected);
            }
            _ => self.meet(id, env, expected),
        }
    }

    /// What every field of a value is, if it may have any.
    fn each_field(&self, wanted: Ty) -> Option<TyId> {
        match wanted {
            Ty::Record(record) => match self.types.records[record.0 as usize].rest {
                Rest::Each(item) => Some(item),
                Rest::Open | Rest::Closed => None,
            },
            Ty::Data => Some(Types::DATA),
            _ => None,
        }
    }

    /// The file record of a site against its type, once.
    fn check_site(&mut self, id: ExprId, env: EnvId, def: DefId) {
        if std::mem::replace(&mut self.checked, true) {
            return;
        }
        let inner = self.open_site(id, env, def);
        match self.program.get(id) {
            Expr::Scope { keys, fields, len } => self.check_fields(id, keys, fields, len, inner, def, true),
            Expr::Composed(index) => {
                let composed = self.program.composed[index as usize];
                self.check_fields(id, composed.keys, composed.fields, composed.len, inner, def, true);
                let hidden = Children { start: composed.fields + composed.len, len: composed.hidden };
                let hidden = self.program.children(hidden).iter();
                self.pending.extend(hidden.map(|definition| super::Pending::Infer(*definition, inner)));
                self.parts_assert(composed.asserted, inner);
            }
            _ => {}
        }
    }

    /// The frame of the file record of a site.
    fn open_site(&mut self, id: ExprId, env: EnvId, def: DefId) -> EnvId {
        if let Some(known) = self.opened.get(&id) {
            return *known;
        }
        let frame = match self.program.get(id) {
            Expr::Scope { keys, fields, len } => {
                Frame::Site { all: Children { start: fields, len }, def, keys, fields: len }
            }
            Expr::Composed(index) => {
                let composed = self.program.composed[index as usize];
                let all = Children { start: composed.fields, len: composed.len + composed.hidden };
                Frame::Site { all, def, keys: composed.keys, fields: composed.len }
            }
            _ => return env,
        };
        let inner = self.env(env, frame);
        self.opened.insert(id, inner);
        inner
    }

    /// The file record of a site, as something in front of it sees it.
    pub(super) fn site_view(&mut self, id: ExprId, env: EnvId) -> TyId {
        let Some(def) = self.schema.site else { return Types::ANY };
        let inner = self.open_site(id, env, def);
        let site = self.types.add(Ty::Named(def));
        if !self.checked {
            let trail = self.trails.root(Root::Site);
            self.pending.push(super::Pending::Check(id, env, site, trail));
        }
        self.types.add(Ty::View(site, id, inner))
    }

    fn check_items(&mut self, children: Children, env: EnvId, item: TyId) {
        let trail = self.trails.item(self.trail);
        let around = std::mem::replace(&mut self.trail, trail);
        for at in 0..children.len as usize {
            let expr = self.program.children(children)[at];
            self.check(expr, env, item);
        }
        self.trail = around;
    }

    /// Items of which nothing says what they are: what they have in common.
    fn join_items(&mut self, children: Children, env: EnvId, item: TyId) {
        let trail = self.trails.item(self.trail);
        let around = std::mem::replace(&mut self.trail, trail);
        let mut all = None;
        for at in 0..children.len as usize {
            let expr = self.program.children(children)[at];
            self.joined(&mut all, expr, env);
        }
        if let Some((first, known)) = all {
            self.met(first, known, item);
        }
        self.trail = around;
    }

    /// A part of what makes up a value: what it lacks, another part may have.
    pub(super) fn check_part(&mut self, id: ExprId, env: EnvId, place: TyId) {
        let expected = self.types.present(place);
        let wanted = self.types.get(expected);
        match (self.program.get(id), wanted) {
            (Expr::Record { keys, fields, len }, Ty::Record(record)) => {
                let Rest::Each(item) = self.types.records[record.0 as usize].rest else {
                    return self.check(id, env, expected);
                };
                for at in 0..len as usize {
                    let key = self.program.keys[keys as usize + at];
                    // What is taken away has no type.
                    if self.program.unset.contains_key(&key.span) {
                        continue;
                    }
                    let trail = self.trails.field(self.trail, key.name, key.span);
                    let around = std::mem::replace(&mut self.trail, trail);
                    self.check_part(self.program.children[fields as usize + at], env, item);
                    self.trail = around;
                }
            }
            (Expr::Record { keys, fields, len }, Ty::Named(def)) if self.is_record(def) => {
                self.check_fields(id, keys, fields, len, env, def, false);
            }
            (Expr::Layers(lower, upper) | Expr::Beside(lower, upper), _) => {
                self.check_part(lower, env, expected);
                self.check_part(upper, env, expected);
            }
            (_, Ty::Named(def)) if self.is_record(def) => {
                let found = self.used(id, env);
                self.here = env;
                let (_, node) = self.types.resolve(found);
                match node {
                    Ty::Record(record) => {
                        let _ = self.becomes_part(record, def);
                    }
                    _ => self.met(id, found, expected),
                }
            }
            _ => self.check(id, env, place),
        }
    }

    /// `left // { … }` that should be a record with a name: each side is a part of one. What is written on the right knows
    /// so what it should be.
    fn check_update(&mut self, id: ExprId, left: ExprId, right: ExprId, env: EnvId, expected: TyId) {
        let (Ty::Named(def), Expr::Record { keys, fields, len }) = (self.types.get(expected), self.program.get(right))
        else {
            return self.meet(id, env, expected);
        };
        let found = self.infer(left, env);
        let (_, node) = self.types.resolve(found);
        let schema = std::sync::Arc::clone(&self.schema);
        let Some((known, _)) = schema.record(def) else { return self.meet(id, env, expected) };
        let written = self.program.keys[keys as usize..(keys + len) as usize].to_vec();
        // What is replaced whole need not fit.
        let plain = written.iter().all(|key| self.program.rank(key.span) != Rank::Force);
        let record = match node {
            Ty::Record(record) if plain => record,
            Ty::Named(other) if plain && other == def => {
                return self.check_fields(right, keys, fields, len, env, def, false);
            }
            _ => return self.meet(id, env, expected),
        };
        self.here = env;
        let around = self.meeting.replace(left);
        let _ = self.becomes_part(record, def);
        self.meeting = around;
        self.check_fields(right, keys, fields, len, env, def, false);
        let left = self.types.records[record.0 as usize].clone();
        let missing: Vec<&FieldType> = known
            .iter()
            .filter(|field| field.default.is_none() && !field.optional && left.rest == Rest::Closed)
            .filter(|field| left.field(field.name).is_none_or(|field| field.optional))
            .filter(|field| written.iter().all(|key| key.name != field.name))
            .collect();
        if !missing.is_empty() {
            self.missing(def, &missing, self.span(id), None);
            self.lacking.push((id, self.last));
        }
    }

    /// Finds the type out and holds it against what is expected.
    pub(super) fn meet(&mut self, id: ExprId, env: EnvId, expected: TyId) {
        let found = self.infer(id, env);
        self.here = env;
        match self.is_library(id, env, found, expected) {
            true => self.library_itself(id, found, expected),
            false => self.met(id, found, expected),
        }
    }

    pub(super) fn met(&mut self, id: ExprId, found: TyId, expected: TyId) {
        let around = self.meeting.replace(id);
        let result = self.subsume(found, expected);
        self.meeting = around;
        if let Err(mismatch) = result {
            self.mismatch(id, found, expected, &mismatch);
        }
    }

    /// A tag of a known union.
    pub(super) fn check_tag(&mut self, id: ExprId, tag: Symbol, payload: Option<ExprId>, env: EnvId, def: DefId) {
        let schema = std::sync::Arc::clone(&self.schema);
        let definition = schema.def(def);
        let Definition::Union(cases) = &definition.definition else {
            if let Some(payload) = payload {
                self.infer(payload, env);
            }
            return self.wrong_tag(id, tag, def);
        };
        let owner = self.names.get(definition.name);
        let span = self.span(id);
        let text = self.names.get(tag);
        match cases.iter().find(|(name, _)| *name == tag) {
            None => {
                let tags: Vec<&str> = cases.iter().map(|(name, _)| self.names.get(*name)).collect();
                // The tag alone: what it carries stays.
                let word = match self.sources.text(span).starts_with(text) {
                    true => Span::new(span.start, span.start + text.len() as u32),
                    false => span,
                };
                self.report(unknown_tag::new(owner, text, word, &tags));
                self.poison(id);
            }
            Some((_, expected)) => match (expected, payload) {
                (Some(ty), Some(payload)) => {
                    let ty = self.declared(*ty);
                    let what = format!("what `{}` carries", self.names.get(tag));
                    self.wanted(payload, env, ty, &what);
                }
                (None, None) => {}
                (expected, _) => {
                    let mut diagnostic = unknown_tag::payload(owner, text, span, expected.is_some());
                    if let Some(ty) = expected {
                        diagnostic = diagnostic.help(format!("it carries {}", self.kind(self.schema.ty(*ty))));
                    }
                    self.report(diagnostic);
                    self.poison(id);
                }
            },
        }
    }

    fn wrong_tag(&mut self, id: ExprId, tag: Symbol, def: DefId) {
        let found = self.tag_type(tag).map_or(Types::ANY, |def| self.types.add(Ty::Named(def)));
        let expected = self.types.add(Ty::Named(def));
        self.mismatch(id, found, expected, &Mismatch::Kind);
    }

    /// The union that has a tag, if only one has it.
    pub(super) fn tag_type(&self, tag: Symbol) -> Option<DefId> {
        let mut found = None;
        for (at, def) in self.schema.defs.iter().enumerate() {
            if let Definition::Union(cases) = &def.definition
                && cases.iter().any(|(name, _)| *name == tag)
            {
                if found.is_some() {
                    return None;
                }
                found = Some(DefId(at as u32));
            }
        }
        found
    }

    /// A tag of which nothing says the union.
    pub(super) fn tagged(&mut self, id: ExprId, tag: Symbol, payload: Option<ExprId>, env: EnvId) -> TyId {
        match self.tag_type(tag) {
            Some(def) => {
                let schema = std::sync::Arc::clone(&self.schema);
                // A tag that is waiting for its value is a function.
                if let (Definition::Union(cases), None) = (&schema.def(def).definition, payload)
                    && let Some((_, Some(carried))) = cases.iter().find(|(name, _)| *name == tag)
                {
                    let parameter = self.declared(*carried);
                    let result = self.types.add(Ty::Named(def));
                    return self.types.add(Ty::Function(parameter, result));
                }
                self.check_tag(id, tag, payload, env, def);
                self.types.add(Ty::Named(def))
            }
            None => {
                if let Some(payload) = payload {
                    self.infer(payload, env);
                }
                Types::ANY
            }
        }
    }

    /// The map of the site whose entries are what is expected.
    pub(super) fn home(&self, def: DefId) -> Option<&str> {
        let (fields, _) = self.schema.record(self.schema.site?)?;
        let map = fields.iter().find(|field| match self.schema.ty(field.ty) {
            crate::schema::types::Type::Map(item) => self.schema.ty(item) == crate::schema::types::Type::Named(def),
            _ => false,
        })?;
        Some(self.names.get(map.name))
    }
}

/// Whether an expression has a form that can give what is absent: a name, a field, a result, `none`, or one of them inside.
pub(super) fn may_be_absent(program: &Program, id: ExprId) -> bool {
    match program.get(id) {
        Expr::Const(value) => value.kind == Kind::Absent,
        Expr::Local { .. } | Expr::Global(_) | Expr::Select(..) | Expr::Index(..) | Expr::Or(..) | Expr::Call(_) => {
            true
        }
        Expr::Coerce(..) | Expr::Let(_) | Expr::Assert(..) | Expr::If(..) | Expr::Match(..) => true,
        Expr::Layers(..) | Expr::Beside(..) => true,
        _ => false,
    }
}
