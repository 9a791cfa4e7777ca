//! A node that nobody knows the datacenter of
//!
//! ## What is wrong
//!
//! The site has several `datacenters`, and a node does not say which of them it belongs to.
//!
//! ## Why
//!
//! VMIDs, pools and firewall sets belong to a Proxmox cluster, so a guest's node decides where they are.
//!
//! ## Example
//!
//! ```arv part
//!   datacenters = { home = {}; away = {}; };
//!   nodes.second = { address = 192.168.100.2; }; # error: E0344
//!   nodes.pve.datacenter = datacenters.home;
//!   hosts.dns.node = nodes.pve;
//! ```
//!
//! ## What to do
//!
//! Name it: `datacenter = datacenters.home;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Datacenter, Named};
use crate::place::report;

/// A node that nobody knows the datacenter of.
pub static CODE: Code =
    Code::new("E0344", "a node that nobody knows the datacenter of", include_str!("datacenter_choice.rs"));

/// A node of a site with several.
pub(crate) fn diagnostic(named: &Named, datacenters: &[Datacenter]) -> Diagnostic {
    let paths = datacenters.iter().map(|it| format!("`{}`", it.named.path)).collect::<Vec<_>>().join(", ");
    let message = format!("`{}` does not say its datacenter", named.path);
    report(&CODE, message, named, named.key, "the site has several datacenters").help(format!("name one of {paths}"))
}
