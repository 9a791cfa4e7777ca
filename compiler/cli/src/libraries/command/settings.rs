//! `arv.toml` with a library more or less, and everything else as its author wrote it.

use toml_edit::{DocumentMut, InlineTable, Item, Table, Value};

/// The text with a library listed in it. What it says of one that is listed already stays, but for a new `source`.
pub(super) fn with(text: &str, name: &str, source: Option<&str>) -> Result<String, String> {
    let mut document = parsed(text)?;
    let libraries = document.entry("libs").or_insert_with(|| Item::Table(Table::new()));
    if let Some(table) = libraries.as_table_mut() {
        // `[libs.acme]` alone has no line `[libs]`, which a key of its own needs.
        table.set_implicit(false);
    }
    let libraries = libraries.as_table_like_mut().ok_or("`libs` is no table")?;
    let listed = libraries.entry(name).or_insert_with(|| Item::Value(Value::InlineTable(InlineTable::new())));
    if let Some(source) = source {
        let listed = listed.as_table_like_mut().ok_or_else(|| format!("`{name}` is no table"))?;
        listed.insert("source", toml_edit::value(source));
    }
    Ok(document.to_string())
}

/// The text without it; with the last library goes the table.
pub(super) fn without(text: &str, name: &str) -> Result<String, String> {
    let mut document = parsed(text)?;
    if let Some(libraries) = document.get_mut("libs").and_then(Item::as_table_like_mut) {
        libraries.remove(name);
        if libraries.is_empty() {
            document.remove("libs");
        }
    }
    Ok(document.to_string())
}

fn parsed(text: &str) -> Result<DocumentMut, String> {
    text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_str_eq;

    use super::*;

    #[test]
    fn a_library_is_listed_and_the_rest_stays_as_it_was_written() {
        let text = "# our lab\nentry   = 'lab.arv' # the one\n\n[libs]\n# for the web\nzed = {}\n";
        let more = with(text, "acme", None).unwrap();
        assert_str_eq!(more, format!("{text}acme = {{}}\n"));
        assert_str_eq!(without(&more, "acme").unwrap(), text);
        let more = with(text, "acme", Some("https://a.example/\"x\"")).unwrap();
        assert_str_eq!(more, format!("{text}acme = {{ source = 'https://a.example/\"x\"' }}\n"));
    }

    #[test]
    fn the_table_comes_with_the_first_library_and_goes_with_the_last() {
        assert_str_eq!(with("", "acme", None).unwrap(), "[libs]\nacme = {}\n");
        let more = with("entry = \"site.arv\"\n", "acme", None).unwrap();
        assert_str_eq!(more, "entry = \"site.arv\"\n\n[libs]\nacme = {}\n");
        assert_str_eq!(without(&more, "acme").unwrap(), "entry = \"site.arv\"\n");
    }

    #[test]
    fn a_library_that_is_listed_stays_so_with_the_new_source() {
        let text = "[libs]\nacme = { source = \"1.0\" } # reviewed\n";
        assert_str_eq!(with(text, "acme", None).unwrap(), text);
        assert_str_eq!(with(text, "acme", Some("1.1")).unwrap(), text.replace("1.0", "1.1"));
    }

    #[test]
    fn every_form_of_the_table_takes_another_library() {
        for text in ["libs = { a = {} }\n", "[libs.a]\nsource = \"x\"\n", "libs.a = {}\n", "[libs]\na.source = \"x\"\n"]
        {
            let more = with(text, "b", None).unwrap();
            let table: toml::Table = more.parse().unwrap_or_else(|error| panic!("{more}: {error}"));
            assert_eq!(table["libs"].as_table().unwrap().keys().collect::<Vec<_>>(), ["a", "b"], "{more}");
            let less: toml::Table = without(&more, "a").unwrap().parse().unwrap();
            assert_eq!(less["libs"].as_table().unwrap().keys().collect::<Vec<_>>(), ["b"], "{more}");
        }
    }
}
