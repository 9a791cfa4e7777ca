//! The one writer of YAML: block style as yamllint and ansible-lint leave it, two blanks a level, lists under their key.
//!
//! A value becomes text only here. A string is plain only where every loader in use (YAML 1.1 of PyYAML and of Go's
//! yaml.v2, 1.2 of yaml.v3) reads that very string back; otherwise it is double-quoted with escapes.

use std::net::IpAddr;

/// A value to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Yaml {
    /// Text, plain where that is safe.
    Str(String),
    /// Text that is always quoted: Nebula reads an unquoted `1` or `yes` in a group's place as something else.
    Quoted(String),
    /// An expression of Ansible's, of this program's own making.
    Expression(String),
    /// An integer.
    Int(i64),
    /// `true` or `false`.
    Bool(bool),
    /// A list.
    List(Vec<Yaml>),
    /// A mapping, in the order given.
    Map(Vec<Entry>),
}

/// One entry of a mapping, with what a reader should know about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Written above the entry, a line of comment for each line.
    pub comment: Option<String>,
    /// The key.
    pub key: String,
    /// The value.
    pub value: Yaml,
}

impl Yaml {
    /// Text.
    pub fn str(text: impl Into<String>) -> Self {
        Self::Str(text.into())
    }

    /// Text that is always quoted.
    pub fn quoted(text: impl Into<String>) -> Self {
        Self::Quoted(text.into())
    }

    /// A mapping without comments.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Yaml)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| entry(key, value)).collect())
    }

    /// A list of text.
    pub fn strs<S: Into<String>>(items: impl IntoIterator<Item = S>) -> Self {
        Self::List(items.into_iter().map(Yaml::str).collect())
    }
}

/// An entry without a comment.
pub fn entry(key: impl Into<String>, value: Yaml) -> Entry {
    Entry { comment: None, key: key.into(), value }
}

/// An entry with a comment above it.
pub fn noted(comment: impl Into<String>, key: impl Into<String>, value: Yaml) -> Entry {
    Entry { comment: Some(comment.into()), key: key.into(), value }
}

/// A whole document: the header as comments, the mark of its start, and the mapping or list.
pub fn document(header: &str, value: &Yaml) -> String {
    let mut out = String::new();
    comment(&mut out, 0, header);
    out.push_str("---\n");
    match value {
        Yaml::Map(entries) if !entries.is_empty() => map(&mut out, 0, entries),
        Yaml::List(items) if !items.is_empty() => list(&mut out, 0, items),
        scalar => {
            inline(&mut out, scalar);
            out.push('\n');
        }
    }
    out
}

fn comment(out: &mut String, depth: usize, text: &str) {
    for line in text.lines() {
        indent(out, depth);
        let line = line.replace(|c: char| c.is_control(), " ");
        out.push_str(if line.is_empty() { "#" } else { "# " });
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn map(out: &mut String, depth: usize, entries: &[Entry]) {
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 && depth == 0 && entry.comment.is_some() {
            out.push('\n');
        }
        if let Some(text) = &entry.comment {
            comment(out, depth, text);
        }
        indent(out, depth);
        pair(out, depth, entry);
    }
}

fn pair(out: &mut String, depth: usize, entry: &Entry) {
    out.push_str(&if word(&entry.key) { entry.key.clone() } else { quote(&entry.key) });
    out.push(':');
    match &entry.value {
        Yaml::Map(entries) if !entries.is_empty() => {
            out.push('\n');
            map(out, depth + 1, entries);
        }
        Yaml::List(items) if !items.is_empty() => {
            out.push('\n');
            list(out, depth + 1, items);
        }
        scalar => {
            out.push(' ');
            inline(out, scalar);
            out.push('\n');
        }
    }
}

fn list(out: &mut String, depth: usize, items: &[Yaml]) {
    for item in items {
        match item {
            Yaml::Map(entries) if !entries.is_empty() => {
                for (index, entry) in entries.iter().enumerate() {
                    if index == 0 {
                        if let Some(text) = &entry.comment {
                            comment(out, depth, text);
                        }
                        indent(out, depth);
                        out.push_str("- ");
                    } else {
                        indent(out, depth + 1);
                    }
                    pair(out, depth + 1, entry);
                }
            }
            Yaml::List(inner) if !inner.is_empty() => {
                indent(out, depth);
                out.push_str("-\n");
                list(out, depth + 1, inner);
            }
            scalar => {
                indent(out, depth);
                out.push_str("- ");
                inline(out, scalar);
                out.push('\n');
            }
        }
    }
}

fn inline(out: &mut String, value: &Yaml) {
    match value {
        Yaml::Str(string) => out.push_str(&text(string)),
        Yaml::Quoted(string) => out.push_str(&quote(string)),
        Yaml::Expression(expression) => out.push_str(&quote(&format!("{{{{ {expression} }}}}"))),
        Yaml::Int(number) => out.push_str(&number.to_string()),
        Yaml::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Yaml::List(_) => out.push_str("[]"),
        Yaml::Map(_) => out.push_str("{}"),
    }
}

/// Plain if it can be, else quoted. What holds a template's opening is quoted and marked, or Ansible would run it.
fn text(string: &str) -> String {
    match plain(string) {
        true => string.to_owned(),
        false if ["{{", "{%", "{#"].iter().any(|opening| string.contains(opening)) => {
            format!("!unsafe {}", quote(string))
        }
        false => quote(string),
    }
}

/// A word, or an IPv4 address, which no loader takes for anything else.
fn plain(string: &str) -> bool {
    word(string) || matches!(string.parse::<IpAddr>(), Ok(IpAddr::V4(_)))
}

/// Letter first, then letters, digits and a few signs, and nothing that a loader takes for something else.
fn word(string: &str) -> bool {
    const WORDS: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan"];
    string.starts_with(|c: char| c.is_ascii_alphabetic())
        && string.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c))
        && !WORDS.contains(&string.to_ascii_lowercase().as_str())
}

/// A double-quoted scalar, whose escapes are those of JSON and more (YAML 1.2, 5.7). Everything that is not printable
/// is escaped, so the text stays on one line and no reader can take it for a line break.
fn quote(string: &str) -> String {
    let mut out = String::with_capacity(string.len() + 2);
    out.push('"');
    for c in string.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            ' '..='~' => out.push(c),
            '\u{a0}'..='\u{ffff}' if !unprintable(c) => out.push(c),
            '\u{10000}'..='\u{10ffff}' => out.push(c),
            c if (c as u32) < 0x100 => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push_str(&format!("\\u{:04x}", c as u32)),
        }
    }
    out.push('"');
    out
}

/// Line and paragraph separators, bidirectional controls, the byte order mark, and what no character may be.
fn unprintable(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_document_is_laid_out_as_yamllint_leaves_it() {
        let value = Yaml::Map(vec![
            entry("all", Yaml::map([("hosts", Yaml::map([("dns", Yaml::map::<&str>([]))]))])),
            noted(
                "who may",
                "rules",
                Yaml::List(vec![Yaml::map([("port", Yaml::quoted("any")), ("number", Yaml::Int(1))])]),
            ),
            entry("none", Yaml::List(vec![])),
            entry("nested", Yaml::List(vec![Yaml::strs(["a", "b"])])),
        ]);
        let expected = "# made\n---\nall:\n  hosts:\n    dns: {}\n\n# who may\nrules:\n  - port: \"any\"\n    number: 1\nnone: []\nnested:\n  -\n    - a\n    - b\n";
        assert_eq!(document("made", &value), expected);
    }

    #[test]
    fn a_string_that_a_loader_would_misread_is_quoted() {
        for word in [
            "yes",
            "No",
            "on",
            "null",
            "~",
            "",
            "0644",
            "1_000",
            "12:30:45",
            "52:54:00:12:34:56",
            "1.10",
            "2026-11-25",
            "- a",
            "a: b",
            "a #b",
            "=",
            "<<",
            "@x",
            "*x",
            "1e3",
        ] {
            assert_eq!(text(word), format!("\"{word}\""), "{word}");
        }
        for word in ["dns", "a-b_c.d/e", "10.10.10.11"] {
            assert_eq!(text(word), word);
        }
    }

    #[test]
    fn a_template_is_data() {
        assert_eq!(text("{{ x }}"), "!unsafe \"{{ x }}\"");
        assert_eq!(text("a {% b"), "!unsafe \"a {% b\"");
    }

    #[test]
    fn no_text_leaves_its_line() {
        assert_eq!(quote("a\nb\u{85}c\u{2028}d\u{0}\"\\é🎲"), "\"a\\nb\\x85c\\u2028d\\x00\\\"\\\\é🎲\"");
        let mut out = String::new();
        comment(&mut out, 0, "a\u{85}b\rc");
        assert_eq!(out, "# a b c\n");
    }
}
