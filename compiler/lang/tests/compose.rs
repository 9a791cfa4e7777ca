//! Files that are one record: sets and entities of a site, random definitions against a model, and what messages show.

mod common;

use std::collections::BTreeMap;

use arvc_lang::{Outcome, evaluate_site, print};
use common::{plain, problems, project, value};

fn site(files: &[(&str, &str)]) -> Outcome {
    let (path, text, mut loader) = project(files);
    evaluate_site(&path, text, &mut loader)
}

/// The value at a path of a site that has no problems.
fn at(outcome: &Outcome, path: &str) -> String {
    assert_eq!(problems(outcome), [""; 0]);
    let data = outcome.data.as_ref().expect("a site");
    let mut id = data.root;
    for name in path.split('.') {
        let name = data.names.lookup(name).expect("a known name");
        id = data.field(id, name).unwrap_or_else(|| panic!("no field in {path}")).value;
        if let arvc_lang::data::Datum::Entity(entity) = data.value(id) {
            id = data.entities[entity.0 as usize].value;
        }
    }
    print(data, id)
}

const BASE: &str = r#"{
  name = "s"; domain = "s.internal";
  groups.a = {}; groups.b = {}; groups.c = {};
  images.old = { vmid = 9000; description = "old"; }; images.new = { vmid = 9001; };
  hosts.web = { vmid = 1; groups = [ groups.a ]; image = images.old; tags = [ "x" ]; };
}"#;

#[test]
fn sets_unite_over_files_and_layers_and_force_replaces_them() {
    let groups = |above: &str, part: &str| {
        let outcome = site(&[("site.arv", above), ("base.arv", BASE), ("part.arv", part)]);
        at(&outcome, "hosts.web.groups")
    };
    let part = "{ hosts.web.groups = [ groups.c ]; }";
    let above = |what: &str| format!("{{ extends ./base.arv; include ./part.arv; {what} }}");
    assert_eq!(groups(&above("hosts.web.groups = [ groups.b ];"), part), "[ groups.a, groups.c, groups.b ]");
    assert_eq!(groups(&above("hosts.web.groups = force [ groups.b ];"), part), "[ groups.b ]");
    assert_eq!(groups(&above("hosts.web.groups = default [ groups.b ];"), part), "[ groups.a, groups.c ]");
    assert_eq!(groups(&above("hosts.web.groups = unset;"), "{ hosts.web.cores = 4; }"), "[]");
}

#[test]
fn a_set_that_one_file_defines_twice_is_a_duplicate() {
    let outcome = site(&[("site.arv", "{ name = \"s\"; domain = \"s\"; allow = []; allow = []; }")]);
    assert!(problems(&outcome)[0].starts_with("E0103 `allow` is defined twice"), "{:?}", problems(&outcome));
}

#[test]
fn sets_unite_and_entities_are_replaced_in_what_a_function_made_too() {
    let base = BASE.replace(
        "hosts.web = {",
        "hosts = mapValues (n: { vmid = n; groups = [ groups.a ]; image = images.old; }) { web = 1; };\n  hosts.other = {",
    );
    let above = "{ extends ./base.arv; hosts.web = { groups = [ groups.b ]; image = images.new; cores = 8; }; }";
    let outcome = site(&[("site.arv", above), ("base.arv", &base)]);
    assert_eq!(at(&outcome, "hosts.web.groups"), "[ groups.a, groups.b ]");
    assert_eq!(at(&outcome, "hosts.web.vmid"), "1");
    assert_eq!(at(&outcome, "hosts.web.image.vmid"), "9001");
}

#[test]
fn an_entity_is_a_leaf_and_keeps_its_path_in_a_layer() {
    let above = "{ extends ./base.arv; hosts.web.image = images.new; groups.a.description = \"more\"; }";
    let outcome = site(&[("site.arv", above), ("base.arv", BASE)]);
    assert_eq!(at(&outcome, "hosts.web.image.vmid"), "9001");
    assert_eq!(at(&outcome, "groups.a.description"), "\"more\"");
    let data = outcome.data.as_ref().expect("a site");
    let paths: Vec<String> = data.entities.iter().map(|entity| data.path(&entity.path)).collect();
    assert_eq!(paths, ["groups.a", "groups.b", "groups.c", "hosts.web", "images.new", "images.old"]);
}

#[test]
fn a_conflict_shows_both_values_and_the_ways_out() {
    let outcome = plain(&[
        ("site.arv", "{\n  include ./a.arv;\n  include ./b.arv;\n}"),
        ("a.arv", "{ hosts.x.id = 1; }"),
        ("b.arv", "{ hosts.x.id = 1 + 1; }"),
    ]);
    assert_eq!(
        problems(&outcome),
        [
            "E0601 `hosts.x.id` is defined in two files | ^ a.arv:1:16 one file says this | ^ b.arv:1:16 and another one this \
          | = neither file overrides the other, and neither value is marked: nothing says which counts | ? delete one of them \
          | ? mark the one that may be overridden as `default` | ? mark the one that must hold as `force`"
        ]
    );
}

#[test]
fn values_that_do_not_agree_show_both_literals() {
    let outcome = plain(&[("site.arv", "let a = { x = 1; };\n  b = { x = 2; };\nin a & b")]);
    assert_eq!(
        problems(&outcome)[0].split(" | = ").next().unwrap_or_default(),
        "E0607 `x` has two values | ^ site.arv:1:15 one side says this | ^ site.arv:2:13 and the other one this"
    );
}

#[test]
fn a_circle_is_shown_as_a_path() {
    let outcome = plain(&[
        ("site.arv", "{ include ./a.arv; }"),
        ("a.arv", "{\n  include ./b.arv; }"),
        ("b.arv", "{ include ./a.arv; }"),
    ]);
    assert_eq!(
        problems(&outcome),
        ["E0603 `a.arv` is a part of itself, through other files | ^ b.arv:1:11 leads back to `a.arv` \
          | - a.arv:2:11 which comes through this | = a.arv:2 → b.arv:1 → a.arv"]
    );
}

#[test]
fn what_is_unset_is_shown_where_it_is_missed() {
    let outcome = plain(&[("site.arv", "{ extends ./b.arv; n = unset; }"), ("b.arv", "{ n = 1; w = n; }")]);
    let found = problems(&outcome);
    assert!(found[0].starts_with("E0102") && found[0].contains("- site.arv:1:24 it is unset here"), "{found:?}");
}

#[test]
fn a_field_that_is_unset_is_shown_where_it_is_asked_for() {
    let hosts = "hosts.pbs = { vmid = 2; }; hosts.web = { vmid = 3; };";
    let made = "hosts = mapValues (vmid: { inherit vmid; }) { pbs = 2; web = 3; };";
    let rest = "name = \"s\"; domain = \"s.internal\"; images.a = { vmid = 9; };";
    for hosts in [hosts, made] {
        let below = format!("{{ {rest} {hosts} allow = [ hosts.pbs -> internet : 80/tcp ]; }}");
        let above = "{ extends ./base.arv;\n  hosts.pbs = unset; }";
        let outcome = site(&[("site.arv", above), ("base.arv", &below)]);
        let found = problems(&outcome);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with("E0208 the record has no field `pbs`"), "{found:?}");
        assert!(found[0].contains("- site.arv:2:15 it is unset here"), "{found:?}");
    }
    // One of that name elsewhere is another one.
    let below = format!("{{ {rest} {hosts} groups.web = {{}}; allow = [ groups.pbs -> internet : 80/tcp ]; }}");
    let outcome = site(&[("site.arv", "{ extends ./base.arv; hosts.pbs = unset; }"), ("base.arv", &below)]);
    assert!(problems(&outcome).iter().all(|problem| !problem.contains("unset")), "{:?}", problems(&outcome));
}

/// The same sequence in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.roll(at + 1));
        }
    }
}

/// Layer, path, mark, and the number that is the value.
type Written = (usize, Vec<String>, &'static str, usize);

/// Fields of the result, by their paths.
type Winners = BTreeMap<Vec<String>, usize>;

/// Definitions of three layers, each leaf with several of different strengths; and which of them count.
fn definitions(dice: &mut Dice) -> (Vec<Written>, Winners) {
    let (mut all, mut winners) = (Vec::new(), Winners::new());
    for leaf in 0..12 {
        let mut path: Vec<String> = (0..dice.roll(3)).map(|_| format!("r{}", dice.roll(2))).collect();
        path.push(format!("x{leaf}"));
        let mut strengths: Vec<(usize, usize)> = (0..9).map(|at| (at / 3, at % 3)).collect();
        dice.shuffle(&mut strengths);
        strengths.truncate(1 + dice.roll(4));
        let best = strengths.iter().copied().max_by_key(|(layer, rank)| (std::cmp::Reverse(*layer), *rank));
        for (layer, rank) in strengths {
            let number = all.len();
            all.push((layer, path.clone(), ["default ", "", "force "][rank], number));
            if Some((layer, rank)) == best {
                winners.insert(path.clone(), number);
            }
        }
    }
    (all, winners)
}

/// What the winners are as one value.
fn written(winners: &Winners) -> String {
    let mut fields: BTreeMap<&str, Winners> = BTreeMap::new();
    for (path, number) in winners {
        fields.entry(&path[0]).or_default().insert(path[1..].to_vec(), *number);
    }
    let field = |(name, inner): (&&str, &Winners)| match inner.get(&Vec::new()) {
        Some(number) => format!("{name} = {number}; "),
        None => format!("{name} = {}; ", written(inner)),
    };
    format!("{{ {}}}", fields.iter().map(field).collect::<String>())
}

/// Each layer as a file and two parts of it, with definitions in any order, as paths or as records.
fn files(dice: &mut Dice, definitions: &[Written]) -> BTreeMap<String, String> {
    let mut texts: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
    for (layer, path, mark, number) in definitions {
        let text = match dice.roll(2) {
            0 => format!("{} = {mark}{number};", path.join(".")),
            _ => {
                let (last, around) = path.split_last().expect("a path has a name");
                let leaf = format!("{last} = {mark}{number};");
                around.iter().rev().fold(leaf, |inner, name| format!("{name} = {{ {inner} }};"))
            }
        };
        texts.entry((*layer, dice.roll(3))).or_default().push(text);
    }
    let mut files = BTreeMap::new();
    for layer in 0..3 {
        for part in 0..3 {
            let mut lines = texts.remove(&(layer, part)).unwrap_or_default();
            if part == 0 {
                lines.extend([format!("include ./p{layer}/1.arv;"), format!("include ./p{layer}/2.arv;")]);
                lines.extend((layer < 2).then(|| format!("extends ./l{}.arv;", layer + 1)));
            }
            dice.shuffle(&mut lines);
            let name = if part == 0 { format!("l{layer}.arv") } else { format!("p{layer}/{part}.arv") };
            files.insert(name, format!("{{\n{}\n}}\n", lines.join("\n")));
        }
    }
    files
}

#[test]
fn the_strongest_definition_counts_wherever_and_in_whatever_order_it_stands() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for round in 0..60 {
        let (definitions, winners) = definitions(&mut dice);
        for _ in 0..3 {
            let files = files(&mut dice, &definitions);
            let mut project: Vec<(&str, &str)> =
                files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
            let entry = project.iter().position(|(path, _)| *path == "l0.arv").expect("there is an entry");
            project.swap(0, entry);
            let outcome = plain(&project);
            assert_eq!(problems(&outcome), [""; 0], "round {round}: {files:#?}");
            assert_eq!(value(&outcome), written(&winners), "round {round}: {files:#?}");
        }
    }
}

#[test]
fn a_long_chain_of_parts_and_layers_costs_no_native_stack() {
    let mut files = BTreeMap::new();
    for at in 0..2_000 {
        let next = if at < 1_999 { format!("include ./i{}.arv;", at + 1) } else { String::new() };
        files.insert(format!("i{at}.arv"), format!("{{ {next} i.n{at} = {at}; }}"));
        let next = if at < 1_999 { format!("extends ./e{}.arv;", at + 1) } else { String::new() };
        files.insert(format!("e{at}.arv"), format!("{{ {next} e = {at}; }}"));
    }
    let mut project: Vec<(&str, &str)> = vec![("site.arv", "{ include ./i0.arv; extends ./e0.arv; }")];
    project.extend(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let outcome = plain(&project);
    assert_eq!(problems(&outcome), [""; 0]);
    assert!(value(&outcome).starts_with("{ e = 0; i = { n0 = 0; n1 = 1; "));
}
