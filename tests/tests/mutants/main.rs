//! Mutants of emitted trees: one field changed, over every kind of field, layer and machine. The audit has to say that something
//! changes, and which connections; those have to be ones that the field governs ([`scope`]).
//!
//! Which changes do nothing is the operator's word, by a rule for each reason that looks at the texts alone ([`still`]); the audit
//! has no part in either. They are at most 15 of 100. `tests/mutants.txt` has every mutant with what it changes, or with its rule:
//! `ARVC_BLESS=1 cargo test -p arvc-tests --test mutants` rewrites it, and each line is read before it is committed. A sample of them
//! meets real packets in `tests/packets/mutants`.

mod scope;
mod still;
mod subject;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::{env, fs, thread};

use arvc_tests::edits::Edit;
use arvc_tests::mutants::{TREES, chosen, tree};
use arvc_tests::root;
use scope::Scope;
use subject::{Change, Changes, Subject};

/// A mutant, and what came of it.
struct Mutant {
    edit: Edit,
    rule: Option<&'static str>,
    changes: Changes,
    /// Changes beyond what the field governs, by why.
    beyond: BTreeMap<&'static str, Change>,
}

fn mutant(subject: &Subject, edit: Edit) -> Mutant {
    let mut after = subject.files.clone();
    edit.apply(&mut after);
    let rule = still::still(&edit, &subject.files, &after);
    let changes = subject.change(&edit);
    let scope = Scope::of(&edit, &subject.files, &after);
    let mut beyond = BTreeMap::new();
    for change in changes.all.iter().chain(&changes.alone) {
        if let Some(why) = scope.beyond(change) {
            beyond.entry(why).or_insert_with(|| change.clone());
        }
    }
    Mutant { edit, rule, changes, beyond }
}

/// All of a tree, side by side.
fn mutants(subject: &Subject, all: Vec<Edit>) -> Vec<Mutant> {
    let workers = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        let started: Vec<_> = all
            .chunks(all.len().div_ceil(workers).max(1))
            .map(|piece| {
                scope.spawn(move || piece.iter().map(|edit| mutant(subject, edit.clone())).collect::<Vec<_>>())
            })
            .collect();
        started.into_iter().flat_map(|one| one.join().expect("no panic")).collect()
    })
}

impl Mutant {
    fn is_noticed(&self) -> bool {
        !self.changes.all.is_empty() || !self.changes.alone.is_empty() || self.is_told()
    }

    /// Whether it is a finding alone: what concerns no connection that is asked about.
    fn is_told(&self) -> bool {
        self.rule.is_none() && !self.changes.findings.is_empty()
    }

    /// What is wrong about it.
    fn wrong(&self) -> Vec<String> {
        let words = self.edit.words();
        let first = self.changes.all.first().or(self.changes.alone.first());
        let mut found: Vec<String> =
            self.beyond.iter().map(|(why, change)| format!("{words}: {}, but {why}", change.words())).collect();
        match (self.rule, first) {
            (Some(rule), Some(change)) => found.push(format!("{words}: {}, though {rule}", change.words())),
            (None, None) if !self.is_told() => {
                found.push(format!("{words}: the audit notices nothing, and no rule says why"))
            }
            _ => {}
        }
        found
    }

    /// Two lines of the report.
    fn report(&self) -> String {
        let short = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let (before, after) = (short(&self.edit.before), short(&self.edit.after));
        let mut text = format!("{}, {}: {}\n", self.edit.kind, self.edit.file, differs(&before, &after));
        let count = |changes: &[Change]| {
            let pairs: BTreeSet<_> = changes.iter().map(|change| (&change.asked.0.from, &change.asked.0.to)).collect();
            format!("{} of {} pairs", changes.len(), pairs.len())
        };
        let Changes { all, alone, .. } = &self.changes;
        let told = match (all.first(), alone.first(), Subject::layer(&self.edit.file)) {
            (Some(change), _, _) => format!("{}: {}", count(all), change.words()),
            (None, Some(change), Some(layer)) => format!("{} with {layer} alone: {}", count(alone), change.words()),
            _ if self.is_told() => format!("no connection: finding `{}`", self.changes.findings.join("`, `")),
            _ => format!("nothing: {}", self.rule.unwrap_or("nobody knows why")),
        };
        writeln!(text, "    {told}").expect("text");
        text
    }
}

/// What of two texts differs: the words, or the order of rules, told by their comments and groups.
fn differs(before: &str, after: &str) -> String {
    let rules = |text: &str| text.matches("rule {").count();
    if rules(before) < 2 || rules(before) != rules(after) {
        return format!("{before} -> {}", if after.is_empty() { "(goes)" } else { after });
    }
    let names = |text: &str| -> String {
        let rules = text.split("rule { ").skip(1).map(|rule| {
            let name = rule.split("comment = ").nth(1).or(rule.split("_security_group.").nth(1)).unwrap_or(rule);
            let (v6, action) = (rule.contains("::/"), if rule.contains("\"DROP\"") { "drop " } else { "" });
            let name = name.split([' ', '"', '}']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
            format!("[{action}{}{}]", name.trim_end_matches(".name iface = net0"), if v6 { ", IPv6" } else { "" })
        });
        rules.collect::<Vec<_>>().join(" ")
    };
    format!("{} -> {}", names(before), names(after))
}

#[test]
fn a_changed_field_changes_what_it_governs_and_nothing_else() {
    let (mut whole, mut quiet, mut apart, mut told) = (0, 0, 0, 0);
    let (mut rules, mut left) = (BTreeMap::<&str, usize>::new(), BTreeMap::<&str, usize>::new());
    let (mut wrong, mut lists) = (Vec::new(), String::new());
    for (name, each, folders) in TREES {
        let subject = Subject::new(tree(name));
        let (all, more) = chosen(name, &subject.files, each, folders);
        more.into_iter().for_each(|(why, count)| *left.entry(why).or_default() += count);
        writeln!(lists, "\n== {name}\n").expect("text");
        for mutant in mutants(&subject, all) {
            whole += 1;
            wrong.extend(mutant.wrong().into_iter().map(|words| format!("{name}: {words}")));
            quiet += usize::from(!mutant.is_noticed());
            apart += usize::from(mutant.changes.all.is_empty() && !mutant.changes.alone.is_empty());
            told += usize::from(mutant.changes.all.is_empty() && mutant.changes.alone.is_empty() && mutant.is_told());
            mutant.rule.into_iter().for_each(|rule| *rules.entry(rule).or_default() += 1);
            lists += &mutant.report();
        }
    }
    let list = |counts: &BTreeMap<&str, usize>| {
        counts.iter().map(|(why, count)| format!("{count:>5}  {why}\n")).collect::<String>()
    };
    let report = format!(
        "{whole} mutants: {} change connections with all layers on, {apart} with their own layer alone, since another one holds, {told} are findings alone, {quiet} change nothing.\n\n\
         == What changes nothing, by the operator's rules\n\n{}\n== Places that nobody looks at\n\n{}{lists}",
        whole - quiet - apart - told,
        list(&rules),
        list(&left)
    );
    let path = root().join("tests/mutants.txt");
    if env::var_os("ARVC_BLESS").is_some() {
        fs::write(&path, &report).expect("a report");
    }
    assert!(wrong.is_empty(), "{} of {whole}: {wrong:#?}", wrong.len());
    assert!(whole >= 500, "{whole}");
    assert!(quiet * 100 <= whole * 15, "{quiet} of {whole} change nothing: {rules:#?}");
    let known = fs::read_to_string(&path).expect("a report");
    pretty_assertions::assert_str_eq!(known, report, "ARVC_BLESS=1 rewrites tests/mutants.txt");
}
