//! A container whose devices move up
//!
//! ## What is wrong
//!
//! A container has a network device, and none at a place before it: a network was taken from it that was not its last.
//!
//! ## Why
//!
//! The provider numbers a container's devices by their order. The device keeps its name in the container, its address and its
//! rules, but for Proxmox it takes the place of the one that is gone, with that one's MAC address unless it states one. A VM
//! has no such lint: there an unplugged device keeps the place.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.site.hosts.a = { vmid = 3000, on = { bridge = "192.168.100.30", storage = "10.0.30.30" } }
//!   nodes.pve.addresses = [ 10.0.30.1 ];
//!   networks.storage = { cidr = 10.0.30.0/24; bridge = "vmbr2"; gateway = nodes.pve; };
//!   ranges.data.on.storage.addresses = 30..39;
//!   images.box = { kind = Container; vmid = 9001; };
//!   hosts.a = { # error: L0839
//!     kind = Container;
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     image = images.box;
//!     on.storage = {};
//!   };
//! ```
//!
//! ## What to do
//!
//! Say that it is the first from now on, `on.storage.index = 0;`, which renames it in the container. Where its MAC address
//! matters, state that: `on.storage.mac = …;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::device_index;
use crate::model::{Kind, Site};
use crate::place::report;

/// A container whose devices move up.
pub static CODE: Code = Code::new("L0839", "a container whose devices move up", include_str!("devices_move_up.rs"));

/// Every container with a gap among its devices: the first device behind it.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let containers = site.hosts.iter().filter(|host| host.kind == Kind::Container && host.status.is_there());
    for host in containers.filter(|host| !host.broken && device_index::check_container(host).is_none()) {
        let mut devices: Vec<_> = host.interfaces.iter().filter_map(|it| Some((it.index?, it))).collect();
        devices.sort_by_key(|(index, _)| *index);
        let moved = devices.iter().zip(0..).find(|((index, _), place)| index != place);
        let Some(((index, interface), place)) = moved else { continue };
        let network = &site.networks[interface.network.index()].named;
        let message = format!("`{}` has no `net{place}`, so its `net{index}` moves up", host.named.path);
        let label = format!("`{}` on `{}` is `net{place}` for Proxmox", interface.device, network.path);
        out.push(report(&CODE, message, &host.named, host.named.key, &label).help(format!(
            "`on.{0}.index = {place};`, which renames it in the container; or state its MAC address, if that matters: \
             `on.{0}.mac`",
            network.name
        )));
    }
}
