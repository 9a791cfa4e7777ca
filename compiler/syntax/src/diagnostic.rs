//! The one type of every problem that arvc reports, and what a code is.
//!
//! A diagnostic is made in the file of its check, next to the code's page. This module knows no code of its own and
//! prints nothing.

use crate::source::Span;

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is emitted.
    Error,
    /// A lint: the tree is emitted, and somebody should look.
    Warning,
}

/// A kind of problem: `E….` for errors, `L….` for lints. Codes are never reused.
///
/// The page that `arvc explain` prints is the leading `//!` comment of the file in which the code is declared, so the
/// check, its words and its explanation are one file.
#[derive(Debug)]
pub struct Code {
    /// `E0301`.
    pub id: &'static str,
    /// What the problem is, in the user's words, without a value: `two machines have one VMID`.
    pub title: &'static str,
    file: &'static str,
}

impl Code {
    /// Declares a code; `file` is `include_str!` of the declaring file itself.
    pub const fn new(id: &'static str, title: &'static str, file: &'static str) -> Self {
        Self { id, title, file }
    }

    /// Errors begin with `E`, lints with `L`.
    pub fn severity(&self) -> Severity {
        if self.id.starts_with('L') { Severity::Warning } else { Severity::Error }
    }

    /// The explanation: the leading inner doc comment of the declaring file, in Markdown.
    pub fn page(&self) -> String {
        let lines = self.file.lines().map_while(|line| line.strip_prefix("//!"));
        let mut page: String = lines.flat_map(|line| [line.strip_prefix(' ').unwrap_or(line), "\n"]).collect();
        page.truncate(page.trim_end().len());
        page.push('\n');
        page
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Code {}

/// A place in the sources and what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// The place to change, rather than one that explains.
    pub primary: bool,
    /// What the reader should see there; may be empty.
    pub message: String,
}

/// How safely a fix may be applied, with the meaning that rustc gives these words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// Certainly what was meant.
    MachineApplicable,
    /// Valid, but perhaps not what was meant.
    MaybeIncorrect,
    /// Contains something that only the author knows.
    HasPlaceholders,
}

/// One replacement of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// A change of the sources that would solve the problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// Replacements that do not overlap.
    pub edits: Vec<Edit>,
    /// How safe it is.
    pub applicability: Applicability,
}

/// One problem, as every output format needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its kind.
    pub code: &'static Code,
    /// Whether it stops the build.
    pub severity: Severity,
    /// The title with this problem's values: `two machines have VMID 1001`.
    pub message: String,
    /// Places; the first primary one is where the problem is reported.
    pub labels: Vec<Label>,
    /// Facts that help to understand.
    pub notes: Vec<String>,
    /// What to do, each a sentence that one can act on.
    pub helps: Vec<String>,
    /// Changes that a tool can apply.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A problem at `span`, with what there is to say at that very place.
    pub fn new(code: &'static Code, message: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            labels: vec![Label { span, primary: true, message: label.into() }],
            notes: Vec::new(),
            helps: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Adds a further place to change.
    pub fn primary(mut self, span: Span, label: impl Into<String>) -> Self {
        self.labels.push(Label { span, primary: true, message: label.into() });
        self
    }

    /// Adds a place that explains.
    pub fn secondary(mut self, span: Span, label: impl Into<String>) -> Self {
        self.labels.push(Label { span, primary: false, message: label.into() });
        self
    }

    /// Adds a fact.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds something to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.helps.push(help.into());
        self
    }

    /// Adds a change that a tool can apply.
    pub fn fix(mut self, title: impl Into<String>, edits: Vec<Edit>, applicability: Applicability) -> Self {
        self.fixes.push(Fix { title: title.into(), edits, applicability });
        self
    }

    /// Where the problem is reported.
    pub fn span(&self) -> Span {
        self.labels[0].span
    }
}

/// Puts problems into the order in which every format prints them: by place, then by code, and drops exact repetitions.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| (a.span(), a.code.id, &a.message).cmp(&(b.span(), b.code.id, &b.message)));
    diagnostics.dedup();
}

/// Longer names are not compared: the cost is the product of two lengths, and a source may hold a name of any length.
const COMPARED: usize = 64;

/// The name among `candidates` that `name` was probably meant to be, by edit distance (optimal string alignment) with
/// at most a third of its letters changed. Of two that are as near, it is the one that is as long: `hosst` is `hosts`.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > COMPARED {
        return None;
    }
    let limit = (name.chars().count() / 3).max(1);
    let length = name.chars().count();
    // Whatever is so much longer or shorter is too far without a look at its letters.
    let near = |candidate: &&str| candidate.chars().count().abs_diff(length) <= limit + 1;
    let scored = candidates.into_iter().filter(near).filter_map(|candidate| {
        let distance = distance(name, candidate);
        let longer = candidate.chars().count() != length;
        (candidate != name && distance <= limit).then_some((distance, longer, candidate))
    });
    scored.min().map(|(.., candidate)| candidate)
}

/// How many letters have to be put in, taken out, changed, or changed with their neighbour, to make one name of another, in either case
/// (optimal string alignment).
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = match (i, j) {
                (0, _) => j,
                (_, 0) => i,
                _ => {
                    let cost = usize::from(a[i - 1] != b[j - 1]);
                    let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + cost);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        best = best.min(rows[i - 2][j - 2] + 1);
                    }
                    best
                }
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_of_names_counts_single_letters() {
        // From `store` to `shop`: `t` and `r` change, `e` goes.
        assert_eq!((distance("web", "web"), distance("web", "web-1"), distance("store", "shop")), (0, 2, 3));
        assert_eq!((distance("", "abc"), distance("abc", ""), distance("db-1", "pg-1")), (3, 3, 2));
        assert_eq!(distance("vmdi", "VMID"), 1);
    }

    #[test]
    fn the_nearest_name_is_found_and_a_far_one_is_not_offered() {
        assert_eq!(nearest("vmdi", ["name", "vmid", "memory"]), Some("vmid"));
        assert_eq!(nearest("hosst", ["host", "hosts"]), Some("hosts"));
        assert_eq!(nearest("memmory", ["name", "vmid", "memory"]), Some("memory"));
        assert_eq!(nearest("zebra", ["name", "vmid", "memory"]), None);
    }

    #[test]
    fn names_of_any_length_cost_nothing() {
        let long = "a".repeat(1 << 20);
        assert_eq!(nearest(&long[1..], [long.as_str()]), None);
        assert_eq!(nearest("aa", [long.as_str()]), None);
    }
}
