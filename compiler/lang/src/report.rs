//! Diagnostics as they are collected: one for one cause, however often it is met.

use std::collections::{BTreeSet, HashMap, HashSet};

use arvc_syntax::diagnostic::{self, Diagnostic, Severity};
use arvc_syntax::source::Span;

use crate::eval::value::{Reported, ThunkId};

#[derive(Debug)]
struct Report {
    diagnostic: Diagnostic,
    /// The delayed values that failed by themselves: they depend on nothing.
    causes: HashSet<ThunkId>,
    /// Whether it was added since a cause was noted last.
    fresh: bool,
    /// Whether it was found without evaluating: then meeting it again is no news.
    early: bool,
    /// Whether whoever looks at the whole value says it better, if he comes to it.
    provisional: bool,
    again: u32,
    dependents: u32,
}

/// What the parser could not understand, and reported itself.
pub const BY_THE_PARSER: Reported = Reported(u32::MAX);

/// All problems of one run.
#[derive(Debug, Default)]
pub struct Reports {
    /// The number of the first one.
    base: u32,
    reports: Vec<Report>,
    seen: HashMap<(&'static str, Span), u32>,
}

impl Reports {
    /// Adds a problem, or counts it if one of this kind is known at this place.
    pub fn add(&mut self, diagnostic: Diagnostic) -> Reported {
        self.keep(diagnostic, false)
    }

    /// Adds a problem of a value that is looked at as a whole later, perhaps: then that is what is said.
    pub fn meanwhile(&mut self, diagnostic: Diagnostic) -> Reported {
        if let Some(known) = self.seen.get(&(diagnostic.code.id, diagnostic.span())) {
            return Reported(*known);
        }
        let reported = self.keep(diagnostic, false);
        if let Some(report) = self.at(reported) {
            report.provisional = true;
        }
        reported
    }

    /// Adds a problem that was found without evaluating anything.
    pub fn early(&mut self, diagnostic: Diagnostic) -> Reported {
        self.keep(diagnostic, true)
    }

    fn keep(&mut self, diagnostic: Diagnostic, early: bool) -> Reported {
        let next = self.base + self.reports.len() as u32;
        let index = *self.seen.entry((diagnostic.code.id, diagnostic.span())).or_insert(next);
        match index == next {
            true => self.reports.push(Report {
                diagnostic,
                causes: HashSet::new(),
                fresh: true,
                early,
                provisional: false,
                again: 0,
                dependents: 0,
            }),
            false => {
                let report = &mut self.reports[(index - self.base) as usize];
                match std::mem::take(&mut report.provisional) {
                    true => report.diagnostic = diagnostic,
                    false => report.again += 1,
                }
                report.fresh = true;
            }
        }
        Reported(index)
    }

    /// A collection that goes on where this one ends: what failed before it has other numbers.
    pub fn successor(&self) -> Self {
        Self { base: self.base + self.reports.len() as u32, ..Self::default() }
    }

    fn at(&mut self, reported: Reported) -> Option<&mut Report> {
        self.reports.get_mut(reported.0.checked_sub(self.base)? as usize)
    }

    /// Adds a fact to the problems from a number of them on.
    pub fn note(&mut self, from: usize, note: &str) {
        for report in self.reports.iter_mut().skip(from) {
            report.diagnostic.notes.push(note.to_owned());
        }
    }

    /// Adds a place to a problem.
    pub fn also(&mut self, reported: Reported, span: Span, label: &str) {
        let Some(report) = self.at(reported) else { return };
        let known = report.diagnostic.labels.iter().any(|other| other.span == span);
        if !known && report.diagnostic.labels.len() < 10 {
            report.diagnostic.labels.push(diagnostic::Label { span, primary: false, message: label.to_owned() });
        }
    }

    /// Says which delayed value failed by a problem that was just reported; later ones only needed it.
    pub fn caused_by(&mut self, reported: Reported, thunk: ThunkId) {
        if let Some(report) = self.at(reported)
            && report.fresh
        {
            report.fresh = false;
            report.causes.insert(thunk);
        }
    }

    /// Counts a value of the result that failed because of a problem of another.
    pub fn depends(&mut self, reported: Reported, thunk: Option<ThunkId>) {
        if let Some(report) = self.at(reported)
            && !report.early
            && !report.causes.is_empty()
            && thunk.is_none_or(|thunk| !report.causes.contains(&thunk))
        {
            report.dependents += 1;
        }
    }

    /// Whether an error stands at a place in `around`.
    pub fn is_wrong(&self, around: Option<Span>) -> bool {
        let within = |span: Span| around.is_some_and(|around| around.start <= span.start && span.end <= around.end);
        let mut errors = self.reports.iter().filter(|report| report.diagnostic.severity == Severity::Error);
        errors.any(|report| within(report.diagnostic.span()))
    }

    /// The problems that were found without evaluating and have a label at one of these places, by their numbers.
    pub fn early_at(&self, places: &BTreeSet<Span>) -> Vec<u32> {
        let touches = |report: &Report| report.diagnostic.labels.iter().any(|label| places.contains(&label.span));
        let found = self.reports.iter().zip(0..).filter(|(report, _)| report.early && touches(report));
        found.map(|(_, index)| index).collect()
    }

    /// How many there are so far.
    pub fn len(&self) -> usize {
        self.reports.len()
    }

    /// The problems without those that `wanted` does not name, by the order in which they were found; and how many errors
    /// that leaves out. A problem at a place in `inside` is always wanted.
    pub fn only(mut self, wanted: &BTreeSet<u32>, inside: Option<Span>) -> (Vec<Diagnostic>, usize) {
        let within = |span: Span| inside.is_some_and(|around| around.start <= span.start && span.end <= around.end);
        let mut others = 0;
        let mut index = 0;
        self.reports.retain(|report| {
            // What the parser did not understand is behind every value that is not there.
            let unread = report.early && wanted.contains(&BY_THE_PARSER.0);
            let keep = unread || wanted.contains(&index) || within(report.diagnostic.span());
            others += usize::from(!keep && report.diagnostic.severity == Severity::Error);
            index += 1;
            keep
        });
        (self.finish(), others)
    }

    /// The problems in the order of places.
    pub fn finish(self) -> Vec<Diagnostic> {
        let mut diagnostics: Vec<_> = self
            .reports
            .into_iter()
            .map(|report| {
                let mut diagnostic = report.diagnostic;
                if report.again > 0 && !report.early {
                    let times =
                        if report.again == 1 { "once more".into() } else { format!("{} more times", report.again) };
                    diagnostic = diagnostic.note(format!("the same happens here {times}, for other values"));
                }
                match report.dependents {
                    0 => diagnostic,
                    1 => diagnostic.note("1 value depends on it"),
                    many => diagnostic.note(format!("{many} values depend on it")),
                }
            })
            .collect();
        diagnostic::sort(&mut diagnostics);
        diagnostics
    }
}
