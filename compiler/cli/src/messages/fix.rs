//! A fix as a person reads it: its title, and the lines that change with `-` and `+`.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Applicability, Edit, Fix};
use arvc_syntax::source::FileId;

use super::{Texts, human, json};

/// The note that shows a fix.
pub(super) fn render(texts: Texts<'_>, fix: &Fix) -> String {
    let sure = match fix.applicability {
        Applicability::MachineApplicable => String::new(),
        other => format!(" ({})", json::applicability(other)),
    };
    let mut text = format!("fix{sure}: {}", fix.title);
    let mut files: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        files.entry(texts.sources.file_of(edit.span)).or_default().push(edit);
    }
    for edits in files.values_mut() {
        edits.sort_by_key(|edit| edit.span);
        for block in blocks(texts, edits) {
            text.push_str(&block);
        }
    }
    text
}

/// Edits that share lines are shown together, each other one on lines of its own.
fn blocks(texts: Texts<'_>, edits: &[&Edit]) -> Vec<String> {
    let mut blocks: Vec<(usize, usize, Vec<&Edit>)> = Vec::new();
    for edit in edits {
        let (source, range) = texts.place(edit.span);
        let start = source.text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let end = source.text[range.end..].find('\n').map_or(source.text.len(), |at| range.end + at);
        match blocks.last_mut() {
            Some((_, last, together)) if start <= *last => {
                *last = end.max(*last);
                together.push(edit);
            }
            _ => blocks.push((start, end, vec![edit])),
        }
    }
    blocks.into_iter().map(|(start, end, edits)| block(texts, start, end, &edits)).collect()
}

fn block(texts: Texts<'_>, start: usize, end: usize, edits: &[&Edit]) -> String {
    let (source, _) = texts.place(edits[0].span);
    if end - start > human::WIDE {
        return String::new();
    }
    let mut after = String::new();
    let mut at = start;
    for edit in edits {
        let (_, range) = texts.place(edit.span);
        // Edits do not overlap; one that did would be shown as far as it makes sense.
        after.push_str(source.text.get(at..range.start).unwrap_or_default());
        after.push_str(&edit.text);
        at = range.end.max(at);
    }
    after.push_str(&source.text[at..end]);
    let before = &source.text[start..end];
    let lines = |sign: char, text: &str| -> String {
        text.lines().filter(|line| !line.is_empty()).map(|line| format!("\n{sign} {line}")).collect()
    };
    lines('-', before) + &lines('+', &after)
}
