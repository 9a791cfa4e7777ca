//! A firewall that two environments own
//!
//! ## What is wrong
//!
//! Another environment of the project is in the same Proxmox cluster, and owns its firewall: the switch, the set `management`,
//! the rules of the nodes. This one owns it as well.
//!
//! ## Why
//!
//! A Proxmox cluster has each of these once. Terraform would undo for one environment what it did for the other, and who may
//! open the nodes would be what was applied last.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.staging.datacenters.home = { nodes = ["pve"], pool = "staging", namespace = "stg", firewall = true }
//!   datacenters.home = {
//!     owns_firewall = true; # error: E0921
//!   };
//! ```
//!
//! ## What to do
//!
//! Say `datacenters.NAME.owns_firewall = false;` in one of the two. It keeps its security groups and the filters of its guests;
//! `operators.addresses` of the owner say who may open the nodes. An environment that gave the firewall up is built first, so
//! that `arv.lock` knows.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::lock::Held;
use crate::model::{Datacenter, NAMESPACE, Site};
use crate::neighbours::{self, Shared};
use crate::place::report;

/// A firewall that two environments own.
pub static CODE: Code = Code::new("E0921", "a firewall that two environments own", include_str!("firewall_of_two.rs"));

/// Every Proxmox cluster whose firewall the site owns.
pub(crate) fn check(site: &Site, held: &Held, out: &mut Vec<Diagnostic>) {
    for (own, others) in neighbours::all(site, held).filter(|(own, _)| own.owns_firewall.value) {
        let Some((environment, shared)) = others.iter().find(|(_, shared)| shared.other.firewall) else { continue };
        let path = &own.named.path;
        let message = format!("the environment `{environment}` owns the firewall of `{path}`, which is owned here too");
        let label = format!("`{environment}` has its switch and the set `management`");
        let first = if own.namespace.value == NAMESPACE && shared.other.namespace == NAMESPACE {
            // Their security groups have one name too.
            format!(
                "say `{path} = {{ owns_firewall = false; namespace = \"stg\"; }};` in one of the two, with a name of its own"
            )
        } else {
            format!("say `{path}.owns_firewall = false;` in one of the two")
        };
        let diagnostic = report(&CODE, message, &own.named, own.owns_firewall.span, &label)
            .note(why(own, environment, shared))
            .help(first)
            .help(format!(
                "if `{environment}` does not own it any more, build that first: `arv.lock` knows its last build"
            ));
        out.push(apart(diagnostic, own, shared));
    }
}

/// By what two environments are known to be in one cluster.
pub(super) fn why(own: &Datacenter, environment: &str, shared: &Shared<'_>) -> String {
    if own.named.name == shared.name {
        return format!("both call the Proxmox cluster `{}`", shared.name);
    }
    let nodes: Vec<String> = shared.other.nodes.iter().map(|node| format!("`{node}`")).collect();
    format!("they are one Proxmox cluster: a node is in both, of {} in `{environment}`", nodes.join(", "))
}

/// Adds what there is to do if they are not in one cluster.
pub(super) fn apart(diagnostic: Diagnostic, own: &Datacenter, shared: &Shared<'_>) -> Diagnostic {
    if own.named.name == shared.name {
        return diagnostic;
    }
    diagnostic.help("if they are two clusters whose nodes have one name, name both: `datacenters.NAME = {};`")
}
