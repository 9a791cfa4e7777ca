//! A difference for people: short, what is dangerous first.

use std::collections::BTreeMap;
use std::fmt::Write;

use arvc_diff::connections::{Alike, Connections, End, Row, Turn};
use arvc_diff::files::Fate;
use arvc_diff::machines::{Attribute, Effect, Machine};
use arvc_diff::names::Name;

use super::Difference;
use super::side::Side;
use crate::fmt::diff::unified;
use crate::messages::visible;

/// Names that are listed before the rest is counted.
const FEW: usize = 6;

/// Files that are listed one by one.
const FILES: usize = 40;

/// All that is different, by what it touches.
pub(super) fn print(before: &Side, after: &Side, difference: &Difference) -> String {
    let mut out = format!("{} -> {}\n", before.name, after.name);
    for note in &difference.notes {
        let _ = writeln!(out, "note: {note}");
    }
    if difference.is_empty() {
        out.push_str("\nnothing changes\n");
        return out;
    }
    connections(&mut out, &difference.connections);
    machines(&mut out, difference);
    certificates(&mut out, difference);
    names(&mut out, &difference.names);
    section(&mut out, "arv.lock", difference.lock.iter().map(|line| format!("  {line}")));
    files(&mut out, difference);
    out
}

/// A head and its lines, if there are any.
fn section(out: &mut String, head: &str, lines: impl IntoIterator<Item = String>) {
    let mut lines = lines.into_iter().peekable();
    if lines.peek().is_some() {
        let _ = writeln!(out, "\n{head}");
        for line in lines {
            let _ = writeln!(out, "{line}");
        }
    }
}

/// A few by name, and how many more.
fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let shown: Vec<String> = names.iter().take(FEW).map(|name| visible(name.as_ref())).collect();
    match names.len().saturating_sub(FEW) {
        0 => shown.join(", "),
        rest => format!("{} and {rest} more", shown.join(", ")),
    }
}

fn end(end: &End) -> String {
    listed(&end.words)
}

fn connections(out: &mut String, found: &Connections) {
    let (layers, rows): (Vec<&Row>, Vec<&Row>) =
        found.rows.iter().partition(|row| matches!(row.turn, Turn::LayerOpened | Turn::LayerClosed));
    section(out, "Connections", rows.into_iter().map(row));
    section(out, "Layers that change their mind where another one still holds", layers.into_iter().map(row));
    let alike = |list: &[Alike], verb: &str| -> Vec<String> {
        list.iter().map(|it| format!("  {} {verb} {}", end(&it.who), end(&it.whom))).collect()
    };
    let mut new = alike(&found.joined, "reaches, and is reached, as");
    new.extend(found.new.iter().map(row));
    if !found.silent.is_empty() {
        new.push(format!("  nothing is open to or from {}", listed(&found.silent)));
    }
    section(out, "Connections of what is new", new);
    let mut gone = alike(&found.left, "reached, and was reached, as");
    gone.extend(found.gone.iter().map(row));
    section(out, "Connections of what is gone", gone);
}

fn row(row: &Row) -> String {
    let (mark, more) = match row.turn {
        Turn::Opened => ('+', ""),
        Turn::Closed => ('-', ""),
        Turn::MayOpen => ('?', ": was closed, and is not known now"),
        Turn::MayClose => ('?', ": was open, and is not known now"),
        Turn::LayerOpened => ('+', ""),
        Turn::LayerClosed => ('-', ""),
    };
    let by = if row.layers.is_empty() { String::new() } else { format!("  ({})", row.layers.join(", ")) };
    format!("  {mark} {} -> {} : {} over {}{more}{by}", end(&row.from), end(&row.to), row.packets, visible(&row.path))
}

fn machines(out: &mut String, difference: &Difference) {
    let found = &difference.machines;
    let mut lines = Vec::new();
    let mut say = |what: &str, whom: String| lines.push(format!("  {what:<9} {whom}"));
    let of = |effect: Effect| found.changed.iter().filter(move |machine| machine.effect == effect);
    for machine in of(Effect::Replaced) {
        say("replaced", forced(machine));
    }
    if !found.destroyed.is_empty() {
        say("destroyed", found.destroyed.iter().map(|name| visible(name)).collect::<Vec<_>>().join(", "));
    }
    for (effect, word) in [(Effect::Moved, "moved"), (Effect::Rebooted, "rebooted"), (Effect::Changed, "changed")] {
        // Machines with the same change are told together.
        let mut alike: BTreeMap<Vec<String>, Vec<&str>> = BTreeMap::new();
        for machine in of(effect) {
            alike.entry(attributes(machine)).or_default().push(&machine.name);
        }
        let mut alike: Vec<_> = alike.into_iter().collect();
        alike.sort_by_key(|(_, names)| names[0].to_owned());
        for (attributes, names) in alike {
            say(word, format!("{}: {}", listed(&names), attributes.join("; ")));
        }
    }
    for (old, new) in &found.renamed {
        say("renamed", format!("{} -> {}", visible(old), visible(new)));
    }
    if !found.created.is_empty() {
        say("created", listed(&found.created));
    }
    if found.added + found.altered + found.removed > 0 {
        let (added, altered, removed) = (found.added, found.altered, found.removed);
        say("other", format!("resources: {added} added, {altered} changed, {removed} removed"));
    }
    lines.extend(found.unread.iter().map(|(path, why)| format!("  not read  {}: {}", visible(path), visible(why))));
    section(out, "Machines", lines);
}

/// A machine with what forces its end first.
fn forced(machine: &Machine) -> String {
    format!("{}: {}", visible(&machine.name), attributes(machine).join("; "))
}

fn attributes(machine: &Machine) -> Vec<String> {
    let mut changed: Vec<&Attribute> = machine.attributes.iter().collect();
    changed.sort_by_key(|attribute| (attribute.effect, attribute.path.clone()));
    changed.into_iter().map(attribute).collect()
}

fn attribute(attribute: &Attribute) -> String {
    let value = |value: &Option<String>| match value {
        _ if attribute.is_delicate() => "…".to_owned(),
        Some(text) if text.chars().count() <= 60 => visible(text),
        Some(_) => "…".to_owned(),
        None => "nothing".to_owned(),
    };
    let (before, after) = (value(&attribute.before), value(&attribute.after));
    let forces = if attribute.effect == Effect::Replaced { " (forces replacement)" } else { "" };
    match before == after {
        true => format!("{}{forces}", visible(&attribute.path)),
        false => format!("{} {before} -> {after}{forces}", visible(&attribute.path)),
    }
}

fn certificates(out: &mut String, difference: &Difference) {
    let found = &difference.certificates;
    let sign = (!found.sign.is_empty())
        .then(|| format!("  to sign   {}", found.sign.iter().map(|name| visible(name)).collect::<Vec<_>>().join(", ")));
    let block = found.block.iter().map(|grant| {
        let says: Vec<String> = grant.networks.iter().chain(&grant.groups).map(|text| visible(text)).collect();
        let owner =
            if grant.machine == grant.name { String::new() } else { format!(" (of {})", visible(&grant.machine)) };
        format!("  to block  {}{owner}: {}", visible(&grant.name), says.join(", "))
    });
    section(out, "Certificates", sign.into_iter().chain(block));
}

fn names(out: &mut String, names: &[Name]) {
    let shown = |set: &std::collections::BTreeSet<String>| listed(&set.iter().collect::<Vec<_>>());
    let (reverse, forward): (Vec<&Name>, Vec<&Name>) = names.iter().partition(|name| name.asked.kind == "PTR");
    let line = |name: &Name| {
        let asked = format!("{} {}", visible(name.asked.name.trim_end_matches('.')), name.asked.kind);
        match (name.before.is_empty(), name.after.is_empty()) {
            (true, _) => format!("  + {asked} {}", shown(&name.after)),
            (_, true) => format!("  - {asked} {}", shown(&name.before)),
            _ => format!("  ~ {asked} {} -> {}", shown(&name.before), shown(&name.after)),
        }
    };
    let lines: Vec<String> = forward.into_iter().map(line).collect();
    let back = (!reverse.is_empty()).then(|| {
        let s = if reverse.len() == 1 { "" } else { "es" };
        format!("  and the way back of {} address{s}", reverse.len())
    });
    section(out, "Names", lines.into_iter().chain(back));
}

fn files(out: &mut String, difference: &Difference) {
    let count = |fate: Fate| difference.files.values().filter(|other| **other == fate).count();
    let head = format!(
        "Files: {} added, {} changed, {} removed",
        count(Fate::Added),
        count(Fate::Changed),
        count(Fate::Removed)
    );
    let mark = |fate: &Fate| match fate {
        Fate::Added => '+',
        Fate::Changed => '~',
        Fate::Removed => '-',
    };
    let mut lines: Vec<String> =
        difference.files.iter().take(FILES).map(|(path, fate)| format!("  {} {}", mark(fate), visible(path))).collect();
    if difference.files.len() > FILES {
        lines.push(format!("  and {} more", difference.files.len() - FILES));
    }
    section(out, &head, lines);
}

/// The lines of the files that change.
pub(super) fn lines(out: &mut String, before: &Side, after: &Side, difference: &Difference) {
    for path in difference.files.keys() {
        let text = |side: &Side| side.files.get(path).map(|(text, _)| text.clone());
        let (old, new) = (text(before), text(after));
        let name = |text: &Option<String>, side: char| match text {
            Some(_) => visible(&format!("{side}/{path}")),
            None => "/dev/null".to_owned(),
        };
        let (old_name, new_name) = (name(&old, 'a'), name(&new, 'b'));
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        if old != new {
            out.push('\n');
            out.push_str(&unified((&old_name, &old), (&new_name, &new)));
        }
    }
}
