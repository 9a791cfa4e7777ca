//! What is the same in every tree: `ansible.cfg`, the playbooks and the roles.

use crate::headed;
use crate::tree::Tree;

macro_rules! assets {
    ($folder:literal, $($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../", $folder, "/", $path)))),*]
    };
}

const ROLES: &[(&str, &str)] = assets!(
    "roles",
    "bootstrap/defaults/main.yml",
    "bootstrap/files/20auto-upgrades",
    "bootstrap/files/arvc-addresses",
    "bootstrap/files/arvc-addresses.service",
    "bootstrap/handlers/main.yml",
    "bootstrap/meta/argument_specs.yml",
    "bootstrap/meta/main.yml",
    "bootstrap/tasks/addresses.yml",
    "bootstrap/tasks/clock.yml",
    "bootstrap/tasks/first_boot.yml",
    "bootstrap/tasks/keys.yml",
    "bootstrap/tasks/main.yml",
    "bootstrap/tasks/name.yml",
    "bootstrap/tasks/packages.yml",
    "bootstrap/tasks/replace_keys.yml",
    "bootstrap/tasks/resolver.yml",
    "bootstrap/templates/addresses.j2",
    "bootstrap/templates/resolv.conf.j2",
    "bootstrap/templates/resolved.conf.j2",
    "bootstrap/templates/timesyncd.conf.j2",
    "bootstrap/vars/main.yml",
    "nebula/defaults/main.yml",
    "nebula/files/nebula-authorities.py",
    "nebula/files/nebula-own-certificate",
    "nebula/files/nebula-probe.py",
    "nebula/handlers/main.yml",
    "nebula/meta/argument_specs.yml",
    "nebula/meta/main.yml",
    "nebula/tasks/authorities.yml",
    "nebula/tasks/certify.yml",
    "nebula/tasks/configure.yml",
    "nebula/tasks/install.yml",
    "nebula/tasks/join.yml",
    "nebula/tasks/main.yml",
    "nebula/tasks/prepare.yml",
    "nebula/tasks/prove.yml",
    "nebula/templates/nebula.service.j2",
    "nebula/vars/main.yml",
    "resolver/defaults/main.yml",
    "resolver/files/resolver-ask.py",
    "resolver/handlers/main.yml",
    "resolver/meta/argument_specs.yml",
    "resolver/meta/main.yml",
    "resolver/tasks/plain.yml",
    "resolver/tasks/serve.yml",
    "resolver/tasks/stub.yml",
    "resolver/tasks/use.yml",
    "resolver/templates/resolv.conf.j2",
    "resolver/templates/resolved.conf.j2",
    "resolver/templates/trial.conf.j2",
    "resolver/vars/main.yml",
    "security/defaults/main.yml",
    "security/files/arvc-filter",
    "security/files/arvc-filter.service",
    "security/files/sshd.conf",
    "security/handlers/main.yml",
    "security/meta/argument_specs.yml",
    "security/meta/main.yml",
    "security/tasks/filter.yml",
    "security/tasks/forward.yml",
    "security/tasks/iptables.yml",
    "security/tasks/main.yml",
    "security/tasks/nftables.yml",
    "security/tasks/prove.yml",
    "security/tasks/ssh.yml",
    "security/tasks/try.yml",
    "security/templates/forward.conf.j2",
);

const FRAME: &[(&str, &str)] = assets!(
    "assets/ansible",
    "ansible.cfg",
    "playbooks/bootstrap.yml",
    "playbooks/nebula.yml",
    "playbooks/resolver.yml",
    "playbooks/rotate.yml",
    "playbooks/security.yml",
    "playbooks/site.yml",
);

/// The last play of `playbooks/site.yml`, which a site without an overlay does not have.
const JOIN: &str = "\n- name: Join the overlay\n  ansible.builtin.import_playbook: nebula.yml\n";

/// The play behind it, which only a site with a resolver has.
const RESOLVE: &str = "\n- name: Answer names and ask for them\n  ansible.builtin.import_playbook: resolver.yml\n";

/// Another last play, which only a site with roles of its own has.
const DEPLOY: &str = "\n- name: Deploy the services\n  ansible.builtin.import_playbook: services.yml\n";

/// Which of the parts that not every site has are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// There is an overlay to join.
    pub overlay: bool,
    /// There is a resolver that answers the site's names.
    pub resolver: bool,
    /// There are roles of services.
    pub services: bool,
}

/// Writes the frame and the roles.
pub fn emit(wanted: Wanted, header: &str, tree: &mut Tree) {
    let is_wanted = |path: &str| match path {
        "playbooks/nebula.yml" | "playbooks/rotate.yml" => wanted.overlay,
        "playbooks/resolver.yml" => wanted.resolver,
        _ if path.starts_with("nebula/") => wanted.overlay,
        _ if path.starts_with("resolver/") => wanted.resolver,
        _ => true,
    };
    for (path, text) in FRAME.iter().filter(|(path, _)| is_wanted(path)) {
        let mut text = if wanted.overlay { (*text).to_owned() } else { text.replace(JOIN, "") };
        if *path == "playbooks/site.yml" {
            let further = [(wanted.resolver, RESOLVE), (wanted.services, DEPLOY)];
            text.extend(further.iter().filter(|(wanted, _)| *wanted).map(|(_, play)| *play));
        }
        tree.text(format!("ansible/{path}"), headed(&text, header));
    }
    for (path, text) in ROLES.iter().filter(|(path, _)| is_wanted(path)) {
        tree.text(format!("ansible/roles/{path}"), headed(text, header));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    fn files(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = format!("{prefix}{}", path.file_name().expect("a name").to_string_lossy());
            match path.is_dir() {
                true => files(&path, &format!("{name}/"), found),
                false => drop(found.insert(name)),
            }
        }
    }

    #[test]
    fn every_file_of_a_role_is_emitted() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for (folder, list) in [("roles", ROLES), ("assets/ansible", FRAME)] {
            let mut there = BTreeSet::new();
            files(&root.join(folder), "", &mut there);
            let listed: BTreeSet<String> = list.iter().map(|(path, _)| (*path).to_owned()).collect();
            assert_eq!(there, listed);
        }
    }

    #[test]
    fn every_asset_says_where_it_came_from() {
        for (path, text) in ROLES.iter().chain(FRAME) {
            assert!(headed(text, "HEADER").lines().take(2).any(|line| line.contains("HEADER")), "{path}");
        }
    }
}
