//! E0960, provoked: a tree is emitted, one of its files is changed, and it is read back. And whole builds.

mod routers;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use arvc_emit::tree::Tree;
use arvc_reach::policy::policies;
use arvc_site::model::Site;
use arvc_syntax::diagnostic::Diagnostic;
use arvc_verdict::Counted;

use super::{check, compare, compare_on};
use crate::world::memory::Memory;
use crate::{exit, pipeline, run};

const SITE: &str = r#"{
  name = "lab";
  domain = "lab.internal";
  datacenters.home.description = "The cluster";
  nodes.pve.address = 192.168.100.1;
  networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
  networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
  ranges.all = { vmids = 3000..3999; addresses = 30..39; };
  images.debian = { vmid = 9000; };
  operators.addresses = [ 192.168.100.250 ];
  groups = { infrastructure = {}; web = {}; };
  hosts.dns = { vmid = 3000; groups = [ groups.infrastructure ]; lighthouse = true; };
  hosts.db = { vmid = 3001; groups = [ groups.infrastructure ]; };
  hosts.web = { vmid = 3002; groups = [ groups.web ]; };
  allow = [ groups.web -> hosts.db : 5432/tcp ];
  # more
}
"#;

/// The site and its tree.
fn emitted(text: &str) -> (Site, Tree) {
    let checked = pipeline::check("site.arv", text.to_owned(), &mut |_: &str| Err(crate::source::Problem::NotFound));
    assert!(checked.is_good(), "{:?}", checked.diagnostics);
    let site = checked.site.expect("a good site");
    let tree = pipeline::emit(&site, "site.arv");
    (site, tree)
}

/// What is said of the tree if one text of one file of it is another one.
fn changed(path: &str, old: &str, new: &str) -> Diagnostic {
    let (site, mut tree) = emitted(SITE);
    let file = tree.files.get_mut(path).unwrap_or_else(|| panic!("no {path}"));
    assert!(file.text.contains(old), "{}", file.text);
    file.text = file.text.replacen(old, new, 1);
    let problem = check(&site, &policies(&site), &tree, "site.arv").problem.expect("a difference");
    assert_eq!(problem.code.id, "E0960");
    problem
}

#[test]
fn a_device_has_the_name_that_the_site_gives_it() {
    let text = SITE.replace("vmid = 3001;", "vmid = 3001; on = { bridge.device = \"ens18\"; overlay = {}; };");
    let (site, tree) = emitted(&text);
    assert!(tree.files["ansible/files/filter/db.v4"].text.contains("-i ens18 "), "the filter goes by the name");
    assert_eq!(check(&site, &policies(&site), &tree, "site.arv").problem.map(|problem| said(&problem)), None);
}

#[test]
fn it_is_the_same_on_several_threads() {
    let (site, tree) = emitted(SITE);
    let mut files: BTreeMap<String, String> =
        tree.files.iter().map(|(path, file)| (path.clone(), file.text.clone())).collect();
    for text in files.values_mut() {
        *text = text.replace("5432", "5433");
    }
    let policies = policies(&site);
    let on = |threads: usize| {
        compare_on(
            &site,
            &policies,
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())),
            Counted::All,
            |_| threads,
        )
    };
    let alone = on(1);
    assert!(alone.agreed > 100 && !alone.different.is_empty(), "{alone:?}");
    for threads in [2, 5] {
        assert_eq!(format!("{:?}", on(threads)), format!("{alone:?}"));
    }
}

/// All that is said, a line each.
fn said(problem: &Diagnostic) -> String {
    let notes = problem.notes.iter().map(|note| format!("{note}\n"));
    [format!("{}\n", problem.message)].into_iter().chain(notes).collect()
}

fn built(text: &str, args: &[&str]) -> (u8, Memory) {
    let mut world = Memory::new("/lab");
    world.file("site.arv", text);
    let args = ["arvc"].iter().chain(args).map(OsString::from);
    let status = run(args, &mut world);
    (status, world)
}

fn names(world: &Memory) -> Vec<&str> {
    world.disk.keys().map(|path| path.to_str().expect("a name")).collect()
}

#[test]
fn what_arvc_writes_says_what_the_site_says() {
    let (site, tree) = emitted(SITE);
    let audited = check(&site, &policies(&site), &tree, "site.arv");
    assert!(audited.problem.is_none(), "{}", said(&audited.problem.expect("a problem")));
    assert_eq!(audited.note, None, "all of it is compared");
}

#[test]
fn a_rule_that_is_missing_closes_what_the_site_opens() {
    // The port of the one flow, in the filter of the machine that it is for.
    let problem = changed("ansible/files/filter/db.v4", "--dport 5432", "--dport 5433");
    let text = said(&problem);
    assert!(
        text.starts_with("the files close what the site opens: web -> db : 5432/tcp at 10.10.10.31, overlay\n"),
        "{text}"
    );
    assert!(
        text.contains("web -> db : 5432/tcp at 10.10.10.31, overlay: open by the site, closed by the files\n"),
        "{text}"
    );
    // Every layer that opens it there, and the one that closes it here, with its line.
    for line in [
        "site: nebula: Nebula, out of web: open",
        "site: nebula: Nebula, into db: open",
        "site: guest: packet filter of db: open",
        "files: guest: filter of db, in (ansible/files/filter/db.v4:",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("files: nebula"), "what lets it pass is not to blame\n{text}");
    let cell = r#"as a cell: {"from":"web","to":"db","address":"10.10.10.31","path":"overlay","protocol":"tcp","port":5432,"verdict":"open"}"#;
    assert!(text.contains(cell), "{text}");
    let help = problem.helps.first().expect("a help");
    assert!(help.contains("`arvc reach --site site.arv --cells` and `arvc audit site.arv --cells`"), "{help}");
}

#[test]
fn a_rule_too_many_lets_through_what_the_site_closes() {
    // The firewall of a guest and its own filter have one rule each for the operators' SSH.
    let (site, mut tree) = emitted(SITE);
    for file in tree.files.values_mut() {
        file.text = file.text.replace("-s 192.168.100.250/32", "-s 192.168.100.248/29");
        file.text = file.text.replace("source  = \"192.168.100.250\"", "source  = \"192.168.100.248/29\"");
    }
    let problem = check(&site, &policies(&site), &tree, "site.arv").problem.expect("a difference");
    let text = said(&problem);
    assert!(text.starts_with("the files let through what the site closes: 192.168.100.2"), "{text}");
    assert!(
        text.contains(" -> db : 22/tcp at 192.168.100.31, bridge vmbr1: closed by the site, open by the files\n"),
        "{text}"
    );
    // Both layers that close it here, and the rules that open it there.
    for line in [
        "site: proxmox: Proxmox firewall, into db: closed\n",
        "site: guest: packet filter of db: closed\n",
        "files: proxmox: into db (net0) (terraform/firewall_groups.tf:",
        "files: guest: filter of db, in (ansible/files/filter/db.v4:",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn every_switch_and_every_layer_is_read_back() {
    for (path, old, new, told) in [
        (
            "terraform/firewall_guests.tf",
            "enabled       = true",
            "enabled       = false",
            "terraform/firewall_guests.tf",
        ),
        (
            "terraform/firewall_cluster.tf",
            "enabled        = true",
            "enabled        = false",
            "terraform/firewall_cluster.tf",
        ),
        ("terraform/guests.tf", "firewall = true", "firewall = false", "terraform/guests.tf"),
        // Where a rule is missing, the line is that of the policy.
        ("terraform/firewall_groups.tf", "dport   = \"4242\"", "dport   = \"4243\"", "terraform/firewall_guests.tf"),
        ("nebula/db.yml", "port: \"5432\"", "port: \"5431\"", "nebula/db.yml"),
        ("nebula/certificates.json", "        \"web\"\n", "        \"games\"\n", "nebula/db.yml"),
    ] {
        let text = said(&changed(path, old, new));
        assert!(text.contains(" by the site, ") && text.contains(&format!("({told}:")), "{path}\n{text}");
    }
}

#[test]
fn what_cannot_be_read_is_told_and_stops_no_build() {
    let (site, mut tree) = emitted(SITE);
    let file = tree.files.get_mut("ansible/files/filter/db.v4").expect("its filter");
    file.text = file.text.replace("--dport 5432", "--dport 5432 -m mystery");
    let audited = check(&site, &policies(&site), &tree, "site.arv");
    assert!(audited.problem.is_none(), "{}", said(&audited.problem.expect("a problem")));
    let note = audited.note.expect("it is told");
    assert!(
        note.contains(" verdicts were not held against the files, which do not say: ") && note.contains("mystery"),
        "{note}"
    );
}

#[test]
fn one_difference_of_a_pair_is_told_and_the_rest_counted() {
    let text = said(&changed("terraform/firewall_cluster.tf", "enabled        = true", "enabled        = false"));
    let told: Vec<&str> = text.lines().filter(|line| line.ends_with(" by the files")).collect();
    assert_eq!(told.len(), 3, "{text}");
    let pairs: BTreeSet<_> = told.iter().map(|line| line.split(" : ").next()).collect();
    assert_eq!(pairs.len(), 3, "{text}");
    assert!(text.lines().last().is_some_and(|line| line.starts_with("and ") && line.ends_with(" more")), "{text}");
}

/// What an operator meets: a file of his own beside arvc's, in the form of one of Proxmox's.
const OWN: &str = r#"files."security/3001.fw" = "[OPTIONS]\nenable: 0\n";"#;

#[test]
fn a_build_that_is_refused_writes_nothing_and_says_how_to_look() {
    let text = SITE.replace("# more", OWN);
    let (status, world) = built(&text, &["build"]);
    assert_eq!(status, exit::SOURCE);
    assert!(world.stderr.starts_with("error[E0960]: the files let through what the site closes: "), "{}", world.stderr);
    assert!(world.stderr.contains("security/3001.fw:"), "{}", world.stderr);
    assert_eq!(names(&world), ["/lab", "/lab/site.arv"]);
    // The commands that it names.
    let (status, world) = built(&text, &["audit", "site.arv", "dns", "db:22/tcp", "--path", "bridge vmbr1"]);
    assert_eq!(status, exit::SOURCE, "its own filter closes it still");
    assert!(world.stdout.contains("the firewall of the guest is off"), "{}", world.stdout);
    assert_eq!(names(&world).len(), 2, "the audit of a site writes nothing");
    let (_, proof) = built(&text, &["reach", "--site", "site.arv", "--cells"]);
    let (_, audit) = built(&text, &["audit", "site.arv", "--cells"]);
    assert!(proof.stdout.lines().count() > 100 && audit.stdout.lines().count() > 100);
    // A check reads no files.
    assert_eq!(built(&text, &["check"]).0, exit::GOOD);
}

#[test]
fn where_the_firewall_of_the_cluster_is_another_s_the_guests_are_judged_all_the_same() {
    let staging =
        SITE.replace("datacenters.home.description = \"The cluster\";", "datacenters.home.owns_firewall = false;");
    let (site, mut tree) = emitted(&staging);
    assert!(!tree.files.contains_key("terraform/firewall_cluster.tf"));
    let policies = policies(&site);
    let audited = check(&site, &policies, &tree, "site.arv");
    assert!(audited.problem.is_none(), "{}", said(&audited.problem.expect("a problem")));
    // What the nodes let in neither side knows, so nothing is left that only one of them says.
    assert_eq!(audited.note, None);
    let files = |tree: &Tree| tree.files.iter().map(|(path, file)| (path.clone(), file.text.clone())).collect();
    let compared = compare(&site, &policies, &files(&tree), Counted::All);
    assert!(compared.one_sided.is_empty() && compared.different.is_empty(), "{compared:?}");
    assert!(compared.unknown > 0 && compared.agreed > 20 * compared.unknown, "{compared:?}");
    // And it is no pretence: what is wrong with the firewall of a guest is found.
    let file = tree.files.get_mut("terraform/firewall_guests.tf").expect("the guests' firewall");
    file.text = file.text.replacen("enabled       = true", "enabled       = false", 1);
    assert!(!compare(&site, &policies, &files(&tree), Counted::All).different.is_empty());
    let (status, world) = built(&staging, &["build"]);
    assert_eq!(status, exit::GOOD, "{}", world.stderr);
    assert!(!world.stderr.contains("note: "), "{}", world.stderr);
}

/// Two data centres, each with a node that routes for its guests and hands a port on.
const NAMESPACES: &str = r#"{
  name = "two";
  domain = "two.internal";
  operators.addresses = [ 192.0.2.50 ];
  datacenters = { north = {}; south = { namespace = "south"; }; };
  nodes.n1 = { datacenter = datacenters.north; address = 192.168.1.2; uplink.address = 198.51.100.8; forward = [ { port = 25/tcp; to = hosts.mail; } ]; };
  nodes.s1 = { datacenter = datacenters.south; address = 192.168.2.2; uplink.address = 198.51.100.9; forward = [ { port = 443/tcp; to = hosts.web; } ]; };
  networks.north = { cidr = 192.168.1.0/24; bridge = "vmbr1"; nodes = [ nodes.n1 ]; gateway = nodes.n1; };
  networks.south = { cidr = 192.168.2.0/24; bridge = "vmbr1"; nodes = [ nodes.s1 ]; gateway = nodes.s1; };
  images.debian = { vmid = 9000; };
  hosts.mail = { vmid = 100; node = nodes.n1; on.north.address = 192.168.1.200; };
  hosts.web = { vmid = 200; node = nodes.s1; on.south.address = 192.168.2.200; };
  allow = [ internet -> hosts.web : 443/tcp, internet -> hosts.mail : 25/tcp ];
}
"#;

#[test]
fn the_chains_of_an_edge_are_known_by_who_calls_them_whatever_namespace_they_bear() {
    let (site, mut tree) = emitted(NAMESPACES);
    let edge = &tree.files["proxmox/s1/edge.rules"].text;
    assert!(edge.contains(":SOUTH-PREROUTING") && !edge.contains("ARVC-"), "{edge}");
    let policies = policies(&site);
    let problem = check(&site, &policies, &tree, "site.arv").problem;
    assert!(problem.is_none(), "{}", said(&problem.expect("a problem")));
    let (status, world) = built(NAMESPACES, &["build"]);
    assert_eq!(status, exit::GOOD, "{}", world.stderr);
    // Where no file says who calls them, nobody knows what they do.
    let unit = tree.files.get_mut("proxmox/s1/arvc-edge.service").expect("a unit");
    unit.text = unit.text.lines().filter(|line| !line.contains("nat")).collect::<Vec<_>>().join("\n");
    let audited = check(&site, &policies, &tree, "site.arv");
    assert!(audited.problem.is_none() && audited.note.is_some());
}

#[test]
fn a_tree_of_two_data_centres_is_read_as_two_with_the_same_numbers_and_names() {
    let text = NAMESPACES.replace("vmid = 200;", "vmid = 100;");
    let (site, tree) = emitted(&text);
    let files = tree.files.iter().map(|(path, file)| (path.clone(), file.text.clone())).collect();
    let compared = compare(&site, &policies(&site), &files, Counted::All);
    assert!(compared.different.is_empty(), "{compared:?}");
    let lists = compared.one_sided.iter().filter(|one| one.audit.to_string().contains("lists of rules"));
    assert_eq!(lists.count(), 0);
    let (_, mut world) = built(&text, &["build"]);
    let audited = run(["arvc", "audit", "out"].map(OsString::from), &mut world);
    assert_eq!(audited, exit::GOOD, "{}", world.stdout);
}
