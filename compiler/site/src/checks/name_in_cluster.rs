//! A name that another environment has in the cluster
//!
//! ## What is wrong
//!
//! Another environment of the project is in the same Proxmox cluster, and has a pool, a hardware mapping or a `namespace` of the
//! same name. What a namespace begins are the names of security groups, which have 18 characters at most.
//!
//! ## Why
//!
//! Each of these names belongs to the whole cluster. Terraform stops at a pool or a mapping that is there already, and takes over
//! a security group that is: the guests of one environment would be opened to what the other one's policy says.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.staging.datacenters.home = { nodes = ["pve"], pool = "guests", namespace = "stg", firewall = false }
//!   datacenters.home = {
//!     pool = "guests"; # error: E0922
//!   };
//! ```
//!
//! ## What to do
//!
//! Write another `pool` or `namespace`: `datacenters.NAME.namespace = "stg";`. A mapping is declared by one environment; one that
//! declares none may name it.

use arvc_syntax::diagnostic::{Code, Diagnostic};
use arvc_syntax::source::Span;

use super::firewall_of_two::{apart, why};
use super::invalid_name::shown;
use crate::lock::Held;
use crate::model::{NAMESPACE, Site};
use crate::neighbours;
use crate::place::report;

/// A name that another environment has in the cluster.
pub static CODE: Code =
    Code::new("E0922", "a name that another environment has in the cluster", include_str!("name_in_cluster.rs"));

/// Every name that the site has in a Proxmox cluster.
pub(crate) fn check(site: &Site, held: &Held, out: &mut Vec<Diagnostic>) {
    for (own, others) in neighbours::all(site, held) {
        let path = &own.named.path;
        let mut taken = |span: Span, what: &str, name: &str, help: String, environment: &str, shared: &_| {
            let message = format!("the environment `{environment}` has the {what} {} in `{path}`", shown(name));
            let diagnostic = report(&CODE, message, &own.named, span, &format!("this site has the {what} too"));
            out.push(apart(diagnostic.note(why(own, environment, shared)).help(help), own, shared));
        };
        let first = |same: &dyn Fn(&crate::lock::Datacenter) -> bool| {
            others.iter().find(|(_, shared)| same(shared.other)).map(|(name, shared)| (*name, *shared))
        };
        let (pool, space) = (&own.pool, &own.namespace);
        if let Some((environment, shared)) = first(&|other| other.pool == pool.value) {
            let help = format!("say another one: `{path}.pool = \"{}-2\";`", pool.value);
            taken(pool.span, "pool", &pool.value, help, environment, &shared);
        }
        // Two sites that were written without a thought of one another own the firewall too, and are told of both at once.
        let thoughtless =
            |other: &crate::lock::Datacenter| space.value == NAMESPACE && own.owns_firewall.value && other.firewall;
        if let Some((environment, shared)) = first(&|other| other.namespace == space.value && !thoughtless(other)) {
            let help = format!("say another one, as in `{path}.namespace = \"stg\";`");
            taken(space.span, "namespace", &space.value, help, environment, &shared);
        }
        for mapping in &own.mappings {
            let name = &mapping.name;
            if let Some((environment, shared)) = first(&|other| other.mappings.contains(&name.value)) {
                let help = "declare it in one of the two: the other one names it and declares no mapping".to_owned();
                taken(name.span, "hardware mapping", &name.value, help, environment, &shared);
            }
        }
    }
}
