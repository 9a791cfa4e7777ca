//! A number that another environment of the project has
//!
//! ## What is wrong
//!
//! A template has the VMID of a guest of another environment in the same Proxmox cluster, or a guest that of its template. Or, on a
//! segment that both are on: an address that machines have by turns is that of a machine of the other environment, or of others there
//! by turns; a machine has such an address, or one that something of the other environment hands out (`dhcp`, `pools`); a pool has
//! that of a machine there.
//!
//! ## Why
//!
//! Each environment builds by itself and sees none of the other's mistakes: Terraform stops at the VMID, or takes the other
//! machine for its own, and two machines with one address are each unreachable for some. `arv.lock` knows what all of
//! them have.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.staging.datacenters.home = { nodes = ["pve"], pool = "stg", namespace = "stg", firewall = false }
//!   # arv.lock: environments.staging.hosts.wiki = { vmid = 9100, datacenter = "home" }
//!   images.box = {
//!     kind = Container;
//!     vmid = 9100; # error: E0924
//!   };
//! ```
//!
//! ## What to do
//!
//! Give one of the two another number. If the machine of the other environment is gone: build that environment, then
//! `arvc lock release NAME --environment ENVIRONMENT`.

use std::collections::HashMap;
use std::net::IpAddr;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::address_in_pool::is_handed_out;
use super::pool_meets_range::spans;
use crate::allocate::datacenter;
use crate::lock::{Environment, Held};
use crate::model::{DatacenterId, Named, Site, Spanned, Vmid};
use crate::place::report;
use crate::segments::Segments;
use crate::{allocation, neighbours};

/// A number that another environment has.
pub static CODE: Code =
    Code::new("E0924", "a number that another environment of the project has", include_str!("taken_elsewhere.rs"));

/// Templates, guests and shared addresses; what machines have against machines is told elsewhere.
pub(crate) fn check(site: &Site, held: &Held, out: &mut Vec<Diagnostic>) {
    for (environment, other) in &held.others {
        let shared = neighbours::shared(site, other);
        if shared.is_empty() {
            continue;
        }
        let mut guests: HashMap<(DatacenterId, Vmid), &str> = HashMap::new();
        for (name, numbers) in other.hosts.iter().chain(&other.retired) {
            let own = shared.iter().find(|shared| numbers.datacenter.as_deref() == Some(shared.name));
            if let (Some(own), Some(vmid)) = (own, numbers.vmid) {
                guests.entry((own.own, vmid)).or_insert(name);
            }
        }
        let templates = site.images.iter().flat_map(|image| image.templates().into_iter().map(move |it| (image, it)));
        for (image, (vmid, node)) in templates {
            // One that names no node may lie in each cluster.
            let owner = node.and_then(|node| site.nodes.get(node.index())).map(|node| node.datacenter);
            let mut owners = shared.iter().filter(|shared| owner.is_none_or(|owner| owner == shared.own));
            if let Some(guest) = owners.find_map(|shared| guests.get(&(shared.own, vmid.value))) {
                let message =
                    format!("the template {} is the guest `{guest}` of the environment `{environment}`", vmid.value.0);
                let problem = report(&CODE, message, &image.named, vmid.span, "taken in the same Proxmox cluster");
                out.push(problem.help("give one of the two another VMID"));
            }
        }
        for host in site.hosts.iter().filter(|host| !host.broken) {
            let (Some(vmid), Some(own)) = (host.vmid, datacenter(site, host)) else { continue };
            let template =
                |shared: &&neighbours::Shared| shared.own == own && shared.other.templates.contains(&vmid.value);
            if shared.iter().any(|shared| template(&shared)) {
                let message = format!(
                    "`{}` has VMID {}, which is a template of the environment `{environment}`",
                    host.named.path, vmid.value.0
                );
                let problem = report(&CODE, message, &host.named, vmid.span, "taken in the same Proxmox cluster");
                out.push(problem.help("give one of the two another VMID"));
            }
        }
        addresses(site, environment, other, out);
    }
}

fn addresses(site: &Site, environment: &str, other: &Environment, out: &mut Vec<Diagnostic>) {
    let spans = || other.networks.values().flat_map(|network| &network.handed_out);
    if site.vips.is_empty() && other.vips.is_empty() && spans().next().is_none() {
        return;
    }
    let domains = Segments::new(site).domains();
    let segments = neighbours::segments(site, other, &domains);
    let on = |network: &str| segments.get(network).into_iter().flatten().copied();
    // What an address is there, in words.
    let (mut machines, mut turns) = (HashMap::new(), HashMap::new());
    for (name, numbers) in other.hosts.iter().chain(&other.retired) {
        for (network, addresses) in &numbers.addresses {
            for (domain, address) in on(network).flat_map(|domain| addresses.iter().map(move |it| (domain, *it))) {
                machines.entry((domain, address)).or_insert(name);
            }
        }
    }
    for (name, vip) in &other.vips {
        for domain in on(&vip.network) {
            vip.addresses.iter().for_each(|address| _ = turns.entry((domain, *address)).or_insert(name));
        }
    }
    let mut handed_out: Vec<(u32, (IpAddr, IpAddr))> = Vec::new();
    for (name, network) in &other.networks {
        handed_out.extend(on(name).flat_map(|domain| network.handed_out.iter().map(move |span| (domain, *span))));
    }
    let machine = |domain: u32, address: IpAddr| {
        let name = machines.get(&(domain, address))?;
        Some(format!(" of `{name}` of the environment `{environment}`"))
    };
    let shared = |domain: u32, address: IpAddr| {
        let name = turns.get(&(domain, address))?;
        Some(format!(" of `vips.{name}` of the environment `{environment}`"))
    };
    let in_span = |domain: u32, address: IpAddr| {
        let (_, (first, last)) =
            handed_out.iter().find(|(at, (first, last))| *at == domain && (*first..=*last).contains(&address))?;
        Some(format!(", of {first} to {last}, which something of the environment `{environment}` hands out"))
    };
    let vips = site.vips.iter().filter(|vip| !vip.broken);
    for (vip, own) in vips.flat_map(|vip| vip.addresses().map(move |it| (vip, it))) {
        let (domain, address) = (domains[vip.network.index()], own.value);
        let known = is_handed_out(&site.networks[vip.network.index()], address);
        let span = || in_span(domain, address).filter(|_| !known);
        let taken = machine(domain, address).or_else(|| shared(domain, address)).or_else(span);
        out.extend(taken.map(|whose| taken_address(&vip.named, own, &whose)));
    }
    for host in site.hosts.iter().filter(|host| !host.broken) {
        for (interface, address) in
            host.interfaces.iter().flat_map(|interface| interface.addresses().map(move |it| (interface, it)))
        {
            let domain = domains[interface.network.index()];
            let network = &site.networks[interface.network.index()];
            // One that a DHCP server has for it may lie in what the server hands out; what the site says of it too is told there.
            let known = interface.dhcp || is_handed_out(network, address.value);
            let span = || in_span(domain, address.value).filter(|_| !known);
            let taken = shared(domain, address.value).or_else(span);
            out.extend(taken.map(|whose| taken_address(&host.named, address, &whose)));
        }
    }
    pools(site, environment, &domains, &machines, out);
}

fn taken_address(named: &Named, address: Spanned<IpAddr>, whose: &str) -> Diagnostic {
    let message = format!("`{}` has the address {}{whose}", named.path, address.value);
    report(&CODE, message, named, address.span, "taken on the same segment").help("give one of the two another address")
}

/// What the site hands out against the machines of the other environment.
fn pools(
    site: &Site,
    environment: &str,
    domains: &[u32],
    machines: &HashMap<(u32, IpAddr), &String>,
    out: &mut Vec<Diagnostic>,
) {
    let mut machines: Vec<(&(u32, IpAddr), &&String)> = machines.iter().collect();
    machines.sort();
    for (network, domain) in site.networks.iter().zip(domains).filter(|(network, _)| network.is_bridge()) {
        let prefix = network.prefix.value;
        // A machine in the server's span may be a reservation there, which its own environment knows.
        let pools = spans(network).filter(|(path, _)| *path != format!("{}.dhcp", network.named.path));
        for (path, span) in pools {
            let (first, last) =
                (allocation::address(&prefix, span.value.0), allocation::address(&prefix, span.value.1));
            let (Some(first), Some(last)) = (first, last) else { continue };
            let of =
                |((at, address), _): &&(&(u32, IpAddr), &&String)| at == domain && (first..=last).contains(address);
            if let Some(((_, address), name)) = machines.iter().find(of) {
                let message =
                    format!("`{path}` has the address {address} of `{name}` of the environment `{environment}`");
                let problem = report(&CODE, message, &network.named, span.span, "taken on the same segment");
                out.push(problem.help("shorten the pool, or give the machine another address"));
            }
        }
    }
}
