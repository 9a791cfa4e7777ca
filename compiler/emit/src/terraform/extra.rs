//! What the author adds for Terraform: arguments of guests in their own blocks, and resources in a file of their own.
//!
//! That file is JSON: whether a record is a nested block or a map, only the provider's schema tells, and Terraform reads
//! JSON by it. In it text is a template, so what would begin one is written as text that an expression gives.

use arvc_site::checks::extra_terraform::{is_free, reference};
use arvc_site::extra::{Extra, ExtraField, ExtraKind};
use serde_json::{Map, Value as Json, json};

use crate::hcl::{Addition, Body, Identifier, Reference, Value};
use crate::terraform::Folder;
use crate::terraform::scope::{Guest, Scope};

/// Adds the arguments of a guest to its resource.
pub fn arguments(guest: &Guest, body: &mut Body) {
    let fields = guest.host.terraform.iter().filter(|field| field.name != DEPENDS_ON);
    let additions = fields.flat_map(|field| {
        let free = is_free(&field.name, guest.host.kind);
        additions(field, free)
    });
    body.add(additions.collect());
}

/// What a guest waits for besides.
pub fn depends_on(guest: &Guest) -> Vec<Reference> {
    let lists = guest.host.terraform.iter().filter(|field| field.name == DEPENDS_ON).map(|field| &field.value.kind);
    let items = lists.filter_map(|kind| if let ExtraKind::List(items) = kind { Some(items) } else { None });
    let paths = items.flatten().filter_map(|item| {
        let ExtraKind::Text(text) = &item.kind else { return None };
        let (kind, name) = reference(text)?;
        Some(Reference::new(&Identifier::new(kind)?).attribute(&Identifier::new(name)?))
    });
    paths.collect()
}

const DEPENDS_ON: &str = "depends_on";

/// One field of a block. A name that is no identifier was refused by the site.
fn additions(field: &ExtraField, free: bool) -> Vec<Addition> {
    let Some(name) = Identifier::new(&*field.name) else { return Vec::new() };
    let inner =
        |fields: &[ExtraField]| fields.iter().flat_map(|field| additions(field, false)).collect::<Vec<Addition>>();
    match &field.value.kind {
        ExtraKind::Record(fields) if !free => vec![Addition::Inside(name, inner(fields))],
        ExtraKind::List(items)
            if !items.is_empty() && items.iter().all(|item| matches!(item.kind, ExtraKind::Record(_))) =>
        {
            let blocks = items.iter().filter_map(|item| match &item.kind {
                ExtraKind::Record(fields) => Some(Addition::Block(name.clone(), inner(fields))),
                _ => None,
            });
            blocks.collect()
        }
        _ => vec![Addition::Attribute(name, value(&field.value))],
    }
}

fn value(extra: &Extra) -> Value {
    match &extra.kind {
        ExtraKind::Bool(truth) => (*truth).into(),
        ExtraKind::Int(number) => Value::Signed(*number),
        ExtraKind::Text(text) => text.as_str().into(),
        // The site refuses them here.
        ExtraKind::Secret(_) => "".into(),
        ExtraKind::List(items) => Value::List(items.iter().map(value).collect()),
        ExtraKind::Record(fields) => {
            Value::Object(fields.iter().map(|field| (field.name.clone(), value(&field.value))).collect())
        }
    }
}

/// Adds the file of further resources.
pub fn emit(scope: &Scope, folder: &mut Folder) {
    let terraform = &scope.datacenter.terraform;
    if terraform.resources.is_empty() && terraform.providers.is_empty() {
        return;
    }
    let mut kinds: Map<String, Json> = Map::new();
    for resource in &terraform.resources {
        let kind = kinds.entry(resource.kind.clone()).or_insert_with(|| json!({}));
        kind[&resource.name] = block(&resource.arguments);
    }
    let mut file = Map::new();
    file.insert("//".to_owned(), Json::from(folder.header));
    let configured = terraform.providers.iter().filter(|provider| !provider.configuration.is_empty());
    let configured: Map<String, Json> =
        configured.map(|provider| (provider.name.clone(), block(&provider.configuration))).collect();
    if !configured.is_empty() {
        file.insert("provider".to_owned(), Json::Object(configured));
    }
    if !kinds.is_empty() {
        file.insert("resource".to_owned(), Json::Object(kinds));
    }
    if file.len() > 1 {
        let text = serde_json::to_string_pretty(&Json::Object(file)).unwrap_or_default();
        folder.tree.text(format!("{}/extra.tf.json", folder.path), text + "\n");
    }
}

/// The further providers as `required_providers` names them.
pub fn providers(scope: &Scope) -> Vec<Addition> {
    let providers = scope.datacenter.terraform.providers.iter().filter_map(|provider| {
        let source = ("source".to_owned(), provider.source.as_str().into());
        let version = ("version".to_owned(), provider.version.as_str().into());
        Some(Addition::Attribute(Identifier::new(&*provider.name)?, Value::Object(vec![source, version])))
    });
    providers.collect()
}

/// The arguments of a block. References stand in a few of them by Terraform's own rules, as text: `depends_on`,
/// `provider`, and what `lifecycle` lists.
fn block(fields: &[ExtraField]) -> Json {
    let fields = fields.iter().map(|field| {
        let raw = matches!(field.name.as_str(), "depends_on" | "lifecycle" | "provider");
        (field.name.clone(), json_of(&field.value, raw))
    });
    Json::Object(fields.collect())
}

fn json_of(extra: &Extra, raw: bool) -> Json {
    match &extra.kind {
        ExtraKind::Bool(truth) => (*truth).into(),
        ExtraKind::Int(number) => (*number).into(),
        ExtraKind::Text(text) if raw => path(text).into(),
        ExtraKind::Text(text) => template(text).into(),
        // The site refuses them here.
        ExtraKind::Secret(_) => "".into(),
        ExtraKind::List(items) => Json::Array(items.iter().map(|item| json_of(item, raw)).collect()),
        ExtraKind::Record(fields) => {
            Json::Object(fields.iter().map(|field| (template(&field.name), json_of(&field.value, raw))).collect())
        }
    }
}

/// Where Terraform reads an expression, only a path of names is one.
fn path(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if plain { text.to_owned() } else { template(text) }
}

/// Text as a template that gives this very text. `${` and `%{` begin an expression; the sign in front of them, and any
/// before it, comes from an expression of its own, so that nobody has to know how `$$${` is read.
fn template(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let begins = matches!(c, '$' | '%') && text[at + 1..].trim_start_matches(['$', '%']).starts_with('{');
        match begins {
            true => out.push_str(&format!("${{\"{c}\"}}")),
            false => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::{path, template};

    #[test]
    fn text_never_begins_an_expression() {
        assert_eq!(template("5 % of $x {}"), "5 % of $x {}");
        assert_eq!(template("${x}"), "${\"$\"}{x}");
        assert_eq!(template("$%{x}"), "${\"$\"}${\"%\"}{x}");
        assert_eq!(path("a-b.c_d.id"), "a-b.c_d.id");
        assert_eq!(path("f(x) ${y}"), "f(x) ${\"$\"}{y}");
    }
}
