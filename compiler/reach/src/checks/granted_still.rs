//! A certificate says what its machine has no more
//!
//! ## What is wrong
//!
//! A group, an address or the name of a machine was taken away, or the machine is gone, and the certificate that was granted
//! before is good until it expires.
//!
//! ## Why
//!
//! Nebula believes the certificate. Whoever has it and its key is still a member with all that it says: the machine itself, a
//! copy of its disk, a backup.
//!
//! ## Example
//!
//! ```arv site
//! # arv.lock: environments.site.certificates.web = [{ name = "web", networks = ["10.10.10.101/24"], groups = ["admin"] }]
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve = { address = 192.168.100.1; };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   groups.admin = {};
//!   hosts.desk = { vmid = 100; lighthouse = true; groups = [ groups.admin ]; };
//!   hosts.web = { vmid = 101; }; # error: L0415
//! }
//! ```
//!
//! ## What to do
//!
//! Build, and let `nebula/sign.sh --withdrawn` print the fingerprint as a line for the site's `nebula.config.pki.blocklist`. Once
//! it is blocked everywhere, or has expired, say so: `arvc lock release NAME --certificates`.

use std::collections::BTreeMap;
use std::net::IpAddr;

use arvc_site::lock::Grant;
use arvc_site::model::{Host, Site};
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::granted_once::says;

/// A certificate to be blocked.
pub static CODE: Code =
    Code::new("L0415", "a certificate says what its machine has no more", include_str!("granted_still.rs"));

/// Every machine that is there and whose certificates are to be blocked, and every one that has an address which a certificate
/// of another one has.
pub(super) fn check(site: &Site, found: &mut Vec<Diagnostic>) {
    if site.withdrawn.is_empty() {
        return;
    }
    let mut of: BTreeMap<IpAddr, (&str, &Grant)> = BTreeMap::new();
    for (name, grants) in &site.withdrawn {
        let addresses = grants.iter().flat_map(|grant| grant.networks.iter().map(move |it| (it.addr(), grant)));
        of.extend(addresses.map(|(address, grant)| (address, (name.as_str(), grant))));
    }
    for host in site.hosts.iter().filter(|host| host.status.is_there()) {
        let name = &host.named.name;
        if let Some(grants) = site.withdrawn.get(name) {
            let message = format!("a certificate of `{name}` says what it has no more");
            let mut diagnostic = Diagnostic::new(&CODE, message, host.named.key, lost(site, host, &grants[0]));
            for grant in &grants[1..] {
                diagnostic = diagnostic.note(format!("and one says {}", lost(site, host, grant)));
            }
            found.push(diagnostic.help(block(name)));
        }
        let reused =
            addresses(host).find_map(|address| Some((address, of.get(&address)?))).filter(|(_, (old, _))| old != name);
        if let Some((address, (old, grant))) = reused {
            let message = format!("`{name}` has {address}, and so has a certificate of `{old}`");
            found.push(
                Diagnostic::new(&CODE, message, host.named.key, format!("it says {}", says(grant)))
                    .note("two members with one address lose one another's packets")
                    .help(block(old)),
            );
        }
    }
}

/// What of a certificate its machine has no more, in words.
fn lost(site: &Site, host: &Host, grant: &Grant) -> String {
    let mut words = Vec::new();
    if grant.name != host.named.name {
        words.push(format!("the name `{}`", grant.name));
    }
    let own: Vec<IpAddr> = addresses(host).collect();
    words.extend(grant.networks.iter().filter(|it| !own.contains(&it.addr())).map(ToString::to_string));
    let is_in = |name: &String| host.groups.iter().any(|group| site.groups[group.index()].named.name == *name);
    let groups: Vec<&str> = grant.groups.iter().filter(|name| !is_in(name)).map(String::as_str).collect();
    match groups.as_slice() {
        [] => {}
        [one] => words.push(format!("group {one}")),
        groups => words.push(format!("groups {}", groups.join(", "))),
    }
    if words.is_empty() { says(grant) } else { words.join(", ") }
}

fn addresses(host: &Host) -> impl Iterator<Item = IpAddr> {
    host.interfaces.iter().flat_map(|interface| interface.addresses()).map(|address| address.value)
}

fn block(name: &str) -> String {
    format!(
        "block it (`nebula/sign.sh --withdrawn` prints its fingerprint), then: `arvc lock release {name} --certificates`"
    )
}
