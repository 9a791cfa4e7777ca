//! Cases that operators met and that trees answer: each test is the kind, and the case that it is named for an instance of it.
//! Those that a diagnostic answers are in `tests/suite/cases/`; C26 is `tests/real/rotate` too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use arvc_diff::certificates::certificates;
use arvc_diff::machines::machines;
use arvc_diff::terraform::{Attributes, resources};
use arvc_tests::projects::files;
use arvc_tests::root;
use serde_json::Value;

use crate::{Tree, base, build, edited};

/// The base and every golden tree.
pub(crate) fn trees() -> Vec<(String, Tree)> {
    let mut found = vec![("edits".to_owned(), build(&base()).0)];
    for entry in fs::read_dir(root().join("golden")).expect("there are golden trees") {
        let path = entry.expect("an entry").path();
        let mut tree = Tree::new();
        files(&path, "", &mut tree);
        found.push((path.display().to_string(), tree));
    }
    found
}

/// The guests of a tree, by their addresses in Terraform.
fn guests(tree: &Tree) -> BTreeMap<String, Attributes> {
    let is_guest = |address: &str| address.contains("_vm.") || address.contains("_container.");
    let found = resources(tree).found.into_iter().map(|(address, attributes)| (address.text, attributes));
    found.filter(|(address, _)| is_guest(address)).collect()
}

/// Nobody asks Proxmox for a free number: each guest has its own, written out.
#[test]
fn c01_every_guest_has_its_vmid_written_out_and_no_two_have_one() {
    for (name, tree) in trees() {
        let mut taken = BTreeSet::new();
        for (address, guest) in guests(&tree) {
            let vmid = guest.get("vm_id").unwrap_or_else(|| panic!("{name}: {address} has no vm_id"));
            assert!(vmid.parse::<u32>().is_ok_and(|vmid| vmid >= 100), "{name}: {address}: {vmid}");
            assert!(taken.insert(vmid.clone()), "{name}: {vmid} is taken twice");
        }
        assert!(!taken.is_empty(), "{name} has guests");
    }
}

/// Whatever Terraform keeps something by is a name: who stands behind what was removed is not moved.
#[test]
fn c07_the_first_of_several_goes_and_nobody_else_is_touched() {
    let (before, after) = (build(&base()).0, build(&edited("remove_the_first_member")).0);
    let found = machines(&before, &after);
    assert_eq!(found.destroyed, ["queue-east"]);
    assert_eq!((found.created.len(), found.changed.len(), found.renamed.len()), (0, 0, 0), "{found:?}");
    let plan = certificates(&before, &after);
    assert_eq!((plan.sign.len(), plan.block.len(), plan.block[0].name.as_str()), (0, 1, "queue-east"));
    assert!(before.keys().chain(after.keys()).all(|path| !path.contains("[0]")), "no file is named by a place");
}

/// What changes often is Ansible's.
#[test]
fn c08_a_new_key_touches_no_machine() {
    let (before, after) = (build(&base()).0, build(&edited("a_new_ssh_key")).0);
    assert!(machines(&before, &after).is_empty());
    let changed: Vec<&String> = after.keys().filter(|path| before.get(*path) != after.get(*path)).collect();
    assert_eq!(changed, ["ansible/inventory/group_vars/all.yml", "terraform/locals.tf"]);
    for (name, tree) in trees() {
        for (address, guest) in guests(&tree).iter().filter(|(_, guest)| guest.keys().any(|key| key.ends_with(".keys")))
        {
            let ignored = guest.get("lifecycle.ignore_changes").map_or("", String::as_str);
            assert!(ignored.contains("initialization[0].user_account"), "{name}: {address} would be replaced");
            assert!(!guest.keys().any(|key| key.contains("_data_file_id")), "{name}: {address} has a snippet");
        }
    }
}

/// Proxmox hands tags back sorted and in lower case: any other form is a difference at each plan.
#[test]
fn c10_tags_are_emitted_as_proxmox_hands_them_back() {
    for (name, tree) in trees() {
        for (address, guest) in guests(&tree) {
            let tags: Vec<String> = serde_json::from_str(&guest["tags"].replace(",]", "]")).expect("a list of text");
            let mut sorted: Vec<String> = tags.iter().map(|tag| tag.to_lowercase()).collect();
            sorted.sort();
            sorted.dedup();
            assert_eq!(tags, sorted, "{name}: {address}");
        }
    }
}

/// The plan has one certificate a host, each with an address of its own.
#[test]
fn c23_no_two_certificates_have_one_overlay_address() {
    for (name, tree) in trees() {
        // A site without an overlay has no plan.
        let Some(plan) = tree.get("nebula/certificates.json") else { continue };
        let plan: Value = serde_json::from_str(plan).expect("a plan");
        let mut taken = BTreeSet::new();
        for (host, certificate) in plan["hosts"].as_object().expect("hosts") {
            assert_eq!(certificate["name"].as_str(), Some(host.as_str()), "{name}");
            for network in certificate["networks"].as_array().expect("networks") {
                assert!(taken.insert(network.to_string()), "{name}: {network} is certified twice");
            }
        }
    }
}

/// A clone has its template's key and certificate: its Nebula does not start.
#[test]
fn c23_a_clone_does_not_start_with_the_certificate_of_another() {
    let tree = build(&base()).0;
    let folder = tempfile::tempdir().expect("a folder");
    let guard = folder.path().join("nebula-own-certificate");
    fs::write(&guard, &tree["ansible/roles/nebula/files/nebula-own-certificate"]).expect("a file");
    let own = String::from_utf8(Command::new("hostname").output().expect("a name").stdout).expect("text");
    let own = own.trim().split('.').next().expect("a name").to_owned();
    for (certified, starts) in [(own.as_str(), true), ("the-template", false)] {
        // What prints a certificate, for each way that the releases print one.
        for printed in [
            format!(r#"{{"details":{{"name":"{certified}"}}}}"#),
            format!(r#"[{{"details":{{"name":"{certified}"}}}}]"#),
        ] {
            let program = folder.path().join("nebula-cert");
            fs::write(&program, format!("#!/bin/sh\necho '{printed}'\n")).expect("a file");
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            fs::set_permissions(&program, mode).expect("a mode");
            let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap_or_default());
            let ran = Command::new("python3").arg(&guard).env("PATH", path).output().expect("python3 runs");
            assert_eq!(ran.status.success(), starts, "{certified}: {}", String::from_utf8_lossy(&ran.stderr));
        }
    }
    assert!(
        tree["ansible/roles/nebula/templates/nebula.service.j2"]
            .contains("ExecStartPre=/usr/local/sbin/nebula-own-certificate")
    );
}

/// One authority takes over from another in three builds, none of which touches a machine or a rule.
#[test]
fn c26_each_build_of_a_change_of_authorities_changes_the_plan_and_what_is_accepted() {
    let (accept, sign) = ("accept_an_authority", "sign_with_another_authority");
    let steps = [base(), edited(accept), edited(sign)].map(|text| build(&text).0);
    for pair in steps.windows(2) {
        let changed: Vec<&String> = pair[1].keys().filter(|path| pair[0].get(*path) != pair[1].get(*path)).collect();
        let plan = ["README.md", "ansible/inventory/group_vars/all.yml", "nebula/certificates.json"];
        let other: Vec<_> = changed.iter().filter(|path| !plan.contains(&path.as_str())).collect();
        assert_eq!(other, Vec::<&&String>::new());
    }
    let play = &steps[0]["ansible/playbooks/rotate.yml"];
    let places =
        ["any_errors_fatal: true", "nebula_members:!nebula_lighthouses", "serial: 1", "hosts: nebula_lighthouses"];
    let places = places.map(|text| play.find(text).expect(text));
    assert!(places.is_sorted(), "everybody is asked, then one by one, lighthouses last");
}

/// Of two groups of a host Ansible takes the last by name: nothing that arvc writes differs by group.
#[test]
fn c35_what_differs_between_hosts_is_in_host_vars() {
    for (name, tree) in trees() {
        let mut said: BTreeMap<String, String> = BTreeMap::new();
        let groups = tree.iter().filter_map(|(path, text)| {
            let group = path.strip_prefix("ansible/inventory/group_vars/")?;
            (group != "all.yml").then_some((group, text))
        });
        for (group, text) in groups {
            for key in text.lines().filter_map(|line| line.split_once(':')).map(|(key, _)| key) {
                let own = ["nebula_", "security_", "bootstrap_", "ansible_"].iter().any(|own| key.starts_with(own));
                assert!(!own, "{name}: {group} says {key}");
                said.insert(key.to_owned(), group.to_owned());
            }
        }
    }
}

/// Each field that Terraform leaves as it finds it is one field, and says why.
#[test]
fn c44_what_is_ignored_is_one_field_with_its_reason() {
    for (name, tree) in trees() {
        for (path, text) in tree.iter().filter(|(path, _)| path.ends_with(".tf")) {
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("ignore_changes")) {
                assert!(!line.contains("all"), "{name}/{path}: {line}");
                assert!(lines[at - 1].starts_with('#'), "{name}/{path}: {line} has no reason");
            }
        }
    }
}
