//! Data that the site gives no meaning to: what the author hands on to a tool, with its places.
//!
//! Nesting is bounded where data is read, so that whoever walks or writes it may recurse.

use arvc_syntax::source::Span;

use crate::model::SecretRef;

/// How deep data may be nested. No tool that it goes to has use for more.
pub const LEVELS: usize = 32;

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    /// What it is.
    pub kind: ExtraKind,
    /// The expression that made it.
    pub span: Span,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExtraKind {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number; a size in bytes is one.
    Int(i64),
    /// Text; an address, ports, a duration are text too.
    Text(String),
    /// A reference to a secret.
    Secret(SecretRef),
    /// A list.
    List(Vec<Extra>),
    /// A record, in the order of names.
    Record(Vec<ExtraField>),
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraField {
    /// Its name.
    pub name: String,
    /// Where the name is written.
    pub key: Span,
    /// Its value.
    pub value: Extra,
}

impl Extra {
    /// Whether it says the same as another one, wherever that is written.
    pub fn says(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (ExtraKind::List(a), ExtraKind::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.says(b)),
            (ExtraKind::Record(a), ExtraKind::Record(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.name == b.name && a.value.says(&b.value))
            }
            (a, b) => a == b,
        }
    }

    /// The first secret in it.
    pub fn secret(&self) -> Option<Span> {
        match &self.kind {
            ExtraKind::Secret(_) => Some(self.span),
            ExtraKind::List(items) => items.iter().find_map(Self::secret),
            ExtraKind::Record(fields) => fields.iter().find_map(|field| field.value.secret()),
            _ => None,
        }
    }
}

/// The fields of two records: where both have one, records become one and otherwise the second stands.
pub fn merged(mut base: Vec<ExtraField>, over: &[ExtraField]) -> Vec<ExtraField> {
    for field in over {
        match base.binary_search_by(|known| known.name.cmp(&field.name)) {
            Err(at) => base.insert(at, field.clone()),
            Ok(at) => {
                let known = &mut base[at];
                match (&mut known.value.kind, &field.value.kind) {
                    (ExtraKind::Record(below), ExtraKind::Record(fields)) => {
                        *below = merged(std::mem::take(below), fields);
                    }
                    _ => *known = field.clone(),
                }
            }
        }
    }
    base
}

/// What each path of a record says: `punchy.respond`. A list is one value, and so is a record without fields.
pub(crate) fn leaves(fields: &[ExtraField]) -> Vec<(String, &ExtraField)> {
    let mut found = Vec::new();
    collect("", fields, &mut found);
    found
}

fn collect<'e>(prefix: &str, fields: &'e [ExtraField], found: &mut Vec<(String, &'e ExtraField)>) {
    for field in fields {
        let path = format!("{prefix}{}", field.name);
        match &field.value.kind {
            ExtraKind::Record(inner) if !inner.is_empty() => collect(&format!("{path}."), inner, found),
            _ => found.push((path, field)),
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn field(name: &str, kind: ExtraKind) -> ExtraField {
        let span = Span::new(0, 0);
        ExtraField { name: name.to_owned(), key: span, value: Extra { kind, span } }
    }

    #[test]
    fn records_become_one_and_other_values_are_replaced() {
        let base = vec![
            field("a", ExtraKind::Int(1)),
            field("r", ExtraKind::Record(vec![field("x", ExtraKind::Int(1)), field("y", ExtraKind::Int(2))])),
        ];
        let over = [
            field("b", ExtraKind::Bool(true)),
            field("r", ExtraKind::Record(vec![field("y", ExtraKind::List(Vec::new()))])),
        ];
        let expected = vec![
            field("a", ExtraKind::Int(1)),
            field("b", ExtraKind::Bool(true)),
            field("r", ExtraKind::Record(vec![field("x", ExtraKind::Int(1)), field("y", ExtraKind::List(Vec::new()))])),
        ];
        let merged = merged(base, &over);
        assert_eq!(merged, expected);
        let paths: Vec<String> = leaves(&merged).into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["a", "b", "r.x", "r.y"]);
    }
}
