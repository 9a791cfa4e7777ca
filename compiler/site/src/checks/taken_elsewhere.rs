//! A number that another environment of the project has
//!
//! ## What is wrong
//!
//! A template has the VMID of a guest of another environment in the same Proxmox cluster, or a guest that of its template; or an
//! address that machines have by turns is that of a machine of another environment on the same segment.
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

use crate::allocate::datacenter;
use crate::lock::{Environment, Held};
use crate::model::{DatacenterId, Image, ImageSource, Site, Vmid};
use crate::neighbours;
use crate::place::report;
use crate::segments::Segments;

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
        for image in &site.images {
            let ImageSource::Template { vmid, .. } = &image.source else { continue };
            let mut owners = shared.iter().filter(|shared| is_in(site, image, shared.own));
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
    if site.vips.is_empty() {
        return;
    }
    let domains = Segments::new(site).domains();
    let segments = neighbours::segments(site, other, &domains);
    let mut machines: HashMap<(u32, IpAddr), &str> = HashMap::new();
    for (name, numbers) in other.hosts.iter().chain(&other.retired) {
        for (network, addresses) in &numbers.addresses {
            let Some(domain) = segments.get(network.as_str()) else { continue };
            for address in addresses {
                machines.entry((*domain, *address)).or_insert(name);
            }
        }
    }
    for vip in site.vips.iter().filter(|vip| !vip.broken) {
        if let Some(machine) = machines.get(&(domains[vip.network.index()], vip.address.value)) {
            let message = format!(
                "`{}` has the address {} of `{machine}` of the environment `{environment}`",
                vip.named.path, vip.address.value
            );
            let problem = report(&CODE, message, &vip.named, vip.address.span, "taken on the same segment");
            out.push(problem.help("give one of the two another address"));
        }
    }
}

/// Whether a template may lie in a Proxmox cluster: that of its node, or each.
fn is_in(site: &Site, image: &Image, datacenter: DatacenterId) -> bool {
    match &image.source {
        ImageSource::Template { node: Some(node), .. } => site.nodes[node.index()].datacenter == datacenter,
        _ => true,
    }
}
