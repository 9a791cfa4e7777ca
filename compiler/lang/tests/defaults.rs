//! What the schema says of a site is there for its expressions, whether the site says it or not.

mod common;

use arvc_lang::data::{DataId, Datum};
use arvc_lang::{Outcome, evaluate_site, print};
use common::{problems, project, site};
use pretty_assertions::assert_eq;

/// A site in which `probe` is asked for, at a place where the schema takes anything.
fn with(definitions: &str, probe: &str) -> String {
    format!(
        "{{ name = \"x\"; domain = \"x.internal\"; groups.web = {{}};\n{definitions}\nservices.probe = {{ name = \"p\"; \
         peers = [ {probe} ]; }}; }}"
    )
}

/// What `probe` gives.
fn asked(outcome: &Outcome) -> String {
    assert_eq!(problems(outcome), Vec::<String>::new());
    let data = outcome.data.as_ref().expect("a value");
    let field =
        |of: DataId, name: &str| data.field(of, data.names.lookup(name).expect("a name")).expect("a field").value;
    let peers = field(field(field(data.root, "services"), "probe"), "peers");
    match &data.node(peers).value {
        Datum::List(items) => items.first().map_or_else(|| "nothing".to_owned(), |item| print(data, *item)),
        other => panic!("peers is {other:?}"),
    }
}

fn ask(definitions: &str, probe: &str) -> String {
    asked(&site(&with(definitions, probe)))
}

const HOSTS: &str = "hosts.a = { cores = 4; }; hosts.b = { memory = 8GiB; groups = [ groups.web ]; };";

#[test]
fn a_field_that_the_site_leaves_out_is_what_the_schema_says() {
    assert_eq!(ask(HOSTS, "[ hosts.a.memory, hosts.b.memory, hosts.a.cores, hosts.b.cores ]"), "[ 2GiB, 8GiB, 4, 2 ]");
    assert_eq!(ask(HOSTS, "[ hosts.a.kind, hosts.a.on, hosts.a.groups ]"), "[ Vm, {}, [] ]");
}

#[test]
fn a_default_is_seen_through_names_functions_and_lists() {
    let probes = [
        ("let h = hosts.a; in h.memory", "2GiB"),
        ("let f = h: h.memory; in f hosts.a", "2GiB"),
        ("let f = { memory, ... }: memory; in f hosts.a", "2GiB"),
        ("let f = { memory ? 1GiB, ... }: memory; in f hosts.a", "2GiB"),
        ("let f = { disk, ... }@h: h.disk; in f hosts.a", "16GiB"),
        ("let f : Host -> Size = h: h.memory; in [ f hosts.a, f { cores = 1; } ]", "[ 2GiB, 2GiB ]"),
        ("let f = { h : Host }: h.memory; in [ f { h = hosts.a; }, f { h = {}; } ]", "[ 2GiB, 2GiB ]"),
        ("let h : Host = { cores = 4; }; in [ h.memory, h.disk ]", "[ 2GiB, 16GiB ]"),
        ("let hs : List Host = [ {}, { memory = 1GiB; } ]; in map (h: h.memory) hs", "[ 2GiB, 1GiB ]"),
        ("let f : Int -> Host = n: { cores = n; }; in (f 3).memory", "2GiB"),
        ("let all = [ hosts.a, hosts.b ]; in map (h: h.memory) all", "[ 2GiB, 8GiB ]"),
        ("map (h: h.memory) (values hosts)", "[ 2GiB, 8GiB ]"),
        ("fold (sum: h: sum + h.memory) 0MiB (filter (h: h.cores == 2) (values hosts))", "8GiB"),
        ("mapValues (h: h.cores) hosts", "{ a = 4; b = 2; }"),
        ("(head (values hosts)).memory", "2GiB"),
        ("let k = \"memory\"; in hosts.a.${k}", "2GiB"),
        ("let inherit (hosts.a) memory; in memory", "2GiB"),
        ("(if true then hosts.a else hosts.b).memory", "2GiB"),
    ];
    for (probe, value) in probes {
        assert_eq!(ask(HOSTS, probe), value, "{probe}");
    }
}

#[test]
fn defaults_are_there_at_every_depth() {
    let definitions = "networks.lan = { cidr = 10.0.0.0/24; }; hosts.a.on.lan = {}; nodes.pve = { address = 10.0.0.1; uplink = { \
                       address = 192.0.2.1; }; }; services.web = { name = \"web\"; http = { ports = [ 80/tcp ]; }; }; \
                       clusters.db = { members.\"01\" = { vmid = 100; }; services = [ { name = \"db\"; } ]; }; nebula = {};";
    let probes = [
        ("networks.lan.reserved", "[]"),
        ("clusters.db.members.\"01\".cores", "2"),
        ("map (m: m.memory) (values clusters.db.members)", "[ 2GiB ]"),
        ("(head clusters.db.services).listen", "[]"),
        ("map (s: s.needs) clusters.db.services", "[ [] ]"),
        ("nodes.pve.uplink.bridge", "\"vmbr0\""),
        ("nodes.pve.forward", "[]"),
        ("nebula.version", "\"1.9.3\""),
        ("services.web.http.description or \"none\"", "\"none\""),
        ("hosts.a.on.lan.address or 10.0.0.9", "10.0.0.9"),
    ];
    for (probe, value) in probes {
        assert_eq!(ask(definitions, probe), value, "{probe}");
    }
}

#[test]
fn a_definition_that_is_a_name_or_a_call_has_the_defaults_of_its_place() {
    let definitions = "hosts = let mk = n: { vmid = n; }; in { a = mk 100; b = mk 101 // { cores = 8; }; };";
    assert_eq!(ask(definitions, "[ hosts.a.cores, hosts.b.cores, hosts.b.memory ]"), "[ 2, 8, 2GiB ]");
    let definitions = "hosts.a = { cores = 4; }; hosts.c = hosts.a;";
    assert_eq!(ask(definitions, "[ hosts.c.memory, hosts.c == hosts.a ]"), "[ 2GiB, true ]");
}

#[test]
fn how_a_record_is_seen_does_not_depend_on_who_looked_first() {
    for (probe, value) in [("[ f hosts.a, f k ]", "[ 2GiB, 1GiB ]"), ("[ f k, f hosts.a ]", "[ 1GiB, 2GiB ]")] {
        let site = site(&format!(
            "let f = {{ memory ? 1GiB, ... }}: memory; k = {{ cores = 4; }}; in {}",
            with("hosts.a = k;", probe)
        ));
        assert_eq!(asked(&site), value);
    }
}

#[test]
fn an_absent_optional_is_absent_for_expressions_too() {
    assert_eq!(ask(HOSTS, "hosts.a.vmid or 7"), "7");
    assert_eq!(ask(HOSTS, "[ hosts.a ? vmid, hosts.a ? memory, hosts.b ? memory ]"), "[ false, true, true ]");
    assert_eq!(ask(HOSTS, "{ x = hosts.a.vmid; y = 1; }"), "{ y = 1; }");
    assert_eq!(ask(HOSTS, "let f = { vmid ? 5, ... }: vmid; in f hosts.a"), "5");
    assert_eq!(ask("hosts.a = {}; hosts.b.range = hosts.a.range;", "1"), "1");
    let outcome = site(&with(HOSTS, "hosts.a.vmid + 1"));
    assert_eq!(
        problems(&outcome),
        [
            "E0225 `hosts.a.vmid` may be absent | ^ site.arv:3:42 an Int, if it is there at all | ? say what it is otherwise: \
          `hosts.a.vmid or …`"
        ]
    );
}

#[test]
fn a_field_that_is_given_an_absent_optional_has_its_default() {
    let definitions = "hosts = let mk = { mem? }: { memory = mem; }; in { a = mk {}; b = mk { mem = 4GiB; }; };";
    assert_eq!(ask(definitions, "[ hosts.a.memory, hosts.b.memory, hosts.a.memory or 1GiB ]"), "[ 2GiB, 4GiB, 2GiB ]");
    assert_eq!(ask(definitions, "map (h: h.memory) (values hosts)"), "[ 2GiB, 4GiB ]");
    assert_eq!(ask(definitions, "let f = { memory, ... }: memory; in f hosts.a"), "2GiB");
}

#[test]
fn what_is_written_is_what_is_listed_joined_and_compared() {
    assert_eq!(ask(HOSTS, "names hosts.a"), "[ \"cores\" ]");
    assert_eq!(ask(HOSTS, "values hosts.a"), "[ 4 ]");
    assert_eq!(ask(HOSTS, "hosts.a // { disk = 8GiB; }"), "{ cores = 4; disk = 8GiB; }");
    assert_eq!(ask(HOSTS, "{ memory = 1GiB; } // hosts.a"), "{ cores = 4; memory = 1GiB; }");
    assert_eq!(
        ask(HOSTS, "[ hosts.a == { cores = 4; }, hosts.a == { cores = 4; memory = 2GiB; } ]"),
        "[ true, false ]"
    );
    assert_eq!(ask(HOSTS, "(hosts.a // { disk = 8GiB; }).memory"), "2GiB");
    assert_eq!(ask(HOSTS, "({ memory = 1GiB; } // hosts.a).disk"), "16GiB");
}

#[test]
fn an_environment_that_says_more_is_seen_by_what_is_below() {
    let base = "{ name = \"x\"; domain = \"x\"; hosts.a = { cores = 4; }; hosts.b.memory = hosts.a.memory * 2; \
                hosts.c.cores = hosts.a.cores; hosts.d = { disk = 1GiB; }; }";
    let with = |above: &str| {
        let (path, text, mut loader) = project(&[("site.arv", above), ("base.arv", base)]);
        let outcome = evaluate_site(&path, text, &mut loader);
        let data = outcome.data.as_ref().expect("a value");
        let field = |of: DataId, name: &str| data.field(of, data.names.lookup(name)?).map(|field| field.value);
        let at = |host: &str, name: &str| {
            let host = field(field(data.root, "hosts")?, host)?;
            Some(print(data, field(host, name)?))
        };
        let found = [at("b", "memory"), at("c", "cores"), at("d", "disk")].map(Option::unwrap_or_default);
        (problems(&outcome), found)
    };
    let text = |text: &[&str; 3]| text.map(str::to_owned);
    assert_eq!(with("{ extends ./base.arv; }"), (vec![], text(&["4GiB", "4", "1GiB"])));
    assert_eq!(with("{ extends ./base.arv; hosts.a.memory = 1GiB; }"), (vec![], text(&["2GiB", "4", "1GiB"])));
    assert_eq!(with("{ extends ./base.arv; hosts.a.cores = unset; }"), (vec![], text(&["4GiB", "2", "1GiB"])));
    assert_eq!(
        with("{ extends ./base.arv; hosts.a = force { disk = 1GiB; }; }"),
        (vec![], text(&["4GiB", "2", "1GiB"]))
    );
    assert_eq!(with("{ extends ./base.arv; hosts.d.disk = hosts.a.disk; }"), (vec![], text(&["4GiB", "4", "16GiB"])));
}

#[test]
fn a_misspelt_field_is_one_mistake_with_the_nearest_name_of_the_type() {
    let of = |probe: &str| problems(&site(&with(HOSTS, probe)));
    assert_eq!(of("hosts.a.memroy"), ["E0208 a Host has no field `memroy` | ^ site.arv:3:50 did you mean `memory`?"]);
    assert_eq!(of("hosts.a.memroy or 1GiB").len(), 1, "what the type does not have cannot be there sometimes");
    assert_eq!(of("hosts.a ? memroy").len(), 1);
    assert_eq!(of("map (h: h.memroy) (values hosts)").len(), 1, "for all records that are asked there");
    assert_eq!(of("hosts.aa.memory"), ["E0208 the record has no field `aa` | ^ site.arv:3:48 did you mean `a`?"]);
}

#[test]
fn a_field_that_must_be_written_is_reported_once() {
    let definitions = "networks.n = { mtu = 1400; };";
    let expected =
        ["E0204 `networks.n` has no `cidr` | ^ site.arv:2:14 the field `cidr` of Network is missing | = `cidr` is \
                     a Prefix, as `10.10.10.0/24`"];
    assert_eq!(problems(&site(&with(definitions, "networks.n.cidr"))), expected);
    assert_eq!(problems(&site(&with(definitions, "(x: x.cidr) networks.n"))), expected);
}

#[test]
fn nothing_is_said_of_a_record_that_was_not_understood() {
    let outcome = site(
        "{ name = \"x\"; domain = \"x\"; hosts.a = { cores = 4; memory 8GiB; }; hosts.b.memory = hosts.a.memory; }",
    );
    assert_eq!(outcome.diagnostics.len(), 1, "{:?}", problems(&outcome));
}
