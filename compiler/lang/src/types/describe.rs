//! Types in words, for messages, and in the language's own notation.

use super::Checker;
use super::ty::{Rest, Slot, Ty, TyId, Var};
use crate::errors::with_article;
use crate::schema::types::{Definition, Type};

impl Checker<'_> {
    /// In words: `an Int`, `a Host`.
    pub(super) fn describe(&mut self, ty: TyId) -> String {
        let (_, node) = self.types.resolve(ty);
        match node {
            Ty::Var(var) if matches!(self.types.vars[var.0 as usize], Var::Free { ordered: true, .. }) => {
                "a value with an order".to_owned()
            }
            Ty::Error | Ty::Any | Ty::Var(_) => "a value".to_owned(),
            Ty::Data => "plain data".to_owned(),
            Ty::Scalar(scalar) => scalar.describe().to_owned(),
            Ty::List(_) => "a list".to_owned(),
            Ty::Option(inner) => format!("{}, or nothing", self.describe(inner)),
            Ty::Function(..) => "a function".to_owned(),
            Ty::Record(_) => "a record".to_owned(),
            Ty::Ref(def) => format!("{} of the site", with_article(self.names.get(self.schema.def(def).name))),
            Ty::Named(def) => {
                let definition = self.schema.def(def);
                let name = self.names.get(definition.name);
                match &definition.definition {
                    // Inline records have no name.
                    _ if name.contains(' ') => name.to_owned(),
                    Definition::Record { .. } => with_article(name),
                    Definition::Union(cases) => {
                        let tags: Vec<String> =
                            cases.iter().map(|(tag, _)| format!("`{}`", self.names.get(*tag))).collect();
                        format!("{} ({})", with_article(name), tags.join(", "))
                    }
                }
            }
            Ty::View(declared, ..) => self.describe(declared),
        }
    }

    /// In the language's notation: `List Int`.
    pub(super) fn show(&mut self, ty: TyId) -> String {
        let mut names = Vec::new();
        self.shown(ty, 0, &mut names)
    }

    fn shown(&mut self, ty: TyId, depth: u32, names: &mut Vec<u32>) -> String {
        if depth > 8 {
            return "…".to_owned();
        }
        let (_, node) = self.types.resolve(ty);
        match node {
            Ty::Error | Ty::Any => "_".to_owned(),
            Ty::Data => "Data".to_owned(),
            Ty::Scalar(scalar) => format!("{scalar:?}"),
            Ty::Var(var) => {
                let at = names.iter().position(|known| *known == var.0).unwrap_or_else(|| {
                    names.push(var.0);
                    names.len() - 1
                });
                match at {
                    0..26 => char::from(b'a' + at as u8).to_string(),
                    more => format!("t{more}"),
                }
            }
            Ty::List(inner) => format!("List {}", self.operand(inner, depth, names)),
            Ty::Option(inner) => format!("{}?", self.operand(inner, depth, names)),
            Ty::Function(parameter, result) => {
                let left = match self.types.get(parameter) {
                    Ty::Function(..) => format!("({})", self.shown(parameter, depth + 1, names)),
                    _ => self.shown(parameter, depth + 1, names),
                };
                format!("{left} -> {}", self.shown(result, depth + 1, names))
            }
            Ty::Named(def) => self.names.get(self.schema.def(def).name).to_owned(),
            Ty::Ref(def) => format!("Ref {}", self.names.get(self.schema.def(def).name)),
            Ty::View(declared, ..) => self.shown(declared, depth, names),
            Ty::Record(record) => {
                let record = self.types.records[record.0 as usize].clone();
                if let (Rest::Each(item), true) = (record.rest, record.fields.is_empty()) {
                    return format!("Map {}", self.operand(item, depth, names));
                }
                let mut fields: Vec<(String, String)> = Vec::new();
                for field in record.fields.iter() {
                    let mark = if field.optional { "?" } else { "" };
                    let ty = match field.slot {
                        Slot::Lazy(..) if depth > 4 => "…".to_owned(),
                        slot => {
                            let ty = self.slot(slot);
                            self.shown(ty, depth + 1, names)
                        }
                    };
                    fields.push((self.names.get(field.name).to_owned(), format!("{mark} : {ty};")));
                }
                fields.sort();
                let mut parts: Vec<String> = fields.into_iter().map(|(name, ty)| format!("{name}{ty}")).collect();
                match record.rest {
                    Rest::Closed => {}
                    Rest::Open => parts.push("...;".to_owned()),
                    Rest::Each(item) => parts.push(format!("... : {};", self.shown(item, depth + 1, names))),
                }
                if parts.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", parts.join(" ")) }
            }
        }
    }

    /// A type behind another word.
    fn operand(&mut self, ty: TyId, depth: u32, names: &mut Vec<u32>) -> String {
        let text = self.shown(ty, depth + 1, names);
        match self.types.get(ty) {
            Ty::List(_) | Ty::Function(..) | Ty::Ref(_) => format!("({text})"),
            Ty::Record(_) if text.starts_with("Map") => format!("({text})"),
            _ => text,
        }
    }

    /// A type of the schema in words, with an example.
    pub(super) fn kind(&self, ty: Type) -> String {
        match ty {
            Type::Any | Type::Infer | Type::Var(_) => "a value that the site gives meaning to".to_owned(),
            Type::Data => "plain data".to_owned(),
            Type::Option(inner) => self.kind(self.schema.ty(inner)),
            Type::Function(..) => "a function".to_owned(),
            Type::Scalar(scalar) => format!("{}, as {}", scalar.describe(), scalar.example()),
            Type::List(_) => "a list".to_owned(),
            Type::Map(_) => "a record, one field for each".to_owned(),
            Type::Ref(def) => format!("{} of the site", with_article(self.names.get(self.schema.def(def).name))),
            Type::Named(def) => {
                let def = self.schema.def(def);
                match &def.definition {
                    Definition::Record { .. } => format!("a record ({})", self.names.get(def.name)),
                    Definition::Union(cases) => {
                        let tags = cases.iter().map(|(tag, _)| format!("`{}`", self.names.get(*tag)));
                        format!("one of {}", tags.collect::<Vec<_>>().join(", "))
                    }
                }
            }
        }
    }
}
