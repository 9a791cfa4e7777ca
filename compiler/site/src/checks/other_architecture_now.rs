//! A guest that moves to a node of another architecture
//!
//! ## What is wrong
//!
//! `arv.lock` holds a guest that was made on a node of one architecture, and its node is of the other one now.
//!
//! ## Why
//!
//! What was installed on its disk is for the processor that it was made on. Terraform moves the guest with its disk, and nothing on it
//! starts there. That there is a build of its image for the other architecture is of no help to a guest that exists.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.site.hosts.meter = { vmid = 3000 }
//!   nodes.board = { arch = Arm64; address = 192.168.100.2; };
//!   hosts.dns.node = nodes.pve;
//!   images.debian.builds = [ { arch = Arm64; vmid = 9001; } ];
//!   hosts.meter = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     node = nodes.board; # error: E0826
//!   };
//! ```
//!
//! ## What to do
//!
//! Name a node of the architecture that it was made for. If it is to be made anew on the other node, or does not exist yet, say so with
//! `arvc lock release NAME`; one that exists is then replaced with `terraform apply -replace=…`, and what it holds is copied
//! before.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::allocate::Renames;
use crate::lock::{self, Held};
use crate::model::{Arch, Kind, Site};
use crate::origins::Origins;
use crate::place::{place, report};
use crate::spelling::terraform;

/// A guest that moves to a node of another architecture.
pub static CODE: Code = Code::new(
    "E0826",
    "a guest that moves to a node of another architecture",
    include_str!("other_architecture_now.rs"),
);

/// Every guest that the lock knows, with the VMID that it had.
pub(crate) fn check(site: &Site, origins: &Origins, renames: &Renames, held: &Held, out: &mut Vec<Diagnostic>) {
    if held.own.hosts.is_empty() {
        return;
    }
    for (host, origin) in site.hosts.iter().zip(&origins.hosts) {
        let (Some(arch), Some(vmid), Some(node)) = (lock::arch(site, host), host.vmid, host.node) else { continue };
        let Some(old) = held.own.hosts.get(renames.known(held, &host.named.name)) else { continue };
        let made_for = if old.arm64 { Arch::Arm64 } else { Arch::Amd64 };
        // An image that is not for the node, and a guest of another kind, are told of themselves.
        let image = host.image.map(|image| &site.images[image.index()]);
        let fits = image.is_none_or(|image| image.arch.value == arch);
        let same = old.vmid == Some(vmid.value) && old.container == (host.kind == Kind::Container);
        if host.broken || !host.status.is_there() || !fits || !same || arch == made_for {
            continue;
        }
        let (named, node) = (&host.named, &site.nodes[node.index()]);
        let datacenter = &site.datacenters[node.datacenter.index()].named.name;
        if !old.arm64 && !held.own.knows_arch(datacenter, &node.named.name) {
            continue;
        }
        let (made_for, arch) = (made_for.name(), arch.name());
        let message = format!("`{}` was made for {made_for} and cannot move to `{}`", named.path, node.named.path);
        let kind = if old.container { "container" } else { "vm" };
        let resource = format!("proxmox_virtual_environment_{kind}.{}", terraform::resource(&named.name));
        out.push(
            report(&CODE, message, named, origin.node.unwrap_or(named.key), &format!("this node is {arch}"))
                .secondary(place(&node.named, node.arch.span), format!("`{}` is {arch}", node.named.path))
                .note("its disk would move with it, and nothing on it starts there")
                .help(format!("name a node that is {made_for}"))
                .help(format!(
                    "if it is to be made anew there, or does not exist yet: `arvc lock release {}`; then `terraform apply \
                     -replace={resource}`",
                    named.name
                )),
        );
    }
}
