//! Whole runs of `arvc eval` in a world of memory.

use std::ffi::OsString;

use pretty_assertions::assert_eq;

use crate::world::memory::Memory;
use crate::{exit, run};

const SITE: &str = r#"let
  vm = n: { vmid = n; memory = 2GiB; };
  file = secret "kv/a#b";
in {
  name = "s";
  domain = "s.internal";
  groups.web = {};
  hosts.a = vm 1001;
  hosts.b = { vmid = 1002; memory = default 4GiB; groups = [ groups.web ]; tags = [ "x" ]; };
  allow = [ groups.web -> groups.web : [ 80/tcp ] ];
  hosts.b.memory = 1GiB;
}
"#;

fn arvc(args: &[&str]) -> (u8, Memory) {
    let mut world = Memory::new("/lab");
    world.file("site.arv", SITE);
    world.file("staging.arv", "{ extends ./site.arv; domain = \"stage\"; hosts.a = unset; }");
    world.file("lib/vm.arv", "{ n }: { vmid = n; }");
    let args = ["arvc", "eval"].iter().chain(args).map(OsString::from);
    let status = run(args, &mut world);
    (status, world)
}

fn printed(args: &[&str]) -> String {
    let (status, world) = arvc(args);
    assert_eq!((status, world.stderr.as_str()), (exit::GOOD, ""), "{args:?}");
    world.stdout
}

#[test]
fn a_value_is_printed_as_the_language_writes_it() {
    assert_eq!(printed(&["hosts.b.memory"]), "1GiB\n");
    assert_eq!(printed(&["staging.arv", "domain"]), "\"stage\"\n");
    assert_eq!(printed(&["./site.arv", "hosts.b.groups"]), "[ groups.web ]\n");
    assert_eq!(printed(&["--expr", "-1"]), "-1\n");
    assert_eq!(printed(&["--expr", "{ f = vm; s = file; }"]), "{ f = <function>; s = secret \"kv/a#b\"; }\n");
    assert_eq!(printed(&["hosts.b.image"]), "none\n");
    assert_eq!(printed(&["--file", "lib/vm.arv"]), "<function>\n");
    let long = printed(&["hosts.b"]);
    let ends = long.ends_with("  vmid = 1002;\n  witness = false;\n}\n");
    assert!(long.starts_with("{\n  after = [];\n  aliases = [];\n  boot = true;\n") && ends, "{long}");
}

#[test]
fn json_has_a_form_for_every_value() {
    assert_eq!(
        printed(&[
            "--json",
            "--expr",
            "{ a = [ 1 ]; b = true; c = \"a\\n\"; d = 8GiB; e = 10.0.0.0/8; f = 80/tcp; g = 1..2; }"
        ]),
        "{\"a\":[1],\"b\":true,\"c\":\"a\\n\",\"d\":\"8GiB\",\"e\":\"10.0.0.0/8\",\"f\":\"80/tcp\",\"g\":\"1..2\"}\n"
    );
    assert_eq!(printed(&["--json", "hosts.b.groups"]), "[{\"entity\":\"groups.web\"}]\n");
    assert_eq!(printed(&["--json", "hosts.b.kind"]), "\"Vm\"\n");
    assert_eq!(printed(&["--json", "file"]), "{\"secret\":\"kv/a#b\"}\n");
    assert_eq!(printed(&["--json", "hosts.b.image"]), "null\n");
    assert_eq!(
        printed(&["--json", "--expr", "{ f = vm; t = all [ groups.web ]; }"]),
        "{\"f\":{\"function\":true},\"t\":{\"All\":[{\"entity\":\"groups.web\"}]}}\n"
    );
    assert_eq!(
        printed(&["--json", "allow"]),
        "[{\"source\":{\"entity\":\"groups.web\"},\"target\":{\"entity\":\"groups.web\"},\"ports\":[\"80/tcp\"]}]\n"
    );
    assert_eq!(printed(&["--message-format", "json", "domain"]), "{\"version\":1,\"value\":\"s.internal\"}\n");
}

#[test]
fn a_mistake_in_the_question_is_shown_in_it_and_ends_with_status_1() {
    let (status, world) = arvc(&["--message-format", "short", "hosts.b.memroy"]);
    assert_eq!(status, exit::SOURCE);
    assert_eq!(
        (world.stdout.as_str(), world.stderr.as_str()),
        ("", "<expression>:1:9: error[E0202]: Host has no field `memroy`\n")
    );
}

#[test]
fn a_question_that_is_none_is_a_wrong_use() {
    for args in [
        &["--why"][..],
        &["--expr", ""],
        &["--file", "lib/vm.arv", "a", "b"],
        &["a", "b", "c"],
        &["site.arv", "a", "--expr", "b"],
        &["--why", "--expr", "a"],
        &["--why", "1+1"],
    ] {
        assert_eq!(arvc(args).0, exit::USAGE, "{args:?}");
    }
}

#[test]
fn who_says_a_value_is_a_table_with_the_winner_first() {
    assert_eq!(
        printed(&["--why", "hosts.b.memory"]),
        "hosts.b.memory = 1GiB
  wins   site.arv:11:11   memory = 1GiB
  loses  site.arv:9:28    memory = default 4GiB  default; overridden by site.arv:11:11
  loses  <prelude>:162:5  memory : Size = 2GiB   default of Host; overridden by site.arv:11:11
"
        .replace("<prelude>:162:5 ", &format!("{:<15} ", prelude_line("memory : Size")))
    );
    let made = printed(&["--why", "hosts.a.vmid"]);
    assert_eq!(
        made,
        "hosts.a.vmid = 1001
  wins    site.arv:8:9   a = vm 1001  hosts.a
  called  site.arv:8:13  vm 1001      a call of `vm`
  field   site.arv:2:13  vmid = n
  value   site.arv:8:16  1001
"
    );
    let gone = printed(&["staging.arv", "--why", "hosts.a.vmid"]);
    assert!(gone.starts_with("hosts.a.vmid is absent\n  wins   staging.arv:1:47  a = unset "), "{gone}");
}

fn prelude_line(text: &str) -> String {
    let line = arvc_lang::library::PRELUDE.lines().position(|line| line.trim_start().starts_with(text)).unwrap();
    format!("<prelude>:{}:5", line + 1)
}

#[test]
fn programs_get_the_same_as_one_object() {
    let object: serde_json::Value = serde_json::from_str(&printed(&["--why", "hosts.b.memory", "--json"])).unwrap();
    assert_eq!(
        (&object["version"], &object["path"], &object["value"]),
        (&1.into(), &"hosts.b.memory".into(), &"1GiB".into())
    );
    let rows = object["definitions"].as_array().unwrap();
    let outcomes: Vec<_> =
        rows.iter().map(|row| (row["outcome"].as_str().unwrap(), row["layer"].as_str().unwrap())).collect();
    assert_eq!(outcomes, [("wins", "file"), ("loses", "file"), ("loses", "schema")]);
    assert_eq!(
        (&rows[1]["rank"], &rows[1]["line"], &rows[1]["to"]["line"]),
        (&"default".into(), &9.into(), &11.into())
    );
}

#[test]
fn a_type_is_printed_in_the_languages_notation() {
    assert_eq!(printed(&["--type", "hosts.b.memory"]), "Size\n");
    assert_eq!(printed(&["--type", "--expr", "[ 1 ]", "--json"]), "\"List Int\"\n");
    assert_eq!(printed(&["--type", "--message-format", "json", "hosts"]), "{\"version\":1,\"type\":\"Map Host\"}\n");
    assert_eq!(arvc(&["--type"]).0, exit::USAGE);
    assert_eq!(arvc(&["--type", "--expr", "1 + true"]).0, exit::SOURCE);
}

#[test]
fn a_part_is_asked_in_its_site() {
    let mut world = Memory::new("/lab");
    world.file("site.arv", "{ include ./hosts/; name = \"s\"; domain = \"d\"; groups.web = {}; }\n");
    world.file("hosts/a.arv", "{ hosts.a = { vmid = 1; groups = [ groups.web ]; }; }\n");
    world.file("arv.toml", "entry = \"site.arv\"\n");
    let args = ["arvc", "eval", "hosts/a.arv", "hosts.a.groups"];
    assert_eq!(run(args.iter().map(OsString::from), &mut world), exit::GOOD, "{}", world.stderr);
    assert_eq!(world.stdout, "[ groups.web ]\n");
}

const NUMBERED: &str = r#"{
  name = "s"; domain = "s.internal";
  operators.addresses = [ 203.0.113.9 ];
  nodes.pve = { address = 10.0.0.1; forward = [ { port = 80/tcp; to = hosts.shop; } ]; };
  networks.lan = { cidr = 10.0.0.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
  images.debian = { vmid = 9000; };
  ranges.r = { vmids = 1000..1999; addresses = 10..19; };
  hosts.shop = { node = nodes.pve; };
  hosts.wiki = { vmid = 1001; };
  clusters.c.members.x = {};
}
"#;

/// A number that the sources leave out is what a build would give: the lock's, or one that is free.
#[test]
fn the_numbers_of_machines_are_those_of_the_lock() {
    let asked = |lock: Option<&str>, args: &[&str]| {
        let mut world = Memory::new("/lab");
        world.file("site.arv", NUMBERED);
        world.file("parts/c.arv", "{ clusters.c.members.y = {}; }");
        if let Some(lock) = lock {
            world.file("arv.lock", lock);
        }
        let before = world.disk.clone();
        let args = ["arvc", "eval"].iter().chain(args).map(OsString::from);
        assert_eq!(run(args, &mut world), exit::GOOD, "{}", world.stderr);
        assert_eq!(world.disk, before, "nothing is written");
        world.stdout
    };
    let lock =
        "version = 1\nenvironments.site.hosts.shop = { vmid = 1007 }\nenvironments.site.hosts.c-x = { vmid = 1004 }\n";
    let held = |args: &[&str]| asked(Some(lock), args);
    assert_eq!(held(&["hosts.shop.vmid"]), "1007\n");
    assert_eq!(held(&["hosts.shop.vmid", "--json"]), "1007\n");
    assert_eq!(held(&["hosts.wiki.vmid"]), "1001\n");
    assert_eq!(held(&["hosts.shop.image"]), "none\n");
    assert_eq!(held(&["clusters.c.members.x.vmid"]), "1004\n");
    for (path, key) in [("hosts", "shop"), ("clusters.c.members", "x")] {
        let value: serde_json::Value = serde_json::from_str(&held(&[path, "--json"])).unwrap();
        let vmid = if key == "x" { 1004 } else { 1007 };
        assert_eq!(value[key]["vmid"], vmid, "{path}");
    }
    let whole: serde_json::Value = serde_json::from_str(&held(&["--json"])).unwrap();
    assert_eq!(
        (&whole["hosts"]["shop"]["vmid"], &whole["clusters"]["c"]["members"]["x"]["vmid"]),
        (&1007.into(), &1004.into())
    );
    // A machine whose node forwards to it is written once.
    let shop: serde_json::Value = serde_json::from_str(&held(&["hosts.shop", "--json"])).unwrap();
    assert_eq!((&shop["node"]["entity"], &shop["vmid"]), (&"nodes.pve".into(), &1007.into()));
    // Without a lock it is what a build would choose.
    let chosen = asked(None, &["hosts.shop.vmid"]);
    assert!(chosen.trim().parse::<u32>().is_ok_and(|vmid| (1000..=1009).contains(&vmid) && vmid != 1001), "{chosen}");
}
