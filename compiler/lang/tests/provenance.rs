//! Every value knows the expression that made it, and every record the calls inside which it was made.

mod common;

use arvc_lang::data::{Data, DataId, Datum};
use common::{plain, site};

fn at(data: &Data, path: &str) -> DataId {
    path.split('.').fold(data.root, |at, name| {
        let name = data.names.lookup(name).unwrap_or_else(|| panic!("{name} is a name"));
        data.field(at, name).unwrap_or_else(|| panic!("{path} is there")).value
    })
}

#[test]
fn a_host_made_by_a_helper_shows_the_literal_the_call_and_the_helper() {
    let text = "let mk = n: { vmid = n; memory = 2GiB; }; in {\n  hosts.a = mk 1001;\n  hosts.b = mk 1001;\n}";
    let outcome = plain(&[("site.arv", text)]);
    let (data, sources) = (outcome.data.as_ref().expect("a value"), &outcome.sources);
    for (host, line) in [("hosts.a", 2), ("hosts.b", 3)] {
        let host = at(data, host);
        let vmid = data.field(host, data.names.lookup("vmid").expect("a name")).expect("a field");
        assert_eq!(sources.text(data.span(vmid.value)), "1001");
        assert_eq!(sources.position(data.span(vmid.value)).line, line, "the literal at its own call");
        assert_eq!(sources.position(vmid.key).line, 1, "the helper's definition of the field");
        assert_eq!(sources.text(vmid.key), "vmid");
        let calls: Vec<_> = data.calls_of(host).collect();
        assert_eq!(calls.len(), 1);
        assert_eq!(sources.text(calls[0]), "mk 1001");
        assert_eq!(sources.position(calls[0]).line, line);
    }
}

#[test]
fn calls_inside_calls_are_all_shown_innermost_first() {
    let text = "let inner = n: { vmid = n; }; outer = n: inner (n + 1); in { a = outer 1; }";
    let outcome = plain(&[("site.arv", text)]);
    let data = outcome.data.as_ref().expect("a value");
    let calls: Vec<_> = data.calls_of(at(data, "a")).map(|span| outcome.sources.text(span)).collect();
    assert_eq!(calls, ["inner (n + 1)", "outer 1"]);
    assert_eq!(outcome.sources.text(data.span(at(data, "a.vmid"))), "n + 1", "arithmetic is its own origin");
}

#[test]
fn a_value_keeps_its_origin_through_names_selections_defaults_and_updates() {
    let text = "let r = { a = 1; }; s = r.a; f = { x ? s }: { inherit x; }; in { v = (f {} // { y = 2; }).x; }";
    let outcome = plain(&[("site.arv", text)]);
    let data = outcome.data.as_ref().expect("a value");
    let span = data.span(at(data, "v"));
    assert_eq!((outcome.sources.text(span), outcome.sources.position(span).column), ("1", 15));
}

#[test]
fn a_member_of_a_cluster_leads_back_to_the_users_call() {
    let text = r#"let std = import "std"; in {
  name = "x"; domain = "x.internal";
  clusters.db = std.patroni { members = 3; first = 3000; };
}"#;
    let outcome = site(text);
    assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
    let data = outcome.data.as_ref().expect("a value");
    let db = at(data, "clusters.db");
    assert!(matches!(data.value(db), Datum::Record(_)), "a record at its own path");
    let member = at(data, "clusters.db.members.02");
    let outermost = data.calls_of(member).last().expect("a call");
    assert_eq!(outcome.sources.position(outermost).line, 3);
    let paths: Vec<String> = data.entities.iter().map(|entity| data.path(&entity.path)).collect();
    let expected = ["clusters.db", "clusters.db.members.01", "clusters.db.members.02", "clusters.db.members.03"];
    assert_eq!(paths, [&expected[..], &["clusters.db.rest", "clusters.db.sql"]].concat());
}
