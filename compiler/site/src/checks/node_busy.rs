//! More cores than a node shares
//!
//! ## What is wrong
//!
//! The guests of a node have more cores together than its own times `cpu_overcommit`.
//!
//! ## Why
//!
//! Cores are shared, and a node whose guests are idle carries several times its own. Beyond that they wait for one another, and
//! what waits longest is what must answer in time: a vote, a heartbeat.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.second = { address = 192.168.100.2; cores = 4; cpu_overcommit = 1; }; # error: L0857
//!   hosts.dns.node = nodes.pve;
//!   hosts.a = { vmid = 3000; groups = [ groups.projects ]; node = nodes.second; cores = 3; };
//!   hosts.b = { vmid = 3001; groups = [ groups.projects ]; node = nodes.second; cores = 3; };
//! ```
//!
//! ## What to do
//!
//! Give the guests fewer cores, put some on another node, or raise `cpu_overcommit` if they are idle.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::availability::capacity::{Asked, largest};
use crate::model::Site;
use crate::origins::Origins;
use crate::place::report;

/// More cores than a node shares.
pub static CODE: Code = Code::new("L0857", "more cores than a node shares", include_str!("node_busy.rs"));

/// Every node that says how many it has.
pub(crate) fn check(site: &Site, origins: &Origins, asked: &[Asked], out: &mut Vec<Diagnostic>) {
    if !origins.all.hosts || !origins.all.nodes {
        return;
    }
    for (node, asked) in site.nodes.iter().zip(asked) {
        let Some(cores) = node.cores else { continue };
        let most = u64::from(cores.value) * u64::from(node.cpu_overcommit);
        if asked.cores <= most {
            continue;
        }
        let message = format!("the guests of `{}` have {} cores, and it shares {most}", node.named.path, asked.cores);
        let label = format!("{} cores, {} guests' cores on each", cores.value, node.cpu_overcommit);
        let guests = largest(site, &asked.guests, |host| u64::from(host.cores), |cores| cores.to_string());
        out.push(
            report(&CODE, message, &node.named, node.named.key, &label)
                .help(format!("the largest are {guests}: give them fewer, or raise `cpu_overcommit` if they are idle")),
        );
    }
}
