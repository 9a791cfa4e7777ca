//! Data of the author in the terms of the writers. No writer gives it a meaning, and text stays text in each of them.

use arvc_site::checks::extra_secret;
use arvc_site::extra::{Extra, ExtraField, ExtraKind};

use crate::yaml::{Entry, Yaml, entry};

/// Variables of Ansible. Text is data, templates included; a secret is a lookup.
pub fn variables(fields: &[ExtraField]) -> Vec<Entry> {
    fields.iter().map(|field| entry(&field.name, yaml(&field.value, Yaml::Str))).collect()
}

/// One value of a variable.
pub fn value(extra: &Extra) -> Yaml {
    yaml(extra, Yaml::Str)
}

/// Whether something in it is looked up.
pub fn looks_up(fields: &[ExtraField]) -> bool {
    fields.iter().any(|field| field.value.secret().is_some())
}

/// What `below` says, with what is said besides: records become one, and other values are replaced. Text is quoted, since
/// readers of YAML do not agree on what is plain.
pub fn merge(below: &mut Vec<Entry>, fields: &[ExtraField]) {
    for field in fields {
        let known = below.iter_mut().find(|entry| entry.key == field.name).map(|entry| &mut entry.value);
        match (known, &field.value.kind) {
            (Some(Yaml::Map(entries)), ExtraKind::Record(fields)) => merge(entries, fields),
            (Some(value), _) => *value = yaml(&field.value, Yaml::Quoted),
            (None, _) => below.push(entry(&field.name, yaml(&field.value, Yaml::Quoted))),
        }
    }
}

fn yaml(value: &Extra, text: fn(String) -> Yaml) -> Yaml {
    match &value.kind {
        ExtraKind::Bool(truth) => Yaml::Bool(*truth),
        ExtraKind::Int(number) => Yaml::Int(*number),
        ExtraKind::Text(string) => text(string.clone()),
        ExtraKind::List(items) => Yaml::List(items.iter().map(|item| yaml(item, text)).collect()),
        ExtraKind::Record(fields) => {
            Yaml::Map(fields.iter().map(|field| entry(&field.name, yaml(&field.value, text))).collect())
        }
        ExtraKind::Secret(secret) => {
            // The site refuses what is made of other signs than names, so nothing here can end a string.
            let (mount, path) = extra_secret::lookup(secret).unwrap_or_default();
            Yaml::Expression(format!(
                "lookup('community.hashi_vault.vault_kv2_get', '{path}', engine_mount_point='{mount}').secret['{}']",
                secret.key
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use arvc_syntax::source::Span;
    use pretty_assertions::assert_eq;

    use super::*;

    fn field(name: &str, kind: ExtraKind) -> ExtraField {
        let span = Span::new(0, 0);
        ExtraField { name: name.to_owned(), key: span, value: Extra { kind, span } }
    }

    #[test]
    fn records_are_merged_and_other_values_are_replaced() {
        let mut below = vec![entry("punchy", Yaml::map([("punch", Yaml::Bool(true)), ("respond", Yaml::Bool(true))]))];
        let delay = ExtraKind::Record(vec![
            field("delay", ExtraKind::Text("{{ 1s }}".to_owned())),
            field("respond", ExtraKind::Bool(false)),
        ]);
        merge(&mut below, &[field("punchy", delay), field("routines", ExtraKind::Int(2))]);
        let expected = "---\npunchy:\n  punch: true\n  respond: false\n  delay: \"{{ 1s }}\"\nroutines: 2\n";
        assert_eq!(crate::yaml::document("", &Yaml::Map(below)), expected);
    }

    #[test]
    fn a_secret_is_a_lookup_and_text_is_none() {
        let secret = arvc_site::model::SecretRef { path: "kv/data/shop".to_owned(), key: "admin_password".to_owned() };
        let entries =
            variables(&[field("a", ExtraKind::Secret(secret)), field("b", ExtraKind::Text("{{ x }}".to_owned()))]);
        let expected = "---\na: \"{{ lookup('community.hashi_vault.vault_kv2_get', 'shop', engine_mount_point='kv')\
                        .secret['admin_password'] }}\"\nb: !unsafe \"{{ x }}\"\n";
        assert_eq!(crate::yaml::document("", &Yaml::Map(entries)), expected);
    }
}
