//! A variable that Ansible or arvc has for itself
//!
//! ## What is wrong
//!
//! The name of a variable is none for Ansible, has a meaning of its own there, or is one that arvc writes.
//!
//! ## Why
//!
//! Ansible takes lower-case letters, digits and `_`, the first no digit. A variable named as a keyword of plays (`port`,
//! `hosts`) or as what Ansible sets itself is read as something else. What arvc writes is what its roles act on.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     variables.port = 8080; # error: E0376
//!   };
//! ```
//!
//! ## What to do
//!
//! Name the variable for the role that reads it: `shop_port`. For what arvc writes, write the field that it follows from.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::extra_secret;
use super::invalid_name::shown;
use crate::extra::ExtraField;
use crate::model::Site;

/// A variable that Ansible or arvc has for itself.
pub static CODE: Code =
    Code::new("E0376", "a variable that Ansible or arvc has for itself", include_str!("extra_variable.rs"));

/// What arvc writes, and the fields that it follows from.
const WRITTEN: &[(&str, &str)] = &[
    ("ansible_host", "write the address: `on.NETWORK.address`, or the machine's range"),
    ("ansible_user", "write `user`"),
    ("bootstrap_addresses", "write `prefixes` of the network, or `on.NETWORK.addresses`"),
    ("bootstrap_authorized_keys", "write `operators.keys`"),
    ("bootstrap_domain", "write `domain` of the site"),
    ("bootstrap_hostname", "its name is the key: `hosts.NAME`"),
    ("bootstrap_resolvers", "write `uplink_resolvers` of the site"),
    ("bootstrap_user", "write `user`"),
    ("nebula_address", "write `on.NETWORK.address`, or the machine's range"),
    ("nebula_authorities", "write `nebula.authority` and `nebula.trusted` of the site"),
    ("nebula_device", "write `on.NETWORK.device`"),
    ("nebula_folder", "the configurations are where arvc emits them"),
    ("nebula_further_addresses", "write `prefixes` of the overlay, or `on.NETWORK.addresses`"),
    ("nebula_name", "its name is the key: `hosts.NAME`"),
    ("nebula_probes", "they follow from `allow`"),
    ("nebula_version", "write `nebula.version` of the site"),
    ("security_filter_folder", "the rules are where arvc emits them"),
    ("security_policy", "the rules follow from `allow`"),
    ("site_description", "write `description`"),
    ("site_routes", "write `routes` of the site"),
];

/// Keywords of plays, blocks, roles and tasks, what Ansible sets itself, and Python's own words: ansible-lint's
/// `var-naming`, and `ansible.vars.reserved`.
const RESERVED: &[&str] = &[
    "action",
    "always",
    "and",
    "any_errors_fatal",
    "args",
    "as",
    "assert",
    "async",
    "async_val",
    "await",
    "become",
    "become_exe",
    "become_flags",
    "become_method",
    "become_user",
    "block",
    "break",
    "changed_when",
    "check_mode",
    "class",
    "collections",
    "connection",
    "continue",
    "debugger",
    "def",
    "default_vars",
    "del",
    "delay",
    "delegate_facts",
    "delegate_to",
    "diff",
    "elif",
    "else",
    "environment",
    "except",
    "fact_path",
    "failed_when",
    "finally",
    "for",
    "force_handlers",
    "from",
    "gather_facts",
    "gather_subset",
    "gather_timeout",
    "global",
    "group_names",
    "groups",
    "handlers",
    "hosts",
    "hostvars",
    "if",
    "ignore_errors",
    "ignore_unreachable",
    "import",
    "in",
    "include",
    "inventory_dir",
    "inventory_file",
    "inventory_hostname",
    "inventory_hostname_short",
    "is",
    "item",
    "lambda",
    "listen",
    "local_action",
    "loop",
    "loop_control",
    "loop_with",
    "max_fail_percentage",
    "module_defaults",
    "name",
    "no_log",
    "none",
    "nonlocal",
    "not",
    "notify",
    "omit",
    "or",
    "order",
    "pass",
    "play",
    "play_hosts",
    "playbook_dir",
    "poll",
    "port",
    "post_tasks",
    "pre_tasks",
    "raise",
    "register",
    "remote_user",
    "rescue",
    "retries",
    "return",
    "role_name",
    "role_names",
    "role_path",
    "role_uuid",
    "roles",
    "run_once",
    "serial",
    "strategy",
    "tags",
    "tasks",
    "throttle",
    "timeout",
    "true",
    "false",
    "try",
    "until",
    "validate_argspec",
    "vars",
    "vars_files",
    "vars_prompt",
    "when",
    "while",
    "with",
    "with_",
    "yield",
];

/// Everywhere where variables can be written.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let groups = site.groups.iter().map(|group| &group.variables);
    let hosts = site.hosts.iter().map(|host| &host.variables);
    let nodes = site.nodes.iter().map(|node| &node.variables);
    let services = site.services.iter().map(|service| &service.variables);
    for variables in [&site.variables].into_iter().chain(groups).chain(hosts).chain(nodes).chain(services) {
        for variable in variables {
            out.extend(name(variable));
        }
        extra_secret::check_lookups(variables, out);
    }
}

fn name(variable: &ExtraField) -> Option<Diagnostic> {
    let name = variable.name.as_str();
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !plain {
        let message = format!("{} is not the name of a variable of Ansible", shown(name));
        let label = "a name is lower-case letters, digits and `_`, and begins with no digit";
        return Some(Diagnostic::new(&CODE, message, variable.key, label));
    }
    if RESERVED.contains(&name) {
        let message = format!("`{name}` means something else to Ansible");
        let help = format!("name it for the role that reads it: `shop_{name}`");
        return Some(Diagnostic::new(&CODE, message, variable.key, "a word of Ansible's own").help(help));
    }
    let (_, help) = WRITTEN.iter().find(|(written, _)| *written == name)?;
    let message = format!("the variable `{name}` is arvc's to write");
    Some(Diagnostic::new(&CODE, message, variable.key, "follows from the site").help(*help))
}
