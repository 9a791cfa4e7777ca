//! A file that arvc writes itself
//!
//! ## What is wrong
//!
//! The path of a further file is one that arvc writes, or lies where a tool would read it beside what arvc writes.
//!
//! ## Why
//!
//! What arvc writes is what was proved. A second source of rules, of machines or of variables would make it untrue without
//! anybody noticing; each of them has a field.
//!
//! ## Example
//!
//! ```arv part
//!   files."terraform/mine.tf" = ""; # error: E0383
//! ```
//!
//! ## What to do
//!
//! Write the field that the message names, or take another path.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::invalid_name::shown;
use super::invalid_role;
use crate::model::Site;

/// A file that arvc writes itself.
pub static CODE: Code = Code::new("E0383", "a file that arvc writes itself", include_str!("file_written.rs"));

const ROLE: &str = "take another name for the role";

/// Files and folders that arvc writes or that a tool reads beside them, and what to say instead.
const WRITTEN: &[(&str, &str)] = &[
    ("ansible/ansible.cfg", "play with variables of the environment: `ANSIBLE_…`"),
    ("ansible/files/filter", "write `allow`: the rules follow from it"),
    ("ansible/inventory", "write `variables` of the site, a group or a host"),
    ("ansible/playbooks/bootstrap.yml", "take another name for the playbook"),
    ("ansible/playbooks/group_vars", "write `variables` of the site or a group"),
    ("ansible/playbooks/host_vars", "write `variables` of the host"),
    ("ansible/playbooks/nebula.yml", "take another name for the playbook"),
    ("ansible/playbooks/resolver.yml", "take another name for the playbook"),
    ("ansible/playbooks/rotate.yml", "take another name for the playbook"),
    ("ansible/playbooks/security.yml", "take another name for the playbook"),
    ("ansible/playbooks/services.yml", "take another name for the playbook, or write `role` of a service"),
    ("ansible/playbooks/site.yml", "take another name for the playbook"),
    ("ansible/requirements.yml", "write `ansible/collections/requirements.yml`"),
    ("dns", "write `records`"),
    ("manifest.json", "take another name"),
    ("nebula", "write `nebula` of a host, a group or the site"),
    ("proxmox", "write `forward` and `uplink` of the node"),
    ("readme.md", "take another name"),
    ("routers", "write `allow`: the flows follow from it"),
    ("wiring.json", "write `nodes` and `networks`"),
];

/// Every further file.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for file in &site.files {
        if let Some(help) = instead(&file.path) {
            let message = format!("{} is arvc's to write", shown(&file.path));
            out.push(Diagnostic::new(&CODE, message, file.key, "not beside what arvc writes").help(help));
        }
    }
}

/// What to say instead of a file at this path, if arvc writes it or it would be read beside what arvc writes.
pub fn instead(path: &str) -> Option<&'static str> {
    let path = path.to_lowercase();
    // Terraform reads every configuration of a root module's folder; with several datacenters those lie one below.
    if path.starts_with("terraform/")
        && [".tf", ".tf.json", ".tofu", ".tofu.json"].iter().any(|end| path.ends_with(end))
    {
        return Some("write `terraform.resources` of the site");
    }
    if let Some(role) = path.strip_prefix("ansible/roles/") {
        let role = role.split('/').next().unwrap_or(role);
        return invalid_role::OWN.contains(&role).then_some(ROLE);
    }
    // A file in the place of a folder is as bad as one in it.
    let meets = |written: &str| path == written || below(&path, written) || below(written, &path);
    let folders = ["terraform", "ansible/roles"];
    let found = WRITTEN.iter().find(|(written, _)| meets(written)).map(|(_, help)| *help);
    found.or(folders.iter().any(|folder| path == *folder).then_some("it is a folder of the tree"))
}

fn below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arvc_writes_and_what_is_read_beside_it_is_refused() {
        for path in [
            "README.md",
            "manifest.json",
            "terraform/x.tf",
            "terraform/east/x.TF.json",
            "terraform",
            "ansible",
            "ansible/inventory/host_vars/dns.yml",
            "ansible/roles/security/tasks/more.yml",
            "nebula/dns.yml",
            "nebula",
            "dns/x.zone",
            "manifest.json/x",
        ] {
            assert!(instead(path).is_some(), "{path}");
        }
        for path in [
            "ansible/roles/shop/tasks/main.yml",
            "ansible/playbooks/backup.yml",
            "ansible/files/x",
            "terraform/files/hook.pl",
            "grafana/site.json",
            "dnsmasq.conf",
        ] {
            assert_eq!(instead(path), None, "{path}");
        }
    }
}
