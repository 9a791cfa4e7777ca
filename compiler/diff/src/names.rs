//! What a change makes of the names in DNS: the records of zone files, held against one another.

use std::collections::{BTreeMap, BTreeSet};

use crate::Texts;

/// What is asked for: in a zone file, a name and a type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The zone's file.
    pub file: String,
    /// The name, absolute.
    pub name: String,
    /// `A`, `CNAME`.
    pub kind: String,
}

/// What is answered differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// To which question.
    pub asked: Asked,
    /// What was answered; empty if the name is new.
    pub before: BTreeSet<String>,
    /// What is answered; empty if the name is gone.
    pub after: BTreeSet<String>,
}

/// Compares the zones of two trees, by name. Serials are left out: they follow from the rest.
pub fn names(before: &Texts, after: &Texts) -> Vec<Name> {
    let (mut old, mut new) = (records(before), records(after));
    let asked: BTreeSet<Asked> = old.keys().chain(new.keys()).cloned().collect();
    let names = asked.into_iter().map(|asked| Name {
        before: old.remove(&asked).unwrap_or_default(),
        after: new.remove(&asked).unwrap_or_default(),
        asked,
    });
    names.filter(|name| name.before != name.after).collect()
}

fn records(tree: &Texts) -> BTreeMap<Asked, BTreeSet<String>> {
    let mut records: BTreeMap<Asked, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in tree.iter().filter(|(path, _)| path.ends_with(".zone")) {
        zone(file, text, &mut records);
    }
    records
}

/// RFC 1035 §5.1: entries that end with the line, unless a parenthesis is open; a blank in front stands for the last name.
fn zone(file: &str, text: &str, records: &mut BTreeMap<Asked, BTreeSet<String>>) {
    let (mut origin, mut last) = (String::from("."), String::from("."));
    let mut entry: Vec<String> = Vec::new();
    let (mut open, mut leads) = (0_usize, false);
    for line in text.lines() {
        if open == 0 {
            entry.clear();
            leads = !line.starts_with([' ', '\t']);
        }
        words(line, &mut open, &mut entry);
        if open > 0 || entry.is_empty() {
            continue;
        }
        if entry[0].eq_ignore_ascii_case("$ORIGIN") {
            origin = entry.get(1).cloned().unwrap_or_default();
            continue;
        }
        if entry[0].starts_with('$') {
            continue;
        }
        let mut rest = entry.as_slice();
        if leads {
            last = absolute(&rest[0], &origin);
            rest = &rest[1..];
        }
        while let Some(first) = rest.first() {
            let skipped = first.eq_ignore_ascii_case("IN") || first.starts_with(|c: char| c.is_ascii_digit());
            if !skipped {
                break;
            }
            rest = &rest[1..];
        }
        let Some((kind, data)) = rest.split_first() else { continue };
        if !kind.eq_ignore_ascii_case("SOA") {
            let asked = Asked { file: file.to_owned(), name: last.clone(), kind: kind.to_uppercase() };
            records.entry(asked).or_default().insert(data.join(" "));
        }
    }
}

/// The words of a line: blanks inside of quotes are part of a word, and behind a `;` is a comment.
fn words(line: &str, open: &mut usize, out: &mut Vec<String>) {
    let mut word = String::new();
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                word.push(c);
            }
            _ if quoted => word.push(c),
            ';' => break,
            '(' | ')' | ' ' | '\t' => {
                if !word.is_empty() {
                    out.push(std::mem::take(&mut word));
                }
                match c {
                    '(' => *open += 1,
                    ')' => *open = open.saturating_sub(1),
                    _ => {}
                }
            }
            _ => word.push(c),
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
}

fn absolute(name: &str, origin: &str) -> String {
    match name {
        "@" => origin.to_owned(),
        name if name.ends_with('.') => name.to_owned(),
        name if origin == "." => format!("{name}."),
        name => format!("{name}.{origin}"),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn differences(before: &str, after: &str) -> Vec<String> {
        let tree = |text: &str| Texts::from([("dns/x.zone".to_owned(), text.to_owned())]);
        let line = |name: Name| format!("{} {} {:?} {:?}", name.asked.name, name.asked.kind, name.before, name.after);
        names(&tree(before), &tree(after)).into_iter().map(line).collect()
    }

    #[test]
    fn records_are_compared_by_name_whatever_their_layout() {
        let plain = "$ORIGIN x.\nx. IN SOA a. b. 1 2 3 4 5\nw.x. IN A 10.0.0.1\nw.x. IN TXT \"a ; b\"\n";
        let other =
            "$ORIGIN x.\n@ 300 IN SOA a. b. ( 9 ; serial\n 2 3 4 5 )\nw 300 IN A 10.0.0.1\n    IN TXT \"a ; b\"\n";
        assert_eq!(differences(plain, other), Vec::<String>::new());
        assert_eq!(differences(plain, &plain.replace("10.0.0.1", "10.0.0.2")), [r#"w.x. A {"10.0.0.1"} {"10.0.0.2"}"#]);
        assert_eq!(differences("", "w.x. A 10.0.0.1"), [r#"w.x. A {} {"10.0.0.1"}"#]);
        assert_eq!(differences("( (", ") ;"), Vec::<String>::new());
    }
}
