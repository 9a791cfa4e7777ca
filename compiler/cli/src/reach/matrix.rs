//! What is open between all classes, for people and for programs.

use std::fmt::Write;

use arvc_reach::layers::{Matrix, Party, Passing, Way};
use serde_json::{Value, json};

use super::text::Words;

/// A block a source and what is open from it; of what nothing passes to, nothing is said.
pub(super) fn text(words: &Words, matrix: &Matrix) -> String {
    let mut out = String::new();
    for block in &matrix.blocks {
        let sources = &matrix.classes[block.source];
        let targets = || block.targets.iter().flat_map(|target| &matrix.classes[*target]);
        let targets = words.first_of(targets(), targets().count());
        let mut here = here(&block.passing).peekable();
        if here.peek().is_none() {
            continue;
        }
        let _ = writeln!(out, "{} -> {targets}", words.parties(sources));
        for passing in here {
            let unknown = passing.unknown();
            let perhaps = if unknown.is_none() { String::new() } else { format!("; not known: {unknown}") };
            let _ = writeln!(out, "  over {}: {}{perhaps}", passing.way.name(words.site()), passing.lower);
        }
    }
    out
}

/// What passes by a network of the site.
fn here(passing: &[Passing]) -> impl Iterator<Item = &Passing> {
    passing.iter().filter(|passing| passing.way != Way::Elsewhere)
}

/// One line a pair and way.
pub(super) fn csv(words: &Words, matrix: &Matrix) -> String {
    let mut out = String::from("source,target,path,open,unknown\n");
    let quoted = |text: String| match text.contains([',', '"']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    };
    for block in &matrix.blocks {
        let ways: Vec<String> = here(&block.passing).map(|passing| csv_way(words, passing, quoted)).collect();
        for source in &matrix.classes[block.source] {
            let targets = block.targets.iter().flat_map(|target| &matrix.classes[*target]);
            for target in targets.filter(|target| *target != source) {
                let names = format!("{},{}", quoted(words.party(source)), quoted(words.party(target)));
                for way in &ways {
                    let _ = writeln!(out, "{names},{way}");
                }
            }
        }
    }
    out
}

fn csv_way(words: &Words, passing: &Passing, quoted: impl Fn(String) -> String) -> String {
    [passing.way.name(words.site()), passing.lower.to_string(), passing.unknown().to_string()].map(quoted).join(",")
}

/// The classes with their members, and by their numbers what is open from one to others.
pub(super) fn json(words: &Words, matrix: &Matrix) -> String {
    let names = |class: &Vec<Party>| class.iter().map(|party| words.party(party)).collect::<Vec<_>>();
    let blocks = matrix.blocks.iter().filter(|block| here(&block.passing).next().is_some());
    let open = blocks.map(|block| {
        let paths = here(&block.passing).map(|passing| {
            json!({
                "over": passing.way.name(words.site()),
                "open": passing.lower.to_string(),
                "unknown": passing.unknown().to_string(),
            })
        });
        json!({ "from": block.source, "to": block.targets, "paths": paths.collect::<Vec<Value>>() })
    });
    let classes: Vec<_> = matrix.classes.iter().map(names).collect();
    format!("{:#}\n", json!({ "version": 1, "classes": classes, "open": open.collect::<Vec<_>>() }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use arvc_reach::layers::{Cell, Classes, Layers, Party};
    use arvc_reach::policy::policies;
    use arvc_reach::ports::PortSet;
    use arvc_site::model::Site;

    use super::super::everybody;
    use super::*;
    use crate::pipeline;
    use crate::source::Problem;

    fn site(text: String) -> Site {
        pipeline::check("site.arv", text, &mut |_: &str| Err(Problem::NotFound)).site.expect("a site")
    }

    /// What passes between two on all ways together.
    fn bounds(passing: &[Passing]) -> (PortSet, PortSet) {
        let all = |of: fn(&Passing) -> &PortSet| passing.iter().fold(PortSet::none(), |all, one| all.union(of(one)));
        (all(|one| &one.lower), all(|one| &one.upper))
    }

    #[test]
    fn the_matrix_of_a_site_is_what_each_two_are_told_when_they_are_asked_alone() {
        let read = |name| std::fs::read_to_string(arvc_tests::example(name)).expect("the example is there");
        let examples = ["arvandor", "dualstack", "networks", "machines", "tenants"].map(read);
        let large = [arvc_tests::synthetic::site(68), arvc_tests::synthetic::grouped(48, 16)];
        for text in examples.into_iter().chain(large) {
            let site = site(text);
            let policies = policies(&site);
            let (layers, singly) = (Layers::new(&site, &policies), Layers::new(&site, &policies));
            let classes = Classes::new(&layers);
            let parties = everybody(&site, &layers);
            let matrix = layers.matrix(&classes, &parties);
            let mut said: BTreeMap<(&Party, &Party), &[Passing]> = BTreeMap::new();
            for block in &matrix.blocks {
                for target in &block.targets {
                    said.insert((&matrix.classes[block.source][0], &matrix.classes[*target][0]), &block.passing);
                }
            }
            let cells = singly.ask(&classes, &parties, &parties);
            assert!(cells.len() > 20, "{} has many cells", site.name);
            for Cell { sources, targets, paths, lower, upper } in &cells {
                let together = said.get(&(&sources[0], &targets[0])).copied().unwrap_or_default();
                let (from, to) = (sources[0].name(&site), targets[0].name(&site));
                assert_eq!(bounds(together), (lower.clone(), upper.clone()), "{}: {from} -> {to}", site.name);
                let open = paths.iter().filter(|path| !path.upper().is_none());
                for path in open {
                    let alone = Passing { way: path.way, lower: path.lower(), upper: path.upper() };
                    assert!(together.contains(&alone), "{}: {from} -> {to}: {alone:?}", site.name);
                }
            }
        }
    }
}
