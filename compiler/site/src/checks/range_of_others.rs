//! A range of another Proxmox cluster
//!
//! ## What is wrong
//!
//! A machine names a range that is for the guests of one Proxmox cluster (`datacenter`), and runs in another one, or on no node at
//! all.
//!
//! ## Why
//!
//! Ranges of two clusters may have the same VMIDs and, on networks that only one of them has, the same addresses: nothing was
//! decided of what such a range gives elsewhere.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "two"; domain = "example.internal"; operators.addresses = [ 203.0.113.9 ];
//!   datacenters = { home = {}; cloud = {}; };
//!   nodes.pve1 = { address = 10.0.0.1; datacenter = datacenters.home; };
//!   nodes.pve2 = { address = 10.1.0.1; datacenter = datacenters.cloud; };
//!   networks.house = { cidr = 10.0.0.0/24; bridge = "vmbr1"; nodes = [ nodes.pve1 ]; };
//!   networks.hall = { cidr = 10.1.0.0/24; bridge = "vmbr1"; nodes = [ nodes.pve2 ]; };
//!   images.debian.vmid = 9000;
//!   ranges.home = { datacenter = datacenters.home; vmids = 1000..1999; addresses = 10..99; };
//!   hosts.a = {
//!     node = nodes.pve2;
//!     range = ranges.home; # error: E0395
//!     on.hall = {};
//!   };
//! }
//! ```
//!
//! ## What to do
//!
//! Name a range of the machine's own cluster, or one without `datacenter`. Declare one, if there is none:
//! `ranges.cloud = { datacenter = datacenters.cloud; vmids = 1000..1999; addresses = 10..99; };`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::allocate;
use crate::model::{Host, Kind, Site};
use crate::origins::HostOrigin;
use crate::place::report;

/// A range of another Proxmox cluster.
pub static CODE: Code = Code::new("E0395", "a range of another Proxmox cluster", include_str!("range_of_others.rs"));

/// The range that a machine names.
pub(crate) fn check(site: &Site, host: &Host, origin: &HostOrigin) -> Option<Diagnostic> {
    let (range, span) = (&site.ranges[host.range?.index()], origin.range?);
    let own = range.datacenter?;
    let cluster = &site.datacenters.get(own.value.index())?.named.path;
    let label = match (host.kind, allocate::datacenter(site, host)) {
        (Kind::Machine, _) => format!("`{}` is on no node", host.named.path),
        (_, Some(other)) if other != own.value => {
            let node = &site.nodes[host.node?.index()].named.path;
            let other = &site.datacenters.get(other.index())?.named.path;
            format!("`{}` runs on `{node}`, in `{other}`", host.named.path)
        }
        _ => return None,
    };
    let message = format!("`{}` numbers guests of `{cluster}`", range.named.path);
    let others =
        site.ranges.iter().find(|other| host.kind != Kind::Machine && other.is_for(allocate::datacenter(site, host)));
    let problem = report(&CODE, message, &host.named, span, &label).secondary(own.span, "it says so here");
    Some(match others {
        Some(other) => problem.help(format!("name a range of its own cluster: `range = {};`", other.named.path)),
        None => problem.help("declare a range of its own cluster, or one without `datacenter`, and name that"),
    })
}
