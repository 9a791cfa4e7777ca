//! What is said of a value that is not what it should be.

use arvc_syntax::diagnostic::{Diagnostic, nearest};
use arvc_syntax::intern::Symbol;
use arvc_syntax::source::Span;

use super::Checker;
use super::env::{EnvId, Frame};
use super::ty::{Field, Rec, Rest, Ty, TyId};
use super::unify::Mismatch;
use crate::errors::{infinite_type, maybe_absent, not_an_entity, wrong_kind, wrong_operand};
use crate::eval::value::{Kind, Value};
use crate::ir::{Expr, ExprId};
use crate::schema::types::{DefId, Definition, FieldType, Scalar, Type};

impl Checker<'_> {
    /// Reports what does not fit.
    pub(super) fn mismatch(&mut self, id: ExprId, found: TyId, expected: TyId, mismatch: &Mismatch) {
        self.mismatched(id, found, expected, mismatch);
        self.poison(id);
    }

    fn mismatched(&mut self, id: ExprId, found: TyId, expected: TyId, mismatch: &Mismatch) {
        let span = self.span(id);
        match mismatch {
            Mismatch::Reported => {}
            Mismatch::Kind => self.wrong(id, found, expected),
            Mismatch::Absent => {
                let text = self.short(span);
                let inner = self.types.present(expected);
                let found = self.describe(inner);
                self.report(maybe_absent::new(text.as_deref(), &found, span));
            }
            Mismatch::AbsentField(name) => {
                let text = self.short(span);
                self.report(maybe_absent::field(self.names.get(*name), text.as_deref(), span));
            }
            Mismatch::Infinite => {
                let text = self.short(span);
                self.report(infinite_type::new(text.as_deref(), span));
            }
            Mismatch::Field(name, found, expected) => {
                let (value, key) = self.field_of(id, *name).unwrap_or((id, span));
                let around = self.trail;
                self.trail = self.trails.field(around, *name, key);
                self.wrong(value, *found, *expected);
                self.trail = around;
            }
            Mismatch::Missing(name, asked) => {
                let (_, wanted) = self.types.resolve(expected);
                if let Some(def) = self.named(wanted) {
                    let schema = std::sync::Arc::clone(&self.schema);
                    let (fields, _) = schema.record(def).unwrap_or((&[], None));
                    let (_, is) = self.types.resolve(found);
                    let has = |field: &FieldType| match is {
                        Ty::Record(record) => self.types.records[record.0 as usize].field(field.name).is_some(),
                        _ => false,
                    };
                    let missing: Vec<&FieldType> = fields
                        .iter()
                        .filter(|field| field.default.is_none() && !field.optional && !has(field))
                        .collect();
                    // The record itself lacks it, wherever it is used.
                    let made = match is {
                        Ty::Record(record) => self.types.records[record.0 as usize].at,
                        _ => None,
                    };
                    let made = made
                        .filter(|made| !(self.in_library(*made) || span.start <= made.start && made.end <= span.end));
                    return self.missing(def, &missing, made.unwrap_or(span), made.map(|_| span));
                }
                let of = match wanted {
                    Ty::Record(record) => self.types.records[record.0 as usize].of,
                    _ => None,
                };
                let key = asked.unwrap_or(span);
                let near = self.meant_by(found, wanted, *name);
                self.lacks(of, span, &[(*name, key)], near);
            }
            Mismatch::Unknown(name, key) => {
                let (_, wanted) = self.types.resolve(expected);
                let (of, fields) = match wanted {
                    Ty::Record(record) => {
                        let record = &self.types.records[record.0 as usize];
                        (record.of, record.fields.iter().map(|field| field.name).collect())
                    }
                    _ => (None, Vec::new()),
                };
                // Of a record with a name, the value is one too many, and not its type.
                let literal = matches!(self.types.get(found), Ty::Record(_)) && !self.in_library(*key);
                let at = if literal { *key } else { span };
                let given = (at.start < span.start || at.end > span.end).then_some(span);
                self.no_argument(of, id, *name, (at, given), &fields);
            }
        }
    }

    /// The key of a found record that was probably meant to be `name`, which it lacks.
    fn meant_by(&mut self, found: TyId, wanted: Ty, name: Symbol) -> Option<Span> {
        let Ty::Record(is) = self.types.resolve(found).1 else { return None };
        let asked: Vec<Symbol> = match wanted {
            // A variable that was bound to what was found is that now.
            Ty::Record(wanted) if wanted != is => {
                self.types.records[wanted.0 as usize].fields.iter().map(|field| field.name).collect()
            }
            _ => Vec::new(),
        };
        let fields = &self.types.records[is.0 as usize].fields;
        let text = self.names.get(name);
        fields
            .iter()
            .filter(|field| !asked.contains(&field.name) && !self.in_library(field.key))
            .find(|field| nearest(self.names.get(field.name), [text]).is_some())
            .map(|field| field.key)
    }

    /// The value of a field that is written here, and its key.
    fn field_of(&self, id: ExprId, name: Symbol) -> Option<(ExprId, Span)> {
        let Expr::Record { keys, fields, len } = self.program.get(id) else { return None };
        let keys = &self.program.keys[keys as usize..(keys + len) as usize];
        let at = keys.iter().position(|key| key.name == name)?;
        Some((self.program.children[fields as usize + at], keys[at].span))
    }

    fn wrong(&mut self, id: ExprId, found: TyId, expected: TyId) {
        let span = self.span(id);
        let (found, expected) = (self.types.present(found), self.types.present(expected));
        let ((found, is), (expected, wanted)) = (self.types.resolve(found), self.types.resolve(expected));
        if let (Some(def), Some(other)) = (self.named(wanted), self.named(is))
            && self.is_record(def)
            && self.is_record(other)
        {
            let (expected, found) =
                (self.names.get(self.schema.def(def).name), self.names.get(self.schema.def(other).name));
            let text = self.short(span);
            self.report(not_an_entity::of_kind(expected, found, text.as_deref(), span));
            return;
        }
        if let (Ty::Ref(def), Ty::Record(_)) = (wanted, is) {
            let expected = self.names.get(self.schema.def(def).name);
            self.report(not_an_entity::plain(expected, span, None));
            return;
        }
        let same = matches!(
            (is, wanted),
            (Ty::List(_), Ty::List(_)) | (Ty::Record(_), Ty::Record(_)) | (Ty::Function(..), Ty::Function(..))
        );
        let (is_words, wanted_words) = match same {
            true => (format!("`{}`", self.show(found)), format!("`{}`", self.show(expected))),
            false => (self.found_words(found, is, span), self.expected_words(expected)),
        };
        let what = self.trails.describe(self.trail, self.names);
        let mut diagnostic = match self.trails.is_operand(self.trail) {
            true => wrong_operand::wanted(&what, &is_words, &wanted_words, span),
            false => wrong_kind::kinds(&what, &is_words, &wanted_words, span),
        };
        let literal = self.literal(id, self.here);
        if literal != id && !self.in_library(self.span(literal)) {
            diagnostic = diagnostic.secondary(self.span(literal), format!("this is {is_words}"));
        }
        let line = |span| (self.sources.file_of(span), self.sources.position(span).line);
        if let Some(call) = self.caller {
            diagnostic = diagnostic.secondary(call, format!("{what} is made here"));
        } else if let Some(key) = self.trails.key(self.trail)
            && line(key) != line(span)
            && !self.in_library(key)
        {
            diagnostic = diagnostic.secondary(key, format!("{what} is defined here"));
        }
        let diagnostic = match is {
            Ty::Function(parameter, _) => match self.uncalled(parameter, span) {
                Some(help) => diagnostic.help(help),
                None => diagnostic,
            },
            _ if self.is_map(found)
                && matches!(wanted, Ty::List(_))
                && wrong_kind::is_path(self.sources.text(span)) =>
            {
                let source = self.sources.text(span);
                diagnostic
                    .help(format!("a list of its values is `values {source}`, and one of its names `names {source}`"))
            }
            _ => match self.taken_otherwise(&what, is, wanted) {
                Some(help) => diagnostic.help(help),
                None => self.helped(diagnostic, literal, span, is, wanted),
            },
        };
        self.report(diagnostic);
    }

    /// Whether the value of a library stands where a record with a name is due.
    pub(super) fn is_library(&mut self, id: ExprId, env: EnvId, found: TyId, expected: TyId) -> bool {
        let (found, expected) = (self.types.get(found), self.types.resolve(expected).1);
        let due = self.named(expected).is_some_and(|def| self.is_record(def));
        if !due || !matches!(found, Ty::Record(_)) {
            return false;
        }
        let (mut at, mut env) = (self.program.uncoerced(id), env);
        for _ in 0..16 {
            at = match self.program.get(at) {
                Expr::Import(unit) => {
                    let file = self.program.units[unit.0 as usize].file;
                    return crate::library::of(&self.sources.get(file).name).is_some();
                }
                Expr::Local { up, slot } => {
                    for _ in 0..up {
                        env = self.envs[env.0 as usize].parent;
                    }
                    let (Frame::Definitions(all) | Frame::Site { all, .. }) = &self.envs[env.0 as usize].frame else {
                        return false;
                    };
                    self.program.uncoerced(self.program.children(*all)[slot as usize])
                }
                _ => return false,
            };
        }
        false
    }

    /// Reports a library where what one of its functions gives is due.
    pub(super) fn library_itself(&mut self, id: ExprId, found: TyId, expected: TyId) {
        let span = self.span(id);
        let what = self.trails.describe(self.trail, self.names);
        let expected = self.describe(expected);
        let diagnostic = wrong_kind::kinds(&what, "a library", &expected, span);
        let Ty::Record(record) = self.types.resolve(found).1 else { return };
        let fields = self.types.records[record.0 as usize].fields.clone();
        let mut functions: Vec<&str> = Vec::new();
        for field in fields.iter() {
            let ty = self.slot(field.slot);
            if let Ty::Function(..) = self.types.resolve(ty).1 {
                functions.push(self.names.get(field.name));
            }
        }
        functions.sort_unstable();
        let source = self.short(span).filter(|source| wrong_kind::is_path(source));
        let diagnostic = match (source, functions.first()) {
            (Some(source), Some(function)) => {
                diagnostic.help(format!("call one of its functions, as `{source}.{function} {{ … }}`"))
            }
            (None, Some(_)) => diagnostic.help("call one of its functions"),
            (_, None) => diagnostic,
        };
        self.report(diagnostic);
        self.poison(id);
    }

    /// What is found; a thing of the site with its path.
    fn found_words(&mut self, found: TyId, is: Ty, span: Span) -> String {
        match (self.named(is), self.short(span)) {
            (Some(def), Some(text)) if self.is_record(def) && wrong_kind::is_path(&text) && text.contains('.') => {
                format!("the {} `{text}`", self.names.get(self.schema.def(def).name))
            }
            _ => self.describe(found),
        }
    }

    /// What is expected, in the words of the schema.
    fn expected_words(&mut self, expected: TyId) -> String {
        let (_, node) = self.types.resolve(expected);
        match node {
            Ty::Named(def) if self.is_record(def) => "a record".to_owned(),
            Ty::View(..) => "a record".to_owned(),
            _ => self.describe(expected),
        }
    }

    /// What somebody needs who gives arguments to a function otherwise than it takes them: by their places, or a quantity to one
    /// that computes with what it gets, and so takes an Int.
    fn taken_otherwise(&self, what: &str, is: Ty, wanted: Ty) -> Option<String> {
        // Arguments by their names are given by their places.
        if let (Ty::Record(record), Ty::Scalar(_)) = (wanted, is) {
            let record = &self.types.records[record.0 as usize];
            let callee = self.callee.as_deref().filter(|_| record.of.is_some() && what.contains("argument of"))?;
            return Some(self.arguments_by_name(callee, record));
        }
        let (Ty::Scalar(is @ (Scalar::Size | Scalar::Duration)), Ty::Scalar(Scalar::Int)) = (is, wanted) else {
            return None;
        };
        let callee = self.callee.as_deref().filter(|callee| !callee.contains('.'))?;
        (what == format!("the argument of `{callee}`")).then(|| {
            let kind = if is == Scalar::Size { "Size" } else { "Duration" };
            format!("if it is meant for a {kind}, annotate it: `{callee} : {kind} -> _ = …`")
        })
    }

    /// A call as a function that takes a record wants it.
    pub(super) fn arguments_by_name(&self, callee: &str, record: &Rec) -> String {
        let fields: Vec<&Field> = record.fields.iter().collect();
        let needed: Vec<&Field> = fields.iter().copied().filter(|field| !field.optional).collect();
        let shown = if needed.is_empty() { &fields[..fields.len().min(1)] } else { &needed[..] };
        let shown: Vec<String> = shown.iter().map(|field| format!(" {} = …;", self.names.get(field.name))).collect();
        format!("it takes its arguments by name: `{callee} {{{} }}`", shown.concat())
    }

    /// What somebody needs who gives several arguments to a function that takes one record.
    pub(super) fn by_name_after_all(
        &mut self,
        callee: ExprId,
        first: ExprId,
        parameter: TyId,
        env: EnvId,
    ) -> Option<String> {
        let (_, Ty::Record(record)) = self.types.resolve(parameter) else { return None };
        let record = self.types.records[record.0 as usize].clone();
        record.of?;
        let given = self.infer(first, env);
        let (_, given) = self.types.resolve(given);
        let name = self.callee_text(callee).filter(|_| matches!(given, Ty::Scalar(_) | Ty::List(_)))?;
        Some(self.arguments_by_name(&name, &record))
    }

    /// Whether it is a record whose fields are things of one kind.
    fn is_map(&mut self, ty: TyId) -> bool {
        match self.types.resolve(ty).1 {
            Ty::Record(record) => matches!(self.types.records[record.0 as usize].rest, Rest::Each(_)),
            Ty::View(declared, ..) => self.is_map(declared),
            _ => false,
        }
    }

    /// What somebody needs who wrote a function at `said` where what it gives is due.
    pub(super) fn uncalled(&mut self, parameter: TyId, said: Span) -> Option<String> {
        let source = self.sources.text(said);
        let path = wrong_kind::is_path(source);
        let words = self.describe(parameter);
        match self.types.resolve(parameter).1 {
            Ty::Record(record) if path => {
                let record = &self.types.records[record.0 as usize];
                let needed = record.fields.iter().filter(|field| !field.optional);
                let needed: Vec<String> = needed.map(|field| format!(" {} = …;", self.names.get(field.name))).collect();
                Some(match needed.is_empty() {
                    true => format!("call it: `{source} {{}}`"),
                    false => format!("call it: `{source} {{{} }}`", needed.concat()),
                })
            }
            Ty::Var(_) | Ty::Any | Ty::Data | Ty::Error => {
                self.short(said).map(|source| format!("it takes one more argument: `{source} …`"))
            }
            _ => self.short(said).map(|source| format!("it takes one more argument, {words}: `{source} …`")),
        }
    }

    /// With what was probably meant.
    fn helped(&self, diagnostic: Diagnostic, id: ExprId, said: Span, is: Ty, wanted: Ty) -> Diagnostic {
        let source = self.sources.text(said);
        let literal = match self.program.get(self.program.uncoerced(id)) {
            Expr::Const(Value { kind, .. }) => Some(kind),
            _ => None,
        };
        let text = match literal {
            Some(Kind::Str(text)) => Some(&*self.program.store.strings[text.index()]),
            _ => None,
        };
        let help = match (wanted, literal) {
            (Ty::Scalar(scalar), Some(Kind::Int(count))) => wrong_kind::number_for(scalar, i64::from(count)),
            (Ty::Scalar(scalar), _) => match text {
                Some(text) => wrong_kind::unquoted(scalar, text),
                None if scalar.is_text() => match is {
                    Ty::Scalar(is) if is != Scalar::Secret && is != Scalar::Flow => {
                        (source.len() <= 60 && !source.contains('\n')).then(|| format!("as text: `\"${{{source}}}\"`"))
                    }
                    _ => None,
                },
                None => wrong_kind::other_notation(scalar, self.sources.text(self.span(id))),
            },
            (Ty::Named(def), _) => match &self.schema.def(def).definition {
                Definition::Union(cases) => text.and_then(|text| {
                    let tags = cases.iter().map(|(tag, _)| self.names.get(*tag));
                    let tag = tags.into_iter().find(|tag| tag.eq_ignore_ascii_case(text))?;
                    Some(format!("without quotes: `{tag}`"))
                }),
                Definition::Record { .. } if matches!(is, Ty::List(_)) => Some(wrong_kind::NAMED_ITEMS.to_owned()),
                Definition::Record { .. } => self.wrapped(def, is, source),
            },
            (Ty::View(..) | Ty::Record(_), _) if matches!(is, Ty::List(_)) => Some(wrong_kind::NAMED_ITEMS.to_owned()),
            (Ty::Ref(def), _) if text.is_some() => text.and_then(|text| {
                let home = self.home(def)?;
                Some(format!("name it by its path, without quotes: `{home}.{text}`"))
            }),
            (Ty::List(_), _) if !matches!(is, Ty::List(_)) => (source.len() <= 60 && !source.contains('\n'))
                .then(|| format!("a list of one item is written `[ {source} ]`")),
            _ => None,
        };
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    /// `{ ports = [ 80/tcp ]; }`, of which `source` is the only field that has to be given.
    fn wrapped(&self, def: DefId, is: Ty, source: &str) -> Option<String> {
        let Ty::Scalar(scalar @ (Scalar::Ports | Scalar::Prefix)) = is else { return None };
        let field = self.schema.only_required(def)?;
        let list = match self.schema.ty(field.ty) {
            Type::List(_) => true,
            Type::Scalar(wanted) if wanted == scalar => false,
            _ => return None,
        };
        wrong_kind::only_field(self.names.get(field.name), source, list)
    }

    /// The literal that a name stands for, as far as definitions tell; else the expression itself.
    fn literal(&self, id: ExprId, env: EnvId) -> ExprId {
        self.followed(id, env, 16).map_or(id, |(expr, _)| expr)
    }

    fn followed(&self, id: ExprId, env: EnvId, fuel: u32) -> Option<(ExprId, EnvId)> {
        let id = self.program.uncoerced(id);
        match self.program.get(id) {
            _ if fuel == 0 => None,
            Expr::Local { up, slot } => {
                let mut at = env;
                for _ in 0..up {
                    at = self.envs[at.0 as usize].parent;
                }
                let (Frame::Definitions(all) | Frame::Site { all, .. }) = &self.envs[at.0 as usize].frame else {
                    return None;
                };
                self.followed(self.program.children(*all)[slot as usize], at, fuel - 1)
            }
            Expr::Select(base, name, _) => {
                let (base, at) = self.followed(base, env, fuel - 1)?;
                let (field, _) = self.field_of(base, name)?;
                self.followed(field, at, fuel - 1)
            }
            Expr::Const(_) | Expr::Record { .. } | Expr::List(_) => Some((id, env)),
            _ => None,
        }
    }
}
