//! `arv.lock`: what a project holds on to from build to build: its libraries, and of each environment the numbers of machines,
//! serials, and what certificates were granted.
//!
//! It is text that is merged line by line. What an environment holds comes first, a line a thing, each of which says whose it is;
//! then come tables in the order of their names, one key a line. A table that is not known here is kept, so that others can
//! hold on to things in the same file. What the lines mean is not decided here, but in `arvc_site::lock`.

use std::collections::{BTreeMap, btree_map};
use std::ops::Range;
use std::path::Path;

use arvc_site::lock::{Environment, Held};
use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;
use toml::{Table, Value};

use crate::libraries::listing::{self, Hashes, is_hash};
use crate::source;
use crate::world::Disk;

pub mod command;
pub mod file;
pub mod form;
mod merge;
pub mod report;
mod two_claims;
mod unreadable;

use form::{Said, Subject};

/// The codes of this module.
pub static CODES: &[&Code] = &[&unreadable::CODE, &two_claims::CODE];

/// Its name, in the root of the project.
pub const FILE: &str = "arv.lock";

/// A lock of a million machines is smaller.
pub const LIMIT: u64 = 1 << 30;

/// The version of its form.
const VERSION: i64 = 1;

/// What stands above everything else.
const HEAD: &str =
    "# Written by arvc, to be committed. After a merge: `arvc lock`, and `arvc lib lock` for libraries.\n";

/// A lock as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lock {
    /// What is held of each environment, by its name.
    pub environments: BTreeMap<String, Environment>,
    /// Everything else.
    table: Table,
}

/// A lock that cannot be read: its text as far as it is one, and what is wrong, in a source that begins at 0.
#[derive(Debug)]
pub struct Unreadable {
    /// The text.
    pub text: String,
    /// The problem.
    pub diagnostic: Box<Diagnostic>,
}

/// What is done about the marks that an unfinished merge leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// They are a problem.
    Refused,
    /// Among the lines of environments both sides are kept.
    Settled,
}

/// The name of an environment: the path of its entry without the ending.
pub fn environment(entry: &str) -> &str {
    entry.strip_suffix(".arv").unwrap_or(entry)
}

impl Lock {
    /// The lock of a project; empty if there is none.
    pub fn read(disk: &dyn Disk, root: &Path, marks: Marks) -> Result<Self, Unreadable> {
        let at_start = |why: &str| Unreadable {
            text: String::new(),
            diagnostic: Box::new(unreadable::diagnostic(Span::new(0, 0), why)),
        };
        match source::read_up_to(disk, root, FILE, LIMIT) {
            Ok(text) => Self::parse(&text, marks).map_err(|diagnostic| Unreadable { text, diagnostic }),
            Err(source::Problem::NotFound) => Ok(Self::default()),
            Err(source::Problem::NotText(text)) => {
                let end = text.len() as u32;
                let diagnostic = unreadable::diagnostic(Span::new(end, end), "what follows is not UTF-8");
                Err(Unreadable { text, diagnostic: Box::new(diagnostic) })
            }
            Err(source::Problem::Outside) => Err(at_start("a link leads out of the project")),
            Err(source::Problem::TooLarge) => Err(at_start("it is too large")),
            Err(source::Problem::Disk(error)) => Err(at_start(&crate::reason(&error))),
        }
    }

    /// The lock that a text is.
    pub fn parse(text: &str, marks: Marks) -> Result<Self, Box<Diagnostic>> {
        let problem = |span: Range<usize>, why: &str| {
            Box::new(unreadable::diagnostic(Span::new(span.start as u32, span.end as u32), why))
        };
        let Split { lines, rest } = split(text, marks)?;
        let environments = environments(lines)?;
        let table: Table = rest.parse().map_err(|error: toml::de::Error| {
            let span = error.span().unwrap_or(0..0);
            match text.lines().any(|line| line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>")) {
                true => Box::new(unreadable::merge(text, Span::new(span.start as u32, span.end as u32))),
                false => problem(span, error.message()),
            }
        })?;
        match table.get("version") {
            Some(Value::Integer(VERSION)) => {}
            Some(Value::Integer(other)) => {
                return Err(problem(
                    place(text, "version"),
                    &format!("its version is {other}; this arvc writes {VERSION}"),
                ));
            }
            _ => return Err(problem(0..0, "it does not begin with `version = 1`")),
        }
        // What nobody reads would be kept, and what it was to hold would be chosen anew.
        if let Some(key) = table.keys().find(|key| !matches!(key.as_str(), "version" | "libs")) {
            let place = place_of_key(&rest, key);
            return Err(Box::new(unreadable::unknown(Span::new(place.start as u32, place.end as u32), key)));
        }
        let lock = Self { environments, table };
        for (name, value) in lock.libraries() {
            if hashes(value).is_none() {
                return Err(problem(
                    place(text, &format!("[libs.{name}")),
                    &format!("the table of `{name}` is not whole"),
                ));
            }
        }
        Ok(lock)
    }

    fn libraries(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.table.get("libs").and_then(Value::as_table).into_iter().flatten()
    }

    /// The libraries that it holds.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.libraries().map(|(name, _)| name.as_str())
    }

    /// What it holds of one.
    pub fn get(&self, name: &str) -> Option<Hashes> {
        self.libraries().find(|(known, _)| *known == name).and_then(|(_, value)| hashes(value))
    }

    /// Makes it hold this of a library.
    pub fn set(&mut self, name: &str, hashes: &Hashes) {
        self.table.insert("version".into(), Value::Integer(VERSION));
        let libraries = self.table.entry("libs").or_insert_with(|| Value::Table(Table::new()));
        if !libraries.is_table() {
            *libraries = Value::Table(Table::new());
        }
        let files = hashes.files.iter().map(|(path, hash)| (path.clone(), Value::String(hash.clone())));
        let table = Table::from_iter([
            ("sha256".to_owned(), Value::String(hashes.library.clone())),
            ("files".to_owned(), Value::Table(files.collect())),
        ]);
        if let Value::Table(libraries) = libraries {
            libraries.insert(name.to_owned(), Value::Table(table));
        }
    }

    /// Lets go of a library; whether it held one.
    pub fn remove(&mut self, name: &str) -> bool {
        let Some(Value::Table(libraries)) = self.table.get_mut("libs") else { return false };
        let held = libraries.remove(name).is_some();
        if libraries.is_empty() {
            self.table.remove("libs");
        }
        held
    }

    /// Whether there is nothing to hold on to.
    pub fn is_empty(&self) -> bool {
        self.environments.is_empty() && self.table.keys().all(|key| key == "version")
    }

    /// Its text.
    pub fn text(&self) -> String {
        let mut out = format!("{HEAD}version = {VERSION}\n");
        for (name, environment) in &self.environments {
            out.push('\n');
            form::lines(&mut out, name, environment);
        }
        let mut rest = self.table.clone();
        rest.remove("version");
        if !rest.is_empty() {
            out.push_str(&format!("\n{rest}"));
        }
        out
    }

    /// What it holds, as an environment sees it.
    pub fn held(&self, environment: &str) -> Held {
        let mut others = self.environments.clone();
        Held { own: others.remove(environment).unwrap_or_default(), others }
    }

    /// Makes it hold this of an environment; nothing, if there is nothing to hold.
    pub fn set_environment(&mut self, name: &str, environment: Environment) {
        self.table.insert("version".into(), Value::Integer(VERSION));
        match environment == Environment::default() {
            true => drop(self.environments.remove(name)),
            false => drop(self.environments.insert(name.to_owned(), environment)),
        }
    }
}

/// The hash of what is held of an environment: that of its lines.
pub fn hash(name: &str, environment: &Environment) -> String {
    let mut lines = String::new();
    form::lines(&mut lines, name, environment);
    listing::of(lines.as_bytes())
}

/// The text of a lock, taken apart.
struct Split<'t> {
    /// The lines of environments, with their places.
    lines: Vec<(usize, &'t str)>,
    /// Everything else in its place.
    rest: String,
}

/// Takes the lines of environments out of a lock, and with them the marks of a merge that stand around nothing else.
fn split(text: &str, marks: Marks) -> Result<Split<'_>, Box<Diagnostic>> {
    let mut split = Split { lines: Vec::new(), rest: String::with_capacity(text.len()) };
    // Where the conflict that is read began, and whether this is what both sides changed.
    let (mut conflict, mut base): (Option<usize>, bool) = (None, false);
    let mut version = None;
    let mut at = 0;
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\n', '\r']);
        let mark = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].iter().position(|mark| line.starts_with(mark));
        let blank = |out: &mut String| {
            out.extend(std::iter::repeat_n(' ', line.len()));
            out.push_str(&whole[line.len()..]);
        };
        match mark {
            Some(mark) if marks == Marks::Settled => {
                (conflict, base) = (if mark == 3 { None } else { conflict.or(Some(at)) }, mark == 1);
                blank(&mut split.rest);
            }
            Some(_) => split.rest.push_str(whole),
            None if base => blank(&mut split.rest),
            None if line.starts_with(form::START) => {
                split.lines.push((at, line));
                blank(&mut split.rest);
            }
            // Two branches that each began a lock.
            None if line.starts_with("version") => match version == Some(line) {
                true => blank(&mut split.rest),
                false => {
                    version = Some(line);
                    split.rest.push_str(whole);
                }
            },
            // What is locked of libraries follows from their files: that is for another command.
            None if conflict.is_some() && !line.trim().is_empty() && !line.starts_with('#') => {
                let start = conflict.unwrap_or(at);
                return Err(Box::new(unreadable::merge(text, Span::new(start as u32, start as u32 + 7))));
            }
            None => split.rest.push_str(whole),
        }
        at += whole.len();
    }
    Ok(split)
}

/// What the lines say. Several about one thing, which a merge by union leaves, are joined; two claims are a problem.
fn environments(lines: Vec<(usize, &str)>) -> Result<BTreeMap<String, Environment>, Box<Diagnostic>> {
    let mut found: BTreeMap<Subject, (Said, Span)> = BTreeMap::new();
    for (at, line) in lines {
        let span = Span::new(at as u32, (at + line.len()) as u32);
        let (subject, said) = form::read(line).map_err(|why| Box::new(unreadable::diagnostic(span, &why)))?;
        match found.entry(subject) {
            btree_map::Entry::Vacant(place) => drop(place.insert((said, span))),
            btree_map::Entry::Occupied(mut place) => {
                let (before, first) = place.get().clone();
                let Some(said) = merge::join(before, said) else {
                    return Err(Box::new(two_claims::diagnostic(&place.key().2, first, span)));
                };
                place.insert((said, first));
            }
        }
    }
    let mut environments: BTreeMap<String, Environment> = BTreeMap::new();
    for ((environment, _, name), (said, _)) in found {
        let environment = environments.entry(environment).or_default();
        match said {
            Said::Host(it) => drop(environment.hosts.insert(name, it)),
            Said::Retired(it) => drop(environment.retired.insert(name, it)),
            Said::Renamed(it) => drop(environment.renamed.insert(name, it)),
            Said::Serial(it) => drop(environment.serials.insert(name, it)),
            Said::Certificates(it) => drop(environment.certificates.insert(name, it)),
            Said::Unmanaged(it) => drop(environment.unmanaged.insert(name, it)),
            Said::Datacenter(it) => drop(environment.datacenters.insert(name, it)),
            Said::Network(it) => drop(environment.networks.insert(name, it)),
            Said::Vip(it) => drop(environment.vips.insert(name, it)),
        }
    }
    Ok(environments)
}

/// Where a line begins with something, for a message.
fn place(text: &str, start: &str) -> Range<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with(start) {
            return at..at + line.trim_end().len();
        }
        at += line.len();
    }
    0..0
}

/// The line that says something of a key of the whole table, however it is written, in what is no line of an environment.
fn place_of_key(text: &str, key: &str) -> Range<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = line.len() - line.trim_start().len();
        let after = line[start..].trim_start_matches(['[', ' ', '"', '\'']).strip_prefix(key);
        let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if after.is_some_and(|after| !after.starts_with(goes_on)) {
            return at + start..at + line.trim_end().len();
        }
        at += line.len();
    }
    0..0
}

fn hashes(value: &Value) -> Option<Hashes> {
    let text = |value: &Value| value.as_str().filter(|text| is_hash(text)).map(str::to_owned);
    let library = text(value.get("sha256")?)?;
    let files = value.get("files")?.as_table()?.iter();
    let files = files.map(|(path, hash)| Some((path.clone(), text(hash)?))).collect::<Option<BTreeMap<_, _>>>()?;
    Some(Hashes { library, files })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Lock, Box<Diagnostic>> {
        Lock::parse(text, Marks::Refused)
    }

    fn held(text: &str) -> Hashes {
        listing::hashes(&BTreeMap::from([("default.arv".to_owned(), text.as_bytes().to_vec())]))
    }

    fn lock(names: &[&str]) -> Lock {
        let mut lock = Lock::default();
        for name in names {
            lock.set(name, &held(name));
        }
        lock
    }

    #[test]
    fn a_lock_is_text_with_a_table_a_library_and_a_line_a_key() {
        let hash = held("acme");
        let expected = format!(
            "{HEAD}version = 1\n\n[libs.acme]\nsha256 = \"{}\"\n\n[libs.acme.files]\n\"default.arv\" = \"{}\"\n",
            hash.library, hash.files["default.arv"]
        );
        pretty_assertions::assert_str_eq!(lock(&["acme"]).text(), expected);
        assert_eq!(parse(&expected).unwrap(), lock(&["acme"]));
        let mut again = parse(&expected).unwrap();
        assert!(again.remove("acme") && !again.remove("acme") && again.is_empty());
    }

    #[test]
    fn its_tables_are_sorted_whatever_came_first() {
        assert_eq!(lock(&["b", "a", "c"]).text(), lock(&["c", "b", "a"]).text());
        let names: Vec<String> = lock(&["b", "a"]).names().map(str::to_owned).collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn what_nobody_reads_is_told_at_its_line() {
        let problem = |line: &str| {
            let text = format!("version = 1\n\nenvironments.site.hosts.a = {{ vmid = 1 }}\n{line}\n");
            let diagnostic = parse(&text).unwrap_err();
            let span = diagnostic.span();
            (text[span.start as usize..span.end as usize].to_owned(), format!("{diagnostic:?}"))
        };
        for (line, said) in [
            ("enviroments.site.hosts.shop = { vmid = 2001 }", "did you mean `environments`?"),
            ("[lib.acme]", "did you mean `libs`?"),
            ("environment.site.hosts.shop = { vmid = 2001 }", "did you mean `environments`?"),
            ("\"enviroments\".site.hosts.shop = { vmid = 2001 }", "did you mean `environments`?"),
            ("[allocations.shop]", "this arvc knows no `allocations`"),
            (
                "environments.site.host.shop = { vmid = 2001 }",
                "knows no `host` of an environment: did you mean `hosts`?",
            ),
            ("environments.site.rooms.shop = { vmid = 2001 }", "this arvc knows no `rooms` of an environment\""),
            // Lines of environments are read one by one, so they stand at the beginning of theirs.
            ("  environments.site.hosts.shop = { vmid = 2001 }", "one line a machine"),
            ("[environments.site.hosts]", "one line a machine"),
        ] {
            let (place, all) = problem(line);
            assert_eq!(place, line.trim());
            assert!(all.contains(said), "{line}: {all}");
        }
    }

    /// The lines of `text` with those that `changed` has more than it, which stand in one place.
    fn inserted(base: &str, changed: &str) -> (usize, Vec<String>) {
        let (base, changed): (Vec<_>, Vec<_>) = (base.lines().collect(), changed.lines().collect());
        let same = base.iter().zip(&changed).take_while(|(a, b)| a == b).count();
        let more = changed.len() - base.len();
        assert_eq!(base[same..], changed[same + more..], "one block is inserted");
        (same, changed[same..same + more].iter().map(|line| (*line).to_owned()).collect())
    }

    #[test]
    fn two_branches_that_add_libraries_at_different_places_merge_as_text() {
        let base = lock(&["beta", "delta", "zeta"]).text();
        let (one, other) = (lock(&["beta", "delta", "zeta", "alpha"]), lock(&["beta", "delta", "zeta", "gamma"]));
        let (at_one, lines_one) = inserted(&base, &one.text());
        let (at_other, lines_other) = inserted(&base, &other.text());
        assert!(at_one < at_other);
        let mut merged: Vec<String> = base.lines().map(str::to_owned).collect();
        merged.splice(at_other..at_other, lines_other);
        merged.splice(at_one..at_one, lines_one);
        let all = lock(&["alpha", "beta", "gamma", "delta", "zeta"]);
        assert_eq!(parse(&(merged.join("\n") + "\n")).unwrap(), all);
        assert_eq!(merged.join("\n") + "\n", all.text());
    }

    #[test]
    fn what_is_no_lock_is_said_at_its_place() {
        let problem = |text: &str| {
            let diagnostic = parse(text).unwrap_err();
            (diagnostic.span().start, diagnostic.labels[0].message.clone())
        };
        assert_eq!(problem(""), (0, "it does not begin with `version = 1`".into()));
        assert_eq!(problem("# x\nversion = 2\n").0, 4);
        assert_eq!(problem("version = 1\n[libs.a]\nsha256 = \"x\"\n"), (12, "the table of `a` is not whole".into()));
        let (at, why) = problem("version = 1\n<<<<<<< ours\n[libs.a]\n=======\n>>>>>>> theirs\n");
        assert!(at == 12 && why.contains("merge"), "{at} {why}");
    }

    #[test]
    fn a_lock_that_somebody_cut_or_changed_is_a_lock_or_has_a_problem_inside_of_its_text() {
        let whole = lock(&["acme", "beta"]).text();
        let cut = (0..whole.len()).map(|end| whole[..end].to_owned());
        let changed = (0..whole.len()).flat_map(|at| {
            let whole = &whole;
            ['[', '"', '\n', '=', 'é', '9'].map(|with| format!("{}{with}{}", &whole[..at], &whole[at + 1..]))
        });
        for text in cut.chain(changed) {
            if let Err(problem) = parse(&text) {
                let span = problem.span();
                assert!(span.start <= span.end && span.end as usize <= text.len(), "{span:?}: {text}");
            }
        }
    }
}
