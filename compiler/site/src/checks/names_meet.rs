//! Two names become one in another tool
//!
//! ## What is wrong
//!
//! Two groups, or two tags, differ only in what another tool does not tell apart.
//!
//! ## Why
//!
//! Ansible writes `-` in the name of a group as `_`, and Proxmox turns tags into lower case. Two names that become one there
//! would be one group of machines, with the members of both.
//!
//! ## Example
//!
//! ```arv part
//!   groups."Projects" = {}; # error: E0313
//!   hosts.a = { vmid = 3000; groups = [ groups."Projects" ]; };
//! ```
//!
//! ## What to do
//!
//! Use one of them for both, or give one of them a name of its own.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::invalid_name;
use crate::model::{Named, Site};
use crate::place::{place, report};

/// Two names become one in another tool.
pub static CODE: Code = Code::new("E0313", "two names become one in another tool", include_str!("names_meet.rs"));

/// Groups, clusters and services of the site, each with its own kind. A name that is no label and, corrected, is another's
/// name gets this problem in place of [`invalid_name`]'s.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    kind(site.groups.iter().map(|group| &group.named), out);
    kind(site.clusters.iter().map(|cluster| &cluster.named), out);
    kind(site.hosts.iter().map(|host| &host.named), out);
}

fn kind<'a>(names: impl Iterator<Item = &'a Named> + Clone, out: &mut Vec<Diagnostic>) {
    // Two labels never become one: the mapping is injective on them. So only a site with a name that is none pays.
    if names.clone().all(|named| invalid_name::is_label(&named.name)) {
        return;
    }
    let mut mapped: BTreeMap<String, Vec<&Named>> = BTreeMap::new();
    for named in names {
        mapped.entry(written(&named.name)).or_default().push(named);
    }
    for (written, mut same) in mapped {
        same.sort_by_key(|named| (!invalid_name::is_label(&named.name), place(named, named.key)));
        let [first, others @ ..] = same.as_slice() else { continue };
        for other in others.iter().filter(|other| other.name != first.name) {
            out.retain(|problem| !(*problem.code == invalid_name::CODE && problem.span() == other.key));
            let message = format!("`{}` and `{}` become one name in other tools", first.path, other.path);
            out.push(
                report(&CODE, message, other, other.key, &format!("it becomes `{written}`"))
                    .secondary(place(first, first.key), format!("so does `{}`", first.path))
                    .help("use one of them for both, or give one of them another name"),
            );
        }
    }
}

/// A name as the least discerning of the tools writes it.
fn written(name: &str) -> String {
    name.to_lowercase().replace(['-', '.', ' '], "_")
}
