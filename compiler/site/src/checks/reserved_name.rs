//! A name that means something else already
//!
//! ## What is wrong
//!
//! A host is called `localhost`, `wpad`, `isatap`, `any`, `all`, `ungrouped` or `guests`, or its name reads as an address;
//! or a group is called `any`.
//!
//! ## Why
//!
//! `localhost` is every machine itself (RFC 6761). Whoever is called `wpad` or `isatap` is asked by others' browsers and
//! systems for their proxy or their IPv6 router. A name of digits only, or with `0x` before them, is taken for an address by
//! `inet_aton`. `any` is every member in a Nebula rule. `all` and `ungrouped` are groups of Ansible, and `guests` is one of the
//! emitted inventory: it takes a host and a group of one name for each other.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.wpad = { vmid = 3000; groups = [ groups.projects ]; }; # error: E0311
//! ```
//!
//! ## What to do
//!
//! Choose another name.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Named, Site};
use crate::place::report;
use crate::spelling::ansible;

/// A name that means something else already.
pub static CODE: Code =
    Code::new("E0311", "a name that means something else already", include_str!("reserved_name.rs"));

/// Hosts, nodes, clusters and groups.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let hosts = site.hosts.iter().map(|host| &host.named);
    let nodes = site.nodes.iter().map(|node| &node.named);
    let clusters = site.clusters.iter().map(|cluster| &cluster.named);
    for named in hosts.chain(nodes).chain(clusters) {
        out.extend(host(&named.name).map(|why| diagnostic(named, why)));
    }
    for group in &site.groups {
        out.extend(self::group(&group.named.name).map(|why| diagnostic(&group.named, why)));
    }
}

fn diagnostic(named: &Named, why: &str) -> Diagnostic {
    report(&CODE, format!("`{}` cannot be called `{}`", named.path, named.name), named, named.key, why)
}

fn host(name: &str) -> Option<&'static str> {
    match name {
        "localhost" => Some("every machine calls itself that (RFC 6761)"),
        "wpad" => Some("browsers ask a machine of this name for their proxy"),
        "isatap" => Some("systems ask a machine of this name for an IPv6 router"),
        "any" => Some("`any` is every member in a Nebula rule"),
        "all" | "ungrouped" => Some("Ansible has a group of its own with this name"),
        _ if ansible::OWN_GROUPS.contains(&name) => Some("the emitted inventory has a group of this name"),
        _ if is_number(name) => Some("it reads as an address"),
        _ => None,
    }
}

fn group(name: &str) -> Option<&'static str> {
    match name {
        "any" => Some("`any` is every member in a Nebula rule"),
        _ => None,
    }
}

/// What `inet_aton` takes for the one part of an address.
fn is_number(name: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits(name) || name.strip_prefix("0x").is_some_and(hexadecimal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_no_host_names_and_names_with_numbers_are() {
        for name in ["1001", "0", "0x7f000001", "localhost", "any", "all", "guests"] {
            assert!(host(name).is_some(), "{name}");
        }
        for name in ["web1", "0xy", "10-0-0-1", "1a", "alle"] {
            assert!(host(name).is_none(), "{name}");
        }
    }
}
