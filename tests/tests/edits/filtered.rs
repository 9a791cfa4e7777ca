//! Cases that operators met in filters, and that the form of every tree excludes: C13, C14, C19, C22, C25.

use std::collections::{BTreeMap, BTreeSet};

use crate::cases::trees;
use crate::{Tree, base, build};

/// The resources of a kind: the name of each, and its lines.
fn resources<'t>(tree: &'t Tree, kind: &str) -> BTreeMap<&'t str, Vec<&'t str>> {
    let head = format!("resource \"{kind}\" \"");
    let mut found = BTreeMap::new();
    for text in tree.iter().filter(|(path, _)| path.ends_with(".tf")).map(|(_, text)| text) {
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some(name) = line.strip_prefix(head.as_str()).and_then(|rest| rest.split('"').next()) else { continue };
            found.insert(name, lines.by_ref().take_while(|line| *line != "}").map(str::trim).collect());
        }
    }
    found
}

/// What an argument of a resource says.
fn argument<'t>(lines: &[&'t str], name: &str) -> Option<&'t str> {
    let mut pairs = lines.iter().filter_map(|line| line.split_once('='));
    pairs.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
}

const GROUP: &str = "proxmox_virtual_environment_cluster_firewall_security_group";
const RULES: &str = "proxmox_virtual_environment_firewall_rules";
const OPTIONS: &str = "proxmox_virtual_environment_firewall_options";

/// A group has one definition, and whoever inserts it refers to that: a name that is gone is an error of Terraform's.
#[test]
fn c13_every_insertion_of_a_group_refers_to_its_one_definition() {
    let mut seen = 0;
    for (name, tree) in trees() {
        let groups = resources(&tree, GROUP);
        let names: BTreeSet<_> = groups.values().map(|lines| argument(lines, "name").expect("a name")).collect();
        assert_eq!(names.len(), groups.len(), "{name}: two groups have one name");
        for line in tree.iter().filter(|(path, _)| path.ends_with(".tf")).flat_map(|(_, text)| text.lines()) {
            let Some((key, value)) = line.trim().split_once('=') else { continue };
            if key.trim() != "security_group" {
                continue;
            }
            let label = value.trim().strip_prefix(GROUP).and_then(|rest| rest.strip_prefix('.'));
            let label = label.and_then(|rest| rest.strip_suffix(".name"));
            assert!(label.is_some_and(|label| groups.contains_key(label)), "{name}: {line}");
            seen += 1;
        }
    }
    assert!(seen > 0, "groups are inserted somewhere");
}

/// Rules filter only if the data centre's switch, the guest's and the device's are on: no tree has rules without all of them.
#[test]
fn c14_whoever_has_rules_has_every_switch_on() {
    let mut seen = 0;
    for (name, tree) in trees() {
        let options = resources(&tree, OPTIONS);
        let machines: BTreeMap<_, _> = ["proxmox_virtual_environment_vm", "proxmox_virtual_environment_container"]
            .iter()
            .flat_map(|kind| resources(&tree, kind))
            .collect();
        for (label, rules) in resources(&tree, RULES) {
            if argument(&rules, "vm_id").or_else(|| argument(&rules, "container_id")).is_none() {
                continue;
            }
            let own = options.get(label).unwrap_or_else(|| panic!("{name}: {label} has rules and no options"));
            assert_eq!(argument(own, "enabled"), Some("true"), "{name}: {label}");
            let machine = machines.get(label).unwrap_or_else(|| panic!("{name}: {label} has rules and is no machine"));
            let devices = machine.iter().filter(|line| line.starts_with("bridge ")).count();
            let on = machine.iter().filter(|line| line.split_whitespace().eq(["firewall", "=", "true"])).count();
            assert!(devices > 0 && on == devices, "{name}: {label}: {on} of {devices} devices are filtered");
            seen += 1;
        }
        for (_, cluster) in resources(&tree, "proxmox_virtual_environment_cluster_firewall") {
            assert_eq!(argument(&cluster, "enabled"), Some("true"), "{name}");
        }
    }
    assert!(seen > 0, "guests have rules somewhere");
}

/// What lets the operators in is there before anything is turned on, and a guest's own filter is tried before it stays.
#[test]
fn c19_the_way_in_is_made_before_the_switch_is_turned_on() {
    for (name, tree) in trees() {
        let before = |lines: &[&str], what: &str| lines.iter().any(|line| line.trim_end_matches(',') == what);
        // A template has no rules: whoever is cloned from it is closed until its own are there.
        let ruled = resources(&tree, RULES);
        for (label, options) in resources(&tree, OPTIONS).into_iter().filter(|(label, _)| ruled.contains_key(label)) {
            assert!(
                before(&options, &format!("{RULES}.{label}")),
                "{name}: {label} is closed before its rules are there"
            );
        }
        for (_, cluster) in resources(&tree, "proxmox_virtual_environment_cluster_firewall") {
            let way_in = format!("{RULES}.operator_access");
            let set = "proxmox_virtual_environment_firewall_ipset.management";
            assert!(
                before(&cluster, &way_in) && before(&cluster, set),
                "{name}: nodes close before their operators are let in"
            );
        }
        if let Some(tasks) = tree.get("ansible/roles/security/tasks/try.yml") {
            assert!(tasks.contains("arvc-filter try"), "{name}: a filter stays without being tried");
        }
    }
}

/// The rules of Nebula of a tree: the fields of each, with how many entries a list has.
fn rules(text: &str) -> Vec<BTreeMap<String, usize>> {
    let mut all: Vec<BTreeMap<String, usize>> = Vec::new();
    let mut last = String::new();
    let within = text.lines().skip_while(|line| *line != "firewall:");
    for line in within.filter(|line| !line.trim_start().starts_with('#')) {
        if let Some(field) = line.strip_prefix("    - ").filter(|field| field.contains(':')) {
            all.push(BTreeMap::new());
            last = field.split(':').next().unwrap_or_default().to_owned();
            all.last_mut().expect("one").insert(last.clone(), 0);
        } else if let (Some(field), Some(rule)) = (line.strip_prefix("      "), all.last_mut()) {
            match field.trim_start().strip_prefix("- ") {
                Some(_) => *rule.entry(last.clone()).or_default() += 1,
                None => {
                    last = field.trim_start().split(':').next().unwrap_or_default().to_owned();
                    rule.insert(last.clone(), 0);
                }
            }
        }
    }
    all
}

/// A list of groups is a rule for each of them; only `all` becomes a list, which is a conjunction to Nebula. And no rule has two
/// of the fields that widen one another.
#[test]
fn c22_a_list_of_groups_is_a_rule_for_each() {
    for (name, tree) in trees() {
        for (path, text) in tree.iter().filter(|(path, _)| path.starts_with("nebula/") && path.ends_with(".yml")) {
            for rule in rules(text) {
                let subjects = ["host", "group", "groups", "cidr"].iter().filter(|field| rule.contains_key(**field));
                assert_eq!(subjects.count(), 1, "{name}: {path}: {rule:?}");
            }
        }
    }
    let listed =
        base().replacen("  allow = [", "  allow = [\n    [ groups.core, groups.web ] -> groups.data : 7777/tcp,", 1);
    let (tree, _) = build(&listed);
    let opened = |group: &str| {
        let rule = format!("port: \"7777\"\n      group: \"{group}\"");
        tree.iter().any(|(path, text)| path.starts_with("nebula/") && text.contains(&rule))
    };
    assert!(opened("core") && opened("web"), "each of the two is let in by itself");
}

/// A lighthouse asks no lighthouse, itself least of all, and who asks one knows where it is.
#[test]
fn c25_no_lighthouse_asks_itself_and_whoever_asks_one_knows_where_it_is() {
    let mut seen = 0;
    for (name, tree) in trees() {
        for (path, text) in tree.iter().filter(|(path, _)| path.starts_with("nebula/") && path.ends_with(".yml")) {
            let section = |head: &str| {
                let lines = text.lines().skip_while(move |line| !line.starts_with(head));
                let rest = lines.skip(1).take_while(|line| line.starts_with(' '));
                rest.map(|line| line.trim().trim_start_matches("- ").trim_end_matches(':').trim_matches('"'))
                    .collect::<Vec<_>>()
            };
            let (lighthouse, known) = (section("lighthouse:"), section("static_host_map:"));
            let asked = lighthouse.iter().skip_while(|line| **line != "hosts").skip(1);
            let asked: Vec<_> =
                asked.take_while(|line| !line.contains("allow_list") && !line.contains("advertise")).collect();
            if lighthouse.contains(&"am_lighthouse: true") {
                assert!(lighthouse.contains(&"hosts: []"), "{name}: {path}: {lighthouse:?}");
                continue;
            }
            assert!(!asked.is_empty(), "{name}: {path} asks nobody");
            assert!(asked.iter().all(|address| known.contains(address)), "{name}: {path}: {asked:?} of {known:?}");
            seen += 1;
        }
    }
    assert!(seen > 0, "somebody asks a lighthouse");
}
