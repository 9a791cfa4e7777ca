//! Whole runs of `arvc check` in a world of memory: parts, whose site is found, and folders, which are no site.

use std::ffi::OsString;

use pretty_assertions::assert_eq;

use crate::world::memory::Memory;
use crate::{exit, run};

fn arvc(world: &mut Memory, line: &str) -> u8 {
    world.stdout.clear();
    world.stderr.clear();
    run(format!("arvc {line}").split_whitespace().map(OsString::from), world)
}

/// The smallest example in several files, with a function of its own in `lib/`.
fn site() -> Memory {
    let mut world = Memory::new("/site");
    let text = include_str!("../../../../examples/small/site.arv");
    let host = "  hosts.db = { vmid = 3000; groups = [ groups.infrastructure ]; services = [ services.db ]; };\n";
    assert!(text.contains(host));
    let text = text.replace(host, "  include ./hosts/;\n");
    let text = text.replace("vmid = 4001;", "vmid = (import ./lib/ids.arv).app;");
    world.file("site.arv", text);
    world.file("hosts/db.arv", format!("{{ {} }}", host.trim()));
    world.file("lib/ids.arv", "{ app = 4001; next = n: n + 1; }\n");
    world
}

#[test]
fn a_part_is_checked_with_the_site_that_it_belongs_to() {
    let mut world = site();
    assert_eq!(arvc(&mut world, "check hosts/db.arv"), exit::GOOD, "{}", world.stderr);
    assert!(world.stdout.starts_with("hosts/db.arv, a part of site.arv, is good: 3 machines"), "{}", world.stdout);
    assert_eq!(arvc(&mut world, "check lib/ids.arv"), exit::GOOD, "{}", world.stderr);
    assert!(world.stdout.starts_with("lib/ids.arv, a part of site.arv, is good"), "{}", world.stdout);
    world.cwd = "/site/hosts".into();
    world.file("/site/arv.toml", "");
    assert_eq!(arvc(&mut world, "--check db.arv"), exit::GOOD, "{}", world.stderr);
    assert!(world.stdout.starts_with("../hosts/db.arv, a part of ../site.arv,"), "{}", world.stdout);
}

#[test]
fn without_settings_a_site_above_is_found_if_the_file_is_a_part_of_it() {
    let mut world = site();
    world.cwd = "/site/hosts".into();
    assert_eq!(arvc(&mut world, "check db.arv"), exit::GOOD, "{}", world.stderr);
    assert!(world.stdout.starts_with("../hosts/db.arv, a part of ../site.arv,"), "{}", world.stdout);
    world.stdin = b"{ hosts.db.vmdi = 1; }".to_vec();
    assert_eq!(arvc(&mut world, "--check --stdin-path db.arv --message-format short"), exit::SOURCE);
    assert!(world.stderr.contains("../hosts/db.arv:1:"), "{}", world.stderr);
    world.file("/site/other/db.arv", "{ a = b; }");
    assert_eq!(arvc(&mut world, "check ../other/db.arv --message-format short"), exit::SOURCE);
    assert!(world.stderr.contains("/site/other/db.arv:1:7: error[E0102]"), "{}", world.stderr);
}

#[test]
fn every_problem_of_the_site_is_shown_and_people_are_told_which_site_it_is() {
    let mut world = site();
    world.file("arv.toml", "");
    world.file(
        "hosts/db.arv",
        "{ hosts.db = { vmid = 3000; groups = [ groups.infra ]; services = [ services.db ]; }; }",
    );
    world.file("lib/ids.arv", "{ app = 400; }");
    assert_eq!(arvc(&mut world, "check hosts/db.arv"), exit::SOURCE);
    assert!(world.stderr.contains("hosts/db.arv:1:") && world.stderr.contains("lib/ids.arv:1:"), "{}", world.stderr);
    assert!(world.stderr.ends_with("note: hosts/db.arv was checked as a part of site.arv\n"), "{}", world.stderr);
    arvc(&mut world, "check hosts/db.arv --message-format short");
    assert!(!world.stderr.contains("note"), "{}", world.stderr);
}

#[test]
fn an_editors_text_of_a_part_is_checked_without_naming_the_site() {
    let mut world = site();
    world.file("arv.toml", "");
    let good = world.text("hosts/db.arv").unwrap();
    world.stdin = good.replace("services.db ]", "services.bd ]").into_bytes();
    assert_eq!(arvc(&mut world, "--check --stdin-path hosts/db.arv --message-format short"), exit::SOURCE);
    assert!(world.stderr.starts_with("hosts/db.arv:1:"), "{}", world.stderr);
    world.stdin = good.into_bytes();
    assert_eq!(arvc(&mut world, "--check --stdin-path hosts/db.arv"), exit::GOOD, "{}", world.stderr);
    // A file that is not there yet is a part as soon as its folder is included.
    world.stdin = b"{ hosts.new = { vmid = 3001; grops = []; }; }".to_vec();
    assert_eq!(arvc(&mut world, "--check --stdin-path hosts/new.arv --message-format short"), exit::SOURCE);
    assert!(world.stderr.starts_with("hosts/new.arv:1:30: error"), "{}", world.stderr);
}

#[test]
fn an_environment_is_a_site_of_its_own_and_its_part_belongs_to_it() {
    let mut world = site();
    world.file("arv.toml", "");
    world.file("staging.arv", "{ extends ./site.arv; include ./staging/db.arv; }");
    world.file("staging/db.arv", "{ hosts.db.memory = force 1GiB; }");
    assert_eq!(arvc(&mut world, "check staging.arv"), exit::GOOD, "{}", world.stderr);
    assert!(world.stdout.starts_with("staging.arv is good"), "{}", world.stdout);
    assert_eq!(arvc(&mut world, "check staging/db.arv"), exit::GOOD, "{}", world.stderr);
    assert!(world.stdout.starts_with("staging/db.arv, a part of staging.arv,"), "{}", world.stdout);
    assert_eq!(arvc(&mut world, "check hosts/db.arv"), exit::GOOD, "{}", world.stderr);
    assert!(world.stdout.starts_with("hosts/db.arv, a part of site.arv,"), "{}", world.stdout);
}

#[test]
fn a_part_is_not_built_and_the_message_names_the_site() {
    let mut world = site();
    world.file("arv.toml", "");
    assert_eq!(arvc(&mut world, "build hosts/db.arv"), exit::SOURCE);
    assert!(
        world.stderr.ends_with("note: hosts/db.arv is a part of site.arv, which is the site\n"),
        "{}",
        world.stderr
    );
    assert_eq!(world.text("hosts/out/manifest.json"), None);
}

#[test]
fn a_folder_of_sources_is_checked_without_a_site() {
    let mut world = Memory::new("/acme");
    world.file("default.arv", "{ web = import ./web.arv; half = n: n / 2; }");
    world.file("web.arv", "{ name, port ? 80/tcp }: { name = name; http.ports = [ port ]; }");
    world.file("more/parts.arv", "{ include ./parts/; n = 1; }");
    world.file("more/parts/a.arv", "{ a = n; }");
    assert_eq!(arvc(&mut world, "check ."), exit::GOOD, "{}", world.stderr);
    assert_eq!(world.stdout, ". is good: 4 files\n");
    world.file("web.arv", "{ name }: { name = nam; x = 1 }");
    world.file("more/alone.arv", "n: [ 1 / 0, m ]");
    world.file("more/parts/a.arv", "{ a = n / 0; }");
    world.file("more/bytes.arv", b"\xff");
    assert_eq!(arvc(&mut world, "check /acme --message-format short"), exit::SOURCE);
    let found: Vec<&str> = world.stderr.lines().map(|line| line.split_once("]:").unwrap().0).collect();
    assert_eq!(
        found,
        [
            "web.arv:1:20: error[E0102",
            "web.arv:1:30: error[E0003",
            "more/alone.arv:1:13: error[E0102",
            "more/bytes.arv:1:1: error[E0701",
            "more/parts/a.arv:1:7: error[E0504",
        ],
        "{}",
        world.stderr
    );
}

#[test]
fn an_editors_text_of_a_source_in_a_folder_is_checked_in_its_place() {
    let mut world = Memory::new("/acme");
    world.file("lib/default.arv", "{ web = import ./web.arv; }");
    world.file("lib/web.arv", "n: m");
    world.stdin = b"n: n".to_vec();
    assert_eq!(arvc(&mut world, "check lib --stdin-path lib/web.arv"), exit::GOOD, "{}", world.stderr);
    world.stdin = b"n: x".to_vec();
    assert_eq!(arvc(&mut world, "check lib --stdin-path lib/new.arv --message-format short"), exit::SOURCE);
    assert_eq!(world.stderr.lines().count(), 2, "{}", world.stderr);
    assert!(world.stderr.contains("lib/new.arv:1:4: error[E0102]"), "{}", world.stderr);
    world.file("lib/web.arv", "n: n");
    assert_eq!(arvc(&mut world, "check lib --stdin-path new.arv"), exit::USAGE);
    assert!(world.stderr.contains("no source in lib") || world.stderr.contains("not a file of"), "{}", world.stderr);
}

#[test]
fn a_folder_that_a_site_includes_is_checked_with_the_site() {
    let mut world = site();
    world.file("arv.toml", "");
    world.file("hosts/db.arv", "{ hosts.db = { vmid = 300; groups = [ groups.infrastructure ]; }; }");
    assert_eq!(arvc(&mut world, "check hosts"), exit::SOURCE);
    assert!(world.stderr.contains("hosts/db.arv:1:") && !world.stderr.contains("E0101"), "{}", world.stderr);
    assert!(world.stderr.ends_with("note: hosts/db.arv was checked as a part of site.arv\n"), "{}", world.stderr);
    world.file("hosts/none.arv", "{ }");
    arvc(&mut world, "check hosts");
    assert!(world.stderr.ends_with("note: 2 of these files were checked as parts of site.arv\n"), "{}", world.stderr);
    assert_eq!(arvc(&mut world, "check lib"), exit::GOOD, "{}", world.stderr);
    assert_eq!(world.stdout, "lib is good: 1 file\n");
}

/// A part and a folder are held against the lock of the site that they belong to, and change nothing of it.
#[test]
fn what_belongs_to_a_site_is_checked_with_its_lock() {
    for settings in [Some(""), None] {
        let mut world = site();
        if let Some(text) = settings {
            world.file("arv.toml", text);
        }
        world.file("arv.lock", "version = 1\nenvironments.site.hosts.db = { vmid = 3005 }\n");
        let before = world.disk.clone();
        for line in ["check site.arv", "check hosts/db.arv", "check hosts"] {
            assert_eq!(arvc(&mut world, &format!("{line} --message-format short")), exit::SOURCE);
            assert!(
                world.stderr.contains("hosts/db.arv:1:") && world.stderr.contains("error[E0902]"),
                "{}",
                world.stderr
            );
        }
        world.cwd = "/site/hosts".into();
        assert_eq!(arvc(&mut world, "check db.arv --message-format short"), exit::SOURCE);
        assert!(world.stderr.contains("error[E0902]"), "{}", world.stderr);
        assert_eq!(world.disk, before);
    }
}

#[test]
fn a_folder_of_a_site_and_one_without_sources_are_wrong_uses() {
    let mut world = site();
    assert_eq!(arvc(&mut world, "check ."), exit::USAGE);
    assert!(world.stderr.contains("site.arv"), "{}", world.stderr);
    world.file("doc/readme.md", "");
    assert_eq!(arvc(&mut world, "check doc"), exit::USAGE);
    assert!(world.stderr.contains("has no *.arv"), "{}", world.stderr);
}

#[test]
fn the_help_for_two_ways_out_keeps_a_guest_on_its_networks() {
    let mut world = site();
    let db = "{ hosts.db = { vmid = 3000; groups = [ groups.infrastructure ]; services = [ services.db ]; WHERE }; }\n";
    let networks = "{ networks.dmz = { cidr = 10.0.20.0/24; bridge = \"vmbr2\"; gateway = 10.0.20.1; }; }\n";
    world.file("hosts/networks.arv", networks);
    world.file("hosts/db.arv", db.replace(" WHERE", ""));
    assert_eq!(arvc(&mut world, "check site.arv"), exit::SOURCE);
    let written = "on = { bridge = {}; dmz.default_route = false; overlay = {}; };";
    let told = world.stderr.lines().find(|line| line.contains("hosts.db") && line.contains("E0808"));
    assert!(told.is_some() && world.stderr.contains(written), "{}", world.stderr);
    world.file("hosts/db.arv", db.replace("WHERE", written));
    arvc(&mut world, "check site.arv");
    assert!(!world.stderr.contains("E0808]: `hosts.db`"), "{}", world.stderr);
    arvc(&mut world, "eval --json hosts.db.on");
    assert!(world.stdout.contains("overlay"), "{}", world.stdout);
}

/// What is there after the only fix that is offered.
fn fixed(world: &mut Memory) -> String {
    assert_eq!(arvc(world, "check site.arv --message-format json"), exit::SOURCE);
    let lines = world.stderr.clone() + &world.stdout;
    let problems = lines.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let fixes = problems.flat_map(|problem| problem["fixes"].as_array().cloned().unwrap_or_default());
    let fixes: Vec<serde_json::Value> = fixes.collect();
    let [fix] = fixes.as_slice() else { panic!("one fix: {lines}") };
    let edit = &fix["edits"][0];
    let at = |key: &str| edit[key].as_u64().expect("a place") as usize;
    let mut text = world.text("site.arv").expect("the site");
    text.replace_range(at("byte_start")..at("byte_end"), edit["text"].as_str().expect("a text"));
    text
}

#[test]
fn the_narrowest_allow_is_a_fix_wherever_the_list_stands() {
    let need =
        "  hosts.extra = { range = ranges.all; on = { bridge = {}; overlay = {}; }; needs = [ services.db.sql ]; };";
    for allow in [
        "",
        "  allow = [];",
        "  allow = [ ];",
        "  allow = [ hosts.app -> hosts.app : 80/tcp ];",
        "  allow = [ # a comment\n    hosts.app -> hosts.db : 80/tcp,\n  ];",
        "  allow = [\n    hosts.app -> hosts.db : 80/tcp,\n    hosts.app -> hosts.db : 81/tcp,\n  ];",
    ] {
        let mut world = Memory::new("/site");
        world.file("site.arv", SITE.replace("# more", &format!("{need}\n{allow}")));
        let text = fixed(&mut world);
        world.file("site.arv", &text);
        assert_eq!(arvc(&mut world, "check site.arv"), exit::GOOD, "{text}\n{}", world.stderr);
    }
}

/// A site that does not allow anything yet.
const SITE: &str = r#"{
  name = "home";
  domain = "home.internal";
  operators.addresses = [ 203.0.113.9 ];
  nodes.pve = { address = 192.168.100.1; };
  networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
  networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
  ranges.all = { vmids = 100..199; addresses = 100..199; };
  images.debian = { vmid = 900; };
  services.db = { name = "db"; sql = { ports = [ 5432/tcp ]; }; };
  hosts.db = { vmid = 100; lighthouse = true; services = [ services.db ]; };
  hosts.app = { vmid = 101; };
# more
}
"#;
