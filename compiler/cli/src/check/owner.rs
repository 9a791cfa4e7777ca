//! The site that a file is a part of, found from the texts: names that are free in a part mean what its owner says.
//!
//! Looked at are the project's own entry, then the sources in the folders from the file's up to the root; each text is read
//! once. Nothing is evaluated and nothing is reported.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use arvc_lang::references::{How, Reference, references};

use crate::pipeline::Read;

/// More texts than these are not looked at: then nothing is found.
const TEXTS: usize = 20_000;

/// The end of a source's name.
const EXTENSION: &str = ".arv";

/// Which files make another one a part of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Those that include it.
    Including,
    /// Those that import it too.
    Using,
}

/// Looks for owners.
pub(super) struct Search<'a> {
    load: &'a mut dyn Read,
    main: Option<&'a str>,
    wanted: Wanted,
    known: BTreeMap<String, Vec<Reference>>,
}

/// What is reached from a file: how many layers below it, and whether as a part.
type Reached = BTreeMap<String, (usize, bool)>;

impl<'a> Search<'a> {
    /// A search in a project whose own entry is `main`.
    pub(super) fn new(load: &'a mut dyn Read, main: Option<&'a str>, wanted: Wanted) -> Self {
        Self { load, main, wanted, known: BTreeMap::new() }
    }

    /// The site that a file is a part of; none if it is one itself, as far as anybody knows.
    pub(super) fn owner(&mut self, path: &str) -> Option<String> {
        if self.main == Some(path) {
            return None;
        }
        if let Some(main) = self.main
            && self.reached(main).get(path).is_some_and(|(_, part)| *part)
        {
            return Some(main.to_owned());
        }
        let mut owners: Vec<(String, Reached)> = Vec::new();
        for candidate in self.candidates(path) {
            let reached = self.reached(&candidate);
            if reached.get(path).is_some_and(|(_, part)| *part) {
                owners.push((candidate, reached));
            }
        }
        // An owner that is a part itself is not the site; in a circle none is.
        let is_part = |name: &str| {
            owners.iter().any(|(other, reached)| other != name && reached.get(name).is_some_and(|(_, part)| *part))
        };
        let whole: Vec<&(String, Reached)> = owners.iter().filter(|(name, _)| !is_part(name)).collect();
        let nearest = whole.into_iter().min_by_key(|(_, reached)| reached.get(path).map(|(layers, _)| *layers));
        nearest.map(|(name, _)| name.clone())
    }

    /// Sources beside the file and above it, the nearest folder first, in each `site.arv` first.
    fn candidates(&mut self, path: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut below = path;
        loop {
            let folder = below.rsplit_once('/').map_or("", |(folder, _)| folder);
            let mut names = self.load.names(folder).unwrap_or_default();
            names.retain(|name| name.ends_with(EXTENSION));
            names.sort_by_key(|name| (name != "site.arv", name.clone()));
            let join = |name: String| if folder.is_empty() { name } else { format!("{folder}/{name}") };
            found.extend(names.into_iter().map(join).filter(|candidate| candidate != path));
            if folder.is_empty() {
                return found;
            }
            below = folder;
        }
    }

    /// Every file that a file leads to, by the fewest layers.
    fn reached(&mut self, start: &str) -> Reached {
        let mut reached: Reached = BTreeMap::new();
        let mut done = BTreeSet::new();
        let mut waiting = VecDeque::from([(start.to_owned(), 0)]);
        while let Some((path, layers)) = waiting.pop_front() {
            if !done.insert(path.clone()) {
                continue;
            }
            for Reference { how, path: named } in self.references(&path) {
                let part = match how {
                    How::Include => true,
                    How::Import => self.wanted == Wanted::Using,
                    How::Extends => false,
                };
                let layers = layers + usize::from(how == How::Extends);
                for path in self.files(named) {
                    let known = reached.entry(path.clone()).or_insert((layers, part));
                    *known = (known.0.min(layers), known.1 || part);
                    match how {
                        How::Extends => waiting.push_back((path, layers)),
                        _ => waiting.push_front((path, layers)),
                    }
                }
            }
        }
        reached
    }

    /// The files that a reference names.
    fn files(&mut self, path: String) -> Vec<String> {
        let Some(folder) = path.strip_suffix('/') else { return vec![path] };
        let mut names = self.load.names(folder).unwrap_or_default();
        names.retain(|name| name.ends_with(EXTENSION));
        names.into_iter().map(|name| format!("{}{name}", if folder.is_empty() { "" } else { &path })).collect()
    }

    /// What a file names; nothing if it cannot be read.
    pub(super) fn references(&mut self, path: &str) -> Vec<Reference> {
        if let Some(known) = self.known.get(path) {
            return known.clone();
        }
        let found = match self.known.len() < TEXTS {
            true => self.load.text(path).map(|text| references(path, &text)).unwrap_or_default(),
            false => Vec::new(),
        };
        self.known.insert(path.to_owned(), found.clone());
        found
    }

    /// The files that other ones among `paths` include or import.
    pub(super) fn named_among(&mut self, paths: &BTreeSet<String>) -> BTreeSet<String> {
        let mut named = BTreeSet::new();
        for path in paths {
            for reference in self.references(path) {
                let files = self.files(reference.path);
                named.extend(files.into_iter().filter(|file| file != path && paths.contains(file)));
            }
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Problem;

    struct Files(BTreeMap<&'static str, &'static str>);

    impl Read for Files {
        fn text(&mut self, path: &str) -> Result<String, Problem> {
            self.0.get(path).map(|text| (*text).to_owned()).ok_or(Problem::NotFound)
        }

        fn names(&mut self, path: &str) -> Result<Vec<String>, Problem> {
            let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
            let below = self.0.keys().filter_map(|path| path.strip_prefix(prefix.as_str()));
            Ok(below.filter(|name| !name.contains('/')).map(str::to_owned).collect())
        }
    }

    fn owner(main: Option<&str>, path: &str, files: &[(&'static str, &'static str)]) -> Option<String> {
        let mut files = Files(files.iter().copied().collect());
        Search::new(&mut files, main, Wanted::Using).owner(path)
    }

    const SITE: [(&str, &str); 5] = [
        ("site.arv", "{ include ./hosts/; a = import ./lib/a.arv; }"),
        ("staging.arv", "{ extends ./site.arv; include ./extra.arv; }"),
        ("hosts/web.arv", "{ include ./web/tls.arv; }"),
        ("hosts/web/tls.arv", "{ }"),
        ("lib/a.arv", "1"),
    ];

    #[test]
    fn a_part_belongs_to_the_site_that_leads_to_it() {
        for main in [Some("site.arv"), None] {
            for part in ["hosts/web.arv", "hosts/web/tls.arv", "lib/a.arv"] {
                assert_eq!(owner(main, part, &SITE), Some("site.arv".into()), "{part}");
            }
            assert_eq!(owner(main, "extra.arv", &SITE), Some("staging.arv".into()));
        }
    }

    #[test]
    fn a_site_belongs_to_nobody_even_if_another_one_extends_it() {
        for main in [Some("site.arv"), None] {
            assert_eq!(owner(main, "site.arv", &SITE), None);
            assert_eq!(owner(main, "staging.arv", &SITE), None);
            assert_eq!(owner(main, "other.arv", &SITE), None);
        }
    }

    #[test]
    fn an_owner_in_the_next_folder_is_found_through_the_projects_entry_only() {
        let files = [("envs/prod.arv", "{ include ../hosts/; }"), ("hosts/web.arv", "{ }")];
        assert_eq!(owner(Some("envs/prod.arv"), "hosts/web.arv", &files), Some("envs/prod.arv".into()));
        assert_eq!(owner(None, "hosts/web.arv", &files), None);
    }

    #[test]
    fn files_that_include_one_another_in_a_circle_are_looked_at_once() {
        let files =
            [("a.arv", "{ include ./b.arv; }"), ("b.arv", "{ include ./a.arv; include ./c.arv; }"), ("c.arv", "{ }")];
        assert_eq!(owner(None, "c.arv", &files), None);
        assert_eq!(owner(Some("a.arv"), "c.arv", &files), Some("a.arv".into()));
    }
}
