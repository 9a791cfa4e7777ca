//! Most of a cluster gets other addresses at once
//!
//! ## What is wrong
//!
//! So many members of a cluster with a quorum have other addresses than `arv.lock` holds for them that those which keep theirs
//! are no majority.
//!
//! ## Why
//!
//! Members of Raft, etcd or ZooKeeper keep the addresses of one another in their own data, and change them by a vote. The few
//! that are still where the others look for them cannot decide that the rest have moved, so the cluster never decides anything
//! again.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.site.networks.overlay = { cidr = "10.10.10.0/24" }
//!   # arv.lock: environments.site.hosts.store-a = { vmid = 3000, on = { overlay = "10.10.10.130" } }
//!   # arv.lock: environments.site.hosts.store-b = { vmid = 3001, on = { overlay = "10.10.10.131" } }
//!   # arv.lock: environments.site.hosts.store-c = { vmid = 3002, on = { overlay = "10.10.10.32" } }
//!   clusters.store = { # error: E0912
//!     quorum = true;
//!     groups = [ groups.projects ];
//!     members = { a.vmid = 3000; b.vmid = 3001; c.vmid = 3002; };
//!   };
//! ```
//!
//! ## What to do
//!
//! Move a minority at a time: state the old addresses of the others (`members.b.on.overlay.address = 10.10.10.131;`), build,
//! apply, let the cluster take its members in again, and go on with the next. Or let the members have both prefixes for a
//! while (`prefixes` of the network). If the cluster does not exist yet: `arvc lock release` of its members.

use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::allocate::Renames;
use crate::lock::Held;
use crate::model::{Cluster, Host, NetworkId, Site};
use crate::place::report;

/// Most of a cluster gets other addresses at once.
pub static CODE: Code =
    Code::new("E0912", "most of a cluster gets other addresses at once", include_str!("addresses_of_most.rs"));

/// How many members are listed one by one.
const FEW: usize = 5;

/// A member that is not any more where the others look for it.
struct Moved<'s> {
    host: &'s Host,
    network: &'s str,
    from: IpAddr,
    to: Option<IpAddr>,
}

/// Every cluster that decides by votes, against what the lock holds.
pub(crate) fn check(site: &Site, held: &Held, renames: &Renames, out: &mut Vec<Diagnostic>) {
    if held.own.hosts.is_empty() {
        return;
    }
    for cluster in site.clusters.iter().filter(|cluster| cluster.quorum) {
        let members = cluster.members.iter().map(|id| &site.hosts[id.index()]);
        if members.clone().any(|member| member.broken) {
            continue;
        }
        let known: Vec<&Host> = members
            .filter(|host| host.status.is_there())
            .filter(|host| held.own.hosts.contains_key(renames.known(held, &host.named.name)))
            .collect();
        let moved: Vec<Moved<'_>> = known.iter().filter_map(|host| moved(site, held, renames, host)).collect();
        let majority = known.len() / 2 + 1;
        // One alone asks nobody.
        if known.len() > 1 && known.len() - moved.len() < majority {
            out.push(diagnostic(cluster, known.len(), &moved));
        }
    }
}

/// Whether a member has another address where the members speak to one another: the first such one.
fn moved<'s>(site: &'s Site, held: &Held, renames: &Renames, host: &'s Host) -> Option<Moved<'s>> {
    let numbers = renames.numbers(held, &host.named.name)?;
    spoken_on(site, host).into_iter().find_map(|network| {
        let interface = host.interface_on(network)?;
        let name = site.networks[network.index()].named.name.as_str();
        let from = *numbers.addresses.get(name)?.first()?;
        // An address beside the one that it had takes nothing away.
        let kept = interface.addresses().any(|address| address.value == from);
        let same = interface.addresses().map(|address| address.value).find(|to| to.is_ipv4() == from.is_ipv4());
        (!kept).then_some(Moved { host, network: name, from, to: same })
    })
}

/// The networks on which a member says something to the others.
fn spoken_on(site: &Site, host: &Host) -> Vec<NetworkId> {
    let overlays = || {
        let networks = host.interfaces.iter().map(|interface| interface.network);
        networks.filter(|network| site.networks[network.index()].is_overlay())
    };
    let services = host.services.iter().map(|service| &site.services[service.index()]);
    let mut networks: Vec<NetworkId> = services
        .filter(|service| !service.peers.is_empty())
        .flat_map(|service| match service.listen.is_empty() {
            true => overlays().collect(),
            false => service.listen.clone(),
        })
        .collect();
    if networks.is_empty() {
        networks.extend(overlays());
    }
    if networks.is_empty() {
        networks.extend(host.interfaces.iter().map(|interface| interface.network));
    }
    networks.sort_unstable();
    networks.dedup();
    networks
}

fn diagnostic(cluster: &Cluster, members: usize, moved: &[Moved<'_>]) -> Diagnostic {
    let named = &cluster.named;
    let minority = (members - 1) / 2;
    let message = format!(
        "{} of the {members} members of `{}` get other addresses at once, and {minority} may",
        moved.len(),
        named.path
    );
    let mut problem =
        report(&CODE, message, named, named.key, "the others do not find them, and are too few to decide about it");
    for Moved { host, network, from, to } in moved.iter().take(FEW) {
        let now = to.map_or("none of that family".to_owned(), |to| to.to_string());
        problem = problem.note(format!("`{}` on `{network}` had {from}, and has {now}", host.named.name));
    }
    if moved.len() > FEW {
        problem = problem.note(format!("and {} more", moved.len() - FEW));
    }
    // Those that come first move first.
    if let Some(Moved { host, network, from, .. }) = moved.get(minority) {
        problem = problem.help(format!(
            "let all but {minority} keep theirs for now, as `{}` with `on.{network}.address = {from};`, then build, apply, and \
             go on with the next",
            host.named.name
        ));
    }
    let names: Vec<&str> = moved.iter().take(FEW).map(|moved| moved.host.named.name.as_str()).collect();
    problem.help(format!("if they do not exist yet: `arvc lock release` of each of {}", names.join(", ")))
}
