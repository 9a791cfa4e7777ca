//! A domain that hides a name
//!
//! ## What is wrong
//!
//! A further domain is called like a machine or cluster, or a machine's name lies in a further domain.
//!
//! ## Why
//!
//! A name is looked up in the longest domain that it ends in. A machine of `home` whose name is `lab` is `lab.home`: once there is
//! a domain `lab.home`, its zone answers that name, and knows nothing of the machine.
//!
//! ## Example
//!
//! ```arv part
//!   domains."dns.example.internal" = {}; # error: E0886
//! ```
//!
//! ## What to do
//!
//! Give the domain or the machine another name.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Site};
use crate::place::{place, report};

/// A domain that hides a name.
pub static CODE: Code = Code::new("E0886", "a domain that hides a name", include_str!("domain_hides_name.rs"));

/// Every further domain below the site's own. A machine's name is one label, so it is the domain or not in it.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for domain in &site.names.domains {
        let suffix = format!(".{}", site.domain);
        let Some(label) = domain.named.name.strip_suffix(&suffix) else { continue };
        let hosts = site.hosts.iter().map(|host| &host.named);
        let clusters = site.clusters.iter().map(|cluster| &cluster.named);
        let nodes = site.nodes.iter().map(|node| &node.named);
        for hidden in hosts.chain(clusters).chain(nodes).filter(|named| named.name == label) {
            out.push(diagnostic(&domain.named, hidden));
        }
    }
}

fn diagnostic(domain: &Named, hidden: &Named) -> Diagnostic {
    let message = format!("the domain `{}` hides `{}`", domain.name, hidden.path);
    report(&CODE, message, domain, domain.key, "its zone answers this name")
        .secondary(place(hidden, hidden.key), format!("so nobody finds `{}`", hidden.path))
}
