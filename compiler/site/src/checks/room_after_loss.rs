//! No room after the loss of a node
//!
//! ## What is wrong
//!
//! The HA manager starts the guests of a lost node on others, which do not have enough memory left for them, or fewer cores
//! than one of them has.
//!
//! ## Why
//!
//! The guests are started until memory runs out. Those that come last stay down, or the kernel kills one that ran. A guest with
//! more cores than its node does not start.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; memory = 8GiB; }; # error: L0856
//!   nodes.third = { address = 192.168.100.3; memory = 8GiB; };
//!   hosts.dns.node = nodes.pve;
//!   hosts.a = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     node = nodes.second;
//!     memory = 6GiB;
//!     datastore = "ceph";
//!     ha = { nodes = [ nodes.third ]; strict = true; };
//!   };
//!   hosts.b = { vmid = 3001; groups = [ groups.projects ]; node = nodes.third; memory = 4GiB; };
//! ```
//!
//! ## What to do
//!
//! Leave room for the guests of one node, let fewer of them move, or name more nodes in `ha.nodes`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::capacity::{Asked, largest, size, without_room};
use crate::model::{Accepted, Site};
use crate::origins::Origins;
use crate::place::report;

/// No room after the loss of a node.
pub static CODE: Code = Code::new("L0856", "no room after the loss of a node", include_str!("room_after_loss.rs"));

/// One lint for each node and set of nodes that its guests may move to.
pub(crate) fn check(site: &Site, origins: &Origins, asked: &[Asked], out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts || !origins.all.nodes {
        return;
    }
    let accepted = |node| site.accepted_losses.binary_search(&Accepted::Node(node)).is_ok();
    for short in without_room(site, asked, accepted) {
        let named = &site.nodes[short.lost.index()].named;
        let nodes = short.nodes.iter().take(4).map(|node| format!("`{}`", site.nodes[node.index()].named.path));
        let nodes = nodes.collect::<Vec<_>>().join(", ");
        let small = short.memory <= short.free;
        let (message, label) = match (short.largest.filter(|_| small), short.starts_nowhere.filter(|_| small)) {
            (None, Some(host)) => {
                let host = &site.hosts[host.index()];
                (
                    format!("the loss of `{}` leaves `{}` without a node", named.path, host.named.path),
                    format!("it has {} cores, and none of {nodes} has as many", host.cores),
                )
            }
            (Some(host), _) => {
                let host = &site.hosts[host.index()];
                (
                    format!("the loss of `{}` leaves `{}` without room", named.path, host.named.path),
                    format!("it has {}, and none of {nodes} has as much free", size(host.memory)),
                )
            }
            (None, None) => (
                format!(
                    "the loss of `{}` leaves {} of guests without room",
                    named.path,
                    size(short.memory - short.free)
                ),
                format!("{} move to {nodes}, which have {} free", size(short.memory), size(short.free)),
            ),
        };
        let guests = largest(site, &short.guests, |host| host.memory, size);
        out.push(
            report(&CODE, message, named, named.key, &label)
                .help(format!("the largest that move are {guests}: leave room for them, or let fewer move")),
        );
    }
}
