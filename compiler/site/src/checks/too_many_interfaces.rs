//! A guest with more interfaces than it can have
//!
//! ## What is wrong
//!
//! A VM is on more than 32 bridges, or a container on more than 10.
//!
//! ## Why
//!
//! Proxmox has 32 NICs for a guest, and its Terraform provider ten for a container.
//!
//! ## Example
//!
//! ```arv part
//!   networks.lan00 = { cidr = 10.1.0.0/24; bridge = "vmbr20"; };
//!   networks.lan01 = { cidr = 10.1.1.0/24; bridge = "vmbr21"; };
//!   networks.lan02 = { cidr = 10.1.2.0/24; bridge = "vmbr22"; };
//!   networks.lan03 = { cidr = 10.1.3.0/24; bridge = "vmbr23"; };
//!   networks.lan04 = { cidr = 10.1.4.0/24; bridge = "vmbr24"; };
//!   networks.lan05 = { cidr = 10.1.5.0/24; bridge = "vmbr25"; };
//!   networks.lan06 = { cidr = 10.1.6.0/24; bridge = "vmbr26"; };
//!   networks.lan07 = { cidr = 10.1.7.0/24; bridge = "vmbr27"; };
//!   networks.lan08 = { cidr = 10.1.8.0/24; bridge = "vmbr28"; };
//!   networks.lan09 = { cidr = 10.1.9.0/24; bridge = "vmbr29"; };
//!   images.box = { kind = Container; vmid = 9001; };
//!   hosts.a = { kind = Container; vmid = 3000; groups = [ groups.projects ]; }; # error: E0346
//! ```
//!
//! ## What to do
//!
//! Name the networks that the guest needs: `on = { bridge = {}; overlay = {}; };`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Kind, Site};
use crate::place::report;

/// A guest with more interfaces than it can have.
pub static CODE: Code =
    Code::new("E0346", "a guest with more interfaces than it can have", include_str!("too_many_interfaces.rs"));

/// Every guest.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for host in &site.hosts {
        let (what, most) = match host.kind {
            Kind::Vm => ("a VM", 32),
            Kind::Container => ("a container", 10),
            Kind::Machine => continue,
        };
        if host.interfaces.len() <= most {
            continue;
        }
        let bridge = |id: crate::model::NetworkId| site.networks[id.index()].is_bridge();
        let nics = host.interfaces.iter().filter(|interface| bridge(interface.network)).count();
        if nics > most {
            let message = format!("`{}` is on {nics} bridges", host.named.path);
            let label = format!("{what} has at most {most} NICs");
            out.push(
                report(&CODE, message, &host.named, host.named.key, &label)
                    .help("name the networks that it needs: `on = { … };`"),
            );
        }
    }
}
