//! `arv.lock` from outside: what builds and `arvc lock` write, what `--locked` refuses, and renames.

mod crash;
mod merging;
mod outlasting;
mod policies;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use pretty_assertions::assert_eq;
use tempfile::TempDir;

/// A site whose guests are the lines that stand in it.
const SITE: &str = r#"
let std = import "std"; in {
  name = "site"; domain = "example.internal";
  operators.addresses = [ 203.0.113.9 ];
  nodes.pve.address = 192.168.100.1;
  networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
  networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
  ranges.guests = { vmids = 1000..1999; addresses = 10..99; };
  images.debian = { vmid = 9000; node = nodes.pve; };
  groups.all = {};
  hosts.dns = { vmid = 1001; groups = [ groups.all ]; lighthouse = true; relay = true; services = [ std.dns {} ]; };
  # guests
}
"#;

fn site(guests: &[&str]) -> String {
    let lines: String = guests.iter().map(|guest| format!("  hosts.{guest}\n")).collect();
    SITE.replace("  # guests\n", &lines)
}

const SHOP: &str = "shop = { groups = [ groups.all ]; };";
const WIKI: &str = "wiki = { groups = [ groups.all ]; };";
const MAIL: &str = "mail = { groups = [ groups.all ]; };";

struct Folder(TempDir);

impl Folder {
    fn with(text: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.file("site.arv", text);
        folder
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn file(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).unwrap();
    }

    fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// The status, and what was printed on both streams.
    fn arvc(&self, line: &str) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_arvc"));
        let output = command.args(line.split_whitespace()).current_dir(self.0.path()).output().unwrap();
        let text = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
        (output.status.code().unwrap(), text)
    }

    fn good(&self, line: &str) -> String {
        let (status, text) = self.arvc(line);
        assert_eq!(status, 0, "{line}: {text}");
        text
    }

    fn git(&self, line: &str) -> bool {
        let mut command = Command::new("git");
        let names = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
        let output = command.args(names).args(line.split(' ')).current_dir(self.0.path()).output().unwrap();
        output.status.success()
    }

    /// The VMIDs that the lock holds, by `environment/host`.
    fn vmids(&self) -> BTreeMap<String, u64> {
        let lines = self.good("lock list --message-format json");
        let rows = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        rows.map(|row| {
            let of = |key: &str| row[key].as_str().unwrap().to_owned();
            (format!("{}/{}", of("environment"), of("name")), row["vmid"].as_u64().unwrap())
        })
        .collect()
    }
}

#[test]
fn locked_fails_with_what_would_change_and_a_build_writes_it() {
    let folder = Folder::with(&site(&[SHOP]));
    for command in ["check --locked", "build --locked"] {
        let (status, text) = folder.arvc(command);
        assert_eq!(status, 1, "{text}");
        assert!(text.contains("new: shop with VMID 1") && text.contains("help: run `arvc lock`"), "{text}");
    }
    assert!(!folder.path("arv.lock").exists() && !folder.path("out").exists());
    folder.good("check");
    assert!(!folder.path("arv.lock").exists(), "check writes nothing");
    let said = folder.good("build");
    assert!(said.contains("arv.lock\n  new: dns with VMID 1001"), "{said}");
    folder.good("check --locked");
    folder.good("build --locked");
    let lock = folder.text("arv.lock");
    folder.good("build");
    folder.good("lock");
    assert_eq!(folder.text("arv.lock"), lock);
    let manifest: serde_json::Value = serde_json::from_str(&folder.text("out/manifest.json")).unwrap();
    assert_eq!(manifest["lock"].as_str().unwrap().len(), 64);
}

#[test]
fn a_copy_beside_a_built_site_is_one_mistake() {
    let all = ["a = { vmid = 1010; groups = [ groups.all ]; };", "b = { vmid = 1011; groups = [ groups.all ]; };"];
    let folder = Folder::with(&site(&all));
    folder.good("build");
    folder.file("copy.arv", &site(&all));
    let (status, text) = folder.arvc("check copy.arv");
    assert!(status == 1 && text.matches("E0903").count() == 1, "{text}");
    for words in [
        "`hosts.a` and 2 further machines have numbers that the environment `site` holds",
        "move it into a folder with an `arv.toml` of its own",
        "if both are to be there, give this one other VMIDs",
    ] {
        assert!(text.contains(words), "{text}");
    }
    folder.file("copy.arv", &site(&all[..1]).replace("vmid = 1001", "vmid = 1002"));
    let (status, text) = folder.arvc("check copy.arv");
    assert!(status == 1 && text.contains("of `hosts.a` is held by `a` of the environment `site`"), "{text}");
    fs::create_dir(folder.path("apart")).unwrap();
    folder.file("apart/arv.toml", "");
    folder.file("apart/site.arv", &site(&all));
    folder.good("check apart/site.arv");
}

#[test]
fn a_machine_that_is_gone_keeps_its_number_until_it_is_released() {
    let folder = Folder::with(&site(&[SHOP, WIKI]));
    folder.good("build");
    let before = folder.vmids();
    folder.file("site.arv", &site(&[WIKI]));
    assert!(folder.good("lock").contains("retired: shop"));
    assert_eq!(folder.vmids(), before);
    let stated = format!("other = {{ vmid = {}; groups = [ groups.all ]; }};", before["site/shop"]);
    folder.file("site.arv", &site(&[WIKI, &stated]));
    let (status, text) = folder.arvc("build");
    assert!(status == 1 && text.contains("E0903") && text.contains("`arvc lock release shop`"), "{text}");
    folder.good("lock release shop");
    folder.good("build");
    assert_eq!(folder.vmids()["site/other"], before["site/shop"]);
    assert_eq!(folder.arvc("lock release shop").0, 2);
    assert!(folder.good("lock release other --certificates").contains("released what 1 certificate"));
}

#[test]
fn a_lock_that_lacks_what_others_have_to_know_is_told_what_it_lacks() {
    let vip = |address: &str| {
        let vip = format!("vips.www = {{ network = networks.bridge; address = {address}; owners = [ hosts.dns ]; }};");
        SITE.replace("  # guests\n", &format!("  {vip}\n"))
    };
    let folder = Folder::with(&vip("192.168.100.9"));
    folder.good("build");
    folder.good("check --locked");
    // As an arvc wrote it that did not hold such addresses yet.
    let lock = folder.text("arv.lock");
    let earlier: String = lock.split_inclusive('\n').filter(|line| !line.contains(".vips.")).collect();
    assert_ne!(lock, earlier);
    folder.file("arv.lock", &earlier);
    let (status, text) = folder.arvc("check --locked");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("of this one: the address www; the lock says nothing of it yet, since"), "{text}");
    folder.good("lock");
    assert_eq!(folder.text("arv.lock"), lock);
    // Another address is no such thing.
    folder.file("arv.lock", &lock.replace("address = \"192.168.100.9\"", "address = \"192.168.100.8\""));
    let (status, text) = folder.arvc("check --locked");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("of this one: the address www\n"), "{text}");
}

#[test]
fn members_that_are_spread_stay_and_locked_fails_where_one_would_be_placed() {
    let spread = |members: &str| {
        let nodes = "nodes.b = { address = 10.0.0.2; }; nodes.c = { address = 10.0.0.3; };";
        let site = site(&[]).replacen("hosts.dns = {", "hosts.dns = { node = nodes.pve;", 1);
        let cluster =
            format!("{nodes} clusters.web = {{ spread = true; groups = [ groups.all ]; members = {{ {members} }}; }};");
        let end = site.rfind('}').unwrap();
        format!("{} {cluster} }}\n", &site[..end])
    };
    let folder = Folder::with(&spread("p = {}; q = {}; r = {};"));
    folder.good("build");
    let nodes = |folder: &Folder| -> BTreeMap<String, String> {
        let lines = folder.good("lock list --message-format json");
        let lines = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines.filter_map(|it| Some((it["name"].as_str()?.to_owned(), it["node"].as_str()?.to_owned()))).collect()
    };
    let before = nodes(&folder);
    assert_eq!(before.values().collect::<std::collections::BTreeSet<_>>().len(), 3, "{before:?}");
    folder.file("site.arv", &spread("p = {}; r = {};"));
    folder.good("build");
    let after = nodes(&folder);
    assert_eq!((&after["web-p"], &after["web-r"]), (&before["web-p"], &before["web-r"]));
    // A pin that says something else wins, and the lock would change.
    folder.file("site.arv", &spread(&format!("p = {{ node = nodes.{}; }}; r = {{}};", before["web-q"])));
    let (status, text) = folder.arvc("check --locked");
    let said = format!("placed: web-p on {} instead of {}", before["web-q"], before["web-p"]);
    assert!(status == 1 && text.contains(&said), "{text}");
    folder.file("site.arv", &spread("p = {}; r = {};"));
    assert!(folder.good("lock release web-p --node").contains(&format!("released web-p from {}", before["web-p"])));
    assert_eq!(folder.arvc("lock release dns --node").0, 2);
    assert_eq!(folder.arvc("check --locked").0, 1);
    folder.good("build");
}

#[test]
fn members_of_std_without_a_number_keep_what_they_were_given_when_the_cluster_grows() {
    let of = |members: u32, more: &str| {
        let nodes = "nodes.b.address = 192.168.100.2; nodes.c.address = 192.168.100.3;";
        let cluster =
            format!("clusters.kv = std.valkey {{ members = {members}; groups = [ groups.all ]; spread = true; }};");
        let site = site(&[]).replacen("hosts.dns = {", "hosts.dns = { node = nodes.pve;", 1);
        let end = site.rfind('}').unwrap();
        format!("{} {nodes} {cluster} {more} }}\n", &site[..end])
    };
    let folder = Folder::with(&of(3, ""));
    folder.good("build");
    let lines = |folder: &Folder| -> Vec<String> {
        let text = folder.text("arv.lock");
        text.lines().filter(|line| line.contains(".hosts.kv-")).map(str::to_owned).collect()
    };
    let before = lines(&folder);
    assert_eq!(before.len(), 3);
    for node in ["pve", "b", "c"] {
        assert!(before.iter().any(|line| line.contains(&format!("node = \"{node}\""))), "{before:?}");
    }
    // A node that comes, another machine, and two members more move nobody.
    let more = "nodes.d.address = 192.168.100.4; nodes.e.address = 192.168.100.5; \
                hosts.app = { node = nodes.d; groups = [ groups.all ]; };";
    folder.file("site.arv", &of(5, more));
    folder.good("build");
    let after = lines(&folder);
    assert_eq!(after[..3], before);
    for node in ["d", "e"] {
        assert!(after[3..].iter().any(|line| line.contains(&format!("node = \"{node}\""))), "{after:?}");
    }
    folder.good("check --locked");
}

#[test]
fn a_renamed_machine_keeps_its_number_and_terraform_moves_it() {
    let folder = Folder::with(&site(&[SHOP, WIKI]));
    folder.good("build");
    let before = folder.vmids();
    let store = "store = { renamed_from = \"shop\"; groups = [ groups.all ]; };";
    folder.file("site.arv", &site(&[store, WIKI]));
    assert!(folder.good("build").contains("renamed: shop is store"));
    assert_eq!(folder.vmids()["site/store"], before["site/shop"]);
    let moved = folder.text("out/terraform/moved.tf");
    for kind in ["vm", "firewall_rules", "firewall_options", "firewall_ipset"] {
        assert!(moved.contains(&format!("proxmox_virtual_environment_{kind}.shop")), "{kind}: {moved}");
    }
    // It may stay, and it may go: what was moved is held.
    folder.good("build --locked");
    folder.file("site.arv", &site(&["store = { groups = [ groups.all ]; };", WIKI]));
    folder.good("build --locked");
    assert_eq!(folder.text("out/terraform/moved.tf"), moved);
    // The same by command, where the sources do not say it: a chain.
    folder.good("lock rename store market");
    folder.file("site.arv", &site(&["market = { groups = [ groups.all ]; };", WIKI]));
    folder.good("build");
    assert_eq!(folder.vmids()["site/market"], before["site/shop"]);
    let moved = folder.text("out/terraform/moved.tf");
    assert!(moved.contains("_vm.shop") && moved.contains("_vm.store") && moved.contains("_vm.market"), "{moved}");
    assert_eq!(folder.arvc("lock rename wiki market").0, 2);
}

/// C34: the serial of a zone grows when and only when its content changes, in every clone.
#[test]
fn c34_a_serial_grows_when_and_only_when_its_zone_changes() {
    let serial = |folder: &Folder| {
        let zone = folder.text("out/dns/example.internal.zone");
        let soa = zone.lines().find(|line| line.contains(" SOA ")).unwrap().to_owned();
        soa.split(' ').nth(5).unwrap().parse::<u32>().unwrap()
    };
    let folder = Folder::with(&site(&[SHOP]));
    folder.good("build");
    assert_eq!(serial(&folder), 1);
    folder.file("site.arv", &site(&[&SHOP.replace("{ groups", "{ cores = 4; groups")]));
    folder.good("build");
    assert_eq!(serial(&folder), 1);
    folder.file("site.arv", &site(&[SHOP, WIKI]));
    folder.good("build");
    folder.file("site.arv", &site(&[SHOP]));
    folder.good("build");
    assert_eq!(serial(&folder), 3, "deleting a record is a change");
    // Another clone has the same bytes.
    let clone = Folder::with(&folder.text("site.arv"));
    clone.file("arv.lock", &folder.text("arv.lock"));
    clone.good("build --locked");
    assert_eq!(clone.text("out/dns/example.internal.zone"), folder.text("out/dns/example.internal.zone"));
    // A content that changed with a serial that did not is no build.
    folder.file("site.arv", &site(&[SHOP, WIKI]));
    let (status, text) = folder.arvc("build --locked");
    assert!(status == 1 && text.contains("serial of example.internal: 4"), "{text}");
    assert_eq!(serial(&folder), 3);
}

/// C02: two environments, one bridge, one address; and one VMID in one Proxmox cluster.
#[test]
fn another_environment_of_the_project_has_its_numbers() {
    let folder = Folder::with(&site(&["server = { vmid = 1080; groups = [ groups.all ]; };"]));
    folder.file("arv.toml", "");
    folder.good("build");
    let dev = site(&["server = { vmid = 3080; groups = [ groups.all ]; };"])
        .replace("1000..1999", "3000..3999")
        .replace("vmid = 1001", "vmid = 3001");
    folder.file("dev.arv", &dev);
    let (status, text) = folder.arvc("build dev.arv --out dev --message-format short");
    for also in ["owns the firewall of `datacenters.site`", "has the pool `site`"] {
        assert!(status == 1 && text.contains(&format!("the environment `site` {also}")), "{text}");
    }
    let apart = "datacenters.site = { owns_firewall = false; namespace = \"dev\"; pool = \"dev\"; };\n  operators.";
    let dev = dev.replace("operators.", apart);
    folder.file("dev.arv", &dev);
    let (status, text) = folder.arvc("build dev.arv --out dev");
    assert!(status == 1 && text.contains("192.168.100.90 of `hosts.server`"), "{text}");
    let both = "`hosts.dns` and 1 further machine have numbers that the environment `site` holds";
    assert!(text.contains(both) && text.matches("E0903").count() == 1, "{text}");
    folder.file(
        "dev.arv",
        &dev.replace("vmbr1", "vmbr2").replace("vmid = 3080", "vmid = 1080").replace("3000..3999", "1000..3999"),
    );
    let (status, text) = folder.arvc("build dev.arv --out dev --message-format short");
    assert!(
        status == 1 && text.contains("VMID 1080 of `hosts.server` is held by `server` of the environment `site`"),
        "{text}"
    );
    // One that leaves its number out gets a free one.
    let free = dev.replace("vmbr1", "vmbr2").replace("{ vmid = 3080; ", "{ ");
    folder.file("dev.arv", &free);
    folder.good("build dev.arv --out dev");
    assert!(folder.vmids().contains_key("dev/server"));
    assert_eq!(folder.arvc("lock release nobody").0, 2);
    folder.good("lock release --environment dev");
    assert!(!folder.vmids().contains_key("dev/server"));
}

#[test]
fn a_machine_that_proxmox_does_not_run_keeps_its_slot() {
    let device = |name: &str| format!("{name} = {{ kind = Machine; range = ranges.appliances; on.bridge = {{}}; }};");
    let (nas, printer) = (device("nas"), device("printer"));
    let base = SITE.replace("  images.debian", "  ranges.appliances.addresses = 200..219;\n  images.debian");
    let with = |devices: &[&str]| {
        let lines: String = devices.iter().map(|device| format!("  hosts.{device}\n")).collect();
        base.replace("  # guests\n", &lines)
    };
    let folder = Folder::with(&with(&[&nas]));
    let (status, text) = folder.arvc("check --locked");
    assert!(status == 1 && text.contains("new: nas with slot 2"), "{text}");
    folder.good("build");
    let line = |name: &str| {
        let lock = folder.text("arv.lock");
        lock.lines().find(|line| line.contains(&format!("hosts.{name} ="))).unwrap().to_owned()
    };
    let held = line("nas");
    assert!(held.contains("hosts.nas = { slot = 2") && held.contains("on = { bridge = \"192.168.100.2"), "{held}");
    let listed = folder.good("lock list --message-format json");
    assert!(listed.contains("\"slot\":2"), "{listed}");

    // Two branches that each add one.
    folder.file(".gitattributes", "arv.lock merge=union\n");
    assert!(folder.git("init -q -b main") && folder.git("add site.arv arv.lock") && folder.git("commit -qm base"));
    assert!(folder.git("checkout -qb one"));
    folder.file("site.arv", &with(&[&printer, &nas]));
    folder.good("lock");
    assert!(folder.git("commit -qam x") && folder.git("checkout -q main") && folder.git("checkout -qb other"));
    let scanner = device("scanner");
    folder.file("site.arv", &with(&[&nas, &scanner]));
    folder.good("lock");
    assert!(folder.git("commit -qam x"));
    folder.git("merge -q one");
    folder.file("site.arv", &with(&[&scanner, &printer, &nas]));
    folder.good("lock");
    folder.good("check --locked");
    assert_eq!(line("nas"), held);
    assert!(line("printer").contains("slot = 2") && line("scanner").contains("slot = 2"));

    // A stated slot is held as well, and one that another machine has is refused.
    let slot = held.split("slot = ").nth(1).and_then(|rest| rest.split(',').next()).unwrap().to_owned();
    let stated = printer.replace("on.bridge", &format!("slot = {slot}; on.bridge"));
    folder.file("site.arv", &with(&[&stated, &nas]));
    let (status, text) = folder.arvc("check");
    assert!(status == 1 && text.contains("E0903") && text.contains("`arvc lock release nas`"), "{text}");

    // The address follows from the slot: a network with another prefix moves the machine, and says so.
    folder.file("site.arv", &with(&[&nas]).replace("192.168.100.", "192.168.101."));
    let (status, text) = folder.arvc("check --locked");
    assert!(status == 1 && text.contains("other address: nas on bridge has 192.168.101.2"), "{text}");
}
