//! Whole runs of `arvc diff` in a world of memory, which has no git.

use std::ffi::OsString;

use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::world::memory::Memory;
use crate::{exit, run};

mod parties;

const SITE: &str = r#"{
  name = "home";
  domain = "home.internal";
  operators.addresses = [ 203.0.113.9 ];
  nodes.pve = { address = 192.168.100.1; };
  networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
  networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
  ranges.guests = { vmids = 100..199; addresses = 100..199; };
  images.debian = { vmid = 900; };
  groups = { web = {}; games = {}; };
  services.db = { name = "db"; sql = { ports = [ 5432/tcp ]; }; };
  hosts.db = { vmid = 100; lighthouse = true; services = [ services.db ]; };
  hosts.web-1 = { vmid = 101; groups = [ groups.web ]; };
  hosts.web-2 = { vmid = 102; groups = [ groups.web ]; };
  hosts.chess = { vmid = 103; groups = [ groups.games ]; };
  allow = [
    groups.web -> services.db : services.db.sql,
    groups.web -> groups.games : 80/tcp,
  ];
}
"#;

/// The same with another flow, another machine, more memory, and another VMID.
fn changed() -> String {
    SITE.replace("80/tcp,", "81/tcp,\n    groups.games -> services.db : 5432/tcp,")
        .replace(
            "hosts.chess = { vmid = 103;",
            "hosts.web-3 = { vmid = 105; groups = [ groups.web ]; };\n  hosts.chess = { vmid = 104;",
        )
        .replace("hosts.db = { vmid = 100;", "hosts.db = { vmid = 100; memory = 8GiB;")
}

fn arvc(world: &mut Memory, args: &[&str]) -> u8 {
    world.stdout.clear();
    world.stderr.clear();
    run(["arvc"].iter().chain(args).map(OsString::from), world)
}

/// A world with a site, and its tree in `out/`.
fn built() -> Memory {
    let mut world = Memory::new("/lab");
    world.file("site.arv", SITE);
    assert_eq!(arvc(&mut world, &["build"]), exit::GOOD, "{}", world.stderr);
    world
}

#[test]
fn a_site_that_is_built_changes_nothing() {
    let mut world = built();
    assert_eq!(arvc(&mut world, &["diff", "--exit-code"]), exit::GOOD);
    assert_eq!((world.stdout.as_str(), world.stderr.as_str()), ("out/ -> site.arv\n\nnothing changes\n", ""));
}

/// A machine that nothing is like, which asks a resolver beyond the site, and a prefix for mail.
const MAIL: &str = "uplink_resolvers = [ 9.9.9.9 ];
  groups = { web = {}; games = {}; post = {}; };
  hosts.mail = { vmid = 106; groups = [ groups.post ]; };
  allow = [
    hosts.mail -> 192.0.2.0/24 : 25/tcp,";

#[test]
fn what_is_open_to_some_addresses_is_not_told_as_the_internet() {
    let before = SITE.replace("allow = [", "uplink_resolvers = [ 9.9.9.9 ];\n  allow = [");
    let after = SITE.replace("  groups = { web = {}; games = {}; };\n", "").replace("allow = [", MAIL);
    let mut world = Memory::new("/lab");
    world.file("site.arv", &before);
    assert_eq!(arvc(&mut world, &["build"]), exit::GOOD, "{}", world.stderr);
    world.file("site.arv", after);
    // The tree against the site, read back from files.
    assert_eq!(arvc(&mut world, &["diff"]), exit::GOOD, "{}", world.stderr);
    let lines = |world: &Memory| -> Vec<String> {
        let mail = world.stdout.lines().filter(|line| line.contains("mail -> ") && line.contains("/tcp"));
        mail.map(|line| line.trim().to_owned()).collect()
    };
    let read = lines(&world);
    assert!(read.iter().any(|line| line.starts_with("+ mail -> 9.9.9.9 : 53/tcp, 53/udp over bridge")), "{read:#?}");
    assert!(read.iter().any(|line| line.starts_with("+ mail -> others in 192.0.2.0/24 : 25/tcp over")), "{read:#?}");
    let internet = || read.iter().filter(|line| line.contains("internet"));
    assert!(
        internet().count() > 0 && internet().all(|line| !line.contains("53/") && !line.contains(" 25/")),
        "{read:#?}"
    );
    // Two sites, by their proofs.
    let mut world = Memory::new("/lab");
    world.file("old.arv", before);
    world.file("new.arv", SITE.replace("  groups = { web = {}; games = {}; };\n", "").replace("allow = [", MAIL));
    assert_eq!(arvc(&mut world, &["diff", "old.arv", "new.arv"]), exit::GOOD, "{}", world.stderr);
    let proved = lines(&world);
    assert!(proved.contains(&"+ mail -> 9.9.9.9 : 53/tcp, 53/udp over networks.bridge".to_owned()), "{proved:#?}");
    assert!(proved.contains(&"+ mail -> 192.0.2.0/24 : 25/tcp over networks.bridge".to_owned()), "{proved:#?}");
    let internet = || proved.iter().filter(|line| line.contains("internet"));
    assert!(
        internet().count() > 0 && internet().all(|line| !line.contains("53/") && !line.contains(" 25/")),
        "{proved:#?}"
    );
}

#[test]
fn two_sites_are_compared_by_what_is_proved_of_them() {
    let mut world = Memory::new("/lab");
    world.file("old.arv", SITE);
    world.file("new.arv", changed());
    assert_eq!(arvc(&mut world, &["diff", "old.arv", "new.arv"]), exit::GOOD, "{}", world.stderr);
    let (connections, rest) = world.stdout.split_once("\nMachines\n").expect("machines");
    assert_eq!(
        connections,
        "\
old.arv -> new.arv

Connections
  + chess -> db : 5432/tcp over networks.overlay  (Nebula out, Nebula in, packet filter)
  + groups.web -> chess : 81/tcp over networks.overlay  (Nebula out, Nebula in, packet filter)
  - groups.web -> chess : 80/tcp over networks.overlay  (Nebula out, Nebula in, packet filter)

Connections of what is new
  web-3 reaches, and is reached, as groups.web
"
    );
    let (machines, rest) = rest.split_once("\nFiles: ").expect("files");
    assert_eq!(
        machines,
        "  \
  replaced  chess: vm_id 103 -> 104 (forces replacement); initialization.ip_config.ipv4.address \"192.168.100.103/24\" -> \"192.168.100.104/24\"
  rebooted  db: memory.dedicated 2048 -> 8192
  created   web-3
  other     resources: 3 added, 3 changed, 0 removed

Certificates
  to sign   chess, web-3
  to block  chess: 10.10.10.103/24, games
"
    );
    assert!(rest.contains("\n  + nebula/web-3.yml\n"), "{rest}");
}

#[test]
fn a_tree_is_compared_by_what_is_read_back_from_it() {
    let mut world = built();
    world.file("site.arv", changed());
    assert_eq!(arvc(&mut world, &["diff"]), exit::SOURCE, "a VMID that is held must not change");
    world.file("site.arv", changed().replace("vmid = 104", "vmid = 103"));
    assert_eq!(arvc(&mut world, &["diff", "--exit-code"]), exit::CHANGED, "{}", world.stderr);
    let (connections, rest) = world.stdout.split_once("\nMachines\n").expect("machines");
    assert_eq!(
        connections,
        "\
out/ -> site.arv

Connections
  + chess -> db : 5432/tcp over overlay  (Nebula, packet filter)
  + groups.web -> chess : 81/tcp over overlay  (Nebula, packet filter)
  - groups.web -> chess : 80/tcp over overlay  (Nebula, packet filter)

Connections of what is new
  web-3 reaches, and is reached, as groups.web
"
    );
    assert!(rest.contains("\narv.lock\n  new: web-3 with VMID 105"), "{rest}");
    // Nothing was written.
    assert!(world.text("out/nebula/web-3.yml").is_none());
}

#[test]
fn json_says_the_same() {
    let mut world = built();
    world.file("site.arv", changed().replace("vmid = 104", "vmid = 103"));
    assert_eq!(arvc(&mut world, &["diff", "--json", "--exit-code"]), exit::CHANGED);
    let found: Value = serde_json::from_str(&world.stdout).expect("JSON");
    assert_eq!((&found["version"], &found["changed"]), (&1.into(), &true.into()));
    let rows = found["connections"]["changed"].as_array().expect("rows");
    let words = |row: &Value| format!("{} {} {}", row["turn"], row["from"]["names"], row["packets"]);
    assert_eq!(
        rows.iter().map(words).collect::<Vec<_>>(),
        [
            r#""opened" ["chess"] "5432/tcp""#,
            r#""opened" ["web-1","web-2"] "81/tcp""#,
            r#""closed" ["web-1","web-2"] "80/tcp""#
        ]
    );
    assert_eq!(found["machines"]["changed"][0]["attributes"][0]["effect"], "rebooted");
    assert_eq!(found["machines"]["created"], serde_json::json!(["web-3"]));
    assert_eq!(found["certificates"]["sign"], serde_json::json!(["web-3"]));
    assert!(found["files"]["added"].as_array().is_some_and(|files| files.contains(&"nebula/web-3.yml".into())));
}

#[test]
fn text_has_the_lines_of_every_file() {
    let mut world = built();
    world.file("site.arv", SITE.replace("80/tcp", "81/tcp"));
    assert_eq!(arvc(&mut world, &["diff", "--text"]), exit::GOOD);
    let lines: Vec<&str> = world.stdout.lines().collect();
    let at = lines.iter().position(|line| *line == "--- a/nebula/chess.yml").expect("the file");
    assert_eq!(lines[at + 1], "+++ b/nebula/chess.yml");
    assert!(
        lines[at..].contains(&"-      port: \"80\"") && lines[at..].contains(&"+      port: \"81\""),
        "{}",
        world.stdout
    );
}

#[test]
fn what_is_not_there_yet_is_new() {
    let mut world = Memory::new("/lab");
    world.file("site.arv", SITE);
    assert_eq!(arvc(&mut world, &["diff"]), exit::GOOD, "{}", world.stderr);
    assert!(world.stdout.starts_with("out/ -> site.arv\nnote: out/ is not there yet: everything is new\n"));
    assert!(world.stdout.contains("\n  created   chess, db, web-1, web-2\n"), "{}", world.stdout);
}

#[test]
fn files_that_somebody_edited_or_removed_are_told() {
    let mut world = built();
    let text = world.text("out/nebula/web-1.yml").expect("a file");
    world.file("out/nebula/web-1.yml", text + "# mine\n");
    world.disk.remove(std::path::Path::new("/lab/out/nebula/web-2.yml"));
    world.file("out/terraform/terraform.tfstate", "{}");
    assert_eq!(arvc(&mut world, &["diff", "--exit-code"]), exit::CHANGED);
    assert!(world.stdout.contains("note: out/nebula/web-1.yml: edited since arvc wrote it\n"), "{}", world.stdout);
    assert!(world.stdout.contains("note: out/nebula/web-2.yml: gone since arvc wrote it\n"), "{}", world.stdout);
    assert!(world.stdout.contains("Files: 1 added, 1 changed, 0 removed\n"), "{}", world.stdout);
    assert!(!world.stdout.contains("tfstate"), "what others wrote is nobody's difference");
}

#[test]
fn the_tree_of_another_site_is_told() {
    let mut world = built();
    world.disk.remove(std::path::Path::new("/lab/site.arv"));
    world.disk.remove(std::path::Path::new("/lab/arv.lock"));
    world.file("other.arv", SITE);
    assert_eq!(arvc(&mut world, &["diff", "--site", "other.arv"]), exit::GOOD);
    assert!(world.stdout.contains("note: out/ holds the tree of another site, site.arv: a build would refuse\n"));
}

#[test]
fn a_foreign_tree_is_compared_as_far_as_it_is_understood() {
    let mut world = built();
    world.file("/old/main.tf", "resource \"x\" {\n");
    world.file("/old/10-x.fw", "[RULES]\n");
    assert_eq!(arvc(&mut world, &["diff", "/old", "out"]), exit::GOOD, "{}", world.stderr);
    assert!(world.stdout.starts_with("/old/ -> out/\nnote: /old/ has no manifest"), "{}", world.stdout);
    assert!(world.stdout.contains("  not read  main.tf: line "), "{}", world.stdout);
}

#[test]
fn a_machine_with_another_name_is_no_other_machine() {
    let mut world = built();
    world.file("site.arv", SITE.replace("hosts.chess = {", "hosts.go = { renamed_from = \"chess\";"));
    assert_eq!(arvc(&mut world, &["diff"]), exit::GOOD, "{}", world.stderr);
    assert!(!world.stdout.contains("Connections"), "{}", world.stdout);
    assert!(world.stdout.contains("\n  renamed   chess -> go\n"), "{}", world.stdout);
    assert!(world.stdout.contains("\n  to block  chess (of go): 10.10.10.103/24, games\n"), "{}", world.stdout);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let mut world = built();
    let mut says = |args: &[&str], status: u8, words: &str| {
        assert_eq!(arvc(&mut world, args), status, "{args:?}: {}", world.stderr);
        assert!(world.stderr.contains(words), "{args:?}: {}", world.stderr);
        assert_eq!(world.stdout, "", "{args:?}");
    };
    says(&["diff", "main"], exit::OUTSIDE, "cannot run git, which knows what main was");
    says(&["diff", "site.txt", "out"], exit::OUTSIDE, "cannot run git");
    says(&["diff", "out/manifest.json"], exit::USAGE, "out/manifest.json is a file");
    says(&["diff", "--", "-p"], exit::USAGE, "-p is no revision");
    says(&["diff", "nothing.arv"], exit::OUTSIDE, "cannot read nothing.arv");
    says(&["diff", "a", "b", "c"], exit::USAGE, "unexpected argument");
}

#[test]
fn a_site_that_is_wrong_is_told_as_by_check() {
    let mut world = built();
    world.file("site.arv", SITE.replace("groups.games : 80", "groups.gmes : 80"));
    assert_eq!(arvc(&mut world, &["diff"]), exit::SOURCE);
    assert!(world.stderr.contains("site.arv:18:26"), "{}", world.stderr);
    assert_eq!(world.stdout, "");
}
