//! A site against the prelude's types.

mod common;

use arvc_lang::data::Datum;
use common::{problems, site, value};
use pretty_assertions::assert_eq;

/// The problems of a site with these definitions.
fn of(definitions: &str) -> Vec<String> {
    problems(&site(&format!("{{ name = \"x\"; domain = \"x.internal\"; groups.web = {{}};\n{definitions} }}")))
}

#[test]
fn an_empty_site_lacks_its_names_and_nothing_else() {
    assert_eq!(
        problems(&site("{}")),
        [
            "E0204 the site has no `domain` and `name` | ^ site.arv:1:1 the fields `domain` and `name` of Site are missing \
          | = `domain` is text, as `\"text\"` | = `name` is text, as `\"text\"`"
        ]
    );
}

#[test]
fn defaults_are_filled_in_and_their_keys_are_the_preludes() {
    let outcome = site("{ name = \"x\"; domain = \"x.internal\"; hosts.a = { vmid = 100; }; }");
    assert_eq!(problems(&outcome), Vec::<String>::new());
    let data = outcome.data.as_ref().expect("a value");
    let text = value(&outcome);
    for part in ["memory = 2GiB;", "kind = Vm;", "groups = [];", "vmid = 100;", "certificate = 8760h;"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let host = data.entities.first().expect("hosts.a").value;
    let memory = data.field(host, data.names.lookup("memory").expect("a name")).expect("a default");
    assert_eq!(outcome.sources.get(outcome.sources.file_of(memory.key)).name, "<prelude>");
}

#[test]
fn an_unknown_field_is_underlined_itself_and_hides_the_missing_one() {
    assert_eq!(
        of("hosts.a = { vmdi = 1; }; networks.n = { cird = 10.0.0.0/24; };"),
        [
            "E0202 Host has no field `vmdi` | ^ site.arv:2:13 did you mean `vmid`?",
            "E0202 Network has no field `cird` | ^ site.arv:2:41 did you mean `cidr`?",
        ]
    );
}

#[test]
fn a_missing_field_is_reported_at_the_record() {
    assert_eq!(
        of("networks.n = { mtu = 1400; };"),
        ["E0204 `networks.n` has no `cidr` | ^ site.arv:2:14 the field `cidr` of Network is missing | = `cidr` is a \
          Prefix, as `10.10.10.0/24`"]
    );
}

#[test]
fn a_value_of_another_kind_is_reported_where_it_is_said() {
    let outcome = site("let size = 4; in { name = \"x\"; domain = \"x\";\n hosts.a.memory = size; }");
    assert_eq!(
        problems(&outcome),
        ["E0201 `hosts.a.memory` is an Int, and not a Size | ^ site.arv:2:19 expected a Size, found an Int | - \
          site.arv:1:12 this is an Int | ? write its unit: `4MiB`"]
    );
}

#[test]
fn every_mistake_of_a_file_is_reported_in_one_run() {
    let codes: Vec<String> = of(r#"
hosts.a = { vmid = "3000"; };
hosts.b = { kind = Contaner; };
hosts.c = { groups = [ {} ]; };
hosts.d = { groups = [ hosts.a ]; };
hosts.e = { cores = 1 / 0; };
hosts.f = 7;
hosts.g = { memory = nope; };
hosts.h = { kind = "Vm"; on.bridge = 5; needs = x: x; };
"#)
    .iter()
    .map(|problem| problem.split(" | ").take(2).collect::<Vec<_>>().join(" "))
    .collect();
    assert_eq!(
        codes,
        [
            "E0201 `hosts.a.vmid` is text, and not an Int ^ site.arv:3:20 expected an Int, found text",
            "E0205 `Contaner` is no Kind ^ site.arv:4:20 did you mean `Container`?",
            "E0206 a record stands where a Group of the site is due ^ site.arv:5:24 expected a Group by its name, found a record",
            "E0206 `hosts.a` is a Host, and not a Group ^ site.arv:6:24 expected a Group, found the Host `hosts.a`",
            "E0504 division by zero ^ site.arv:7:21 divides by 0",
            "E0201 `hosts.f` is an Int, and not a record ^ site.arv:8:11 expected a record, found an Int",
            "E0102 `nope` is not defined ^ site.arv:9:22 not found here",
            "E0201 `hosts.h.kind` is text, and not a Kind (`Vm`, `Container`, `Machine`) ^ site.arv:10:20 expected a Kind (`Vm`, `Container`, `Machine`), found text",
            "E0201 `hosts.h.on.bridge` is an Int, and not a record ^ site.arv:10:38 expected a record, found an Int",
            "E0201 `hosts.h.needs` is a function, and not a list ^ site.arv:10:49 expected a list, found a function",
        ]
    );
}

#[test]
fn four_groups_that_are_written_alike_are_four_and_an_alias_is_the_same() {
    let outcome = site(
        "{ name = \"x\"; domain = \"x.internal\"; groups = { a = {}; b = {}; aa = groups.b; };
           hosts.h = { vmid = 1; groups = [ groups.a, groups.aa, (x: x) groups.b ]; }; }",
    );
    assert_eq!(problems(&outcome), Vec::<String>::new());
    let data = outcome.data.as_ref().expect("a value");
    let paths: Vec<String> = data.entities.iter().map(|entity| data.path(&entity.path)).collect();
    assert_eq!(paths, ["groups.a", "groups.b", "hosts.h"]);
    let host = data.entities[2].value;
    let groups = data.field(host, data.names.lookup("groups").expect("a name")).expect("a field").value;
    let Datum::List(groups) = data.value(groups) else { panic!("a list") };
    let named: Vec<_> = groups.iter().map(|group| arvc_lang::print(data, *group)).collect();
    assert_eq!(named, ["groups.a", "groups.b", "groups.b"]);
}

#[test]
fn the_result_of_an_update_is_no_entity() {
    assert_eq!(
        of("hosts.a = { groups = [ groups.web // {} ]; };"),
        [
            "E0206 a record stands where a Group of the site is due | ^ site.arv:2:24 expected a Group by its name, found a \
          record | ? name one that the site defines, as `groups.web`"
        ]
    );
}

#[test]
fn a_host_may_refer_to_itself() {
    assert_eq!(of("hosts.a = { vmid = 1; needs = [ hosts.a ]; };"), Vec::<String>::new());
}

#[test]
fn a_record_that_was_not_understood_lacks_nothing() {
    let problems = of("networks.n = { ) = 1400; };");
    assert!(problems.iter().all(|problem| !problem.starts_with("E02")), "{problems:?}");
    assert!(!problems.is_empty(), "the parser says what is wrong");
}

#[test]
fn a_site_is_a_record() {
    assert_eq!(
        problems(&site("[ 1 ]")),
        ["E0201 the site is a list, and not a record | ^ site.arv:1:1 expected a record, found a list \
          | ? a record has a name for each: `{ a = …; b = …; }`"]
    );
}

#[test]
fn an_address_that_is_needed_by_itself_is_one_cycle() {
    let problems =
        of("hosts.a = { on.n.address = hosts.b.on.n.address; }; hosts.b = { on.n.address = hosts.a.on.n.address; };");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("E0501 "), "{problems:?}");
}

#[test]
fn entities_are_equal_when_they_are_the_same() {
    let outcome = site(
        "{ name = \"x\"; domain = \"x.internal\"; groups = { a = {}; b = {}; aa = groups.a; };
           hosts.h = { boot = groups.a == groups.b; protect = groups.a == groups.aa; }; }",
    );
    assert_eq!(problems(&outcome), Vec::<String>::new());
    let text = value(&outcome);
    assert!(text.contains("boot = false;") && text.contains("protect = true;"), "{text}");
}

#[test]
fn a_record_that_a_function_made_shows_the_call() {
    let outcome = site("let mk = n: { mtu = n; }; in { name = \"x\"; domain = \"x\";\n networks.n = mk 1400; }");
    let found = problems(&outcome);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("^ site.arv:1:13") && found[0].contains("- site.arv:2:15 made by this call"),
        "{found:?}"
    );
}

#[test]
fn a_wrong_kind_is_reported_where_it_is_said_and_names_what_was_meant() {
    let of = |field: &str| {
        let text = format!(
            "let std = import \"std\"; mk = {{ kind ? Vm, vmid }}: {{ inherit kind vmid; }}; in\n{{ name = \"x\"; domain = \
             \"x.internal\"; groups.storage = {{}};\nhosts.a = {field}; }}"
        );
        problems(&site(&text))
    };
    let cases = [
        "{ groups = groups.storage; }",
        "{ groups = [ \"storage\" ]; }",
        "{ groups = [ storage ]; }",
        "{ services = [ std.dns ]; }",
        "{ services = [ std.dnss {} ]; }",
        "{ memory = \"4G\"; }",
        "{ memory = 4096; }",
        "{ kind = \"machine\"; }",
        "{ kind = machine; }",
        "mk { vmid = hosts.a.vmid + 1; }",
        "{ inherit vmdi; }",
    ];
    let found: Vec<String> = cases.into_iter().flat_map(of).collect();
    assert_eq!(
        found,
        [
            "E0201 `hosts.a.groups` is the Group `groups.storage`, and not a list | ^ site.arv:3:22 expected a list, found the Group `groups.storage` | - site.arv:2:55 this is the Group `groups.storage` | ? a list of one item is written `[ groups.storage ]`",
            "E0201 an item of `hosts.a.groups` is text, and not a Group of the site | ^ site.arv:3:24 expected a Group of the site, found text | ? name it by its path, without quotes: `groups.storage`",
            "E0102 `storage` is not defined | ^ site.arv:3:24 not found here | = the fields of the file's outermost record are names; those of a record inside of it are not | ? write `groups.storage`, or define `storage` with `let` and use it in both places",
            "E0201 an item of `hosts.a.services` is a function, and not a record | ^ site.arv:3:26 expected a record, found a function | ? call it: `std.dns {}`",
            "E0208 the record has no field `dnss` | ^ site.arv:3:30 did you mean `dns`?",
            "E0201 `hosts.a.memory` is text, and not a Size | ^ site.arv:3:22 expected a Size, found text | ? without quotes: `4GiB`",
            "E0201 `hosts.a.memory` is an Int, and not a Size | ^ site.arv:3:22 expected a Size, found an Int | ? write its unit: `4096MiB`",
            "E0201 `hosts.a.kind` is text, and not a Kind (`Vm`, `Container`, `Machine`) | ^ site.arv:3:20 expected a Kind (`Vm`, `Container`, `Machine`), found text | ? without quotes: `Machine`",
            "E0102 `machine` is not defined | ^ site.arv:3:20 did you mean `Machine`?",
            "E0225 `hosts.a.vmid` may be absent | ^ site.arv:3:23 an Int, if it is there at all | ? say what it is otherwise: `hosts.a.vmid or …`",
            "E0102 `vmdi` is not defined | ^ site.arv:3:21 not found here",
        ]
    );
}
