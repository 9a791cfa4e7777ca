//! Documentation on a terminal: a title, the text, lists with aligned columns, examples indented.

use arvc_lang::docs::{Entry, Shape};

/// Lines are not longer than this, if their words allow.
const WIDTH: usize = 100;

/// One thing.
pub(super) fn page(name: &str, entry: &Entry) -> String {
    let mut out = match entry.shape.as_ref() {
        Shape::Call(usage) => format!("{usage}{}\n", entry.said),
        _ => format!("{name}{}\n", signature(entry)),
    };
    let (text, examples) = entry.text_and_examples();
    if !text.is_empty() {
        out.push_str(&format!("\n{}\n", paragraphs(text, 2)));
    }
    let mut list = |title: &str, entries: &[Entry]| {
        if !entries.is_empty() {
            let lines: Vec<(String, Entry)> = entries.iter().map(|entry| (shown(entry), entry.clone())).collect();
            out.push_str(&format!("\n{title}\n{}", whole_table(&lines)));
        }
    };
    match entry.shape.as_ref() {
        Shape::Function(arguments, gives) => {
            list("Arguments", arguments);
            let said: Vec<Entry> = gives.parts().iter().filter(|part| !part.about.is_empty()).cloned().collect();
            list("Gives", &said);
        }
        Shape::Record(fields) | Shape::Type(fields) => list("Fields", fields),
        Shape::Union(tags) => list("Tags", tags),
        Shape::Call(_) | Shape::Value(_) => {}
    }
    if !examples.is_empty() {
        out.push_str(&format!("\nExample\n{}\n", fenced(examples)));
    }
    out
}

/// One line: a name and its first sentence.
pub(super) fn line(name: &str, entry: &Entry) -> String {
    format!("{name}: {}\n", plain(&entry.summary()))
}

/// What stands in a list of names: the things themselves, and the fields of a library.
pub(super) fn lines(entries: &[Entry]) -> Vec<(String, Entry)> {
    let mut found = Vec::new();
    for entry in entries {
        match entry.shape.as_ref() {
            Shape::Record(parts) => {
                found.extend(parts.iter().map(|part| (format!("{}.{}", entry.name, part.name), part.clone())));
            }
            _ => found.push((entry.name.clone(), entry.clone())),
        }
    }
    found
}

/// Names with their first sentences; functions of arguments without names as they are called.
pub(super) fn table(lines: &[(String, Entry)]) -> String {
    let called = |(name, entry): &(String, Entry)| match (entry.shape.as_ref(), name.rsplit_once('.')) {
        (Shape::Call(usage), Some((library, _))) => (format!("{library}.{usage}"), entry.clone()),
        (Shape::Call(usage), None) => (usage.clone(), entry.clone()),
        _ => (name.clone(), entry.clone()),
    };
    let lines: Vec<(String, Entry)> = lines.iter().map(called).collect();
    columns(&lines, |entry| {
        let summary = entry.summary();
        match (summary.is_empty(), entry.shape.as_ref()) {
            (true, Shape::Union(tags)) => tags.iter().map(shown).collect::<Vec<_>>().join(" | "),
            (true, Shape::Value(value)) => value.clone(),
            _ => summary,
        }
    })
}

fn whole_table(lines: &[(String, Entry)]) -> String {
    columns(lines, |entry| {
        let (text, _) = entry.text_and_examples();
        text.split("\n\n").next().unwrap_or_default().to_owned()
    })
}

fn columns(lines: &[(String, Entry)], about: impl Fn(&Entry) -> String) -> String {
    // One long name does not push all texts to the right.
    let width = lines.iter().map(|(name, _)| name.chars().count()).filter(|width| *width <= 36).max().unwrap_or(0);
    let mut out = String::new();
    for (name, entry) in lines {
        let text = about(entry);
        let indent = width + 4;
        let text = wrapped(&plain(&text), indent);
        let row = match (text.is_empty(), name.chars().count() > width) {
            (true, _) => format!("  {name}"),
            (false, true) => format!("  {name}\n{:indent$}{text}", ""),
            (false, false) => format!("  {name:width$}  {text}"),
        };
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

fn shown(entry: &Entry) -> String {
    match entry.shape.as_ref() {
        Shape::Call(usage) => usage.clone(),
        Shape::Function(..) => format!("{} {{ … }}", entry.name),
        _ => format!("{}{}", entry.name, entry.said),
    }
}

fn signature(entry: &Entry) -> String {
    match entry.shape.as_ref() {
        Shape::Function(arguments, _) => {
            let list: Vec<String> = arguments.iter().map(shown).collect();
            match list.is_empty() {
                true => " {}".to_owned(),
                false => format!(" {{ {} }}", list.join(", ")),
            }
        }
        Shape::Value(value) if entry.said.is_empty() && !value.is_empty() => format!(" = {value}"),
        Shape::Record(_) | Shape::Type(_) | Shape::Union(_) | Shape::Call(_) => String::new(),
        Shape::Value(_) => entry.said.clone(),
    }
}

/// Paragraphs, each filled; lists and other lines that are indented stay as they are.
fn paragraphs(text: &str, indent: usize) -> String {
    let filled = text.split("\n\n").map(|paragraph| {
        let keep = paragraph.lines().any(|line| line.starts_with([' ', '-', '*', '|', '#']));
        match keep {
            true => {
                let lines = paragraph.lines().map(|line| format!("{:indent$}{}", "", plain(line)));
                lines.collect::<Vec<_>>().join("\n")
            }
            false => format!("{:indent$}{}", "", wrapped(&plain(paragraph), indent)),
        }
    });
    filled.collect::<Vec<_>>().join("\n\n")
}

/// Words over lines, all but the first indented.
fn wrapped(text: &str, indent: usize) -> String {
    let mut out = String::new();
    let mut at = indent;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if at > indent && at + 1 + width > WIDTH {
            out.push_str(&format!("\n{:indent$}", ""));
            at = indent;
        } else if at > indent {
            out.push(' ');
            at += 1;
        }
        out.push_str(word);
        at += width;
    }
    out
}

/// A text without the targets of its links, which nobody can follow here.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("](") {
        let (before, behind) = rest.split_at(at);
        match (before.rfind('['), behind.find(')')) {
            (Some(open), Some(close)) => {
                out.push_str(&before[..open]);
                out.push_str(&before[open + 1..]);
                rest = &behind[close + 1..];
            }
            _ => {
                out.push_str(before);
                out.push_str("](");
                rest = &behind[2..];
            }
        }
    }
    out + rest
}

/// Fenced blocks without their fences.
fn fenced(text: &str) -> String {
    let mut lines = Vec::new();
    let mut inside = None;
    for line in text.trim_end().lines() {
        match (line.strip_prefix("```"), inside) {
            (Some(_), Some(_)) => inside = None,
            (Some("value"), None) => inside = Some("    = "),
            (Some(_), None) => inside = Some("    "),
            (None, Some(before)) => lines.push(format!("{before}{line}")),
            (None, None) => lines.push(format!("  {}", plain(line))),
        }
    }
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}
