//! What is said of a value that is not what it should be.

use arvc_syntax::diagnostic::Diagnostic;

use super::Checker;
use super::ty::{Ty, TyId};
use super::unify::Mismatch;
use crate::errors::{infinite_type, maybe_absent, not_an_entity, wrong_kind};
use crate::eval::value::{Kind, Value};
use crate::ir::{Expr, ExprId};
use crate::schema::types::{Definition, FieldType};

impl Checker<'_> {
    /// Reports what does not fit.
    pub(super) fn mismatch(&mut self, id: ExprId, found: TyId, expected: TyId, mismatch: &Mismatch) {
        let span = self.span(id);
        match mismatch {
            Mismatch::Reported => {}
            Mismatch::Kind => self.wrong(id, found, expected),
            Mismatch::Absent => {
                let text = self.short(span);
                let inner = self.types.present(expected);
                let found = self.describe(inner);
                self.reports.early(maybe_absent::new(text.as_deref(), &found, span));
            }
            Mismatch::Infinite => {
                let text = self.short(span);
                self.reports.early(infinite_type::new(text.as_deref(), span));
            }
            Mismatch::Missing(name, asked) => {
                let (_, wanted) = self.types.resolve(expected);
                if let Some(def) = self.named(wanted) {
                    let schema = std::rc::Rc::clone(&self.schema);
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
                    return self.missing(def, &missing, span);
                }
                let of = match wanted {
                    Ty::Record(record) => self.types.records[record.0 as usize].of,
                    _ => None,
                };
                let key = asked.unwrap_or(span);
                self.lacks(of, span, &[(*name, key)]);
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
                let at = if self.in_library(*key) { span } else { *key };
                self.no_argument(of, id, *name, at, &fields);
            }
        }
    }

    fn wrong(&mut self, id: ExprId, found: TyId, expected: TyId) {
        let span = self.span(id);
        let ((found, is), (expected, wanted)) = (self.types.resolve(found), self.types.resolve(expected));
        if let (Ty::Ref(def), Some(other)) = (wanted, self.named(is)) {
            let (expected, found) =
                (self.names.get(self.schema.def(def).name), self.names.get(self.schema.def(other).name));
            let text = self.short(span);
            self.reports.early(not_an_entity::of_kind(expected, found, text.as_deref(), span));
            return;
        }
        if let (Ty::Ref(def), Ty::Record(_)) = (wanted, is) {
            let expected = self.names.get(self.schema.def(def).name);
            self.reports.early(not_an_entity::plain(expected, span, None));
            return;
        }
        let same = matches!(
            (is, wanted),
            (Ty::List(_), Ty::List(_)) | (Ty::Record(_), Ty::Record(_)) | (Ty::Function(..), Ty::Function(..))
        );
        let (is_words, wanted_words) = match same {
            true => (format!("`{}`", self.show(found)), format!("`{}`", self.show(expected))),
            false => (self.describe(found), self.expected_words(expected)),
        };
        let what = self.trails.describe(self.trail, self.names);
        let mut diagnostic = wrong_kind::kinds(&what, &is_words, &wanted_words, span);
        let line = |span| (self.sources.file_of(span), self.sources.position(span).line);
        if let Some(key) = self.trails.key(self.trail)
            && line(key) != line(span)
            && !self.in_library(key)
        {
            diagnostic = diagnostic.secondary(key, format!("{what} is defined here"));
        }
        self.reports.early(self.helped(diagnostic, id, wanted));
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

    /// With what was probably meant.
    fn helped(&self, diagnostic: Diagnostic, id: ExprId, wanted: Ty) -> Diagnostic {
        let source = self.sources.text(self.span(id));
        let literal = match self.program.get(self.bare(id)) {
            Expr::Const(Value { kind, .. }) => Some(kind),
            _ => None,
        };
        let text = match literal {
            Some(Kind::Str(text)) => Some(&*self.program.store.strings[text.index()]),
            _ => None,
        };
        let help = match (wanted, literal) {
            (Ty::Scalar(scalar), Some(Kind::Int(count))) => wrong_kind::number_for(scalar, i64::from(count)),
            (Ty::Scalar(scalar), _) => text.and_then(|text| wrong_kind::unquoted(scalar, text)),
            (Ty::Named(def), _) => match &self.schema.def(def).definition {
                Definition::Union(cases) => text.and_then(|text| {
                    let tags = cases.iter().map(|(tag, _)| self.names.get(*tag));
                    let tag = tags.into_iter().find(|tag| tag.eq_ignore_ascii_case(text))?;
                    Some(format!("without quotes: `{tag}`"))
                }),
                Definition::Record { .. } => None,
            },
            (Ty::Ref(_), _) => text.map(|text| format!("name it by its path, without quotes: `….{text}`")),
            (Ty::List(_), _) => (source.len() <= 60 && !source.contains('\n'))
                .then(|| format!("a list of one item is written `[ {source} ]`")),
            _ => None,
        };
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}
