//! Questions to a site: what an expression gives in the scope of its record, and who says what a path is.

mod common;

use arvc_lang::ir::Rank;
use arvc_lang::print;
use arvc_lang::query::{Explanation, Layer, Outcome, evaluate_expression, explain_path, type_of};
use common::project;

const SITE: &str = r#"let
  std = import "std";
  vm = { n, mem ? 2GiB }: { vmid = n; memory = mem; } // { cores = 4; };
  big = 8GiB;
  broken = 1 / 0;
in {
  name = "s";
  domain = "s.internal";
  groups.web = {};
  nodes.pve = { address = 10.0.0.1; };
  hosts.a = vm { n = 1001; };
  hosts.b = vm { n = 1002; mem = big; };
  hosts.c = { vmid = 1003; memory = default 4GiB; groups = [ groups.web ]; };
}
"#;

/// The value, or the codes of what it depends on.
fn ask(files: &[(&str, &str)], expression: &str, site: bool) -> String {
    let (path, text, mut loader) = project(files);
    let answer = evaluate_expression(&path, text, Some(expression), &mut loader, site);
    match (&answer.data, answer.absent, answer.diagnostics.is_empty()) {
        (_, true, true) => "none".to_owned(),
        (Some(data), _, true) => print(data, data.root),
        _ => answer.diagnostics.iter().map(|problem| problem.code.id).collect::<Vec<_>>().join(" "),
    }
}

fn of_site(expression: &str) -> String {
    ask(&[("site.arv", SITE)], expression, true)
}

#[test]
fn an_expression_sees_the_record_and_its_let_as_a_further_field_would() {
    assert_eq!(of_site("map (h: h.vmid) (values hosts)"), "[ 1001, 1002, 1003 ]");
    assert_eq!(of_site("{ a = big; b = domain; }"), "{ a = 8GiB; b = \"s.internal\"; }");
    assert_eq!(of_site("hosts.c.groups"), "[ groups.web ]");
    assert_eq!(of_site("hosts.c.groups == [ groups.web ]"), "true");
    assert_eq!(of_site("let x = 1; in x + 1"), "2");
    assert_eq!(of_site("{ a = vm; b = map; c = x: x; }"), "{ a = <function>; b = <function>; c = <function>; }");
    assert_eq!(of_site("secret \"kv/a#b\""), "secret \"kv/a#b\"");
}

#[test]
fn a_path_has_what_the_schema_gives_when_nobody_says() {
    assert_eq!(of_site("hosts.c.cores"), "2");
    assert_eq!(of_site("hosts.c.image"), "none");
    let node = of_site("nodes.pve");
    assert!(node.starts_with("{ address = 10.0.0.1; ") && node.contains("; forward = []; "), "{node}");
    assert_eq!(of_site("hosts.c.memroy"), "E0202");
    assert_eq!(of_site("never"), "[]");
}

#[test]
fn only_what_the_answer_needs_can_fail_it() {
    assert_eq!(of_site("broken"), "E0504");
    assert_eq!(of_site("broken + 1"), "E0504");
    assert_eq!(of_site("nobody"), "E0102");
    assert_eq!(of_site("1 +"), "E0002");
    let (path, text, mut loader) = project(&[("site.arv", &SITE.replace("groups.web = {}", "groups = 1 / 0"))]);
    let answer = evaluate_expression(&path, text, Some("hosts.a.vmid"), &mut loader, true);
    assert_eq!((answer.diagnostics.len(), answer.others), (0, 1));
    assert_eq!(answer.data.map(|data| print(&data, data.root)), Some("1001".to_owned()));
}

#[test]
fn a_file_that_is_missing_may_say_anything() {
    assert_eq!(ask(&[("a.arv", "{ include ./gone.arv; x = 1; }")], "x", false), "E0105");
    assert_eq!(ask(&[("a.arv", "{ x = 1; y = import ./gone.arv; }")], "x", false), "1");
}

#[test]
fn a_conflict_about_a_path_is_an_error_of_its_value() {
    let files = [("a.arv", "{ include ./b.arv; x = 1; y = 1; }"), ("b.arv", "{ x = 2; }")];
    assert_eq!(ask(&files, "x", false), "E0601");
    assert_eq!(ask(&files, "y", false), "1");
}

#[test]
fn any_file_can_be_asked_and_a_function_has_no_names_of_its_own() {
    assert_eq!(ask(&[("a.arv", "let x = 2; in [ x ]")], "x + 1", false), "3");
    assert_eq!(ask(&[("a.arv", "{ n }: { m = n; }")], "m", false), "E0120");
    assert_eq!(
        ask(&[("a.arv", "{ b = import ./b.arv; }"), ("b.arv", "{ n }: { m = n; }")], "(b { n = 3; }).m", false),
        "3"
    );
    let (path, text, mut loader) = project(&[("a.arv", "{ n }: n")]);
    let answer = evaluate_expression(&path, text, None, &mut loader, false);
    assert_eq!(answer.data.map(|data| print(&data, data.root)), Some("<function>".to_owned()));
    assert!(answer.diagnostics.is_empty());
}

#[test]
fn a_path_in_a_file_of_parts_is_asked_in_the_scope_of_the_entry() {
    let files =
        [("a.arv", "let k = 1; in { extends ./b.arv; n = k; }"), ("b.arv", "let l = 2; in { n = 5; m = n + l; }")];
    assert_eq!(ask(&files, "[ m, n, k ]", false), "[ 3, 1, 1 ]");
    assert_eq!(ask(&files, "l", false), "E0102");
}

fn why(files: &[(&str, &str)], path: &str) -> Explanation {
    let (entry, text, mut loader) = project(files);
    explain_path(&entry, text, path, &mut loader, true)
}

/// Each definition: its place, what became of it, its mark if it has one, its layer if it is not the file's.
fn rows(explanation: &Explanation) -> Vec<String> {
    let place = |span| {
        let at = explanation.sources.position(span);
        let file = &explanation.sources.get(explanation.sources.file_of(span)).name;
        format!("{file}:{}:{}", at.line, at.column)
    };
    let row = |definition: &arvc_lang::query::Definition| {
        let outcome = match definition.outcome {
            Outcome::Wins => "wins".to_owned(),
            Outcome::Joins => "joins".to_owned(),
            Outcome::Unites => "unites".to_owned(),
            Outcome::Loses(None) => "loses".to_owned(),
            Outcome::Loses(Some(to)) => format!("loses to {}", place(to)),
            Outcome::Conflicts(with) => format!("conflicts with {}", place(with)),
        };
        let layer = match &definition.layer {
            Layer::File => String::new(),
            Layer::Extended(file) => format!(", extended {file}"),
            Layer::Value => ", value".to_owned(),
            Layer::Schema(owner) => return format!("{owner} {outcome}"),
        };
        let rank = match definition.rank {
            Rank::Plain => "",
            Rank::Default => ", default",
            Rank::Force => ", force",
        };
        format!("{} {}: {outcome}{rank}{layer}", place(definition.key), definition.path)
    };
    explanation.definitions.iter().map(row).collect()
}

#[test]
fn every_layer_and_rank_is_told_with_the_winner_first() {
    let files = [
        ("staging.arv", "{ extends ./site.arv; include ./more.arv; hosts.c.memory = force 1GiB; }"),
        ("site.arv", SITE),
        ("more.arv", "{ hosts.c.memory = 3GiB; }"),
    ];
    let explanation = why(&files, "hosts.c.memory");
    assert_eq!(explanation.data.as_ref().map(|data| print(data, data.root)), Some("1GiB".to_owned()));
    assert_eq!(
        rows(&explanation),
        [
            "staging.arv:1:51 hosts.c.memory: wins, force",
            "more.arv:1:11 hosts.c.memory: loses to staging.arv:1:51",
            "site.arv:13:28 hosts.c.memory: loses to staging.arv:1:51, default, extended site.arv",
            "Host loses to staging.arv:1:51",
        ]
    );
    assert_eq!((explanation.field, explanation.origin), (None, None));
}

#[test]
fn a_value_that_a_function_made_is_told_with_its_field_its_literal_and_the_calls() {
    let explanation = why(&[("site.arv", SITE)], "hosts.b.memory");
    let text = |span| explanation.sources.text(span);
    assert_eq!(rows(&explanation)[0], "site.arv:12:9 hosts.b: wins");
    assert_eq!(explanation.field.map(|span| explanation.sources.position(span).line), Some(3));
    assert_eq!(explanation.origin.map(text), Some("8GiB"));
    let calls: Vec<_> = explanation.calls.iter().map(|(span, name)| (text(*span), name.as_str())).collect();
    assert_eq!(calls, [("vm { n = 1002; mem = big; }", "`vm`")]);
}

#[test]
fn a_field_of_joined_records_is_told_by_the_one_that_wins_and_those_that_lose() {
    let files =
        [("staging.arv", "{ extends ./site.arv; hosts.a.cores = 1; hosts.a.disk = 1GiB; }"), ("site.arv", SITE)];
    assert_eq!(
        rows(&why(&files, "hosts.a.cores")),
        [
            "staging.arv:1:31 hosts.a.cores: wins",
            "site.arv:11:9 hosts.a: joins, extended site.arv",
            "site.arv:3:60 hosts.a.cores: loses to staging.arv:1:31, value",
            "Host loses to staging.arv:1:31",
        ]
    );
    let site = SITE.replace("hosts.c = {", "hosts.a.cores = 8;\n  hosts.c = {");
    let explanation = why(&[("site.arv", &site)], "hosts.a.cores");
    assert!(explanation.failed);
    let first: Vec<String> = rows(&explanation).into_iter().take(3).collect();
    assert_eq!(
        first,
        [
            "site.arv:13:11 hosts.a.cores: conflicts with site.arv:3:60",
            "site.arv:11:9 hosts.a: joins",
            "site.arv:3:60 hosts.a.cores: conflicts with site.arv:13:11, value",
        ]
    );
}

#[test]
fn what_is_unset_forced_away_or_united_is_told() {
    let above = |what: &str| format!("{{ extends ./site.arv; {what} }}");
    let told = |what: &str, path: &str| {
        let explanation = why(&[("above.arv", &above(what)), ("site.arv", SITE)], path);
        (explanation.absent, rows(&explanation))
    };
    let (absent, rows) = told("hosts.c = unset;", "hosts.c");
    assert!(absent);
    assert_eq!(rows[0], "above.arv:1:29 hosts.c: wins");
    assert!(rows[1..].iter().all(|row| row.contains(": loses to above.arv:1:29")), "{rows:?}");
    let (_, rows) = told("groups = force { db = {}; };", "groups.web");
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows[0].contains("groups.web: loses to above.arv:1:23"), "{rows:?}");
    let (_, rows) = told("groups.db = {}; hosts.c.groups = [ groups.db ];", "hosts.c.groups");
    assert!(rows[0].contains("unites") && rows[1].contains("unites") && rows[2] == "Host loses", "{rows:?}");
}

#[test]
fn what_only_the_schema_says_is_told_as_such() {
    assert_eq!(rows(&why(&[("site.arv", SITE)], "hosts.c.cores")), ["Host wins"]);
    let explanation = why(&[("site.arv", SITE)], "hosts.c.image");
    assert!(explanation.absent && explanation.definitions.is_empty());
    assert_eq!(why(&[("site.arv", SITE)], "1 + 1").path, None);
}

#[test]
fn the_parts_of_a_record_are_told_one_level_deep_and_a_large_site_takes_no_square_of_time() {
    let hosts: String = (0..20_000).map(|n| format!("  hosts.h{n} = {{ vmid = {n}; on = {{}}; }};\n")).collect();
    let site = format!("{{ name = \"s\"; domain = \"s\";\n{hosts}}}\n");
    let above = "{ extends ./site.arv; hosts.h7.vmid = 1; hosts.h8 = unset; }";
    let explanation = why(&[("above.arv", above), ("site.arv", &site)], "hosts");
    let told = rows(&explanation);
    assert_eq!(told.len(), 20_000 + 2);
    assert!(
        told.iter().all(|row| row.split(": ").next().unwrap().split('.').count() <= 4),
        "only the hosts themselves"
    );
    assert!(told.contains(&"above.arv:1:48 hosts.h8: wins".to_owned()));
}

#[test]
fn a_hostile_question_is_answered_on_a_small_stack() {
    let deep = |open: &str, close: &str| open.repeat(100_000) + "1" + &close.repeat(100_000);
    let questions = [
        deep("(", ")"),
        deep("[", "]"),
        "a".to_owned() + &".b".repeat(100_000),
        "let f = x: f (x + 1); in f 0".to_owned(),
        "let l = fold (a: b: [ a ]) 1 (range 1 100000); in l".to_owned(),
        "import ./site.arv".to_owned(),
        "\"".to_owned(),
        "}".to_owned(),
        "# nothing".to_owned(),
    ];
    for question in questions {
        let thread = std::thread::Builder::new().stack_size(2 << 20);
        let run = thread.spawn(move || {
            ask(&[("site.arv", SITE)], &question, true);
            why(&[("site.arv", SITE)], &question);
        });
        run.expect("a thread can be started").join().expect("no question panics");
    }
}

#[test]
fn a_type_is_told_without_evaluating() {
    let told = |expression: &str| {
        let (path, text, mut loader) = project(&[("site.arv", SITE)]);
        let typed = type_of(&path, text, expression, &mut loader, true);
        match typed.diagnostics.first() {
            Some(problem) => problem.code.id.to_owned(),
            None => typed.ty.unwrap_or_default(),
        }
    };
    assert_eq!(told("hosts.c.memory"), "Size");
    assert_eq!(told("map (h: h.name) [ { name = \"a\"; } ]"), "List String");
    assert_eq!(told("broken"), "Int");
    assert_eq!(told("(vm { n = 1; }).memory"), "Size");
    assert_eq!(told("never"), "Set Flow");
    assert_eq!(told("description"), "String?");
    assert_eq!(told("1 + \"a\""), "E0209");
    assert_eq!(told("nobody"), "E0102");
}
