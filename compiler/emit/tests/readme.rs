//! What the tree's README says for sites made by hand.

mod sites;

use std::collections::BTreeSet;

use arvc_emit::tree::Tree;
use arvc_reach::policy::policies;
use arvc_site::model::*;
use sites::*;

fn emitted(site: &Site) -> Tree {
    arvc_emit::emit(site, &policies(site), "site.arv")
}

fn readme(site: &Site) -> String {
    emitted(site).files["README.md"].text.clone()
}

/// A laptop that is on the overlay alone, and a printer that is on the bridge alone; Ansible configures neither.
fn with_machines_of_others() -> Site {
    let mut site = small();
    for (name, last, gone) in [("laptop", 99, BRIDGE), ("printer", 98, OVERLAY)] {
        let host = guest(&mut site, name, 5000, last, PROJECTS);
        let host = &mut site.hosts[host.index()];
        (host.kind, host.vmid, host.managed, host.lighthouse) = (Kind::Machine, None, false, false);
        host.interfaces.retain(|interface| interface.network != gone);
    }
    site
}

/// Whatever looks like a file or folder of the tree.
fn named(text: &str) -> BTreeSet<String> {
    let folders = ["terraform", "ansible", "nebula", "proxmox", "dns"];
    let words = text.split(|c: char| c.is_whitespace() || c == '`');
    // Ansible's commands are said for its own folder.
    let whole = words.map(|word| match word.starts_with("playbooks/") {
        true => format!("ansible/{word}"),
        false => word.to_owned(),
    });
    whole.filter(|word| folders.iter().any(|folder| word.starts_with(&format!("{folder}/")))).collect()
}

#[test]
fn every_file_that_it_names_is_in_the_tree() {
    let site = with_machines_of_others();
    let (tree, paths) = (emitted(&site), named(&readme(&site)));
    assert!(tree.files["README.md"].text.starts_with(&format!("<!-- {HEADER} -->\n# small\n")));
    assert!(paths.len() >= 5, "{paths:?}");
    for path in paths {
        let stem = path.split('*').next().unwrap_or_default();
        assert!(tree.files.keys().any(|file| file.starts_with(stem)), "{path}");
    }
}

#[test]
fn a_member_without_ansible_has_its_own_way_in_and_no_other_does() {
    let text = readme(&with_machines_of_others());
    assert!(text.contains("\n### laptop\n") && text.contains("\nnebula/sign.sh laptop\n"), "{text}");
    assert!(text.contains("| `nebula/laptop.yml` | `/etc/nebula/config.yml` |"), "{text}");
    assert!(text.contains("Nothing here configures `printer`"), "{text}");
    assert_eq!(text.matches("\n### ").count(), 1);
    assert!(!readme(&small()).contains("Machines that Ansible does not configure"));
}

#[test]
fn a_phone_gets_the_steps_of_its_app_and_no_command_to_run_on_it() {
    let mut site = with_machines_of_others();
    let phone = site.hosts.iter_mut().find(|host| host.named.name == "laptop").unwrap();
    phone.mobile = true;
    let (tree, text) = (emitted(&site), readme(&site));
    let steps = text.split("\n### laptop\n").nth(1).unwrap();
    for said in
        ["`nebula/laptop.yml`", "`From file`", "`../pki/hosts/laptop.pub`", "\nnebula/sign.sh laptop\n", "`ca.crt`"]
    {
        assert!(steps.contains(said), "{said}: {steps}");
    }
    for linux in ["/etc/nebula", "keygen", "mkdir", "nebula -config", "host.key"] {
        assert!(!steps.contains(linux), "{linux}: {steps}");
    }
    assert!(tree.files.contains_key("nebula/laptop.yml"));
}

#[test]
fn keys_in_the_site_leave_no_variable_to_set() {
    let mut site = small();
    assert!(readme(&site).contains("export TF_VAR_ssh_keys="));
    site.operators.keys = vec!["ssh-ed25519 AAAA operator".into()];
    assert!(!readme(&site).contains("ssh_keys"));
}

#[test]
fn who_still_reaches_the_nodes_is_said_before_the_switch() {
    let mut site = small();
    let text = readme(&site);
    let (warning, apply) = (text.find("answer to `192.168.100.250/32`"), text.find("\nterraform apply\n"));
    assert!(warning.is_some() && warning < apply, "{text}");
    site.operators.addresses.clear();
    assert!(readme(&site).contains("since `operators.addresses` is empty"));
}

#[test]
fn a_container_on_the_overlay_asks_for_the_login_that_may_make_it() {
    assert!(readme(&small()).contains("PROXMOX_VE_API_TOKEN"));
    let mut site = small();
    site.images[0].kind = Kind::Container;
    site.hosts.iter_mut().for_each(|host| host.kind = Kind::Container);
    let text = readme(&site);
    assert!(text.contains("PROXMOX_VE_USERNAME=root@pam") && !text.contains("API_TOKEN"), "{text}");
}

#[test]
fn a_site_without_an_overlay_hears_nothing_of_one() {
    let mut site = small();
    site.networks.pop();
    for host in &mut site.hosts {
        host.interfaces.retain(|interface| interface.network != OVERLAY);
        (host.lighthouse, host.relay) = (false, false);
    }
    let text = readme(&site);
    assert!(!text.to_lowercase().contains("nebula") && !text.contains("overlay"), "{text}");
}
