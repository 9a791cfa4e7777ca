//! Documentation as Markdown: `lang-spec/std.md` is written by this.

use super::{Entry, Shape, summary};

/// One thing, under a heading of this level.
pub fn markdown(name: &str, entry: &Entry, level: usize) -> String {
    let mut out = format!("{} `{name}`\n", "#".repeat(level));
    for section in sections(name, entry) {
        out.push('\n');
        out.push_str(&section);
        out.push('\n');
    }
    out
}

/// What is said of one thing: its text, tables of its parts, its examples.
pub fn sections(name: &str, entry: &Entry) -> Vec<String> {
    let (text, examples) = entry.text_and_examples();
    let mut found = Vec::new();
    match entry.shape.as_ref() {
        Shape::Call(usage) => found.push(format!("```\n{usage}{}\n```", entry.said)),
        // What a value is written as matters where no words say it.
        Shape::Value(_) if entry.said.is_empty() || entry.said.starts_with(" =") && !text.is_empty() => {}
        Shape::Value(_) => found.push(format!("```\n{}{}\n```", name.rsplit('.').next().unwrap_or(name), entry.said)),
        Shape::Function(..) | Shape::Record(_) | Shape::Type(_) | Shape::Union(_) => {}
    }
    if !text.is_empty() {
        found.push(text.to_owned());
    }
    match entry.shape.as_ref() {
        Shape::Function(arguments, gives) => {
            if arguments.is_empty() {
                found.push("It takes `{}`.".to_owned());
            } else {
                found.push(table("argument", arguments));
            }
            // What a record has to have as the thing that it is needs no word; what has one is what it is for.
            let said: Vec<Entry> = gives.parts().iter().filter(|part| !part.about.is_empty()).cloned().collect();
            if !said.is_empty() && matches!(gives.as_ref(), Shape::Record(_)) {
                found.push(table("gives", &said));
            }
        }
        Shape::Record(parts) if !parts.is_empty() => found.push(table("field", parts)),
        Shape::Type(parts) if !parts.is_empty() => found.push(table("field", parts)),
        Shape::Union(parts) => found.push(table("tag", parts)),
        Shape::Record(_) | Shape::Type(_) | Shape::Call(_) | Shape::Value(_) => {}
    }
    if !examples.is_empty() {
        found.push(examples.trim_end().to_owned());
    }
    found
}

/// A library or a file: what it says of itself, and each of its fields.
pub fn chapter(title: &str, entry: &Entry) -> String {
    let mut out = format!("# {title}\n");
    if !entry.about.is_empty() {
        out.push_str(&format!("\n{}\n", entry.about.trim_end()));
    }
    // A file is imported under the name that it has: `lib/net.arv` is `net`.
    let name = entry.name.rsplit('/').next().unwrap_or_default().trim_end_matches(".arv");
    if let Shape::Function(..) | Shape::Call(_) = entry.shape.as_ref() {
        let parts = Entry { about: String::new(), ..entry.clone() };
        for section in sections(name, &parts) {
            out.push_str(&format!("\n{section}\n"));
        }
        return out;
    }
    for part in entry.shape.parts() {
        out.push('\n');
        out.push_str(&markdown(&format!("{name}.{}", part.name), part, 2));
    }
    out
}

fn table(title: &str, entries: &[Entry]) -> String {
    let mut out = format!("| {title} | | |\n| --- | --- | --- |");
    for entry in entries {
        let (text, _) = entry.text_and_examples();
        let about = cell(&text.lines().map(str::trim).collect::<Vec<_>>().join(" "));
        let said = entry.said.trim().trim_start_matches("? ").trim_start_matches("= ").trim_start_matches(": ");
        let said = match said.is_empty() {
            true => String::new(),
            false => format!(" `{}`", said.replace('|', "\\|")),
        };
        let about = if about.is_empty() { about } else { format!(" {about}") };
        out.push_str(&format!("\n| `{}` |{said} |{about} |", entry.name));
    }
    out
}

/// A text that cannot end a cell.
fn cell(text: &str) -> String {
    match text.len() > 400 {
        true => summary(text).replace('|', "\\|"),
        false => text.replace('|', "\\|"),
    }
}
