//! Functions as data: a site's value holds them as they are, and whoever reads it applies them, to one argument or to a whole
//! span at once. What is computed at once is what is computed one by one.

mod common;

use std::net::IpAddr;

use arvc_lang::Outcome;
use arvc_lang::data::{Data, DataId, Datum, FunctionId};
use arvc_lang::functions::{Calls, Line, Point};
use common::site;
use proptest::prelude::*;

/// A site with one range, in whose record the rules stand.
fn range(rules: &str) -> Outcome {
    site(&format!(
        "let shared = k: n: k * 1000 + n; std = import \"std\"; in {{ name = \"site\"; domain = \"example.internal\"; \
         networks.lan = {{ cidr = 10.0.0.0/24; bridge = \"vmbr1\"; }}; ranges.r = {{ slots = 1..9; {rules} }}; }}"
    ))
}

/// The function at `ranges.r.…`.
fn function(data: &Data, path: &[&str]) -> FunctionId {
    let range = data.entities.iter().find(|entity| data.path(&entity.path) == "ranges.r").expect("the range");
    let step = |at: DataId, name: &&str| {
        let Datum::Record(fields) = data.value(at) else { panic!("{name}: no record") };
        fields.iter().find(|field| data.names.get(field.name) == *name).expect("the field").value
    };
    match data.value(path.iter().fold(range.value, step)) {
        Datum::Function(id) => *id,
        other => panic!("{other:?} is no function"),
    }
}

/// What a rule gives for some arguments, and the problems of that.
fn apply(rules: &str, path: &[&str], arguments: &[i64]) -> (Vec<Option<Point>>, Vec<String>) {
    let mut outcome = range(rules);
    assert!(outcome.diagnostics.is_empty(), "{:?}", common::problems(&outcome));
    let id = function(outcome.data.as_ref().expect("a value"), path);
    let mut calls = Calls::new(&outcome.sources, &mut outcome.functions);
    let points = arguments.iter().map(|argument| calls.apply(id, *argument)).collect();
    let problems = calls.problems();
    assert!(calls.problems().is_empty(), "they are told once");
    outcome.diagnostics = problems;
    (points, common::problems(&outcome))
}

fn line(rules: &str, path: &[&str], first: i64, last: i64) -> Option<Line> {
    let mut outcome = range(rules);
    let id = function(outcome.data.as_ref().expect("a value"), path);
    let mut calls = Calls::new(&outcome.sources, &mut outcome.functions);
    let line = calls.line(id, first, last);
    assert!(calls.problems().is_empty(), "a trial reports nothing");
    line
}

fn ints(values: &[i64]) -> Vec<Option<Point>> {
    values.iter().map(|value| Some(Point::Int(*value))).collect()
}

#[test]
fn a_function_sees_what_stands_around_it() {
    assert_eq!(apply("vmid = shared 7;", &["vmid"], &[1, 250]), (ints(&[7001, 7250]), vec![]));
    let rule = "vmid = let base = length [ 1, 2, 3 ] * 1000; in n: base + n;";
    assert_eq!(apply(rule, &["vmid"], &[1, 2]), (ints(&[3001, 3002]), vec![]));
    let net = "on.lan.address = networks.lan.cidr.host;";
    let address = |text: &str| Some(Point::Address(text.parse::<IpAddr>().expect("an address")));
    assert_eq!(apply(net, &["on", "lan", "address"], &[1, 254]).0, [address("10.0.0.1"), address("10.0.0.254")]);
    let mac = "on.lan.mac = n: bc:24:11:00:00:00 + n;";
    assert_eq!(apply(mac, &["on", "lan", "mac"], &[256]).0, [Some(Point::Mac([0xbc, 0x24, 0x11, 0, 1, 0]))]);
}

#[test]
fn what_goes_wrong_for_one_argument_is_told_once_and_harms_no_other() {
    let (points, problems) = apply("vmid = n: 1000 + 12 / (n - 3);", &["vmid"], &[2, 3, 3, 4]);
    assert_eq!(points, [ints(&[988]), vec![None, None], ints(&[1012])].concat());
    let [problem] = problems.as_slice() else { panic!("{problems:#?}") };
    assert!(problem.starts_with("E0504 division by zero"), "{problem}");
    assert!(problem.contains("this is `ranges.r.vmid` for 3"), "{problem}");
}

#[test]
fn a_function_that_does_not_end_is_told_and_the_next_one_is_still_computed() {
    let rules = "vmid = let f : Int -> Int = n: f (n + 1); in f; on.lan.mac = n: bc:24:11:00:00:00 + n;";
    let (points, problems) = apply(rules, &["vmid"], &[1, 2]);
    assert_eq!(points, [None, None]);
    assert!(!problems.is_empty() && problems.iter().all(|problem| problem.starts_with("E050")), "{problems:#?}");
    assert!(apply(rules, &["on", "lan", "mac"], &[1]).0[0].is_some());
}

#[test]
fn a_result_of_another_kind_is_wrong_before_anybody_asks() {
    let outcome = range("vmid = n: \"text\";");
    let problems = common::problems(&outcome);
    assert!(problems.len() == 1 && problems[0].starts_with("E0201"), "{problems:#?}");
}

#[test]
fn sums_and_multiples_lie_on_a_line_however_they_are_written() {
    let int = |first, step| Some(Line { first: Point::Int(first), step });
    for (rule, expected) in [
        ("n: 1000 + n", int(1001, 1)),
        ("shared 7", int(7001, 1)),
        ("n: n * 1000 + n", int(1001, 1001)),
        ("n: let twice = n + n; in twice - (n - 4)", int(5, 1)),
        ("n: -n + 2000", int(1999, -1)),
        ("n: 4 * n / 2 * 3", int(6, 6)),
        ("n: n - n + 5000", int(5000, 0)),
        ("n: if n > 0 then 100 + n else 0", int(101, 1)),
        // A rest comes and goes, and so do branches.
        ("n: 1000 + n / 2", None),
        ("n: n * n", None),
        ("n: if n > 4 then 100 + n else 200 + n", None),
        ("n: 1000 + mod n 5", None),
    ] {
        assert_eq!(line(&format!("vmid = {rule};"), &["vmid"], 1, 900_000), expected, "{rule}");
    }
    // Somewhere on the way there is no such number.
    assert_eq!(line("vmid = n: (n * 9000000000000000000) / 9000000000000000000;", &["vmid"], 1, 9), None);
    assert_eq!(line("on.lan.address = n: 255.255.255.250 + n;", &["on", "lan", "address"], 1, 9), None);
}

/// An expression in `n`, for positive and negative arguments.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => Just("n".to_owned()),
        2 => (0..50_i64).prop_map(|number| number.to_string()),
        1 => Just("k".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 2, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            4 => (two.clone(), prop_oneof![Just("+"), Just("-"), Just("*")])
                .prop_map(|((a, b), operator)| format!("({a} {operator} {b})")),
            1 => (inner.clone(), 1..7_i64).prop_map(|(a, by)| format!("({a} / {by})")),
            1 => (inner.clone(), 1..7_i64).prop_map(|(a, by)| format!("(mod ({a}) {by})")),
            1 => inner.clone().prop_map(|a| format!("(-{a})")),
            1 => two.clone().prop_map(|(a, b)| format!("(let m = {a}; in m + {b})")),
            1 => (two, inner, prop_oneof![Just("<"), Just("=="), Just(">=")])
                .prop_map(|((a, b), c, order)| format!("(if {c} {order} 9 then {a} else {b})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(0),
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_computed_at_once_is_what_is_computed_one_by_one(text in expression(), first in -6..6_i64, more in 0..9_i64) {
        let rule = format!("vmid = let k = 3; in n: {text};");
        let arguments: Vec<i64> = (first..=first + more).collect();
        let (points, _) = apply(&rule, &["vmid"], &arguments);
        if let Some(Line { first, step }) = line(&rule, &["vmid"], arguments[0], first + more) {
            let expected: Vec<Option<Point>> = (0..).take(arguments.len()).map(|at| first.plus(step * at)).collect();
            prop_assert_eq!(points, expected, "{}", rule);
        }
    }
}
