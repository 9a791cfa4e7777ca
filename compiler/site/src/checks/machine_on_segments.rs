//! A machine on segments that are not joined
//!
//! ## What is wrong
//!
//! A machine that is not created is on a network whose segments are not joined.
//!
//! ## Why
//!
//! Such a network exists once a node: a guest is on the segment of its own node. Of a machine that runs on no node nobody can
//! say which of them it is plugged into, and so whom it reaches.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; };
//!   networks.inner = { cidr = 10.0.20.0/24; bridge = "vmbr2"; joined = false; };
//!   hosts.nas = { # error: E0810
//!     kind = Machine;
//!     groups = [ groups.projects ];
//!     on.inner.address = 10.0.20.9;
//!   };
//!   hosts.dns.node = nodes.pve;
//! ```
//!
//! ## What to do
//!
//! Make a network of its own out of the segment that the machine is on: with `nodes = [ … ]` of that node alone.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Kind, Site};
use crate::place::{place, report};
use crate::segments::Segments;

/// A machine on segments that are not joined.
pub static CODE: Code =
    Code::new("E0810", "a machine on segments that are not joined", include_str!("machine_on_segments.rs"));

/// Every machine that is not created.
pub(crate) fn check(site: &Site, segments: &Segments, out: &mut Vec<Diagnostic>) {
    if site.networks.iter().all(|network| network.joined) {
        return;
    }
    for host in site.hosts.iter().filter(|host| host.kind == Kind::Machine) {
        for interface in host.interfaces.iter().filter(|interface| segments.whole(interface.network).is_none()) {
            let network = &site.networks[interface.network.index()].named;
            let message = format!("`{}` is on `{}`, whose segments are not joined", host.named.path, network.path);
            out.push(
                report(&CODE, message, &host.named, host.named.key, "it is on no node, so on none of its segments")
                    .secondary(place(network, network.key), "once a node: `joined = false`"),
            );
        }
    }
}
